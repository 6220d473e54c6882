"""Recall at k with ties shared fairly; libraries break ties by the order of the gallery."""

import numpy as np


def recalls(similarities: np.ndarray, right: np.ndarray, k: int) -> np.ndarray:
    """Return the chance (Q,) that one of the k most similar entries is right, equals being drawn in random order.

    ``similarities`` (Q, G) of each query to each entry of the gallery; ``right`` (Q, G) bool, at least one per query.
    """
    best = np.where(right, similarities, -np.inf).max(1, keepdims=True)
    before = (similarities > best).sum(1)
    equal = similarities == best
    return _drawn(equal.sum(1), (equal & right).sum(1), k - before)


def chance(right: np.ndarray, k: int) -> np.ndarray:
    """Return the recall (Q,) of a gallery in random order."""
    return _drawn(np.full(len(right), right.shape[1]), right.sum(1), np.full(len(right), k))


def _drawn(entries: np.ndarray, right: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the chance that one of the right entries is among those drawn for the places, without replacement."""
    missed = np.ones(len(entries))
    for drawn in range(int(places.max(initial=0))):
        left = np.maximum(entries - drawn, 1)
        missed = np.where(drawn < places, missed * np.maximum(entries - right - drawn, 0) / left, missed)
    return 1 - missed
