"""A chunk of a page's data: JSON data under a name, loaded when what it shows is seen."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

Chunk = Any
"""JSON data; numbers that are not finite stand as null."""


def as_json(chunk: Chunk) -> str:
    """Return a chunk as JSON in ASCII that any script or HTML element can hold: no letter in it ends either."""
    text = json.dumps(_finite(chunk), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def as_script(name: str, chunk: Chunk) -> str:
    """Return a chunk as a script that hands it to the page; so it is read from disk, where a page may fetch nothing."""
    return f"bench.receive({json.dumps(name)},{as_json(chunk)});\n"


def rounded(value: float | None, digits: int = 5) -> float | None:
    """Return a number as a page needs it, None if it is not known or not finite."""
    return None if value is None or not isfinite(value) else round(value, digits)


def _finite(data: Chunk) -> Chunk:
    if isinstance(data, float):
        return data if isfinite(data) else None
    if isinstance(data, Mapping):
        return {str(key): _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return data
