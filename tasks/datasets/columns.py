"""The columns of a file of labels that hold numbers: the size and number of structures, and a picture's scale."""

from collections.abc import Mapping
from math import inf

from bench.errors import BenchError, shortened
from bench.tasks.numbers import NUMBERS

PIXEL_SIZE = "pixel_size_nm"
"""The column of the nanometres that a pixel of the file is wide and high; it counts before what the file says."""
_EXAMPLES = {"size_nm": "412 (nanometres)", "count": "37", PIXEL_SIZE: "1.25 (nanometres)"}


def numbers_in(columns: Mapping[str, str], where: str) -> dict[str, float]:
    """Return the numbers of one line's columns, by name; an empty field is not known.

    A decimal comma is read, as spreadsheets write it. BenchError says ``where`` a number is none, or not positive.
    """
    numbers: dict[str, float] = {}
    for column in (*NUMBERS, PIXEL_SIZE):
        text = columns.get(column, "").strip()
        if text:
            numbers[column] = _positive(text, column, where)
    return numbers


def _positive(text: str, column: str, where: str) -> float:
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        number = 0.0
    if not 0 < number < inf:
        raise BenchError(
            f"{where}: {column} {shortened(text)} is no positive number; write one, such as {_EXAMPLES[column]}, or "
            "leave the field empty"
        )
    return number
