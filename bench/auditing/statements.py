"""What a text says of numbers, held against the numbers."""

from collections.abc import Callable, Mapping
from functools import partial

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import SLACK, Interval
from bench.auditing.publication import Printing, StatementKind, TextStatement, printed_range


def finding(statement: TextStatement) -> AuditFinding:
    """Hold a statement against its numbers."""
    return _KINDS[statement.kind](statement)


def _quotient(statement: TextStatement, printing: Printing) -> Interval:
    over, under = statement.of[0].range(printing), statement.against[0].range(printing)
    return Interval(over.low / max(under.high, 1e-12), over.high / max(under.low, 1e-12))


def _relative(statement: TextStatement, printing: Printing) -> Interval:
    low, high = _quotient(statement, printing)
    return Interval(low - 1, high - 1)


def _difference(statement: TextStatement, printing: Printing) -> Interval:
    first, second = statement.of[0].range(printing), statement.against[0].range(printing)
    return Interval(first.low - second.high, first.high - second.low)


def _to_itself(statement: TextStatement, printing: Printing) -> Interval:
    low, high = _quotient(statement, printing)
    return Interval(1 - 1 / max(low, 1e-12), 1 - 1 / max(high, 1e-12))


def _of_the_error(statement: TextStatement, printing: Printing) -> Interval:
    first, second = statement.of[0].range(printing), statement.against[0].range(printing)
    low, high = (
        (1 - own) / max(1 - other, 1e-12) for own, other in ((first.high, second.low), (first.low, second.high))
    )
    return Interval(1 - high, 1 - low)


Derivation = Callable[[TextStatement, Printing], Interval]
"""Derives what a statement states from its numbers."""
_OTHERWISE: Mapping[StatementKind, Mapping[str, Derivation]] = {
    "relative change": {
        "it is the difference in points": _difference,
        "it is relative to the first number": _to_itself,
        "it is the share of the error that is removed": _of_the_error,
    }
}
"""Other meanings of a kind of statement."""


def _meets(statement: TextStatement, derive: Derivation, printing: Printing) -> bool:
    """Return whether a statement's value is what is derived; a decrease may be stated without its sign."""
    assert statement.value is not None  # the file's reader demands it
    own, stated = derive(statement, printing), printed_range(statement.value, statement.digits, printing)
    return own.meets(stated) or (statement.value > 0 and own.high < 0 and Interval(-own.high, -own.low).meets(stated))


def _sum(statement: TextStatement, printing: Printing) -> Interval:
    counts = [sum(number.counts) if number.counts else number.value for number in statement.of]
    return Interval(sum(counts), sum(counts))


def _count(statement: TextStatement, printing: Printing) -> Interval:
    return Interval(len(statement.of), len(statement.of))


def _with_value(what: str, derive: Derivation) -> Callable[[TextStatement], AuditFinding]:
    def hold(statement: TextStatement) -> AuditFinding:
        assert statement.value is not None  # the file's reader demands it
        value, digits = statement.value, statement.digits

        own = derive(statement, "rounded")
        shown = f"{own.low:,.0f}" if own.low == own.high else str(own)
        readings = [Interpretation("of these numbers", partial(_meets, statement, derive), plain=True)]
        readings += [
            Interpretation(name, partial(_meets, statement, other))
            for name, other in _OTHERWISE.get(statement.kind, {}).items()
        ]
        if statement.kind == "sum":
            readings.append(Interpretation("the counts are of another release of the data", lambda _: True))
        return judge(
            statement.of,
            statement.against,
            readings,
            f"By the printed numbers {what} is {shown}: {value:,.{digits}f} agrees",
            f"By the printed numbers {what} is {shown}, so it cannot be {value:,.{digits}f}",
        )

    return hold


def _highest(statement: TextStatement) -> AuditFinding:
    """Hold a statement that the first numbers are not below the others, column by column."""
    above = [
        other
        for other in statement.against
        if any(other.column == own.column and other.range().low > own.range().high + SLACK for own in statement.of)
    ]
    columns = dict.fromkeys(number.column for number in statement.of)
    holding = [column for column in columns if column not in {other.column for other in above}]
    listed = ", ".join(f"{other.label} {other.text}" for other in above[:4])
    more = f" and {len(above) - 4} more" if len(above) > 4 else ""
    readings = [Interpretation("it is of all columns", lambda _: not above, plain=True)]
    if holding and above:
        readings.append(Interpretation(f"it is of {' and '.join(holding)} alone", lambda _: True))
    return judge(
        statement.of,
        statement.against,
        readings,
        f"No number that it is compared with is above it in {', '.join(columns)}",
        f"It cannot be of {', '.join(columns)} alike: above it are {listed}{more}",
    )


_KINDS: Mapping[StatementKind, Callable[[TextStatement], AuditFinding]] = {
    "relative change": _with_value("the relative change", _relative),
    "ratio": _with_value("the ratio", _quotient),
    "difference": _with_value("the difference", _difference),
    "sum": _with_value("the sum of the counts", _sum),
    "count": _with_value("the number of rows", _count),
    "highest": _highest,
}
