"""The settings of answers from a server: how they are drawn, and what they may cost."""

from dataclasses import dataclass
from typing import Annotated

from bench.endpoint.ledger import Ledger
from bench.endpoint.prices import price_of
from bench.endpoint.request import Sampling
from bench.specs import Setting


@dataclass(frozen=True)
class AnswerSampling:
    """How the model draws an answer."""

    temperature: Annotated[float, Setting("temperature of sampling; below 0: left to the server", ge=-1, le=2)] = 0.0
    top_p: Annotated[
        float, Setting("share of probability that the candidates hold; below 0: the server's", ge=-1, le=1)
    ] = 1.0
    max_tokens: Annotated[int, Setting("longest answer in tokens", ge=1, le=1_000_000)] = 300

    @property
    def sampling(self) -> Sampling:
        """The settings as a call takes them."""
        return Sampling.of(self.temperature, self.top_p, self.max_tokens)


@dataclass(frozen=True)
class Spending:
    """The price of tokens, and how many dollars one fold may cost."""

    price_in: Annotated[
        float, Setting("dollars per million input tokens; below 0: configs/prices.yaml", ge=-1, le=1_000_000)
    ] = -1.0
    price_out: Annotated[
        float, Setting("dollars per million output tokens; below 0: configs/prices.yaml", ge=-1, le=1_000_000)
    ] = -1.0
    budget_usd: Annotated[
        float,
        Setting("dollars that one fold's answers stay within; below 0: no end", ge=-1, le=1_000_000_000),
    ] = -1.0

    def ledger(self, model: str) -> Ledger:
        """Return an empty ledger of these prices and this budget; BenchError if only half a price is given."""
        price_in, price_out, budget = (
            value if value >= 0 else None for value in (self.price_in, self.price_out, self.budget_usd)
        )
        return Ledger(price_of(model, price_in, price_out), budget=budget)
