"""Means and their errors: over folds and repeats, and over questions that share a picture.

scipy has no standard error of dependent observations.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np


def mean_std(values: Sequence[float]) -> tuple[float, float | None, int]:
    """Return mean, standard deviation (ddof 1) and number of values; None as the deviation of one value."""
    count = len(values)
    std = float(np.std(values, ddof=1)) if count > 1 else None
    return float(np.mean(values)), std, count


def clustered_mean(values: Sequence[float] | np.ndarray, clusters: Sequence[Hashable]) -> tuple[float, float | None]:
    """Return the mean (N,) and its standard error; observations of one cluster are dependent.

    The mean is the ratio of two cluster totals, its standard error the linearised one with the factor G / (G - 1) for
    G clusters (Cochran, Sampling Techniques, section 6.3); one cluster has no error.
    """
    observed = np.asarray(values, dtype=np.float64)
    mean = float(observed.mean())
    numbers: dict[Hashable, int] = {}
    index = np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters])
    if len(numbers) < 2:
        return mean, None
    residuals = np.bincount(index, weights=observed - mean)
    variance = len(numbers) / (len(numbers) - 1) * float(residuals @ residuals) / len(observed) ** 2
    return mean, variance**0.5


class Shares(NamedTuple):
    """The numerators and denominators (N,) of a ratio of two sums, one of each per observation."""

    above: np.ndarray
    below: np.ndarray


def clustered_change(after: Shares, before: Shares, clusters: Sequence[Hashable]) -> tuple[float, float | None]:
    """Return by how much a ratio of sums changes over the same N observations, and its standard error.

    The error is that of the paired difference of the two linearised ratios; observations of one cluster are dependent,
    and one cluster has no error.
    """
    change = sum(sign * each.above.sum() / each.below.sum() for sign, each in ((1, after), (-1, before)))
    linear = sum(sign * _linear(each) for sign, each in ((1, after), (-1, before)))
    _, error = clustered_mean(len(clusters) * np.asarray(linear), clusters)
    return float(change), error


def _linear(shares: Shares) -> np.ndarray:
    """Return how much each observation (N,) moves the ratio; the sum is 0."""
    ratio = shares.above.sum() / shares.below.sum()
    return (shares.above - ratio * shares.below) / shares.below.sum()
