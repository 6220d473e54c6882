"""What a text claims of numbers, held against the numbers."""

from collections.abc import Callable, Mapping
from functools import partial

from bench.auditing.finding import Finding, Reading, judge
from bench.auditing.interval import SLACK, Interval
from bench.auditing.publication import Claim, ClaimKind, Printing, printed_range


def finding(claim: Claim) -> Finding:
    """Hold a claim against its numbers."""
    return _KINDS[claim.kind](claim)


def _quotient(claim: Claim, printing: Printing) -> Interval:
    over, under = claim.of[0].range(printing), claim.against[0].range(printing)
    return Interval(over.low / max(under.high, 1e-12), over.high / max(under.low, 1e-12))


def _relative(claim: Claim, printing: Printing) -> Interval:
    low, high = _quotient(claim, printing)
    return Interval(low - 1, high - 1)


def _difference(claim: Claim, printing: Printing) -> Interval:
    first, second = claim.of[0].range(printing), claim.against[0].range(printing)
    return Interval(first.low - second.high, first.high - second.low)


def _to_itself(claim: Claim, printing: Printing) -> Interval:
    low, high = _quotient(claim, printing)
    return Interval(1 - 1 / max(low, 1e-12), 1 - 1 / max(high, 1e-12))


def _of_the_error(claim: Claim, printing: Printing) -> Interval:
    first, second = claim.of[0].range(printing), claim.against[0].range(printing)
    low, high = (
        (1 - own) / max(1 - other, 1e-12) for own, other in ((first.high, second.low), (first.low, second.high))
    )
    return Interval(1 - high, 1 - low)


Derivation = Callable[[Claim, Printing], Interval]
"""Derives what a claim states from its numbers."""
_OTHERWISE: Mapping[ClaimKind, Mapping[str, Derivation]] = {
    "relative change": {
        "it is the difference in points": _difference,
        "it is relative to the first number": _to_itself,
        "it is the share of the error that is removed": _of_the_error,
    }
}
"""Other meanings of a kind of claim."""


def _meets(claim: Claim, derive: Derivation, printing: Printing) -> bool:
    """Return whether a claim's value is what is derived; a decrease may be stated without its sign."""
    assert claim.value is not None  # the file's reader demands it
    own, stated = derive(claim, printing), printed_range(claim.value, claim.digits, printing)
    return own.meets(stated) or (claim.value > 0 and own.high < 0 and Interval(-own.high, -own.low).meets(stated))


def _sum(claim: Claim, printing: Printing) -> Interval:
    counts = [sum(number.counts) if number.counts else number.value for number in claim.of]
    return Interval(sum(counts), sum(counts))


def _count(claim: Claim, printing: Printing) -> Interval:
    return Interval(len(claim.of), len(claim.of))


def _with_value(what: str, derive: Derivation) -> Callable[[Claim], Finding]:
    def hold(claim: Claim) -> Finding:
        assert claim.value is not None  # the file's reader demands it
        value, digits = claim.value, claim.digits

        own = derive(claim, "rounded")
        shown = f"{own.low:,.0f}" if own.low == own.high else str(own)
        readings = [Reading("of these numbers", partial(_meets, claim, derive), plain=True)]
        readings += [
            Reading(name, partial(_meets, claim, other)) for name, other in _OTHERWISE.get(claim.kind, {}).items()
        ]
        if claim.kind == "sum":
            readings.append(Reading("the counts are of another release of the data", lambda _: True))
        return judge(
            claim.of,
            claim.against,
            readings,
            f"By the printed numbers {what} is {shown}: {value:,.{digits}f} agrees",
            f"By the printed numbers {what} is {shown}, so it cannot be {value:,.{digits}f}",
        )

    return hold


def _highest(claim: Claim) -> Finding:
    """Hold a claim that the first numbers are not below the others, column by column."""
    above = [
        other
        for own in claim.of
        for other in claim.against
        if other.column == own.column and other.range().low > own.range().high + SLACK
    ]
    own, columns = claim.of[0], dict.fromkeys(number.column for number in claim.of)
    holding = [column for column in columns if column not in {other.column for other in above}]
    listed = ", ".join(f"{other.label} {other.text}" for other in above[:4])
    more = f" and {len(above) - 4} more" if len(above) > 4 else ""
    readings = [Reading("it is of all columns", lambda _: not above, plain=True)]
    if holding and above:
        readings.append(Reading(f"it is of {' and '.join(holding)} alone", lambda _: True))
    return judge(
        claim.of,
        claim.against,
        readings,
        f"No number of {' and '.join(columns)} beside {own.label} {own.text} is above it",
        f"It cannot be of all columns: above it are {listed}{more}",
    )


_KINDS: Mapping[ClaimKind, Callable[[Claim], Finding]] = {
    "relative change": _with_value("the relative change", _relative),
    "ratio": _with_value("the ratio", _quotient),
    "difference": _with_value("the difference", _difference),
    "sum": _with_value("the sum of the counts", _sum),
    "count": _with_value("the number of rows", _count),
    "highest": _highest,
}
