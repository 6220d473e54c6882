"""Similar pictures, by perceptual hash: whether low-frequency cosine coefficients exceed their median.

The hash is Zauner's pHash (Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, section 3.2.1),
with 16 x 16 coefficients instead of 8 x 8: among 20,000 pictures there are 2e8 pairs, too many for 63 bits.
"""

import hashlib
from typing import NamedTuple

import numpy as np
from scipy.fft import dct
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_SIDE = 16
BITS = _SIDE * _SIDE - 1
_SEEN_SHARE = 0.75
"""The share of the height, from above, that is hashed: data bars lie below it and would make flat pictures similar."""
_AT_ONCE = 256


class Links(NamedTuple):
    """Pairs of similar pictures: both positions (L,), distance in bits (L,), whether all pixels agree (L,)."""

    first: np.ndarray
    second: np.ndarray
    distance: np.ndarray
    same: np.ndarray


def hashes(pictures: np.ndarray) -> np.ndarray:
    """Return the hash of every picture, (N, BITS) bool; ``pictures`` (N, H, W) uint8.

    Computed in double precision and rounded, so that a bit does not depend on the machine's order of summation.
    """
    height, width = pictures.shape[1:]
    rows = max(1, round(_SEEN_SHARE * height))
    down, right = _cosines(rows), _cosines(width)
    bits = np.empty((len(pictures), BITS), bool)
    for start in range(0, len(pictures), _AT_ONCE):
        seen = pictures[start : start + _AT_ONCE, :rows].astype(np.float64)
        waves = np.round(down @ seen @ right.T, 6).reshape(len(seen), -1)[:, 1:]  # without the mean brightness
        bits[start : start + len(seen)] = waves > np.median(waves, axis=1, keepdims=True)
    return bits


def links(pictures: np.ndarray, most: int) -> Links:
    """Return the pairs of pictures whose hashes differ in at most ``most`` bits.

    Of pictures with the same hash, each is paired only with the first of them, and only that one with other pictures.
    """
    first, second, distance = pairs(hashes(pictures), most)
    digests = {
        place: hashlib.sha256(pictures[place].tobytes()).digest() for place in {*first.tolist(), *second.tolist()}
    }
    same = np.array([digests[one] == digests[other] for one, other in zip(first, second, strict=True)], bool)
    return Links(first, second, distance, same)


def pairs(bits: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return first and second position and distance of the pairs of ``links``, of hashes (N, BITS)."""
    unique_rows, owner = np.unique(bits, axis=0, return_index=True, return_inverse=True)[1:]
    copies = np.flatnonzero(unique_rows[owner] != np.arange(len(bits)))
    left, right, distance = _near(bits[unique_rows], most)
    first = np.concatenate([unique_rows[owner[copies]], unique_rows[left]])
    second = np.concatenate([copies, unique_rows[right]])
    swapped = first > second
    first, second = np.where(swapped, second, first), np.where(swapped, first, second)
    return first, second, np.concatenate([np.zeros(len(copies), np.int64), distance])


def groups(first: np.ndarray, second: np.ndarray, size: int) -> np.ndarray:
    """Return a group number for each of ``size`` pictures: pictures linked directly or indirectly share one."""
    edges = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(size, size))
    return connected_components(edges, directed=False)[1].astype(np.int64)


def unlike(bits: np.ndarray, others: np.ndarray, most: int) -> np.ndarray:
    """Return the positions of the hashes that no link of at most ``most`` bits, or several, lead from to ``others``."""
    first, second, _ = pairs(np.concatenate([bits, others]), most)
    groups_of = groups(first, second, len(bits) + len(others))
    return np.flatnonzero(~np.isin(groups_of[: len(bits)], groups_of[len(bits) :]))


def _cosines(length: int) -> np.ndarray:
    """Return the lowest cosine waves over ``length`` samples (_SIDE, length); fewer samples repeat."""
    samples = max(length, _SIDE)
    stretched = np.arange(samples) * length // samples
    waves = np.asarray(dct(np.eye(samples), axis=0, norm="ortho"))[:_SIDE]
    gathered = np.zeros((_SIDE, length))
    np.add.at(gathered.T, stretched, waves.T)
    return gathered


def _near(bits: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return positions and distances of the pairs of rows that differ in at most ``most`` places."""
    signs = bits.astype(np.float32) * 2 - 1
    pairs = [(np.empty(0, np.int64),) * 3]
    for start in range(0, len(signs), _AT_ONCE):
        distance = (BITS - signs[start : start + _AT_ONCE] @ signs[start:].T) / 2  # whole numbers, exact in float32
        left, right = np.nonzero(distance <= most)
        ordered = left < right
        left, right = left[ordered], right[ordered]
        pairs.append((left + start, right + start, distance[left, right].astype(np.int64)))
    return tuple(np.concatenate(columns) for columns in zip(*pairs, strict=True))  # pyright: ignore[reportReturnType] -- three
