"""F1 against precision and recall: of one confusion table their harmonic mean, of means at most that.

The harmonic mean is concave, so by Jensen's inequality a mean of F1 scores, over folds, runs or classes and with any
weights, is at most the harmonic mean of the mean precision and the mean recall; it is at least their sum minus 1, which
the corners of the unit square give. Over a known number of runs the least mean lies at a corner of what is possible:
at most one precision and one recall are then other than 0 and 1. A precision or recall that is undefined and counts as
0 or 1, or is left out of its mean, does not break these bounds; an F1 that is left out may.

How F1 is averaged in cross-validation differs between studies: G. Forman and M. Scholz, Apples-to-apples in
cross-validation studies, SIGKDD Explorations 12 (2010). Over classes: J. Opitz and S. Burst, Macro F1 and macro F1
(2019).
"""

from collections.abc import Iterator
from math import ceil, floor
from typing import NamedTuple

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import SLACK, Interval, harmonic_mean
from bench.auditing.publication import Paper, Printing, PublishedNumber

OTHERWISE = (
    "F1 alone was averaged otherwise than precision and recall: over pooled counts, with other weights, or without the "
    "parts in which it is undefined"
)
_MOST_PARTS = 10_000
"""The most parts that are gone through; of more, any may be undefined."""
_MOST_TABLES = 20_000
"""The most tables of counts that are tried; if there are more, only the harmonic mean counts."""


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each F1 score whose precision and recall stand in the same line."""
    for numbers in publication.lines:
        for category, average in sorted({(number.category, number.average) for number in numbers}):
            own = {n.metric: n for n in numbers if (n.category, n.average) == (category, average)}
            if {"precision", "recall", "f1"} <= own.keys():
                yield _Scores(own["precision"], own["recall"], own["f1"]).finding()


class _Scores(NamedTuple):
    """Precision, recall and F1 of a class, or of all classes."""

    precision: PublishedNumber
    recall: PublishedNumber
    f1: PublishedNumber

    def finding(self) -> AuditFinding:
        names = f"precision {self.precision.text} and recall {self.recall.text}"
        one, mean, value = self._of_one_table("rounded"), self._of_means(self._units, "rounded"), self.f1.range()
        parts = "folds or runs" if self.f1.category else "classes, folds or runs"
        fails = f"F1 {self.f1.text} cannot be that of one confusion table with {names}, which is {one}"
        if value.low > mean.high + SLACK:
            fails += f", nor a mean over {parts} of such scores, which is at most {mean.high:.4f}"
        elif value.high < mean.low - SLACK:
            fails += f", nor a mean over {parts} of such scores, which is at least {mean.low:.4f}"
        elif one.meets(value):
            fails = f"no table of whole counts has {names} and F1 {self.f1.text}"
        holds = f"With {names} the F1 of one confusion table is {one}: {self.f1.text} agrees"
        if not self._in_one_table("rounded"):
            holds = (
                f"With {names} a mean over {parts} of F1 scores is {mean}: {self.f1.text} agrees, as a mean, but not "
                "as the F1 of one confusion table"
            )
        return judge([self.f1], [self.precision, self.recall], [*self._readings()], holds, fails)

    def _readings(self) -> Iterator[Interpretation]:
        """Yield the readings that the file leaves open."""
        f1 = self.f1
        if f1.may_be_pooled:
            yield Interpretation("the three are of one confusion table", self._in_one_table, plain=True)
        if f1.category:
            if f1.may_be_mean:
                yield Interpretation("the three are means over folds or runs", self._is_mean, plain=bool(f1.over_folds))
        elif f1.average != "micro":
            yield Interpretation("the three are means over classes, folds or runs", self._is_mean, plain=True)
        if (f1.over_folds or f1.units == 1) and (f1.category or f1.average):
            if self._parts != 1:
                yield Interpretation(
                    "parts in which F1 is undefined were left out of its mean", self._is_of_defined, last=True
                )
        else:
            yield Interpretation(OTHERWISE, lambda _: True, last=True)

    @property
    def _units(self) -> int | None:
        """Over how many runs of equal weight a mean is, as far as known; folds need not weigh alike."""
        f1 = self.f1
        return f1.repeats if f1.category and (f1.folds == 1 or f1.over_folds == "pooled") else None

    @property
    def _parts(self) -> int | None:
        """The most parts of equal weight in a mean: folds times runs, and times classes; None if that is not known."""
        f1 = self.f1
        if f1.average == "weighted":
            return None
        own = f1.repeats if f1.over_folds == "pooled" else f1.units
        if f1.category or own is None:
            return own
        return own * f1.classes if f1.classes is not None else None

    def _is_of_defined(self, printing: Printing) -> bool:
        precision, recall = self.precision.range(printing), self.recall.range(printing)
        low = least_mean(precision.low, recall.low, None)
        return Interval(low, most_of_defined(precision, recall, self._parts)).meets(self.f1.range(printing))

    def _of_one_table(self, printing: Printing) -> Interval:
        precision, recall = self.precision.range(printing), self.recall.range(printing)
        return Interval(harmonic_mean(precision.low, recall.low), harmonic_mean(precision.high, recall.high))

    def _of_means(self, units: int | None, printing: Printing) -> Interval:
        precision, recall = self.precision.range(printing), self.recall.range(printing)
        return Interval(least_mean(precision.low, recall.low, units), harmonic_mean(precision.high, recall.high))

    def _in_one_table(self, printing: Printing) -> bool:
        return self._of_one_table(printing).meets(self.f1.range(printing)) and self._counts_allow(printing)

    def _is_mean(self, printing: Printing) -> bool:
        return self._of_means(self._units, printing).meets(self.f1.range(printing))

    def _counts_allow(self, printing: Printing) -> bool:
        """Return whether one table of whole counts has all three, for a class of known size."""
        if not self.f1.category or len(self.f1.counts) != 1 or self.f1.repeats is None:
            return True
        ranges = [number.range(printing) for number in self]
        return counts_allow(self.f1.counts[0] * self.f1.repeats, *ranges)


def least_mean(precision: float, recall: float, units: int | None) -> float:
    """Return the least mean of F1 scores over units whose precision and recall have these means.

    Of an unknown number of units, or with other weights, it is their sum minus 1. Of a known number it is reached where
    all precisions but one are 0 or 1, and all recalls but one; some units may be left out of every mean.
    """
    weakest = max(0.0, precision + recall - 1)
    if units is None:
        return weakest
    return max(weakest, min(_least_mean(precision, recall, number) for number in range(1, units + 1)))


def _least_mean(precision: float, recall: float, units: int) -> float:
    zeros, rests = 0, []
    for mean in (precision, recall):
        missing = units * (1 - mean)
        whole = floor(missing + SLACK)
        zeros += whole
        rests.append(1 - max(0.0, missing - whole))
    full = units - zeros
    joined = full - 1 + harmonic_mean(*rests)
    apart = full - 2 + harmonic_mean(rests[0], 1) + harmonic_mean(rests[1], 1) if full > 1 else joined
    return max(0.0, min(apart, joined) / units)


def most_of_defined(precision: Interval, recall: Interval, parts: int | None) -> float:
    """Return the greatest mean of F1 over the parts in which it is defined, where the other means are over more.

    Without a prediction precision and F1 are undefined and recall is 0; without a test case recall and F1 are undefined
    and precision is 0. Some programs leave what is undefined out of each mean.
    """
    if parts is None or parts > _MOST_PARTS:
        return 1.0
    return harmonic_mean(_of_defined(precision, parts), _of_defined(recall, parts))


def _of_defined(mean: Interval, parts: int) -> float:
    """Return the greatest mean over the others where some of at most so many parts are 0 and left out."""
    shares = (1 - floor(number * (1 - mean.low) + SLACK) / number for number in range(1, parts + 1))
    least = min((share for share in shares if share > 0), default=1.0)
    return min(1.0, mean.high / least)


def counts_allow(size: int, precision: Interval, recall: Interval, f1: Interval) -> bool:
    """Return whether some table of whole counts has all three scores, for a class with so many test cases."""
    hits = range(max(0, ceil(size * recall.low - SLACK)), min(size, floor(size * recall.high + SLACK)) + 1)
    if precision.low <= 0 or 0 in hits:  # no bound on how often the class is predicted
        return True
    tried = 0
    for hit in hits:
        for predicted in range(max(hit, ceil(hit / precision.high - SLACK)), floor(hit / precision.low + SLACK) + 1):
            tried += 1
            if f1.low - SLACK <= 2 * hit / (predicted + size) <= f1.high + SLACK or tried > _MOST_TABLES:
                return True
    return False
