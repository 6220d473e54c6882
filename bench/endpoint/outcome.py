"""The outcome of a question, decided by its replies."""

from dataclasses import dataclass
from typing import Any, Literal

from bench.endpoint.prices import Usage
from bench.endpoint.request import Malformed, Reply, ServerQuestion

ASKED_AGAIN = 2
"""How often a question with a malformed reply is asked again."""

Status = Literal["answered", "refused", "failed", "lost"]
"""A lost question got no reply: another run asks it again. A failed one got only malformed replies."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a question: ``value`` if it was answered, else the server's last text ``raw`` and the ``reason``.

    ``usage`` is the cost of its replies, whenever they were paid.
    """

    question: str
    status: Status
    value: Any = None
    raw: str = ""
    reason: str = ""
    usage: Usage = Usage(0, 0)


def judged(question: ServerQuestion, reply: Reply, attempt: int, usage: Usage) -> Outcome | None:
    """Return the outcome that a reply decides, None if it is malformed and the question may be asked again."""
    if reply.refused:
        return Outcome(question.name, "refused", None, reply.text, "the model refused", usage)
    try:
        return Outcome(question.name, "answered", question.reads(reply.text), reply.text, "", usage)
    except Malformed as reason:
        if attempt < ASKED_AGAIN:
            return None
        why = f"{reason}, cut off at the longest answer allowed" if reply.cut else str(reason)
        return Outcome(question.name, "failed", None, reply.text, why, usage)
