"""Accuracy against the recall of each class: it is their mean, weighted by how often each class occurs.

So it lies between the least and the greatest recall whatever the counts are; with the counts it is known but for
rounding. Both hold of means over stratified folds, in which each class has its share.
"""

from collections.abc import Iterator

from bench.auditing.finding import Finding, Reading, judge
from bench.auditing.interval import Interval, hull, weighted_mean, within_units
from bench.auditing.publication import CategoryScores, Printing, Publication, PublishedNumber


def check(publication: Publication) -> Iterator[Finding]:
    """Yield a finding on each accuracy of a model whose recalls are printed, in the same table or another."""
    for recalls in publication.by_category:
        if recalls.numbers[0].metric == "recall":
            for number in publication.numbers:
                if number.metric == "accuracy" and not number.category and number.who == recalls.numbers[0].who:
                    yield _finding(number, recalls, publication.counts(number))


def _finding(accuracy: PublishedNumber, recalls: CategoryScores, counts: tuple[int, ...]) -> Finding:
    first = recalls.numbers[0]
    weights = counts if len(counts) == len(recalls.numbers) else ()

    def mean(printing: Printing, weights: tuple[int, ...]) -> Interval:
        ranges = recalls.ranges(printing)
        return weighted_mean(ranges, weights) if weights else hull(ranges)

    def varying(printing: Printing) -> bool:
        known = accuracy.units is not None and first.units is not None
        units = max(accuracy.units or 1, first.units or 1) if known else None
        parts = [within_units(each, units) for each in recalls.ranges(printing)]
        return hull(parts).meets(accuracy.range(printing))

    readings = [
        Reading("", lambda printing: mean(printing, weights).meets(accuracy.range(printing)), plain=recalls.is_complete)
    ]
    if weights:
        readings.append(
            Reading(
                "the classes are not as frequent as stated",
                lambda printing: mean(printing, ()).meets(accuracy.range(printing)),
            )
        )
    if accuracy.may_be_mean or first.may_be_mean:
        readings.append(Reading("shares of the classes differ between folds, and recalls with them", varying))
    if not recalls.is_complete:
        readings.append(Reading("there are classes whose recall is not printed", lambda _: True))
    if accuracy.table != first.table:
        readings.append(Reading("the two tables are of different experiments", lambda _: True))
    where = "" if accuracy.table == first.table else f" in table {first.table}"
    between = f"between {min(n.value for n in recalls.numbers):.{first.digits}f} and {max(n.value for n in recalls.numbers):.{first.digits}f}"
    given = f" with the stated counts it is {mean('rounded', weights)}" if weights else ""
    what = f"the recalls of the classes{where} lie {between}, and accuracy is their mean weighted by frequency"
    return judge(
        [accuracy],
        recalls.numbers,
        [
            reading if reading.name else Reading("recalls of all classes are printed", reading.holds, reading.plain)
            for reading in readings
        ],
        f"Accuracy {accuracy.text} agrees with the recalls: {what}{given and ','}{given}",
        f"Accuracy {accuracy.text} cannot be of the predictions behind these recalls: {what}{given and ','}{given}",
    )
