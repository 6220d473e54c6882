"""What many questions to a server came to: which have no answer, and what all of them cost."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from bench.endpoint.ledger import Ledger
from bench.endpoint.outcome import Outcome
from bench.endpoint.prices import Usage
from bench.errors import BenchError


def is_missing(outcome: Outcome) -> bool:
    """Return whether a question has no answer."""
    return outcome.status != "answered"


def why(outcome: Outcome) -> str:
    """Say why a question has no answer, and what to change."""
    return f"{outcome.reason}, {outcome.remedy}" if outcome.remedy else outcome.reason


def check_missing(outcomes: Collection[Outcome], most_missing: float, settings: str) -> None:
    """Raise BenchError if more than a share of the questions have no answer; ``settings`` are those of the model."""
    missing = list(filter(is_missing, outcomes))
    if len(missing) > most_missing * len(outcomes):
        reasons = Counter(map(why, missing))
        raise BenchError(
            f"{len(missing)} of {len(outcomes)} questions have a reply without an answer ("
            + ", ".join(f"{count}: {reason}" for reason, count in reasons.most_common(3))
            + f"); ask another model, or allow more by --set {settings}.most_missing=1"
        )


def spent(outcomes: Collection[Outcome], ledger: Ledger) -> dict[str, Any]:
    """Return the cost of the answers, whenever they were paid, and the part paid now."""
    whole = Usage(0, 0)
    for outcome in outcomes:
        whole = whole.plus(outcome.usage)
    return {
        **whole._asdict(),
        "dollars": ledger.price.of(whole) if ledger.price else None,
        "price": ledger.price._asdict() if ledger.price else None,
        "refused": sum(outcome.status == "refused" for outcome in outcomes),
        "empty": sum(outcome.status == "failed" for outcome in outcomes),
        "calls_paid_now": ledger.calls,
        "dollars_paid_now": ledger.dollars if ledger.price else None,
    }
