"""Closed intervals: all values that a printed number may have had before it was printed."""

from collections.abc import Iterable
from typing import NamedTuple

SLACK = 1e-9
"""What two bounds may differ by and still touch: far below any printed digit, far above rounding errors of sums."""


class Interval(NamedTuple):
    """All values from ``low`` to ``high``, both included."""

    low: float
    high: float

    def meets(self, other: "Interval") -> bool:
        """Return whether the two have a value in common."""
        return self.low <= other.high + SLACK and other.low <= self.high + SLACK

    def within(self, low: float, high: float) -> "Interval":
        """Return the interval cut to a range that the quantity cannot leave."""
        return Interval(min(max(self.low, low), high), max(min(self.high, high), low))

    def __str__(self) -> str:
        return f"{self.low:.4f} to {self.high:.4f}"


def harmonic_mean(first: float, second: float) -> float:
    """Return the harmonic mean of two numbers of 0…1, 0 if both are."""
    return 2 * first * second / (first + second) if first + second > 0 else 0.0


def hull(intervals: Iterable[Interval]) -> Interval:
    """Return the least interval that holds all of them: where every weighted mean of their values lies."""
    every = [*intervals]
    return Interval(min(each.low for each in every), max(each.high for each in every))


def weighted_mean(intervals: Iterable[Interval], weights: Iterable[float]) -> Interval:
    """Return where the mean of one value of each interval lies; the weights need not sum to 1."""
    pairs = [*zip(intervals, weights, strict=True)]
    total = sum(weight for _, weight in pairs)
    return Interval(
        sum(each.low * weight for each, weight in pairs) / total,
        sum(each.high * weight for each, weight in pairs) / total,
    )


def within_units(mean: Interval, units: int | None) -> Interval:
    """Return where the value of one of several units lies, all of 0…1, whose unweighted mean lies in an interval.

    Of an unknown number of units any may have any value.
    """
    if units is None:
        return Interval(0.0, 1.0)
    return Interval(max(0.0, 1 - units * (1 - mean.low)), min(1.0, units * mean.high))
