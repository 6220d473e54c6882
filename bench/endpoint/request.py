"""One question to a server: its messages, its identity, and what a reply to it is worth."""

import base64
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from bench.endpoint.address import Address
from bench.endpoint.prices import Usage
from bench.store.fingerprint import digest

TILE, TILE_TOKENS, PICTURE_TOKENS = 512, 170, 85
"""What pictures are estimated at: so many tokens for each begun tile of this side, and so many more."""
LETTERS_A_TOKEN = 4

Message = Mapping[str, Any]


class Malformed(Exception):
    """A reply that is not of the form asked for; its text says how."""


@dataclass(frozen=True)
class Sampling:
    """How a model draws its answer; None leaves it to the server."""

    temperature: float | None
    top_p: float | None
    max_tokens: int

    @classmethod
    def of(cls, temperature: float, top_p: float, max_tokens: int) -> Self:
        """Take settings, of which a negative one leaves the choice to the server."""
        return cls(temperature if temperature >= 0 else None, top_p if top_p >= 0 else None, max_tokens)


@dataclass(frozen=True)
class ServerQuestion:
    """Messages to a model, under a name of the caller's.

    ``schema`` is the JSON schema of the reply, None for a text; ``reads`` makes of a reply's text what the caller
    wants, or raises Malformed; ``estimate`` is about how many tokens the messages are.
    """

    name: str
    messages: tuple[Message, ...]
    reads: Callable[[str], Any]
    schema: Mapping[str, Any] | None = None
    estimate: int = 0


@dataclass(frozen=True)
class Reply:
    """What a server answered and billed: ``refused`` where it would not answer, ``cut`` where the text was too long."""

    text: str
    refused: bool
    usage: Usage
    cut: bool = False


def without_thought(reply: str) -> str:
    """Return what stands behind the thought of a reply; Malformed where the thought does not end."""
    answer = reply.rpartition("</think>")[2]
    if "<think>" in answer:
        raise Malformed("the thought does not end")
    return answer


def body(question: ServerQuestion, model: str, sampling: Sampling, address: Address) -> dict[str, Any]:
    """Return the JSON body of a call."""
    # The public API's newer models know the one name only, many other servers only the older one.
    longest = "max_tokens" if address.url else "max_completion_tokens"
    data: dict[str, Any] = {"model": model, "messages": list(question.messages), longest: sampling.max_tokens}
    if sampling.temperature is not None:
        data["temperature"] = sampling.temperature
    if sampling.top_p is not None:
        data["top_p"] = sampling.top_p
    if question.schema is not None:
        form = {"name": "answers", "strict": True, "schema": dict(question.schema)}
        data["response_format"] = {"type": "json_schema", "json_schema": form}
    return data


def identity(body: Mapping[str, Any], address: Address, attempt: int) -> str:
    """Return what stands for a call: a digest of where it goes, all that is sent but the key, and the attempt."""
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
    """Estimate the tokens of a picture, by tiles as GPT-4o's are counted."""
    return PICTURE_TOKENS + TILE_TOKENS * -(-height // TILE) * -(-width // TILE)


def text_tokens(*texts: str) -> int:
    """Estimate the tokens of texts."""
    return -(-sum(map(len, texts)) // LETTERS_A_TOKEN)
