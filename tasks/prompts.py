"""The paper's ten prompt groups with their 22 questions.

Source: the paper, 'Multimodal Instruction-Following Data', Prompt 1 to Prompt 10, word for word. Only mark-up
is changed: list dashes are dropped; of a full stop and a question mark in succession, the question mark stays; the
fragment 'elements/compounds?', printed at the end of Prompt 3, completes the second question of Prompt 5.
"""

from dataclasses import replace
from typing import NamedTuple

from bench.contracts import CATEGORY_QUESTION, Instructions


class PromptGroup(NamedTuple):
    """A prompt of the paper: its number (1 to 10), its name and its questions."""

    number: int
    name: str
    questions: tuple[str, ...]


class Question(NamedTuple):
    """A question with its number (1 to 22, over all groups) and the number of its group.

    ``paraphrase`` asks the same in other words, for training; ``held_out`` in yet others, which no model is taught.
    """

    number: int
    group: int
    text: str
    paraphrase: str
    held_out: str


PROMPT_GROUPS = (
    PromptGroup(
        1,
        "Basics",
        (
            CATEGORY_QUESTION,
            "Additionally, find image scale: real-world length per unit measurement?",
        ),
    ),
    PromptGroup(
        2,
        "Morphology and Structure",
        (
            "Describe the overall shape and morphology of the nanomaterials?",
            "Identify any visible layers, phases, or distinct domains?",
            "Assess consistency in size and shape, or note any variability?",
        ),
    ),
    PromptGroup(
        3,
        "Size and Distribution",
        (
            "Estimate size/size range of nanostructures?",
            "Describe distribution - evenly spaced, clustered, or random?",
            "Comment on any aggregation or bundling visible?",
        ),
    ),
    PromptGroup(
        4,
        "Surface Characteristics",
        (
            "Describe surface textures - smooth, rough, distinct textures?",
            "Comment on any visible imperfections like defects, pores, or impurities?",
        ),
    ),
    PromptGroup(
        5,
        "Composition and Elements",
        (
            "Note any visible evidence of compositional variations (color, brightness, contrast differences)?",
            "Identify any labels or markers pointing to specific elements/compounds?",
        ),
    ),
    PromptGroup(
        6,
        "Interactions and Boundaries",
        (
            "Describe visual interactions: touching, fused, or separate?",
            "Can you distinguish boundaries between structures/phases? Or do they blend without defined borders?",
        ),
    ),
    PromptGroup(
        7,
        "External Environment",
        (
            "Note any visible signs of interaction between nanomaterials and surroundings (solvents, polymers, etc.)?",
            "Identify and describe any non-nanomaterial structures/objects present?",
        ),
    ),
    PromptGroup(
        8,
        "Image Technique and Modifications",
        (
            "Identify imaging technique used (SEM, TEM, etc.)?",
            "Note any visible post-processing or modifications like false coloring or 3D rendering?",
        ),
    ),
    PromptGroup(
        9,
        "Functional Features",
        (
            "Identify any visible functional elements or regions with distinct properties?",
            "Note if the image shows any dynamic processes, or if it is primarily static?",
        ),
    ),
    PromptGroup(
        10,
        "Context and Application",
        (
            "Identify intended use/application of nanomaterials.",
            "Are they experimental samples or theoretical/simulation-based representations?",
        ),
    ),
)

_PARAPHRASES = (
    # Basics
    ("What kind of nanomaterial does this image show?", "Which type of material can be seen here?"),
    ("Is there a scale, and what does it stand for?", "Which length does the scale bar of the image mark?"),
    # Morphology and Structure
    ("What shape do the nanomaterials have as a whole?", "How would you describe the form of the structures?"),
    ("Can you see more than one layer, phase or domain?", "Do parts of the material differ in phase or layer?"),
    (
        "Are all structures alike in size and shape, or do they differ?",
        "How much do the structures differ from each other?",
    ),
    # Size and Distribution
    ("How big are the nanostructures, or in what range?", "What size do the structures have in the image?"),
    ("In what way are the structures spread over the image?", "How are they arranged in the field of view?"),
    ("Do any of the structures stick together in bundles or aggregates?", "Is any grouping of the structures visible?"),
    # Surface Characteristics
    ("What texture does the surface have?", "How does the surface of the structures look?"),
    ("Are there any flaws in the material or on its surface?", "Which imperfections does the surface show, if any?"),
    # Composition and Elements
    (
        "Do color, brightness or contrast hint at a composition that changes?",
        "Does the brightness tell you of regions of different composition?",
    ),
    ("Does any label or marker name an element or a compound?", "Is anything written in the image about its elements?"),
    # Interactions and Boundaries
    ("In what way do neighboring structures meet?", "How do the structures interact with each other?"),
    ("How clear are the borders of the structures or phases?", "Where do structures end: can their borders be seen?"),
    # External Environment
    (
        "Do the nanomaterials interact with anything around them, such as a solvent or a polymer?",
        "Is there any sign that the surroundings act on the nanomaterials?",
    ),
    ("Is there anything in the image that is no nanomaterial?", "Which other objects are present beside the material?"),
    # Image Technique and Modifications
    ("With what kind of microscope was the image taken?", "Which technique made this image?"),
    ("Has the image been processed or changed after it was taken?", "Was anything in this picture modified later?"),
    # Functional Features
    ("Are there regions or elements with a function of their own?", "Does any part of the structure serve a purpose?"),
    ("Is anything in the image in motion, or does it all stand still?", "Does the picture show a process or a state?"),
    # Context and Application
    ("What could this nanomaterial be used for?", "For which application is the material meant?"),
    ("Is this a real sample, or does it come from a theory or simulation?", "Was the sample made, or only computed?"),
)
"""Two other wordings of every question, in order; none names a value that a fact could have."""

QUESTIONS = tuple(
    Question(number, group, text, *_PARAPHRASES[number - 1])
    for number, (group, text) in enumerate(
        ((group.number, text) for group in PROMPT_GROUPS for text in group.questions), start=1
    )
)
"""All 22, in the paper's order."""
_BY_TEXT = {wording: question for question in QUESTIONS for wording in (question.text, question.paraphrase)}


def question_of(text: str) -> Question | None:
    """Return the question that a text asks in a wording that may be taught, None for any other text."""
    return _BY_TEXT.get(text)


def in_held_out_wording(posed: Instructions) -> Instructions:
    """Return the questions that have a wording that no model is taught, in it; others are left out."""
    wordings = {
        place: question for place, record in enumerate(posed.records) if (question := question_of(record.question))
    }
    records = [replace(posed.records[place], question=question.held_out) for place, question in wordings.items()]
    return replace(posed.take([*wordings]), records=tuple(records))
