"""The price of tokens: dollars per million, by model, from configs/prices.yaml."""

import math
import re
from importlib import resources
from typing import Any, NamedTuple

from bench.config.loading import PRICES
from bench.config.yaml_text import parsed
from bench.errors import BenchError

BATCH_SHARE = 0.5
"""A batch is billed this share of the price."""


class Usage(NamedTuple):
    """Tokens of a call."""

    input_tokens: int
    output_tokens: int

    def plus(self, other: "Usage") -> "Usage":
        """Return the sum of both."""
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens)


class Price(NamedTuple):
    """Dollars for a million tokens of input, and of output."""

    input: float
    output: float

    def of(self, usage: Usage) -> float:
        """Return the dollars that these tokens cost."""
        return (self.input * usage.input_tokens + self.output * usage.output_tokens) / 1e6


def dollars_of(name: str, value: float | None) -> float | None:
    """Return an amount of dollars, None if there is none; BenchError, under its name, if it is negative or infinite."""
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise BenchError(f"{name} = {value:g} is no amount of dollars; give 0 or more")
    return value


def price_of(model: str, given_in: float | None = None, given_out: float | None = None) -> Price | None:
    """Return the given price, else the sheet's; None if there is neither.

    A dated name (``NAME-2026-01-31``) has the price of its model. BenchError if only half a price is given.
    """
    if (given_in is None) != (given_out is None):
        raise BenchError("a price has two halves; give dollars per million tokens of input and of output")
    if given_in is not None and given_out is not None:
        for given in (given_in, given_out):
            dollars_of("a price", given)
        return Price(given_in, given_out)
    sheet = _sheet()
    return sheet.get(model) or sheet.get(re.sub(r"-\d{4}-\d{2}-\d{2}$", "", model))


def _sheet() -> dict[str, Price]:
    lines: Any = parsed((resources.files("bench.configs") / PRICES).read_text(encoding="utf-8"), PRICES)
    return {model: Price(float(line["input"]), float(line["output"])) for model, line in lines.items()}
