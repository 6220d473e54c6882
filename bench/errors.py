"""The exception for a user's mistake, and its messages."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb

_LISTED = 40
"""How many valid names an error lists."""


class BenchError(Exception):
    """A user's mistake: shown as one sentence without traceback, with exit code 2."""


def unknown(kind: str, value: str, valid: Iterable[str], remedy: str = "") -> BenchError:
    """Build the error for an unknown name: the value, the nearest valid name, the valid names, the remedy.

    A list too long to read is cut.
    """
    names = sorted(set(valid), key=_in_human_order)
    worded = re.search(r"[^\W\d]{2}", value)  # a number or a single letter has no nearest name
    near = get_close_matches(value, names, n=1, cutoff=0.5) if worded else []
    guess = f"; did you mean {near[0]!r}?" if near else ""
    listed = names if len(names) <= _LISTED else [*names[:_LISTED], f"and {len(names) - _LISTED} more"]
    return BenchError(
        f"unknown {kind} {value!r}{guess} (valid: {', '.join(listed) or 'none'})" + (f"; {remedy}" if remedy else "")
    )


def in_one_line(error: BaseException) -> str:
    """Return an exception's type, message, and the file and line that raised it."""
    frames = extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


def _in_human_order(name: str) -> list[tuple[float, str]]:
    """Order numbers within names by size: 2 before 10."""
    parts = re.split(r"(\d+)", name)
    return [(float(part), "") if re.fullmatch("[0-9]+", part) else (float("inf"), part) for part in parts if part]
