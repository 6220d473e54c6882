"""How far two raters agree: Krippendorff's alpha with an interval, and a table of their marks against each other.

Source: Krippendorff, Content Analysis (4th edition), chapter 12, by the package ``krippendorff``. It has no interval;
the one here is of a bootstrap over clusters, since marks of one picture are dependent.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

REPEATS = 1000
_SEED = 22
"""The seed of the bootstrap; constant, so that the same marks have the same interval."""
_ENDS = (2.5, 97.5)
_FEWEST_DEFINED = 0.95
"""The share of samples in which alpha must be defined; of fewer, the interval would be that of the others alone."""


class Agreement(NamedTuple):
    """The agreement of two raters on ``units``, which lie in ``clusters`` clusters.

    ``alpha`` is ordinal: 1 for marks that are all alike, 0 for marks as by chance, below 0 for less; None if all marks
    have one value. ``low`` and ``high`` are its 95 % interval, None for one cluster or where too few samples have
    two values. ``alike`` is the share of equal marks. ``table`` counts units by the first rater's mark (rows) and the
    second's (columns), in the order of the values.
    """

    alpha: float | None
    low: float | None
    high: float | None
    units: int
    clusters: int
    alike: float
    table: tuple[tuple[int, ...], ...]


def agreement(
    first: Sequence[float], second: Sequence[float], clusters: Sequence[Hashable], values: Sequence[float]
) -> Agreement:
    """Compare the marks (N,) that two raters gave the same units; ``values`` are those possible, from the lowest.

    ValueError if there is no unit, or a mark has another value.
    """
    if not first:
        raise ValueError("no unit has marks of both raters")
    place = {value: number for number, value in enumerate(values)}
    if strangers := {*first, *second} - place.keys():
        raise ValueError(f"{strangers} are none of the values {[*values]}")
    one, other = (np.array([place[mark] for mark in marks]) for marks in (first, second))
    counts = np.zeros((len(one), len(values)), dtype=np.int64)
    for marks in (one, other):
        counts[np.arange(len(one)), marks] += 1
    table = np.zeros((len(values), len(values)), dtype=np.int64)
    np.add.at(table, (one, other), 1)
    numbers: dict[Hashable, int] = {}
    members = np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters])
    low, high = _interval(counts, members, len(numbers), values)
    return Agreement(
        _alpha(counts, values),
        low,
        high,
        len(one),
        len(numbers),
        float((one == other).mean()),
        tuple(tuple(map(int, row)) for row in table),
    )


def _alpha(counts: np.ndarray, values: Sequence[float]) -> float | None:
    """Return alpha of units (N) by how many raters gave each value (N, V); None if only one value was given."""
    import krippendorff

    if (counts.sum(axis=0) > 0).sum() < 2:
        return None
    return float(krippendorff.alpha(value_counts=counts, value_domain=[*values], level_of_measurement="ordinal"))


def _interval(
    counts: np.ndarray, members: np.ndarray, clusters: int, values: Sequence[float]
) -> tuple[float | None, float | None]:
    """Return the 95 % interval of alpha by the percentiles of samples of whole clusters."""
    if clusters < 2:
        return None, None
    random = np.random.default_rng(_SEED)
    units = [np.flatnonzero(members == cluster) for cluster in range(clusters)]
    samples = (random.integers(clusters, size=clusters) for _ in range(REPEATS))
    alphas = [_alpha(counts[np.concatenate([units[each] for each in sample])], values) for sample in samples]
    defined = [alpha for alpha in alphas if alpha is not None]
    if len(defined) < _FEWEST_DEFINED * REPEATS:
        return None, None
    low, high = np.percentile(defined, _ENDS)
    return float(low), float(high)
