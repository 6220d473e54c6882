"""Accuracy against the recall of each class: it is their mean, weighted by how often each class occurs.

So it lies between the least and the greatest recall whatever the counts are; with the counts it is known but for
rounding. Both hold of means over stratified folds, in which each class has its share.
"""

from collections.abc import Iterator

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import hull, weighted_mean, within_units
from bench.auditing.publication import CategoryScores, Paper, Printing, PublishedNumber


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each accuracy of a model whose recalls are printed, in the same table or another."""
    for recalls in publication.by_category:
        if recalls.numbers[0].metric == "recall":
            for number in publication.numbers:
                if number.metric == "accuracy" and not number.category and number.who == recalls.numbers[0].who:
                    yield _finding(number, recalls, publication.counts(number))


def _finding(accuracy: PublishedNumber, recalls: CategoryScores, counts: tuple[int, ...]) -> AuditFinding:
    first = recalls.numbers[0]
    weights = counts if len(counts) == len(recalls.numbers) else ()
    units = None if accuracy.units is None or first.units is None else max(accuracy.units, first.units)

    def in_all(printing: Printing) -> bool:
        return hull(recalls.ranges(printing)).meets(accuracy.range(printing))

    def weighted(printing: Printing) -> bool:
        return weighted_mean(recalls.ranges(printing), weights).meets(accuracy.range(printing))

    def varying(printing: Printing) -> bool:
        parts = [within_units(each, units) for each in recalls.ranges(printing)]
        return hull(parts).meets(accuracy.range(printing))

    readings = [Interpretation("these are all recalls", weighted if weights else in_all, plain=recalls.may_be_complete)]
    if weights:
        readings.append(Interpretation("the classes are not as frequent as stated", in_all))
    if accuracy.may_be_mean or first.may_be_mean:
        readings.append(Interpretation("shares of the classes differ between folds, and recalls with them", varying))
    if not recalls.is_complete:
        readings.append(Interpretation("there are classes whose recall is not printed", lambda _: True))
    if accuracy.table != first.table:
        readings.append(Interpretation("the two tables are of different experiments", lambda _: True))
    ordered = sorted(recalls.numbers, key=lambda number: number.value)
    where = "" if accuracy.table == first.table else f" in table {first.table}"
    given = f" ({weighted_mean(recalls.ranges('rounded'), weights)} with the stated counts)" if weights else ""
    what = (
        f"it is the mean of the recalls of the classes{where}, weighted by frequency{given}, and these lie between "
        f"{ordered[0].text} and {ordered[-1].text}"
    )
    return judge(
        [accuracy],
        recalls.numbers,
        readings,
        f"Accuracy {accuracy.text} agrees: {what}",
        f"Accuracy {accuracy.text} cannot be of the predictions behind these recalls: {what}",
    )
