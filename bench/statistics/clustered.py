"""Means and their errors: over folds and repeats, and over questions that share a picture.

scipy has no standard error of dependent observations.
"""

from collections.abc import Hashable, Sequence

import numpy as np


def mean_std(values: Sequence[float]) -> tuple[float, float | None, int]:
    """Return mean, standard deviation (ddof 1) and number of values; None as the deviation of one value."""
    count = len(values)
    std = float(np.std(values, ddof=1)) if count > 1 else None
    return float(np.mean(values)), std, count


def clustered_mean(values: Sequence[float] | np.ndarray, clusters: Sequence[Hashable]) -> tuple[float, float | None]:
    """Return the mean (N,) and its standard error; observations of one cluster are dependent.

    The mean is a ratio of two cluster totals, see ``clustered_ratio``.
    """
    return clustered_ratio(values, np.ones(len(values)), clusters)


def clustered_ratio(
    above: Sequence[float] | np.ndarray, below: Sequence[float] | np.ndarray, clusters: Sequence[Hashable]
) -> tuple[float, float | None]:
    """Return the ratio of two sums (N,) and its standard error; observations of one cluster are dependent.

    The standard error is the linearised one with the factor G / (G - 1) for G clusters (Cochran, Sampling Techniques,
    section 6.3); one cluster has no error.
    """
    numerators, denominators = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    ratio = float(numerators.sum() / denominators.sum())
    numbers: dict[Hashable, int] = {}
    index = np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters])
    if len(numbers) < 2:
        return ratio, None
    residuals = np.bincount(index, weights=numerators - ratio * denominators)
    variance = len(numbers) / (len(numbers) - 1) * float(residuals @ residuals) / float(denominators.sum()) ** 2
    return ratio, variance**0.5
