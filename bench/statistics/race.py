"""A race of rows over folds: after each fold, the rows that are clearly worse than the best one stop.

The scheme is F-race (Birattari et al. 2002, A racing algorithm for configuring metaheuristics, GECCO). Its test is
another: the corrected resampled t-test (Nadeau and Bengio 2003), because folds share training pictures. What the rule
does to the error rate is simulated in tests/race_simulation.py.
"""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import NamedTuple

import numpy as np

from bench.statistics.significance import holm, p_over_folds

FIRST = 3
"""The number of folds after which rows are first judged."""
LEVEL = 0.05
"""The level of all judgements of one race together: each of n has an n-th of it (Bonferroni)."""


class Lag(NamedTuple):
    """A row that stops: ``difference`` is how far it is below the row ``best``; ``p`` is corrected over the rows."""

    row: str
    best: str
    difference: float
    p: float


def level_of(folds: int) -> float:
    """Return the level of each judgement in a race over so many folds; none comes after the last fold."""
    return LEVEL / max(1, folds - FIRST)


def behind(scores: Mapping[str, Sequence[float]], k: int, level: float) -> list[Lag]:
    """Return the rows that are worse than the best by a corrected resampled t-test, with Holm's correction.

    ``scores`` are those of the rows that still race, higher is better, on the same folds in the same order; nan where
    one is missing. The best is the highest mean of the rows that miss none. A row is compared with it on the folds that
    it has, at least ``FIRST``.
    """
    whole = {row: float(np.mean(values)) for row, values in scores.items() if values and not any(map(isnan, values))}
    if not whole:
        return []
    best = max(whole, key=lambda row: whole[row])
    lags = [_lag(row, best, scores, k) for row in scores if row != best]
    corrected = holm([lag.p for lag in lags])
    judged = [lag._replace(p=p) for lag, p in zip(lags, corrected, strict=True)]
    return [lag for lag in judged if lag.difference > 0 and lag.p <= level]


def _lag(row: str, best: str, scores: Mapping[str, Sequence[float]], k: int) -> Lag:
    """Compare a row with the best one on the folds that both have; too few of them tell nothing."""
    pairs = zip(scores[best], scores[row], strict=True)
    differences = [high - low for high, low in pairs if not isnan(low)]
    if len(differences) < FIRST:
        return Lag(row, best, 0.0, 1.0)
    return Lag(row, best, float(np.mean(differences)), p_over_folds(differences, k))
