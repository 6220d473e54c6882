"""The answerer ``openai:NAME``: a model behind an OpenAI-compatible server, used as it is; nothing is trained."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from bench.contracts import Context, Instructions
from bench.endpoint.address import Address
from bench.endpoint.calling import ask
from bench.endpoint.endpoint import Endpoint
from bench.endpoint.ledger import Ledger
from bench.endpoint.outcome import Outcome
from bench.endpoint.prices import Usage, price_of
from bench.endpoint.request import (
    Malformed,
    Message,
    Sampling,
    ServerQuestion,
    picture_part,
    picture_tokens,
    text_part,
    text_tokens,
    without_thought,
)
from bench.errors import BenchError
from bench.specs import Setting

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
        temperature: Annotated[
            float, Setting("temperature of sampling; below 0: left to the server", stage="predict", ge=-1, le=2)
        ] = 0.0,
        top_p: Annotated[
            float,
            Setting(
                "share of probability that the candidates hold; below 0: the server's", stage="predict", ge=-1, le=1
            ),
        ] = 1.0,
        max_tokens: Annotated[int, Setting("longest answer in tokens", stage="predict", ge=1, le=1_000_000)] = 300,
        in_flight: Annotated[int, Setting("most calls at once", stage="predict", ge=1, le=1000)] = 8,
        timeout: Annotated[
            float, Setting("seconds after which a call is given up and sent again", stage="predict", gt=0, le=1_000_000)
        ] = 120.0,
        price_in: Annotated[
            float,
            Setting(
                "dollars per million input tokens; below 0: configs/prices.yaml", stage="predict", ge=-1, le=1_000_000
            ),
        ] = -1.0,
        price_out: Annotated[
            float,
            Setting(
                "dollars per million output tokens; below 0: configs/prices.yaml", stage="predict", ge=-1, le=1_000_000
            ),
        ] = -1.0,
        budget_usd: Annotated[
            float,
            Setting(
                "dollars that one fold's answers stay within; below 0: no end", stage="predict", ge=-1, le=1_000_000_000
            ),
        ] = -1.0,
    ) -> None:
        self._context, self._model = context, context.model.name.partition(":")[2]
        sampling = Sampling.of(temperature, top_p, max_tokens)
        self._endpoint = Endpoint(self._model, Address(base_url.rstrip("/")), sampling, in_flight, timeout)
        self._prices = tuple(price if price >= 0 else None for price in (price_in, price_out))
        self._budget = budget_usd if budget_usd >= 0 else None
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

        BenchError if a record got no reply: the others are stored, and the same run asks for the rest.
        """
        endpoint, ledger = self._endpoint, self._ledger()
        outcomes: dict[str, Outcome] = {}
        progress = self._context.progress
        progress.start(f"asking {endpoint.model}", len(questions))

        def told(outcome: Outcome) -> None:
            outcomes[outcome.question] = outcome
            progress.advance(len(outcomes))

        within = ask(endpoint, _posed(questions), ledger, told)
        lost = [outcome for outcome in outcomes.values() if outcome.status == "lost"]
        left = len(questions) - len(outcomes) + len(lost)
        if left:
            why = lost[0].reason if within else "the budget would be passed"
            raise BenchError(f"{left} of {len(questions)} questions have no answer ({why}); the others are kept")
        self.usage = self._spent(list(outcomes.values()), ledger)
        return [outcomes[str(position)].value or "" for position in range(len(questions))]

    def _ledger(self) -> Ledger:
        return Ledger(price_of(self._model, *self._prices), budget=self._budget)

    def _spent(self, outcomes: list[Outcome], ledger: Ledger) -> dict[str, Any]:
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
    def encoded(place: int) -> Message:
        return picture_part(pictures.batch(slice(place, place + 1))[0])

    for position, record in enumerate(questions.records):
        text = " ".join(filter(None, (questions.caption(position), record.question)))
        content = [text_part(text), encoded(int(questions.pictures[position]))]
        messages = ({"role": "system", "content": SYSTEM}, {"role": "user", "content": content})
        tokens = text_tokens(SYSTEM, text) + picture_tokens(*pictures.pixels.shape[1:])
        yield ServerQuestion(str(position), messages, read, None, tokens)
