"""Whether a difference between scores could be chance: on folds, within one, and among many models.

Distributions, ranks and Friedman's test are scipy's. It has neither the t-test corrected for folds nor Holm's
correction; statsmodels has the latter, ten lines that are no reason to depend on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDING = 1e-12
"""Scores that differ by less are equal: 0.8 - 0.7 and 0.7 - 0.6 differ by 1e-16."""


def p_over_folds(differences: Sequence[float], k: int) -> float:
    """Return the two-sided p of a mean difference over folds and repeats.

    The corrected resampled t-test: the variance is widened by the test share over the training share, 1 / (k - 1),
    because training sides overlap (Nadeau and Bengio 2003, Machine Learning 52, section 5). It needs at least two
    differences; if they are all equal, as can happen on few small folds, it is a sign test.
    """
    from scipy.special import stdtr

    count, mean = len(differences), float(np.mean(differences))
    if constant(differences):
        return sign_p(mean, count)
    statistic = mean / (float(np.var(differences, ddof=1)) * (1 / count + 1 / (k - 1))) ** 0.5
    return float(2 * stdtr(count - 1, -abs(statistic)))


def constant(values: Sequence[float] | np.ndarray) -> bool:
    """Return whether values differ by no more than the rounding of their computation."""
    return bool(np.ptp(values) <= ROUNDING * max(1.0, float(np.abs(values).max())))


def sign_p(value: float, count: int) -> float:
    """Return the two-sided p of a sign test on this many equal differences."""
    return 1.0 if abs(value) <= ROUNDING else min(1.0, 2 * 0.5**count)


def holm(values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, step by step (Holm 1979, Scandinavian Journal of Statistics 6)."""
    order = np.argsort(values, kind="stable")
    factors = np.arange(len(values), 0, -1)
    corrected = np.minimum(np.maximum.accumulate(np.asarray(values)[order] * factors), 1)
    return corrected[np.argsort(order, kind="stable")].tolist()


@dataclass(frozen=True)
class Friedman:
    """Friedman's test on ranks: statistic (chi-square), p, mean ranks, and Nemenyi's critical difference at 5 %."""

    statistic: float
    p: float
    ranks: Mapping[str, float]
    difference: float


def friedman(values: Mapping[str, np.ndarray]) -> Friedman:
    """Test whether some of at least three models (each N scores on the same N folds) differ in rank.

    Rank 1 is the highest score; equal scores share a rank. Without ties this is Friedman's chi-square as in Demsar
    (JMLR 7, 2006, section 3.2.2); scipy corrects it for ties.
    """
    from scipy.stats import friedmanchisquare, rankdata, studentized_range

    scores = np.stack(list(values.values()))
    models, folds = scores.shape
    ranks = rankdata(-scores, axis=0).mean(1)
    if np.ptp(scores, axis=0).max() == 0:
        statistic, p = 0.0, 1.0
    else:
        statistic, p = friedmanchisquare(*scores)
    critical = studentized_range.ppf(0.95, models, np.inf) / 2**0.5
    difference = critical * (models * (models + 1) / (6 * folds)) ** 0.5
    return Friedman(float(statistic), float(p), dict(zip(values, ranks.tolist(), strict=True)), float(difference))
