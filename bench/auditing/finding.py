"""What a check finds: whether numbers can be true, under which readings, and the proof in one sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.auditing.publication import Printing, PublishedNumber

Verdict = Literal["impossible", "unless", "possible", "unknown"]
VERDICTS: tuple[Verdict, ...] = ("impossible", "unless", "possible", "unknown")
"""From the gravest: of several findings on one number the first in this order counts."""
_CUT = "digits were cut off, not rounded"


@dataclass(frozen=True)
class Interpretation:
    """One way in which numbers may have been computed, and whether they can be true in it.

    ``plain``: what the file states, or what anybody would take the numbers for. ``last``: a last resort, which is named
    only if no other reading holds.
    """

    name: str
    holds: Callable[[Printing], bool]
    plain: bool = False
    last: bool = False


@dataclass(frozen=True)
class AuditFinding:
    """What a check says of its ``subjects``, which it holds against the numbers ``beside`` them.

    ``unless`` has the readings in which numbers with the verdict "unless" can be true. ``remark``: possible, and a
    reader should know the proof. ``check`` is the check's name, which the audit adds.
    """

    subjects: tuple[PublishedNumber, ...]
    beside: tuple[PublishedNumber, ...]
    verdict: Verdict
    proof: str
    unless: str = ""
    remark: bool = False
    check: str = ""


def judge(
    subjects: Sequence[PublishedNumber],
    beside: Sequence[PublishedNumber],
    readings: Sequence[Interpretation],
    holds: str,
    fails: str,
) -> AuditFinding:
    """Return a finding: possible if a plain reading holds, unless if only others do, impossible if none does.

    Where no reading holds for rounded numbers, they may still have been cut off. ``holds`` and ``fails`` are the proofs
    without an end mark.
    """
    holding = [reading for reading in readings if reading.holds("rounded")]
    if any(reading.plain for reading in holding):
        return AuditFinding(tuple(subjects), tuple(beside), "possible", f"{holds}.")
    unless = " or ".join(reading.name for reading in holding if not reading.last or all(each.last for each in holding))
    if not holding:
        cut = [reading for reading in readings if reading.holds("cut")]
        others = " or ".join(reading.name for reading in cut)
        is_plain = any(reading.plain for reading in cut)
        unless = "" if not cut else _CUT if is_plain else f"{_CUT}, and {others}"
    if unless:
        return AuditFinding(tuple(subjects), tuple(beside), "unless", f"{fails}, unless {unless}.", unless)
    return AuditFinding(tuple(subjects), tuple(beside), "impossible", f"{fails}.")
