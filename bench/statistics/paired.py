"""The difference between two models on the same pictures and folds: its size, its error, its sources of noise.

Three sources are kept apart. Pictures: other test pictures would give other scores. Questions about one picture are
dependent, so errors are clustered by picture; and models are compared picture by picture, because a picture that is
hard for one is hard for the other. Folds: other training pictures would give another model. Seeds: other initial
weights on the same fold would, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf
from statistics import fmean
from typing import Literal, NamedTuple

import numpy as np

from bench.statistics.clustered import error_of_clusters
from bench.statistics.significance import ROUNDING, constant, holm, sign_p

Fold = tuple[int, int]
"""A fold and its repeat."""
Basis = Literal["folds", "folds and pictures", "pictures", "separate errors", "nothing"]
"""What the test of a difference rests on."""


@dataclass(frozen=True)
class ModelScores:
    """One model's scores of a metric.

    ``by_fold`` are the scores of each fold, one per seed; ``influences`` each picture's influence on their mean, of the
    folds whose answers are known; ``errors`` the standard errors of the folds' scores, if known.
    """

    by_fold: Mapping[Fold, Sequence[float]]
    influences: Mapping[Fold, Mapping[str, float]]
    errors: Mapping[Fold, float]

    @property
    def level(self) -> float:
        """The mean over folds."""
        return float(np.mean([self.mean(fold) for fold in sorted(self.by_fold)]))

    def mean(self, fold: Fold) -> float:
        """Return the score of a fold, the mean over its seeds."""
        return fmean(self.by_fold[fold])

    def seed_variance(self, folds: Iterable[Fold]) -> tuple[float, int]:
        """Return the variance over seeds within a fold, pooled over folds, and its degrees of freedom."""
        several = [self.by_fold[fold] for fold in folds if len(self.by_fold[fold]) > 1]
        freedom = sum(len(scores) - 1 for scores in several)
        squares = sum(float(np.var(scores)) * len(scores) for scores in several)
        return (squares / freedom if freedom else 0.0), freedom


@dataclass(frozen=True)
class Noise:
    """The noise of a difference by source, None where the records do not show it.

    ``pictures`` is the standard error of the mean difference over test pictures, ``folds`` the standard deviation of
    the difference over folds and repeats (seeds averaged), ``seeds`` its standard deviation over seeds within a fold.
    """

    pictures: float | None
    folds: float | None
    seeds: float | None


@dataclass(frozen=True)
class Difference:
    """The mean difference of two models on the folds that both have, with the test of whether it could be chance.

    ``error`` is the standard error that the test uses, None if there is none; ``freedom`` the degrees of freedom of
    Student's t; ``p`` is two-sided; ``folds`` is how many folds and repeats both have; ``pictures`` on how many test
    pictures the answers of both are known, 0 if they are not.
    """

    value: float
    error: float | None
    freedom: float
    p: float
    basis: Basis
    folds: int
    pictures: int
    noise: Noise

    def interval(self, level: float) -> tuple[float, float] | None:
        """Return the interval that excludes 0 exactly if p is at most ``level``; None without a standard error."""
        from scipy.special import ndtri, stdtrit

        if self.error is None or level <= 0:
            return None
        quantile = -ndtri(level / 2) if self.freedom == inf else -stdtrit(self.freedom, level / 2)
        return self.value - float(quantile) * self.error, self.value + float(quantile) * self.error


_NONE = np.zeros(0)
"""The influences of pictures whose answers are unknown."""


class _Test(NamedTuple):
    """What a test adds up: variances with their degrees of freedom; or that many equal differences, without any."""

    basis: Basis
    terms: Sequence[tuple[float, float]]
    equal: int = 0


def difference(first: ModelScores, second: ModelScores, k: int, *, pictures_recur: bool = False) -> Difference | None:
    """Compare two models on the folds that both have; None if there are none.

    Seeds are averaged within a fold. Over several of the ``k`` folds the test is the corrected resampled t-test, see
    ``bench.statistics.significance.p_over_folds``; if all folds test the same pictures (``pictures_recur``), the error
    over pictures is added, because the folds do not show it. On one fold it is the paired error over pictures, to which
    the error over seeds is added if there are several; without the answers it is that of the two separate scores.
    """
    folds = sorted(first.by_fold.keys() & second.by_fold.keys())
    if not folds:
        return None
    differences = np.array([first.mean(fold) - second.mean(fold) for fold in folds])
    value = float(differences.mean())
    pictures = _influences(first, second, folds)
    error = error_of_clusters(pictures)
    if len(folds) > 1:
        test = _over_folds(differences, k, pictures if pictures_recur else _NONE, error)
    elif error is not None:
        test = _over_pictures(first, second, folds[0], pictures, error)
    else:
        test = _of_separate_errors(first, second, folds[0])
    joined, freedom = _joined(test.terms)
    p = sign_p(value, test.equal) if test.equal else _p(value, joined, freedom)
    noise = Noise(error, float(differences.std(ddof=1)) if len(folds) > 1 else None, _over_seeds(first, second, folds))
    return Difference(value, joined, freedom, p, test.basis, len(folds), len(pictures), noise)


def change(after: ModelScores, before: ModelScores, k: int) -> Difference | None:
    """Compare a model's scores with its earlier ones on the folds that both have; None if there are none.

    Unlike ``difference`` it asks about these folds alone, on which training and test pictures are the same: the error
    is the paired one over pictures, to which that over seeds is added if there are several. Without the answers it is
    that of the two separate scores; without that, over several of the ``k`` folds, the corrected resampled t-test.
    """
    folds = sorted(after.by_fold.keys() & before.by_fold.keys())
    if not folds:
        return None
    differences = np.array([after.mean(fold) - before.mean(fold) for fold in folds])
    pictures = _influences(after, before, folds)
    error = error_of_clusters(pictures) if len(pictures) else None
    own = [(_mean_error(model, folds), inf) for model in (after, before)]
    seeds = [term for model in (after, before) for term in _mean_over_seeds(model, folds)]
    if error is not None:
        test = _Test("pictures", [(error**2, len(pictures) - 1), *seeds])
    elif all(squared is not None for squared, _ in own):
        test = _Test("separate errors", [*((squared or 0.0, freedom) for squared, freedom in own), *seeds])
    elif len(folds) > 1:
        test = _over_folds(differences, k, _NONE, None)
    else:
        test = _Test("nothing", [])
    value, (joined, freedom) = float(differences.mean()), _joined(test.terms)
    p = sign_p(value, test.equal) if test.equal else _p(value, joined, freedom)
    noise = Noise(error, float(differences.std(ddof=1)) if len(folds) > 1 else None, _over_seeds(after, before, folds))
    return Difference(value, joined, freedom, p, test.basis, len(folds), len(pictures), noise)


def _mean_error(model: ModelScores, folds: Sequence[Fold]) -> float | None:
    """Return the square of the standard error of a model's mean over folds, None if a fold's error is unknown."""
    if not all(fold in model.errors for fold in folds):
        return None
    return sum(model.errors[fold] ** 2 for fold in folds) / len(folds) ** 2


def _mean_over_seeds(model: ModelScores, folds: Sequence[Fold]) -> list[tuple[float, float]]:
    """Return variance and degrees of freedom that seeds give a model's mean over folds; nothing without several."""
    variance, freedom = model.seed_variance(folds)
    if not freedom:
        return []
    return [(variance * sum(1 / len(model.by_fold[fold]) for fold in folds) / len(folds) ** 2, freedom)]


def widened(differences: Sequence[Difference], level: float) -> list[tuple[float, tuple[float, float] | None]]:
    """Return the p of each difference corrected for their number (Holm), and its interval widened alike.

    The interval excludes 0 exactly if the corrected p is at most ``level``.
    """
    corrected = holm([each.p for each in differences])
    shares = [each.p / own if own else 1 / len(differences) for each, own in zip(differences, corrected, strict=True)]
    return [
        (own, each.interval(level * share)) for each, own, share in zip(differences, corrected, shares, strict=True)
    ]


def _over_folds(differences: np.ndarray, k: int, pictures: np.ndarray, error: float | None) -> _Test:
    count = len(differences)
    terms = [(float(differences.var(ddof=1)) * (1 / count + 1 / (k - 1)), count - 1)]
    if len(pictures) and error is not None:
        return _Test("folds and pictures", [*terms, (error**2, len(pictures) - 1)])
    return _Test("folds", [], count) if constant(differences) else _Test("folds", terms)


def _over_pictures(first: ModelScores, second: ModelScores, fold: Fold, pictures: np.ndarray, error: float) -> _Test:
    seeds = _of_seeds(first, second, fold)
    if not pictures.any() and not seeds:
        return _Test("pictures", [], len(pictures))
    return _Test("pictures", [(error**2, len(pictures) - 1), *seeds])


def _of_separate_errors(first: ModelScores, second: ModelScores, fold: Fold) -> _Test:
    errors = [(model.errors[fold] ** 2, inf) for model in (first, second) if fold in model.errors]
    return _Test("separate errors", [*errors, *_of_seeds(first, second, fold)]) if errors else _Test("nothing", [])


def _of_seeds(first: ModelScores, second: ModelScores, fold: Fold) -> list[tuple[float, float]]:
    """Return variance and degrees of freedom of each model's mean over seeds; nothing of a model with one seed."""
    counts = [(len(model.by_fold[fold]), *model.seed_variance([fold])) for model in (first, second)]
    return [(variance / seeds, freedom) for seeds, variance, freedom in counts if variance]


def _over_seeds(first: ModelScores, second: ModelScores, folds: Sequence[Fold]) -> float | None:
    variances = [model.seed_variance(folds) for model in (first, second)]
    return sum(own for own, _ in variances) ** 0.5 if any(freedom for _, freedom in variances) else None


def _influences(first: ModelScores, second: ModelScores, folds: Sequence[Fold]) -> np.ndarray:
    """Return each picture's influence on the mean difference; none if some answers are unknown.

    Influences that are rounding of those of the two models are 0.
    """
    if not all(fold in model.influences for fold in folds for model in (first, second)):
        return _NONE
    own = [model.influences[fold] for model in (first, second) for fold in folds]
    places = {picture: place for place, picture in enumerate(dict.fromkeys(chain(*own)))}
    index = np.fromiter(map(places.__getitem__, chain(*own)), dtype=np.intp)
    values = np.fromiter(chain.from_iterable(each.values() for each in own), dtype=np.float64) / len(folds)
    signs = np.repeat([1.0, -1.0], [sum(map(len, own[: len(folds)])), sum(map(len, own[len(folds) :]))])
    totals = np.bincount(index, signs * values, len(places))
    return np.where(np.abs(totals) > ROUNDING * np.abs(values).max(initial=0.0) * len(folds), totals, 0.0)


def _joined(terms: Sequence[tuple[float, float]]) -> tuple[float | None, float]:
    """Return the standard error of a sum of independent errors, and its degrees of freedom (Satterthwaite 1946)."""
    variance = sum(own for own, _ in terms)
    if not variance:
        return None, inf
    squares = sum(own**2 / freedom for own, freedom in terms)
    return variance**0.5, variance**2 / squares if squares else inf


def _p(value: float, error: float | None, freedom: float) -> float:
    from scipy.special import ndtr, stdtr

    if error is None:
        return 1.0
    statistic = -abs(value) / error
    return float(2 * (ndtr(statistic) if freedom == inf else stdtr(freedom, statistic)))
