"""Accuracy against the average recall: weighted by frequency the two are equal, unweighted they bound each other.

With shares w of the classes, accuracy is the sum of w times recall. What is missing to 1 costs the unweighted mean most
where it is missing in the rarest classes, and least in the most frequent ones.
"""

from collections.abc import Iterator, Sequence

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import Interval
from bench.auditing.publication import Paper, Printing, PublishedNumber


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each average recall of a model whose accuracy is printed."""
    accuracies = [n for n in publication.numbers if n.metric == "accuracy" and not n.category]
    for number in publication.numbers:
        if number.metric == "recall" and not number.category:
            for accuracy in accuracies:
                if accuracy.who == number.who and (
                    counts := publication.counts(number) or (0,) * (number.classes or 0)
                ):
                    yield _finding(number, accuracy, counts)


def _finding(recall: PublishedNumber, accuracy: PublishedNumber, counts: Sequence[int]) -> AuditFinding:
    is_known = any(counts)

    def bounds(printing: Printing) -> Interval:
        own = accuracy.range(printing)
        if not is_known:
            return Interval(0, 1)
        return Interval(1 - missing(1 - own.low, counts, rarest=True), 1 - missing(1 - own.high, counts, rarest=False))

    readings: list[Interpretation] = []
    if recall.average in ("", "macro"):
        readings.append(
            Interpretation("macro", lambda printing: bounds(printing).meets(recall.range(printing)), plain=True)
        )
    if recall.average != "macro":
        readings.append(
            Interpretation(
                "weighted", lambda printing: accuracy.range(printing).meets(recall.range(printing)), plain=True
            )
        )
    if recall.may_be_mean or accuracy.may_be_mean:
        readings.append(Interpretation("shares of the classes differ between folds", lambda _: True))
    if recall.table != accuracy.table:
        readings.append(Interpretation("the two tables are of different experiments", lambda _: True))
    if recall.average == "":
        readings.append(Interpretation("it is of one class alone", lambda _: True))
    where = "" if recall.table == accuracy.table else f" of table {accuracy.table}"
    relation = f"an unweighted mean of recalls is {bounds('rounded')}, weighted by frequency it is the accuracy"
    if recall.average in ("weighted", "micro"):
        relation = f"the {recall.average} average of recalls is the accuracy"
    return judge(
        [recall],
        [accuracy],
        readings,
        f"With accuracy {accuracy.text}{where} {relation}: {recall.text} agrees",
        f"{recall.label} {recall.text} cannot be of the predictions behind accuracy {accuracy.text}{where}: {relation}",
    )


def missing(share: float, counts: Sequence[int], rarest: bool) -> float:
    """Return how much the unweighted mean of recalls lacks to 1 if this share of all test cases is wrong.

    All of it lies in the rarest classes, or in the most frequent ones.
    """
    left, lacking = share * sum(counts), 0.0
    for count in sorted(counts, reverse=not rarest):
        wrong = min(left, count)
        lacking += wrong / count if count else 0.0
        left -= wrong
    return lacking / len(counts)
