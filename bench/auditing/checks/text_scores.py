"""Scores of texts against each other: which orders of BLEU and ROUGE hold.

ROUGE-L is not above ROUGE-1: a common subsequence consists of common words. This holds of every text, and so of means.

BLEU-4 above BLEU-2 and ROUGE-2 above ROUGE-1 are possible, for example where texts have fewer words than an n-gram, or
repeat their words: 'a b c a' and 'b c a b' share three of four words and all three pairs. Between ROUGE-2 and ROUGE-L
no order holds, nor between METEOR and any of them.
"""

from collections.abc import Iterator

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import SLACK
from bench.auditing.publication import Paper, PublishedNumber

_SHORT = "many texts are shorter than the longest n-gram or repeat their words, or scores were smoothed"
_WEIGHTS = "the two weigh precision and recall differently or are of different libraries"
ORDERS = (
    *((f"bleu{more}", f"bleu{fewer}", _SHORT) for more in (2, 3, 4) for fewer in range(1, more)),
    ("rougeL", "rouge1", _WEIGHTS),
    ("rouge2", "rouge1", _SHORT),
)
"""Pairs of metrics of which the first is not above the second, unless something holds."""


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding for each pair of scores in one line between which an order holds."""
    for numbers in publication.lines:
        own = {number.metric: number for number in numbers if not number.category}
        for lesser, greater, unless in ORDERS:
            if lesser in own and greater in own:
                yield _finding(own[lesser], own[greater], unless)


def _finding(lesser: PublishedNumber, greater: PublishedNumber, unless: str) -> AuditFinding:
    return judge(
        [lesser],
        [greater],
        [
            Interpretation(
                "ordered", lambda printing: lesser.range(printing).low <= greater.range(printing).high + SLACK, True
            ),
            Interpretation(unless, lambda _: True),
        ],
        f"It is not above {greater.label} {greater.text}",
        f"{lesser.label} {lesser.text} cannot be above {greater.label} {greater.text} of the same texts",
    )
