"""What became of a question, judged from its replies."""

from dataclasses import dataclass
from typing import Any, Literal

from bench.endpoint.prices import Usage
from bench.endpoint.request import Malformed, Reply, ServerQuestion

ASKED_AGAIN = 2
"""How often a reply that is not of the form asked for is asked for again."""

Status = Literal["answered", "refused", "failed", "lost"]
"""A question that got no reply at all is lost: another run asks it again. One that failed got no proper reply."""


@dataclass(frozen=True)
class Outcome:
    """What became of a question: ``value`` where it was answered, else what the server said last and why not.

    ``usage`` is what its replies cost, whenever they were paid.
    """

    question: str
    status: Status
    value: Any = None
    raw: str = ""
    reason: str = ""
    usage: Usage = Usage(0, 0)


def judged(question: ServerQuestion, reply: Reply, attempt: int, usage: Usage) -> Outcome | None:
    """Return the outcome that a reply decides, None where it is malformed and may be asked for again."""
    if reply.refused:
        return Outcome(question.name, "refused", None, reply.text, "the model refused", usage)
    try:
        return Outcome(question.name, "answered", question.reads(reply.text), reply.text, "", usage)
    except Malformed as reason:
        if attempt < ASKED_AGAIN:
            return None
        why = f"{reason}, cut off at the longest answer allowed" if reply.cut else str(reason)
        return Outcome(question.name, "failed", None, reply.text, why, usage)
