"""How many folds, seeds or test pictures show a difference of a given size: the power of the tests of ``paired``.

statsmodels has the power of plain t-tests. Own code, because here a fold's variance has parts that fall with pictures
and seeds, and the corrected resampled t-test has a part that no number of repeats lowers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import Any

from bench.statistics.paired import Difference

MOST = 1_000_000
"""No more folds, seeds or pictures than these are considered."""


@dataclass(frozen=True)
class ExperimentSize:
    """The size of an experiment.

    ``folds`` counts folds and repeats, ``seeds`` those of each fold, ``pictures`` the test pictures of one fold; the
    split has ``k`` folds. ``recur``: whether all folds test the same pictures.
    """

    folds: int
    seeds: int
    pictures: int
    k: int
    recur: bool = False


@dataclass(frozen=True)
class Components:
    """The variance of a difference by source, None where the records do not show it.

    ``picture`` is that of one test picture (a mean over n of them has an n-th of it), ``seed`` that of one seed of the
    models whose seeds differ, ``seeded`` in number. ``fold`` is what another training side adds; it includes what the
    records do not show of the other two.
    """

    picture: float | None
    fold: float | None
    seed: float | None
    seeded: int


def components(difference: Difference, seeded: int, sizes: ExperimentSize) -> Components:
    """Estimate the variances behind a difference from records of these sizes.

    The variance of folds is what those of pictures and seeds leave; one that comes out negative is 0.
    """
    noise = difference.noise
    picture = None if noise.pictures is None else noise.pictures**2 * difference.pictures
    seed = None if noise.seeds is None else noise.seeds**2
    if noise.folds is None:
        return Components(picture, None, seed, seeded)
    known = (seed or 0.0) / sizes.seeds
    known += 0.0 if sizes.recur or picture is None else picture / sizes.pictures
    return Components(picture, max(0.0, noise.folds**2 - known), seed, seeded)


def power(difference: float, parts: Components, sizes: ExperimentSize, level: float) -> float:
    """Return the probability that an experiment of these sizes shows a true difference, tested at a level.

    Student's t is then noncentral. Over folds, errors correlate by 1 / k, as the corrected resampled t-test assumes.
    """
    from scipy.special import stdtrit
    from scipy.stats import nct

    terms = _terms(parts, sizes)
    variance = sum(own for own, _ in terms)
    if not variance:
        units = sizes.folds if sizes.folds > 1 else sizes.pictures
        return float(difference != 0 and 2 * 0.5 ** min(units, 1000) <= level)
    freedom = variance**2 / sum(own**2 / freedom for own, freedom in terms)
    bound, shift = -float(stdtrit(freedom, level / 2)), abs(difference) / variance**0.5
    opposite = float(nct.cdf(-bound, freedom, shift))  # no number if it is too small for one
    return float(nct.sf(bound, freedom, shift)) + (0.0 if isnan(opposite) else opposite)


def needed(wanted: float, power_of: Callable[[int], float], least: int) -> int | None:
    """Return the least number of folds, seeds or pictures that has the ``wanted`` power, None if ``MOST`` have not.

    ``power_of`` rises with the number, of which ``least`` is the smallest.
    """
    low, high = least - 1, least
    while power_of(high) < wanted:
        if high >= MOST:
            return None
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(middle) >= wanted else (middle, high)
    return high


def detectable(parts: Components, sizes: ExperimentSize, level: float, wanted: float) -> float | None:
    """Return the smallest true difference that an experiment of these sizes shows with the ``wanted`` power.

    None if the records show no noise to compute it from.
    """
    from scipy.optimize import brentq

    scale = sum(own for own, _ in _terms(parts, sizes)) ** 0.5
    if not scale:
        return None
    high = scale
    while power(high, parts, sizes, level) < wanted:
        high *= 2
    root: Any = brentq(lambda size: power(size, parts, sizes, level) - wanted, 0.0, high, xtol=1e-6 * high)
    return float(root)


def _terms(parts: Components, sizes: ExperimentSize) -> list[tuple[float, float]]:
    """Return the variances that the test adds up, with their degrees of freedom."""
    pictures = (parts.picture or 0.0) / sizes.pictures if sizes.pictures else 0.0
    seeds = (parts.seed or 0.0) / sizes.seeds
    if sizes.folds == 1:
        terms = [(pictures, sizes.pictures - 1), (seeds, parts.seeded * (sizes.seeds - 1))]
    else:
        fold = (parts.fold or 0.0) + seeds + (0.0 if sizes.recur else pictures)
        terms = [(fold * (1 / sizes.folds + 1 / (sizes.k - 1)), sizes.folds - 1)]
        terms += [(pictures, sizes.pictures - 1)] if sizes.recur else []
    return [(variance, freedom) for variance, freedom in terms if variance and freedom > 0]
