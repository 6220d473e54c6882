"""The paper's ten prompt groups with their 22 questions.

Source: the paper, 'Multimodal Instruction-Following Data', Prompt 1 to Prompt 10, word for word. Only mark-up
is changed: list dashes are dropped; of a full stop and a question mark in succession, the question mark stays; the
fragment 'elements/compounds?', printed at the end of Prompt 3, completes the second question of Prompt 5.
"""

from typing import NamedTuple

from bench.contracts import CATEGORY_QUESTION, DISTRIBUTION_QUESTION, SIZE_QUESTION


class PromptGroup(NamedTuple):
    """A prompt of the paper: its number (1 to 10), its name and its questions."""

    number: int
    name: str
    questions: tuple[str, ...]


class Question(NamedTuple):
    """A question with its number (1 to 22, over all groups) and the number of its group."""

    number: int
    group: int
    text: str


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
            SIZE_QUESTION,
            DISTRIBUTION_QUESTION,
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

QUESTIONS = tuple(
    Question(number, group, text)
    for number, (group, text) in enumerate(
        ((group.number, text) for group in PROMPT_GROUPS for text in group.questions), start=1
    )
)
"""All 22, in the paper's order."""
