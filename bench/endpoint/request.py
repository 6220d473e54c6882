"""One question to a server: its messages, its identity, and its reply."""

import base64
import io
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

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


LengthParameter = Literal["auto", "max_tokens", "max_completion_tokens", "unsent"]
ReplyForm = Literal["json_schema", "json_object", "text"]
Detail = Literal["unsent", "auto", "low", "high"]
SystemRole = Literal["system", "developer", "user"]


@dataclass(frozen=True)
class Dialect:
    """How a server wants a call worded: each field is a setting, whose help says what it is.

    ``extra`` is a text of JSON, an object that is merged into each call; a null in it leaves a parameter out.
    """

    length_parameter: LengthParameter = "auto"
    reply_form: ReplyForm = "json_schema"
    detail: Detail = "unsent"
    system_role: SystemRole = "system"
    extra: str = ""


_OWN = ("model", "messages", "stream", "n")
"""Fields of a call that ``extra`` cannot set: the reply would not be read, or be of another model."""


def extra_fields(extra: str) -> dict[str, Any]:
    """Return the fields of a setting ``extra``; BenchError if it is no object of JSON or sets what is not its own."""
    try:
        fields = json.loads(extra) if extra.strip() else {}
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise BenchError(f"extra = {extra!r} is no object of JSON; write one like extra='{{\"seed\": 1}}'")
    for key in fields:
        if key in _OWN:
            raise BenchError(f"extra sets {key!r}, which the command itself decides; leave it out")
    return fields


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


def body(
    question: ServerQuestion, model: str, sampling: Sampling, address: Address, dialect: Dialect
) -> dict[str, Any]:
    """Return the JSON body of a call."""
    messages = [_worded(message, dialect) for message in question.messages]
    data: dict[str, Any] = {
        "model": model,
        "messages": _without_system(messages) if dialect.system_role == "user" else messages,
    }
    length = dialect.length_parameter
    if length == "auto":
        # The public API's newer models accept only the new name, many other servers only the old one.
        length = "max_completion_tokens" if address.is_public_api else "max_tokens"
    if length != "unsent":
        data[length] = sampling.max_tokens
    if sampling.temperature is not None:
        data["temperature"] = sampling.temperature
    if sampling.top_p is not None:
        data["top_p"] = sampling.top_p
    if question.schema is not None and dialect.reply_form == "json_schema":
        form = {"name": "answers", "strict": True, "schema": dict(question.schema)}
        data["response_format"] = {"type": "json_schema", "json_schema": form}
    elif question.schema is not None and dialect.reply_form == "json_object":
        data["response_format"] = {"type": "json_object"}
    data |= extra_fields(dialect.extra)
    return {key: value for key, value in data.items() if value is not None}


def _worded(message: Message, dialect: Dialect) -> Message:
    """Return a message with the role and the detail of pictures that a server wants."""
    message = dict(message)
    if message["role"] == "system" and dialect.system_role == "developer":
        message["role"] = "developer"
    if dialect.detail != "unsent" and isinstance(message["content"], list):
        message["content"] = [
            {**part, "image_url": {**part["image_url"], "detail": dialect.detail}} if "image_url" in part else part
            for part in message["content"]
        ]
    return message


def _without_system(messages: list[Message]) -> list[Message]:
    """Return messages with the text of the system's at the beginning of the user's."""
    system = [text_part(message["content"]) for message in messages if message["role"] == "system"]
    users = [dict(message) for message in messages if message["role"] != "system"]
    content = users[0]["content"]
    users[0]["content"] = [*system, *(content if isinstance(content, list) else [text_part(content)])]
    return list(users)


_REMEDIES = {
    "max_tokens": ("length_parameter=max_completion_tokens", r"max_tokens"),
    "max_completion_tokens": ("length_parameter=max_tokens", r"max_completion_tokens"),
    "temperature": ("temperature=-1", r"temperature"),
    "top_p": ("top_p=-1", r"top_p"),
    "response_format": (
        "reply_form=json_object (or text)",
        r"response_format|json_schema|json_object|structured output|guided|grammar|schema",
    ),
    "detail": ("detail=unsent", r"\bdetail\b"),
    "system": ("system_role=user", r"system (role|message|prompt)|developer|role '?\"?system|roles must alternate"),
}
"""The setting that changes a parameter, and how a server's message names that parameter."""


_TOO_LONG = re.compile(r"too (large|long|high)|at most|maximum|exceed", re.IGNORECASE)


def remedy(message: str, sent: Mapping[str, Any], parameter: str = "") -> str:
    """Return the setting to change if a server's message, or the ``parameter`` it names, refuses what was sent.

    '' if it names nothing that was sent.
    """
    parts = [part for each in sent["messages"] if isinstance(each["content"], list) for part in each["content"]]
    present = {*sent, *(name for part in parts for name in part.get("image_url", ()))}
    present |= {"system"} if any(each["role"] != "user" for each in sent["messages"]) else set()
    length = next((name for name in ("max_tokens", "max_completion_tokens") if name in sent), "")
    if length and (length in message or "context length" in message) and _TOO_LONG.search(message):
        return f"max_tokens={max(1, int(sent[length]) // 2)} (or less)"
    named = [name for name in _REMEDIES if name in present and re.search(_REMEDIES[name][1], message, re.IGNORECASE)]
    if parameter in _REMEDIES and parameter in present:
        named = [parameter]
    if "max_tokens" in named and "max_tokens" in sent and "max_completion_tokens" in named:
        named.remove("max_completion_tokens")
    return _REMEDIES[named[0]][0] if named else ""


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
