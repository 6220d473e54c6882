"""One question to a server: its messages, its identity, and its reply."""

import base64
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from bench.endpoint.address import Address
from bench.endpoint.prices import Usage
from bench.errors import BenchError
from bench.store.fingerprint import digest

TILE, TILE_TOKENS, PICTURE_TOKENS = 512, 170, 85
"""The estimate for pictures: tokens for each tile of this side, parts included, and tokens per picture."""
LETTERS_A_TOKEN = 4
MOST_CALLS_AT_ONCE, DAY = 1000, 86_400.0

Message = Mapping[str, Any]


class Malformed(Exception):
    """A reply of another form than required; the text says how."""


def check_temperature(value: float) -> None:
    """Refuse a temperature that is no number."""
    if not math.isfinite(value):
        raise BenchError(f"temperature = {value} is no number; give 0 or more, or -1 to leave it to the server")


def check_top_p(value: float) -> None:
    """Refuse a share of probability that is none."""
    if not (math.isfinite(value) and value <= 1):
        raise BenchError(f"top_p = {value} is no share of probability; give 0 to 1, or -1 to leave it to the server")


def check_tokens(value: int) -> None:
    """Refuse a longest answer without room for one."""
    if value < 1:
        raise BenchError(f"max_tokens = {value} leaves no room for an answer; give 1 or more")


def check_calls(value: int) -> None:
    """Refuse a number of calls at once that is none, or more than connections are kept for."""
    if not 1 <= value <= MOST_CALLS_AT_ONCE:
        raise BenchError(f"in_flight = {value} calls at once; give 1 to {MOST_CALLS_AT_ONCE:,}")


def check_seconds(value: float) -> None:
    """Refuse a time that is no number of seconds up to a day."""
    if not (math.isfinite(value) and 0 < value <= DAY):
        raise BenchError(f"{value:g} seconds cannot be waited; give more than 0, at most a day ({DAY:,.0f})")


@dataclass(frozen=True)
class Sampling:
    """How a model draws its answer; None leaves it to the server. BenchError for a value that no server takes."""

    temperature: float | None
    top_p: float | None
    max_tokens: int

    def __post_init__(self) -> None:
        check_temperature(-1 if self.temperature is None else self.temperature)
        check_top_p(-1 if self.top_p is None else self.top_p)
        check_tokens(self.max_tokens)

    @classmethod
    def of(cls, temperature: float, top_p: float, max_tokens: int) -> Self:
        """Take settings; a negative one leaves the choice to the server."""
        return cls(None if temperature < 0 else temperature, None if top_p < 0 else top_p, max_tokens)


@dataclass(frozen=True)
class ServerQuestion:
    """Messages to a model, under a name that the caller chooses.

    ``schema`` is the JSON schema of the reply, None for a text; ``reads`` turns a reply's text into the
    caller's value, or raises Malformed; ``estimate`` is the approximate number of tokens of the messages.
    """

    name: str
    messages: tuple[Message, ...]
    reads: Callable[[str], Any]
    schema: Mapping[str, Any] | None = None
    estimate: int = 0


@dataclass(frozen=True)
class Reply:
    """A server's answer and bill: ``refused`` if it would not answer, ``cut`` if the text was too long.

    ``lack`` says what came instead of a text, '' if nothing or a text came.
    """

    text: str
    refused: bool
    usage: Usage
    cut: bool = False
    lack: str = ""


def without_thought(reply: str) -> str:
    """Return the text after the thought of a reply; Malformed if the thought does not end."""
    answer = reply.rpartition("</think>")[2]
    if "<think>" in answer:
        raise Malformed("the thought does not end")
    return answer


def identity(body: Mapping[str, Any], address: Address, attempt: int) -> str:
    """Return a call's identity: a digest of the base URL, all that is sent except the key, and the attempt."""
    return digest({"base_url": address.url, "body": body, "attempt": attempt})


def picture_part(levels: np.ndarray) -> Message:
    """Return a grey picture (H, W) uint8 as the part of a message, losslessly compressed."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "PNG")
    encoded = base64.b64encode(stream.getvalue()).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded}"}}


def text_part(text: str) -> Message:
    """Return a text as the part of a message."""
    return {"type": "text", "text": text}


def picture_tokens(height: int, width: int) -> int:
    """Estimate the tokens of a picture, in tiles, as for GPT-4o."""
    return PICTURE_TOKENS + TILE_TOKENS * -(-height // TILE) * -(-width // TILE)


def text_tokens(*texts: str) -> int:
    """Estimate the tokens of texts."""
    return -(-sum(map(len, texts)) // LETTERS_A_TOKEN)
