"""The answerer ``openai:NAME``: a model behind an OpenAI-compatible server, used as it is; nothing is trained."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from bench.contracts import Context, Instructions
from bench.endpoint.address import Address
from bench.endpoint.calling import ask
from bench.endpoint.dialect import Dialect, Wording
from bench.endpoint.endpoint import CUT, CallLimits, Endpoint
from bench.endpoint.outcome import Outcome
from bench.endpoint.request import (
    Malformed,
    Message,
    ServerQuestion,
    picture_part,
    picture_tokens,
    text_part,
    text_tokens,
    without_thought,
)
from bench.errors import BenchError
from bench.models.remote.outcomes import check_missing, is_missing, spent, why
from bench.models.remote.settings import AnswerSampling, Spending
from bench.specs import Setting
from bench.terminal.text import safe

SYSTEM = "You are shown an electron micrograph. Answer the question about it in one or two plain sentences."


class RemoteAnswerer:
    """An ``Answerer`` of ``bench.contracts``; ``usage`` is the cost of the answers, whenever they were paid."""

    def __init__(
        self,
        context: Context,
        *,
        base_url: Annotated[
            str,
            Setting(
                "a server of your own; '' is the public API", stage="predict", check="bench.endpoint.address:Address"
            ),
        ] = "",
        drawn: Annotated[AnswerSampling, Setting(stage="predict")],
        wording: Annotated[Wording, Setting(stage="predict")],
        limits: Annotated[CallLimits, Setting(stage="predict")],
        spending: Annotated[Spending, Setting(stage="predict")],
        most_missing: Annotated[
            float,
            Setting(
                "share of questions that may stay without an answer; above it the cell fails",
                stage="predict",
                ge=0,
                le=1,
            ),
        ] = 0.1,
    ) -> None:
        self._context, self._model = context, context.model.name.partition(":")[2]
        self._endpoint = Endpoint(
            self._model,
            Address(base_url.rstrip("/")),
            drawn.sampling,
            context.model.name,
            limits.in_flight,
            limits.timeout,
            dialect=Dialect(**asdict(wording)),
        )
        self._spending = spending
        self._most_missing = most_missing
        self.usage: dict[str, Any] = {}

    def fit(self, train: Any, validation: Any) -> None:
        """Learn nothing."""

    def save(self, folder: Path) -> None:
        """Write nothing: the model is elsewhere."""

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Return the model; there is nothing to read."""
        return cls(context, **settings)

    def answer(self, questions: Instructions) -> list[str]:
        """Return one answer per record, '' if the model refused or gave none; each is paid once and then stored.

        BenchError if a record got no reply: the others are stored, and the same run asks for the rest. BenchError too
        if more than the allowed share have a reply without an answer: a score would count them as wrong.
        """
        endpoint, ledger = self._endpoint, self._spending.ledger(self._model)
        outcomes: dict[str, Outcome] = {}
        progress = self._context.progress
        progress.start(f"asking {endpoint.model}", len(questions))

        def report(outcome: Outcome) -> None:
            if outcome.status in ("failed", "refused") and not any(map(is_missing, outcomes.values())):
                progress.say(safe(f"the first reply without an answer: {why(outcome)}"))
            outcomes[outcome.question] = outcome
            progress.advance(len(outcomes))

        within = ask(endpoint, _posed(questions), ledger, report)
        lost = [outcome for outcome in outcomes.values() if outcome.status == "lost"]
        left = len(questions) - len(outcomes) + len(lost)
        if left:
            reason = lost[0].reason if within else "the budget would be passed"
            raise BenchError(f"{left} of {len(questions)} questions have no answer ({reason}); the others are kept")
        check_missing(outcomes.values(), self._most_missing, endpoint.settings)
        if cut := sum(outcome.status == "answered" and bool(outcome.reason) for outcome in outcomes.values()):
            progress.say(f"{cut} of {len(questions)} answers were {CUT}, {endpoint.sampling.max_tokens} tokens")
        self.usage = spent(outcomes.values(), ledger)
        return [outcomes[str(position)].value or "" for position in range(len(questions))]


def read(reply: str) -> str:
    """Return the answer of a reply, in one line and without a thought before it; Malformed if it is empty."""
    answer = " ".join(without_thought(reply).split())
    if not answer:
        raise Malformed("empty")
    return answer


def _posed(questions: Instructions) -> Iterator[ServerQuestion]:
    """Yield each record's question with its picture and caption; its position is its name."""
    pictures = questions.micrographs

    @lru_cache(maxsize=2)
    def encoded(place: int) -> tuple[Message, int]:
        picture = pictures.shown(place)
        return picture_part(picture), picture_tokens(*picture.shape)

    for position, record in enumerate(questions.records):
        text = " ".join(filter(None, (questions.context(position), record.question)))
        part, size = encoded(int(questions.pictures[position]))
        content = [text_part(text), part]
        messages = ({"role": "system", "content": SYSTEM}, {"role": "user", "content": content})
        tokens = text_tokens(SYSTEM, text) + size
        yield ServerQuestion(str(position), messages, read, None, tokens)
