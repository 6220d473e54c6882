"""The average of precision, recall or F1 against the scores of the classes."""

from collections.abc import Callable, Iterator
from functools import partial

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import Interval, hull, weighted_mean
from bench.auditing.publication import CategoryScores, Paper, Printing, PublishedNumber

METRICS = ("precision", "recall", "f1")


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each average of a model whose scores of single classes are printed."""
    for parts in publication.by_category:
        first = parts.numbers[0]
        for number in publication.numbers:
            is_average = number.metric == first.metric in METRICS and not number.category
            if is_average and number.who == first.who:
                yield _finding(number, parts, publication.counts(number))


def _finding(average: PublishedNumber, parts: CategoryScores, counts: tuple[int, ...]) -> AuditFinding:
    first = parts.numbers[0]
    weights = counts if len(counts) == len(parts.numbers) else ()

    def unweighted(printing: Printing) -> Interval:
        return weighted_mean(parts.ranges(printing), [1] * len(parts.numbers))

    def weighted(printing: Printing) -> Interval:
        return weighted_mean(parts.ranges(printing), weights) if weights else hull(parts.ranges(printing))

    def agrees(mean: Callable[[Printing], Interval], printing: Printing) -> bool:
        return mean(printing).meets(average.range(printing))

    readings: list[Interpretation] = []
    if average.average in ("", "macro"):
        readings.append(
            Interpretation("it is the unweighted mean", partial(agrees, unweighted), plain=parts.may_be_complete)
        )
    if average.average in ("", "weighted"):
        readings.append(
            Interpretation("it is weighted by frequency", partial(agrees, weighted), plain=parts.may_be_complete)
        )
    if average.average in ("", "micro"):
        readings.append(Interpretation("it is the micro average, which is the accuracy", lambda _: True))
    if average.metric == "f1" and average.average in ("", "macro", "weighted"):
        readings.append(Interpretation("it is the harmonic mean of average precision and recall", lambda _: True))
    if average.may_be_mean or first.may_be_mean:
        readings.append(Interpretation("folds were joined in another way than for the classes", lambda _: True))
    if not parts.is_complete:
        readings.append(Interpretation("there are classes that are not printed", lambda _: True))
    if average.table != first.table:
        readings.append(Interpretation("the two tables are of different experiments", lambda _: True))
    kinds = " and ".join(
        reading.name.removeprefix("it is ").replace("weighted by", "the mean weighted by")
        for reading in readings
        if reading.plain and reading.holds("rounded")
    )
    means = f"the unweighted mean of the classes' {_plural(average)} is {unweighted('rounded')}"
    means += f", weighted by frequency {weighted('rounded')}" if weights else ""
    where = "" if average.table == first.table else f" in table {first.table}"
    return judge(
        [average],
        parts.numbers,
        readings,
        f"{average.text} is {kinds} of the classes' {_plural(average)}{where}",
        f"{average.label} {average.text} cannot be a mean of the classes' {_plural(average)}{where}: {means}",
    )


def _plural(number: PublishedNumber) -> str:
    return "F1 scores" if number.metric == "f1" else f"{number.metric}s"
