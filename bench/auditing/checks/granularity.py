"""Accuracy and recall against the number of test cases: of so many, some whole number is right (GRIM).

N. Brown and J. Heathers, The GRIM Test, Social Psychological and Personality Science 8 (2017). A mean over folds whose
sizes differ has finer steps; with folds that differ by one at most these are known, too.
"""

from collections.abc import Iterator
from math import ceil, floor

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import SLACK, Interval
from bench.auditing.publication import Paper, Printing, PublishedNumber

_UNEQUAL = "it is a mean over folds of unequal size or over runs that are not stated"


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each accuracy, Top-k accuracy and recall of a class with a known number of test cases."""
    for number in publication.numbers:
        cases = _cases(number)
        if cases:
            yield _finding(number, cases)


def _cases(number: PublishedNumber) -> int | None:
    """Return of how many test cases a number is the share of right ones, None if it is no share or that is unknown."""
    if number.metric == "recall" and number.category and len(number.counts) == 1:
        return number.counts[0]
    is_share = number.metric == "accuracy" or number.metric.startswith("top")
    return number.n if is_share and not number.category else None


def _finding(number: PublishedNumber, cases: int) -> AuditFinding:
    repeats, folds = number.repeats or 1, number.folds or 1

    def of_whole(printing: Printing) -> bool:
        return holds_share(number.range(printing), cases * repeats)

    def of_folds(printing: Printing) -> bool:
        return holds_mean_of_folds(number.range(printing), cases, folds, repeats)

    readings = [Interpretation("its cases were pooled", of_whole, plain=True)]
    if number.may_be_mean and number.folds is not None and 1 < folds <= cases:
        readings.append(Interpretation("it is a mean over folds", of_folds, plain=True))
    is_one = number.units == 1 or (number.folds == 1 and number.repeats is not None)
    is_pooled = number.over_folds == "pooled" and number.repeats is not None
    if not is_one and not is_pooled:
        is_of_folds = bool(number.category) and folds > 1  # which need not hold equally many of a class
        readings.append(Interpretation(_UNEQUAL, lambda _: True, plain=is_of_folds))
    runs = f" in each of {repeats} runs" if repeats > 1 else ""
    nearest = round(number.value * cases * repeats)
    holds = f"{number.text} is a share of {cases:,} test cases{runs}, such as {nearest:,} of {cases * repeats:,}"
    if not of_whole("rounded"):
        holds = f"{number.text} is no share of {cases:,} test cases{runs}, and may be a mean over folds"
    return judge(
        [number],
        [],
        readings,
        holds,
        f"{number.label} {number.text} cannot be a share of {cases:,} test cases{runs}: the nearest are "
        f"{_neighbours(number.value, cases * repeats)}",
    )


def _neighbours(value: float, cases: int) -> str:
    below = min(cases - 1, floor(value * cases))
    return f"{below}/{cases} = {below / cases:.5f} and {below + 1}/{cases} = {(below + 1) / cases:.5f}"


def holds_share(values: Interval, cases: int) -> bool:
    """Return whether a whole number out of so many cases lies in an interval of shares."""
    return ceil(values.low * cases - SLACK * cases) <= floor(values.high * cases + SLACK * cases)


def holds_mean_of_folds(values: Interval, cases: int, folds: int, repeats: int) -> bool:
    """Return whether a mean over folds, and over runs, lies in an interval of shares.

    Folds are as large as each other, or some have one case more.
    """
    size, larger = divmod(cases, folds)
    units, small, large = folds * repeats, (folds - larger) * repeats * size, larger * repeats * (size + 1)
    if not larger:
        return holds_share(values, small)
    if (values.high - values.low) * units * size >= 1:  # some number of whole cases always fits
        return True
    for right in range(large + 1):
        rest = Interval(*((bound * units - right / (size + 1)) * size for bound in values))
        first, last = ceil(rest.low - SLACK * cases), floor(rest.high + SLACK * cases)
        if max(first, 0) <= min(last, small):
            return True
    return False
