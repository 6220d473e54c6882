"""What became of a question, judged from its replies."""

from dataclasses import dataclass
from typing import Any, Literal

from bench.endpoint.prices import Usage
from bench.endpoint.request import Malformed, Question, Reply

ASKED_AGAIN = 2
"""How often a reply that is not of the form asked for is asked for again."""

Status = Literal["answered", "refused", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of a question: ``value`` where it was answered, else what the server said last and why not.

    ``usage`` is what its replies cost, whenever they were paid; ``paid`` how many of them were paid now.
    """

    question: str
    status: Status
    value: Any = None
    raw: str = ""
    reason: str = ""
    usage: Usage = Usage(0, 0)
    paid: int = 0


def judged(question: Question, reply: Reply, attempt: int, usage: Usage, paid: int = 0) -> Outcome | None:
    """Return the outcome that a reply decides, None where it is malformed and may be asked for again."""
    if reply.refused:
        return Outcome(question.name, "refused", None, reply.text, "the model refused", usage, paid)
    try:
        return Outcome(question.name, "answered", question.reads(reply.text), reply.text, "", usage, paid)
    except Malformed as reason:
        if attempt < ASKED_AGAIN:
            return None
        return Outcome(question.name, "failed", None, reply.text, str(reason), usage, paid)
