"""One question to a server: its messages, its identity, and its reply."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from bench.endpoint.address import Address
from bench.endpoint.prices import Usage
from bench.specs.json_data import Clear, JSONObject
from bench.store.fingerprint import digest

_TILE, _TILE_TOKENS, _PICTURE_TOKENS = 512, 170, 85
"""The estimate for pictures: tokens for each tile of this side, parts included, and tokens per picture."""
LETTERS_A_TOKEN = 4
MOST_CALLS_AT_ONCE = 1000
"""How many connections are kept; the settings allow no more."""

Message = JSONObject


class Malformed(Exception):
    """A reply of another form than required; the text says how."""


@dataclass(frozen=True)
class Sampling:
    """How a model draws its answer; None leaves it to the server."""

    temperature: float | None
    top_p: float | None
    max_tokens: int

    @classmethod
    def of(cls, temperature: float, top_p: float, max_tokens: int) -> Self:
        """Take settings; a negative one leaves the choice to the server."""
        return cls(None if temperature < 0 else temperature, None if top_p < 0 else top_p, max_tokens)


@dataclass(frozen=True)
class ServerQuestion:
    """Messages to a model, under a name that the caller chooses.

    ``schema`` is the JSON schema of the reply, None for a text; ``reads`` turns a reply's text into the
    caller's value, or raises Malformed; ``estimate`` is the approximate number of tokens of the messages. A further try
    after a malformed reply adds the ``reminder`` to the last message, so that it is not the same question again.
    """

    name: str
    messages: tuple[Message, ...]
    reads: Callable[[str], Any]
    schema: Clear | None = None
    estimate: int = 0
    reminder: str = ""

    def at(self, attempt: int) -> Self:
        """Return the question as a try asks it, the first without the reminder."""
        if attempt == 0 or not self.reminder:
            return self
        *before, last = self.messages
        return replace(self, messages=(*before, {**last, "content": f"{last['content']}\n\n{self.reminder}"}))


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


def identity(body: JSONObject, address: Address, attempt: int) -> str:
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
    return _PICTURE_TOKENS + _TILE_TOKENS * -(-height // _TILE) * -(-width // _TILE)


def text_tokens(*texts: str) -> int:
    """Estimate the tokens of texts."""
    return -(-sum(map(len, texts)) // LETTERS_A_TOKEN)
