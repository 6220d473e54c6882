"""The outcome of a question, decided by its replies."""

from dataclasses import dataclass
from typing import Any, Literal

from bench.endpoint.prices import Usage

Status = Literal["answered", "refused", "failed", "lost"]
"""A lost question got no reply: another run asks it again. A failed one got only malformed replies."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a question: ``value`` if it was answered, else the server's last text ``raw`` and the ``reason``.

    An answer has a reason too if it is not whole.

    ``usage`` is the cost of its replies, whenever they were paid; ``remedy`` what to change so that it is answered, ''
    if nothing is known.
    """

    question: str
    status: Status
    value: Any = None
    raw: str = ""
    reason: str = ""
    usage: Usage = Usage(0, 0)
    remedy: str = ""
