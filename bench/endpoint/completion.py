"""A chat completion as a server sends it, read into a reply: a server may send anything."""

import json
from collections.abc import Mapping
from typing import Any

from bench.endpoint.address import redacted_answer
from bench.endpoint.prices import Usage
from bench.endpoint.request import LETTERS_A_TOKEN, Reply

_CUT = ("length", "max_tokens", "max_output_tokens", "model_length")
_FILTERED = ("content_filter", "safety", "recitation", "blocklist", "prohibited_content", "refusal", "sensitive")
"""Reasons to finish, as different servers call them."""
_THOUGHTS = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
_MOST_TOKENS = 10**9


def parsed(content: bytes) -> Any:
    """Return the JSON data of a reply's bytes; ValueError if it is none."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def fault_in(data: Any) -> str:
    """Return the message of an error that came with a status of success, '' if there is none."""
    fault = data.get("error") if isinstance(data, Mapping) else None
    if not fault or data.get("choices"):
        return ""
    return str(fault.get("message") or fault) if isinstance(fault, Mapping) else str(fault)


def reply_of(data: Any, estimate: int, key: str) -> Reply:
    """Return the reply in a chat completion's JSON data, without the key; ValueError if it is none.

    ``estimate`` is the number of tokens of the messages if the server counts none.
    """
    choices = data.get("choices") if isinstance(data, Mapping) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, Mapping) else None
    if not isinstance(choice, Mapping) or not isinstance(message, Mapping):
        raise ValueError("it is no chat completion")
    finish = str(choice.get("finish_reason") or "").lower()
    content, refusal = message.get("content"), message.get("refusal")
    refusal = refusal if isinstance(refusal, str) else _text(content, "refusal")
    text = redacted_answer(_whole(refusal or _text(content, "text", "output_text")), key)
    counted = data.get("usage")
    counted = counted if isinstance(counted, Mapping) else {}
    usage = Usage(
        _tokens(counted.get("prompt_tokens"), estimate),
        _tokens(counted.get("completion_tokens"), -(-len(text) // LETTERS_A_TOKEN)),
    )
    lack = "" if text.strip() else _lack(message)
    return Reply(text, bool(refusal) or finish in _FILTERED, usage, finish in _CUT, lack)


def _text(content: Any, *kinds: str) -> str:
    """Return the text of a message's content: itself, or its parts of these kinds, without thoughts and pictures."""
    if isinstance(content, str):
        return "" if kinds == ("refusal",) else content
    parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
    texts = [part.get("refusal" if kinds == ("refusal",) else "text") for part in parts if part.get("type") in kinds]
    return "".join(text for text in texts if isinstance(text, str))


def _lack(message: Mapping[str, Any]) -> str:
    """Say what a message without a text holds instead, '' for nothing."""
    if message.get("tool_calls") or message.get("function_call"):
        return "a tool call instead of an answer"
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    thought = any(isinstance(part, Mapping) and part.get("type") in ("thinking", "reasoning") for part in parts)
    if thought or any(message.get(key) for key in _THOUGHTS):
        return "reasoning without an answer"
    return ""


def _tokens(count: Any, estimate: int) -> int:
    """Return a server's count of tokens, the estimate if it is no sensible number."""
    sensible = isinstance(count, int | float) and not isinstance(count, bool) and 0 <= count <= _MOST_TOKENS
    return int(count) if sensible else estimate


def _whole(text: str) -> str:
    """Return a text without halves of surrogate pairs, which JSON may hold and no file of UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
