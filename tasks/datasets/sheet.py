"""A contact sheet: pictures of one or more datasets side by side, one row per category."""

import unicodedata
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.contracts import Micrographs

_LABEL, _SCALE, _GAP, _BETWEEN = 14, 14, 2, 12
"""Heights of a row's label and of the line with widths, gap between pictures, gap between datasets; pixels."""
_PAPER = 24
_PLAIN = {"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "µ": "u", "μ": "u"}
"""Replacements for letters that are not a letter with an accent."""


def contact_sheet(sides: Sequence[Micrographs], per_category: int, tile: int) -> Image.Image:
    """Return the sheet: the first dataset's categories, ``per_category`` pictures per dataset, ``tile`` pixels wide.

    Where the scale of a picture is known, a line below it says how wide the picture is on the specimen.
    """
    wide = per_category * (tile + _GAP)
    categories = sides[0].categories
    scales = [_widths(side) for side in sides]
    tall = tile + _LABEL + (_SCALE if any(np.isfinite(widths).any() for widths in scales) else 0)
    sheet = Image.new("L", (len(sides) * (wide + _BETWEEN) - _BETWEEN, len(categories) * tall), _PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=11)
    for row, category in enumerate(categories):
        top = row * tall
        pen.text((2, top), drawable(category, font), font=font, fill=220)
        for number, side in enumerate(sides):
            positions = _of_category(side, category, per_category)
            for column, (position, picture) in enumerate(zip(positions, side.batch(positions), strict=True)):
                left = number * (wide + _BETWEEN) + column * (tile + _GAP)
                sheet.paste(Image.fromarray(picture).resize((tile, tile)), (left, top + _LABEL))
                across = float(scales[number][position])
                if np.isfinite(across):
                    pen.text((left + 2, top + _LABEL + tile), f"{_length(across)} wide", font=font, fill=220)
    return sheet


def _widths(side: Micrographs) -> np.ndarray:
    """Return how many nanometres of the specimen each picture (N,) is wide, NaN if that is unknown."""
    if side.pixel_sizes is None:
        return np.full(len(side), np.nan)
    return side.pixel_sizes[:, 1] * side.pixels.shape[2]


def _length(nanometres: float) -> str:
    """Return a length in the unit that suits it, with three digits."""
    unit, size = next(((unit, size) for unit, size in (("mm", 1e6), ("um", 1e3)) if nanometres >= size), ("nm", 1.0))
    return f"{nanometres / size:.3g} {unit}"


def drawable(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Return text that a font can draw: a letter that it lacks loses its accent, or else becomes '?'."""
    return "".join(_letter(letter, font) for letter in unicodedata.normalize("NFC", text))


def _letter(letter: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    plain = _PLAIN.get(letter.lower(), unicodedata.normalize("NFKD", letter)[0])
    return next((each for each in (letter, plain) if _has(font, each)), "?")


def _has(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, letter: str) -> bool:
    """Return whether a font has a letter: it draws it differently from a letter that no font has."""
    return letter.isascii() or _drawn(font, letter) != _drawn(font, "\uffff")


def _drawn(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, letter: str) -> bytes:
    image = Image.new("L", (2 * _LABEL, 2 * _LABEL))
    ImageDraw.Draw(image).text((0, 0), letter, font=font, fill=255)
    return image.tobytes()


def _of_category(side: Micrographs, category: str, count: int) -> np.ndarray:
    """Return the places of the first pictures of a category, at most ``count``."""
    if category not in side.categories:
        return np.arange(0)
    return np.flatnonzero(side.labels == side.categories.index(category))[:count]
