"""One model's number in two tables: alike, unless the tables are of different experiments."""

from collections.abc import Iterator

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.publication import Paper, PublishedNumber


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each number that an earlier table prints, too."""
    earlier: dict[tuple[str, ...], PublishedNumber] = {}
    for number in publication.numbers:
        if not number.metric:
            continue
        key = (*number.who, number.metric, number.category, number.average, number.over_folds)
        first = earlier.setdefault(key, number)
        if first.table != number.table:
            yield _finding(first, number)


def _finding(first: PublishedNumber, second: PublishedNumber) -> AuditFinding:
    return judge(
        [second],
        [first],
        [
            Interpretation("alike", lambda printing: first.range(printing).meets(second.range(printing)), plain=True),
            Interpretation("the two tables are of different experiments", lambda _: True),
        ],
        f"Table {first.table} prints it, too, as {first.text}",
        f"{second.label} {second.text} cannot be the number that table {first.table} prints as {first.text}",
    )
