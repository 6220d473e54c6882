"""Top-1 against Top-5: what is right among fewer answers is right among more, and among all classes always."""

import re
from collections.abc import Iterator
from itertools import pairwise

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import SLACK, Interval
from bench.auditing.publication import Paper, PublishedNumber


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each Top-k accuracy beside one of a smaller k, or of as many as there are classes."""
    for numbers in publication.lines:
        of_all = [number for number in numbers if not number.category]
        ranked = sorted((_answers(number), place) for place, number in enumerate(of_all) if _answers(number))
        for (fewer, first), (more, second) in pairwise(ranked):
            if fewer < more:
                yield _finding(of_all[first], of_all[second])
        for answers, place in ranked:
            if answers > 1 and answers >= (of_all[place].classes or answers + 1):
                yield _of_all_classes(of_all[place], answers)


def _answers(number: PublishedNumber) -> int:
    """Return k of a Top-k accuracy, 0 for another metric."""
    top = re.fullmatch(r"top(\d+)", number.metric)
    return 1 if number.metric == "accuracy" else int(top[1]) if top else 0


def _finding(fewer: PublishedNumber, more: PublishedNumber) -> AuditFinding:
    return judge(
        [more],
        [fewer],
        [
            Interpretation(
                "same", lambda printing: fewer.range(printing).low <= more.range(printing).high + SLACK, plain=True
            )
        ],
        f"{more.label} {more.text} is not below {fewer.label} {fewer.text}",
        f"{more.label} {more.text} cannot be below {fewer.label} {fewer.text} of the same predictions",
    )


def _of_all_classes(number: PublishedNumber, answers: int) -> AuditFinding:
    return judge(
        [number],
        [],
        [Interpretation("all", lambda printing: number.range(printing).meets(Interval(1, 1)), plain=True)],
        f"{number.label} of {number.classes} classes is 1",
        f"{number.label} {number.text} cannot be the share of right ones among {answers} answers: there are only "
        f"{number.classes} classes, so it is 1",
    )
