"""A contact sheet: pictures of one or more datasets side by side, a row a category."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.contracts import Micrographs

_LABEL, _GAP, _BETWEEN = 14, 2, 12
"""Height of a row's label, gap between pictures, gap between datasets; pixels."""
_PAPER = 24


def contact_sheet(sides: Sequence[Micrographs], per_category: int) -> Image.Image:
    """Return the sheet: the first dataset's categories, ``per_category`` pictures of each and dataset."""
    tile = sides[0].pixels.shape[1]
    wide = per_category * (tile + _GAP)
    categories = sides[0].categories
    sheet = Image.new("L", (len(sides) * (wide + _BETWEEN) - _BETWEEN, len(categories) * (tile + _LABEL)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=11)
    for row, category in enumerate(categories):
        top = row * (tile + _LABEL)
        pen.text((2, top), category, font=font, fill=220)
        for number, side in enumerate(sides):
            for column, picture in enumerate(_of_category(side, category, per_category)):
                left = number * (wide + _BETWEEN) + column * (tile + _GAP)
                sheet.paste(Image.fromarray(picture), (left, top + _LABEL))
    return sheet


def _of_category(side: Micrographs, category: str, count: int) -> np.ndarray:
    """Return the first pictures (n, H, W) of a category, fewer than ``count`` where there are no more."""
    if category not in side.categories:
        return side.batch(slice(0))
    return side.batch(np.flatnonzero(side.labels == side.categories.index(category))[:count])
