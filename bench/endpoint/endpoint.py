"""A model on a server, and how to ask it."""

from dataclasses import dataclass, field
from typing import Annotated

from bench.endpoint.address import Address
from bench.endpoint.dialect import Dialect, body, extra_fields
from bench.endpoint.outcome import Outcome
from bench.endpoint.prices import Usage
from bench.endpoint.replies import Replies
from bench.endpoint.request import MOST_CALLS_AT_ONCE, Malformed, Reply, Sampling, ServerQuestion, identity
from bench.specs import Setting
from bench.specs.json_data import JSONObject

TRIES = 3
"""How often a question with a malformed reply is asked, if the model draws another one each time."""
CUT = "cut off at the longest answer allowed"


@dataclass(frozen=True)
class CallLimits:
    """How many calls are under way at once, and how long each may take, as settings."""

    in_flight: Annotated[int, Setting("most calls at once", ge=1, le=MOST_CALLS_AT_ONCE)] = 8
    timeout: Annotated[float, Setting("seconds after which a call is given up and sent again", gt=0, le=86_400)] = 120.0


@dataclass(frozen=True)
class Endpoint:
    """A model by its name at a server; ``in_flight`` calls at once, each given up after ``timeout`` seconds.

    ``settings`` is the name by which ``--set`` reaches the endpoint's settings. BenchError for a value out of range.
    """

    model: str
    address: Address
    sampling: Sampling
    settings: str
    in_flight: int = CallLimits.in_flight
    timeout: float = CallLimits.timeout
    replies: Replies = field(default_factory=Replies)
    dialect: Dialect = Dialect()

    def __post_init__(self) -> None:
        extra_fields(self.dialect.extra)

    def body(self, question: ServerQuestion, attempt: int) -> JSONObject:
        """Return the JSON body of a question's call at a try, the first being 0."""
        return body(question.at(attempt), self.model, self.sampling, self.address, self.dialect)

    def identity(self, sent: JSONObject, attempt: int) -> str:
        """Return the identity of a call with this body."""
        return identity(sent, self.address, attempt)

    def worst(self, question: ServerQuestion) -> Usage:
        """Return more tokens than a call should cost: twice the estimate of its messages, and the longest answer."""
        return Usage(2 * question.estimate, self.sampling.max_tokens)

    def judged(self, question: ServerQuestion, reply: Reply, attempt: int, usage: Usage) -> Outcome | None:
        """Return the outcome that a reply decides, None if the question is asked again.

        A reply that would come again is not asked for again: one that was cut off, one without a text, and any
        malformed one at temperature 0, unless the question has a reminder.
        """
        name = question.name
        if reply.refused:
            return Outcome(name, "refused", None, reply.text, "the model refused", usage)
        try:
            value, reason = question.reads(reply.text), CUT if reply.cut else ""
            return Outcome(name, "answered", value, reply.text, reason, usage)
        except Malformed as malformed:
            reason, remedy = reply.lack or str(malformed), ""
            if reply.cut:
                reason = f"{reason}, {CUT}"
                longest = self.sampling.max_tokens
                remedy = f"raise the limit (--set {self.settings}.max_tokens={2 * longest}, now {longest})"
                if reply.lack:
                    remedy += " or switch the model's reasoning off"
            elif reply.lack:
                remedy = "ask a model that answers in words, or let the server switch tools and reasoning off"
            same = self.sampling.temperature == 0 and not question.reminder
            final = reply.cut or not reply.text.strip() or same
            if attempt + 1 < TRIES and not final:
                return None
            return Outcome(name, "failed", None, reply.text, reason, usage, remedy)

    def stored_outcome(self, question: ServerQuestion) -> Outcome | int:
        """Return a question's outcome by the stored replies, or the first attempt without one."""
        usage = Usage(0, 0)
        for attempt in range(TRIES):
            reply = self.replies.get(self.identity(self.body(question, attempt), attempt))
            if reply is None:
                return attempt
            usage = usage.plus(reply.usage)
            outcome = self.judged(question, reply, attempt, usage)
            if outcome is not None:
                return outcome
        raise AssertionError("the last attempt is always judged")
