"""The kinds of numbers that can be measured in a micrograph: the shared vocabulary of scenes, records and answers."""

from collections.abc import Mapping

from bench.contracts import DISTRIBUTION_QUESTION, SIZE_QUESTION, Dataset

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


def in_words(kind: str, number: float, drawn: int) -> str:
    """Return a sentence that states a number, to two digits; ``drawn`` decides the wording."""
    sentences = _SENTENCES[kind]
    return sentences[drawn % len(sentences)].format(length(number) if kind == "size_nm" else f"{number:.0f}")


def length(nanometres: float) -> str:
    """Return a length to two significant digits, in the unit that leaves few of them: 12 nm, 3.4 µm."""
    rounded = float(f"{nanometres:.1e}")
    value, unit = (
        (rounded, "nm") if rounded < 1000 else (rounded / 1000, "µm") if rounded < 1e6 else (rounded / 1e6, "mm")
    )
    return f"{value:.15g} {unit}"
