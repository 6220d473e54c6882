"""How a server wants a call worded: the body of a call, and the setting that changes what a server refuses."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from bench.endpoint.address import Address
from bench.endpoint.request import Message, Sampling, ServerQuestion, text_part
from bench.errors import BenchError
from bench.specs import Setting
from bench.specs.json_data import JSONObject

LengthParameter = Literal["auto", "max_tokens", "max_completion_tokens", "unsent"]
ReplyForm = Literal["json_schema", "json_object", "text"]
Detail = Literal["unsent", "auto", "low", "high"]
SystemRole = Literal["system", "developer", "user"]


@dataclass(frozen=True)
class Wording:
    """How a server wants a call worded, as settings.

    ``extra`` is a text of JSON, an object that is merged into each call; a null in it leaves a parameter out.
    """

    length_parameter: Annotated[
        LengthParameter,
        Setting("the name under which max_tokens is sent; auto: as the public API or else most servers want"),
    ] = "auto"
    detail: Annotated[Detail, Setting("the detail of pictures that is asked for")] = "unsent"
    system_role: Annotated[SystemRole, Setting("the role under which the instructions are sent")] = "system"
    extra: Annotated[
        str,
        Setting(
            'more fields of each call, as JSON, such as {"seed": 1}; null leaves one out',
            check="bench.endpoint.dialect:extra_fields",
        ),
    ] = ""


@dataclass(frozen=True)
class Dialect(Wording):
    """The wording of calls whose replies have a form."""

    reply_form: Annotated[ReplyForm, Setting("the form of the reply that the server is to enforce")] = "json_schema"


_OWN = ("model", "messages", "stream", "n")
"""Fields of a call that ``extra`` cannot set: the reply would not be read, or be of another model."""


def extra_fields(extra: str) -> JSONObject:
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


def body(question: ServerQuestion, model: str, sampling: Sampling, address: Address, dialect: Dialect) -> JSONObject:
    """Return the JSON body of a call."""
    messages = [_worded(message, dialect) for message in question.messages]
    data: JSONObject = {
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


def remedy(message: str, sent: JSONObject, parameter: str = "") -> str:
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
