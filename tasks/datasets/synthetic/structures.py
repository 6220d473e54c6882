"""The typical structures of a drawing, told apart: how many can be seen, and how wide they are."""

from typing import NamedTuple

import numpy as np

_LEAST = 0.5
"""A structure counts if so much of a disc of its diameter can be seen: half a ball, or a short piece of a wire."""


class Structures(NamedTuple):
    """What a drawer painted: each pixel's structure (height, width), from 1, 0 for none, and its diameter (n,).

    Diameters are shares of the field's height: of the circle of equal area, of what is elongated the width. A heap is
    not ``countable``, nor is anything else of which nobody would say how many there are.
    """

    item: np.ndarray
    diameters: np.ndarray
    countable: bool = True


def visible(structures: Structures, rows: np.ndarray) -> np.ndarray:
    """Return the diameters of the structures that can be seen in these rows of the picture, in the order of numbers."""
    height, count = len(structures.item), len(structures.diameters)
    seen = np.bincount(structures.item[rows].ravel(), minlength=count + 1)[1 : count + 1]
    disc = np.pi / 4 * (structures.diameters * height) ** 2
    return structures.diameters[seen > _LEAST * disc]


def joined(item: np.ndarray, pieces: int) -> np.ndarray:
    """Return the numbers of structures that were painted as so many pieces each."""
    return (item + pieces - 1) // pieces
