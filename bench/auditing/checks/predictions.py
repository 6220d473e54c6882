"""Precision and recall of all classes against each other: the predictions of all classes are as many as the cases.

Of one table of counts, recall over precision is how often a class is predicted over how often it occurs. The mean of
these ratios, weighted by frequency, is 1.
"""

from collections.abc import Iterator

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import Interval, hull, weighted_mean
from bench.auditing.publication import CategoryScores, Paper, Printing


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on the precisions and recalls of all classes of a model."""
    for precisions in publication.by_category:
        if precisions.numbers[0].metric == "precision":
            for recalls in publication.by_category:
                if _are_beside(precisions, recalls):
                    yield _finding(precisions, recalls)


def _are_beside(precisions: CategoryScores, recalls: CategoryScores) -> bool:
    """Return whether these are the recalls of all classes whose precisions stand beside them."""
    first, second = precisions.numbers[0], recalls.numbers[0]
    is_one_model = (first.table, first.who) == (second.table, second.who)
    is_whole = recalls.is_complete and _classes(precisions) == _classes(recalls)
    return second.metric == "recall" and is_one_model and is_whole


def _classes(scores: CategoryScores) -> list[str]:
    return [number.category for number in scores.numbers]


def _finding(precisions: CategoryScores, recalls: CategoryScores) -> AuditFinding:
    first = recalls.numbers[0]

    def ratio(printing: Printing, weights: tuple[int, ...]) -> Interval:
        pairs = zip(precisions.ranges(printing), recalls.ranges(printing), strict=True)
        ratios = [Interval(r.low / max(p.high, 1e-12), r.high / max(p.low, 1e-12)) for p, r in pairs]
        return weighted_mean(ratios, weights) if weights else hull(ratios)

    def once(printing: Printing) -> bool:
        return ratio(printing, recalls.counts).meets(Interval(1, 1))

    readings = [Interpretation("they are of one table of counts", once, plain=True)]
    if recalls.counts:
        readings.append(
            Interpretation(
                "the classes are not as frequent as stated", lambda printing: ratio(printing, ()).meets(Interval(1, 1))
            )
        )
    if first.may_be_mean:
        readings.append(
            Interpretation("they are means over folds or runs", lambda _: True, plain=first.over_folds == "mean")
        )
    readings.append(Interpretation("a case may have several classes or none", lambda _: True))
    own = ratio("rounded", recalls.counts)
    return judge(
        [*precisions.numbers, *recalls.numbers],
        [],
        readings,
        f"Recall over precision is in the mean of the classes {own}, and of one table of counts it is 1",
        "Precisions and recalls of the classes cannot be of one table of counts: recall over precision, how often a "
        f"class is predicted over how often it occurs, has the mean {own} instead of 1",
    )
