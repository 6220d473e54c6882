"""Means and their errors: over folds and repeats, and over questions that share a picture.

scipy has no standard error of dependent observations.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

import numpy as np


def mean_std(values: Sequence[float]) -> tuple[float, float | None, int]:
    """Return mean, standard deviation (ddof 1) and number of values; None as the deviation of one value."""
    count = len(values)
    std = float(np.std(values, ddof=1)) if count > 1 else None
    return float(np.mean(values)), std, count


def pooled_std(groups: Iterable[Sequence[float]]) -> float | None:
    """Return the standard deviation within groups, pooled over those of several values; None if there is none."""
    several = [group for group in groups if len(group) > 1]
    freedom = sum(len(group) - 1 for group in several)
    squares = sum(float(np.var(group)) * len(group) for group in several)
    return (squares / freedom) ** 0.5 if several else None


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
    ratio, influences = ratio_influences(np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64))
    return ratio, clustered_error(influences, clusters)


def clustered_error(influences: np.ndarray, clusters: Sequence[Hashable]) -> float | None:
    """Return the standard error of an estimate to which each observation (N,) contributes its influence.

    Influences sum to 0: an observation's share of the estimate less its expectation. Those of one cluster are added
    before they are squared. None for a single cluster.
    """
    numbers: dict[Hashable, int] = {}
    index = np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters])
    return error_of_clusters(np.bincount(index, weights=influences))


def error_of_clusters(totals: np.ndarray) -> float | None:
    """Return the standard error from the summed influences (G,) of each cluster; None for a single one."""
    count = len(totals)
    return float(count / (count - 1) * (totals @ totals)) ** 0.5 if count > 1 else None


def ratio_influences(above: np.ndarray, below: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the ratio of two sums over N observations, and each one's influence on it (N,), linearised.

    With ``below`` all 1 it is a mean. ZeroDivisionError if ``below`` sums to 0.
    """
    total = float(below.sum())
    ratio = float(above.sum()) / total
    return ratio, (above - ratio * below) / total


class Shares(NamedTuple):
    """The numerators and denominators (N,) of a ratio of two sums, one of each per observation."""

    above: np.ndarray
    below: np.ndarray


def clustered_change(after: Shares, before: Shares, clusters: Sequence[Hashable]) -> tuple[float, float | None]:
    """Return by how much a ratio of sums changes over the same N observations, and its standard error.

    The error is that of the paired difference of the two linearised ratios; observations of one cluster are dependent,
    and one cluster has no error.
    """
    (last, late), (first, early) = ratio_influences(*after), ratio_influences(*before)
    return last - first, clustered_error(late - early, clusters)
