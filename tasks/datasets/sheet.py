"""A contact sheet: pictures of one or more datasets side by side, one row per category."""

import unicodedata
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.contracts import Micrographs

_LABEL, _GAP, _BETWEEN = 14, 2, 12
"""Height of a row's label, gap between pictures, gap between datasets; pixels."""
_PAPER = 24
_PLAIN = {"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "µ": "u", "μ": "u"}
"""Replacements for letters that are not a letter with an accent."""


def contact_sheet(sides: Sequence[Micrographs], per_category: int, tile: int) -> Image.Image:
    """Return the sheet: the first dataset's categories, ``per_category`` pictures per dataset, ``tile`` pixels wide."""
    wide = per_category * (tile + _GAP)
    categories = sides[0].categories
    sheet = Image.new("L", (len(sides) * (wide + _BETWEEN) - _BETWEEN, len(categories) * (tile + _LABEL)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=11)
    for row, category in enumerate(categories):
        top = row * (tile + _LABEL)
        pen.text((2, top), drawable(category, font), font=font, fill=220)
        for number, side in enumerate(sides):
            for column, picture in enumerate(_of_category(side, category, per_category)):
                left = number * (wide + _BETWEEN) + column * (tile + _GAP)
                sheet.paste(Image.fromarray(picture).resize((tile, tile)), (left, top + _LABEL))
    return sheet


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
    """Return the first pictures (n, H, W) of a category, at most ``count``."""
    if category not in side.categories:
        return side.batch(slice(0))
    return side.batch(np.flatnonzero(side.labels == side.categories.index(category))[:count])
