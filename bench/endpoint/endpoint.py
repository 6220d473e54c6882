"""A model on a server, and how to ask it."""

from dataclasses import dataclass, field
from typing import Any

from bench.endpoint.address import Address
from bench.endpoint.outcome import ASKED_AGAIN, Outcome, judged
from bench.endpoint.prices import Usage
from bench.endpoint.replies import Replies
from bench.endpoint.request import Sampling, ServerQuestion, body, identity


@dataclass(frozen=True)
class Endpoint:
    """A model by its name at a server; ``in_flight`` calls at once, each given up after ``timeout`` seconds."""

    model: str
    address: Address
    sampling: Sampling
    in_flight: int = 8
    timeout: float = 120.0
    replies: Replies = field(default_factory=Replies)

    def body(self, question: ServerQuestion) -> dict[str, Any]:
        """Return the JSON body of a question's call."""
        return body(question, self.model, self.sampling, self.address)

    def identity(self, sent: dict[str, Any], attempt: int) -> str:
        """Return the identity of a call with this body."""
        return identity(sent, self.address, attempt)

    def worst(self, question: ServerQuestion) -> Usage:
        """Return more tokens than a call should cost: twice the estimate of its messages, and the longest answer."""
        return Usage(2 * question.estimate, self.sampling.max_tokens)

    def kept(self, question: ServerQuestion) -> Outcome | int:
        """Return a question's outcome by the kept replies, or the first attempt without a kept reply."""
        sent, usage = self.body(question), Usage(0, 0)
        for attempt in range(1 + ASKED_AGAIN):
            reply = self.replies.get(self.identity(sent, attempt))
            if reply is None:
                return attempt
            usage = usage.plus(reply.usage)
            outcome = judged(question, reply, attempt, usage)
            if outcome is not None:
                return outcome
        raise AssertionError("the last attempt is always judged")
