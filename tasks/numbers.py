"""The kinds of numbers that can be measured in a micrograph: the shared vocabulary of scenes, records and answers."""

from collections.abc import Mapping
from math import sqrt

from bench.contracts import DISTRIBUTION_QUESTION, SIZE_QUESTION, Dataset, Micrographs
from bench.data.field_of_view import field_of_view, length

NUMBERS = {
    "size_nm": "mean diameter of the typical structures in nanometres: of the circle of equal area, of what is "
    "elongated (fibres, wires, yarns, lines) the width",
    "count": "number of typical structures in the picture",
}
"""What each kind means."""
ANSWERS = {"size_nm": SIZE_QUESTION, "count": DISTRIBUTION_QUESTION}
"""The question of the paper whose answer states each kind."""
_SENTENCES = {
    "size_nm": ("Their mean diameter is about {}.", "On average they measure about {} across."),
    "count": ("There are about {} of them.", "About {} of them can be counted."),
}


def numbers_of(dataset: Dataset, position: int) -> Mapping[str, float]:
    """Return what was measured in a picture, in the order of ``NUMBERS``; {} if the dataset knows no numbers."""
    known = dataset.numbers(position) if hasattr(dataset, "numbers") else {}
    return {kind: known[kind] for kind in NUMBERS if kind in known}


def in_words(kind: str, number: float, drawn: int, side: float | None = None) -> str:
    """Return a sentence that states a number, to two digits; ``drawn`` decides the wording.

    With the ``side`` of the picture, in nanometres, a size is stated as a share of it.
    """
    sentences = _SENTENCES[kind]
    if kind == "count":
        stated = f"{number:.0f}"
    else:
        stated = f"{float(f'{100 * number / side:.1e}'):.15g} % of the picture's side" if side else length(number)
    return sentences[drawn % len(sentences)].format(stated)


def side(micrographs: Micrographs, position: int) -> float | None:
    """Return the side of a square as large as a picture, in nanometres; None if its scale is unknown.

    A size is the same share of it however the picture was squeezed.
    """
    field = field_of_view(micrographs, position)
    return sqrt(field[0] * field[1]) if field else None
