"""Accuracy against answers that look at nothing: the most frequent classes named always, and chance.

A number below them is possible: it says that something other than a lack of information is at work. The share of right
ones of whatever answers without a look at the case is in the mean between the shares of the rarest and of the most
frequent class, and varies by chance.
"""

import re
from collections.abc import Iterator
from math import sqrt

from bench.auditing.finding import AuditFinding
from bench.auditing.publication import Paper, PublishedNumber

_DEVIATIONS = 6
"""Standard deviations of a share by which it is below what chance permits: seldom once in 10^9."""


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each accuracy and Top-k accuracy of data whose classes are counted."""
    for number in publication.numbers:
        top = re.fullmatch(r"top(\d+)", number.metric)
        answers = 1 if number.metric == "accuracy" else int(top[1]) if top else 0
        counts = publication.counts(number)
        if answers and not number.category and len(counts) > answers:
            yield _finding(number, answers, counts)


def _finding(number: PublishedNumber, answers: int, counts: tuple[int, ...]) -> AuditFinding:
    total, value = sum(counts), number.range()
    most = sum(sorted(counts)[-answers:]) / total
    least = sum(sorted(counts)[:answers]) / total
    spread = sqrt(least * (1 - least) / (number.n or total))
    named = "most frequent class" if answers == 1 else f"{answers} most frequent classes"
    if value.high < least - _DEVIATIONS * spread:
        unless = "the classes of predictions and references were mixed up"
        proof = (
            f"{number.label} {number.text} is below {least:.{number.digits}f}, the least that answers without a look "
            "at the picture have in the mean, by more than chance permits: the predictions cannot be a guess, unless "
            f"{unless}."
        )
        return AuditFinding((number,), (), "unless", proof, unless)
    if value.high < most:
        proof = (
            f"It is possible, but below {most:.{number.digits}f}, which naming always the {named} scores with the "
            "stated counts."
        )
        return AuditFinding((number,), (), "possible", proof, remark=True)
    proof = f"It is not below {most:.{number.digits}f}, which naming always the {named} scores with the stated counts."
    return AuditFinding((number,), (), "possible", proof)
