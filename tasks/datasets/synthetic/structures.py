"""The typical structures of a drawing, told apart: how many can be seen, and how wide they are."""

from collections.abc import Iterable
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


def visible(structures: Structures, shown: np.ndarray) -> np.ndarray:
    """Return the diameters of the structures that can be seen where a picture shows them, in the order of numbers.

    ``shown`` (height, width) is false under a data bar.
    """
    height, count = len(structures.item), len(structures.diameters)
    seen = np.bincount(structures.item[shown], minlength=count + 1)[1 : count + 1]
    disc = np.pi / 4 * (structures.diameters * height) ** 2
    return structures.diameters[seen > _LEAST * disc]


def stacked(layers: Iterable[Structures]) -> Structures:
    """Return the structures of layers that were painted one over the other, the first below."""
    first, *later = layers
    item, diameters = first.item, [first.diameters]
    for layer in later:
        item = np.where(layer.item > 0, layer.item + sum(map(len, diameters)), item)
        diameters.append(layer.diameters)
    return Structures(item, np.concatenate(diameters), all(each.countable for each in (first, *later)))


def joined(item: np.ndarray, pieces: int) -> np.ndarray:
    """Return the numbers of structures that were painted as so many pieces each."""
    return (item + pieces - 1) // pieces
