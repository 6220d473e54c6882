"""Means and their errors: over folds and repeats, and over questions that share a picture; and tests on them."""

from collections.abc import Hashable, Sequence

import numpy as np


def mean_std(values: Sequence[float]) -> tuple[float, float | None, int]:
    """Return mean, standard deviation (ddof 1) and number of values; one value has no deviation."""
    count = len(values)
    std = float(np.std(values, ddof=1)) if count > 1 else None
    return float(np.mean(values)), std, count


def clustered_mean(values: Sequence[float] | np.ndarray, clusters: Sequence[Hashable]) -> tuple[float, float | None]:
    """Return the mean (N,) and its standard error, observations of one cluster being dependent.

    The mean is the ratio of two cluster totals, its error the linearised one with the factor G / (G - 1) for
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


def p_over_folds(differences: Sequence[float], k: int) -> float:
    """Return the two-sided p of a mean difference over folds and repeats being no accident.

    The corrected resampled t-test: the variance is widened by the test share over the training share, 1 / (k - 1),
    since training sides overlap (Nadeau and Bengio 2003, Machine Learning 52, section 5). At least two differences.
    """
    from scipy.special import stdtr

    count, spread = len(differences), float(np.var(differences, ddof=1))
    mean = float(np.mean(differences))
    if spread == 0:
        return 1.0 if mean == 0 else 0.0
    statistic = mean / (spread * (1 / count + 1 / (k - 1))) ** 0.5
    return float(2 * stdtr(count - 1, -abs(statistic)))


def p_within_fold(difference: float, *errors: float | None) -> float:
    """Return the two-sided p of a difference between two scores on one fold, from their standard errors.

    Taken as independent, which they are not: both were asked the same questions, so true differences are sooner
    overlooked than false ones seen. Without errors nothing can be told apart but by being equal.
    """
    from scipy.special import ndtr

    squares = sum(error**2 for error in errors if error is not None)
    if squares == 0:
        return 1.0 if difference == 0 else 0.0
    return float(2 * ndtr(-abs(difference) / squares**0.5))
