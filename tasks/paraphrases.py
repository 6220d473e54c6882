"""Other wordings of the paper's 22 questions: one that models may be taught, and one that is held out of training.

They are no part of ``prompts``, so that a change here leaves all models that were never taught them as they are.
"""

from dataclasses import replace
from typing import NamedTuple

from bench.contracts import Instructions
from bench.tasks.prompts import QUESTIONS


class Wordings(NamedTuple):
    """A question in the paper's words, in other words for training, and in yet others that no model is taught."""

    text: str
    paraphrase: str
    held_out: str


_OTHER_WORDS = (
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

WORDINGS = tuple(Wordings(question.text, *other) for question, other in zip(QUESTIONS, _OTHER_WORDS, strict=True))
"""All 22, in the paper's order."""
_BY_TEXT = {text: wordings for wordings in WORDINGS for text in (wordings.text, wordings.paraphrase)}


def wordings_of(text: str) -> Wordings | None:
    """Return the wordings of the question that a text asks in words that may be taught, None for any other text."""
    return _BY_TEXT.get(text)


def in_held_out_wording(posed: Instructions) -> Instructions:
    """Return the questions that have a wording that no model is taught, in it; others are left out."""
    places, records = [], []
    for place, record in enumerate(posed.records):
        if wordings := wordings_of(record.question):
            places.append(place)
            records.append(replace(record, question=wordings.held_out))
    return replace(posed.take(places), records=tuple(records))
