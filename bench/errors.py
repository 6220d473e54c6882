"""The exception for a user's mistake, and its messages."""

import errno
import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb

_LISTED = 40
"""How many valid names an error lists."""
_LONGEST = 1000
"""The most letters of another's message that an error repeats."""
_SHORTAGES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "a disk or quota is full; free space on it"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "too many files are open; allow more with `ulimit -n`"),
    errno.ENOMEM: "memory ran out; make some available",
}
"""What the system lacks, and the remedy, by the number of an OSError."""


class BenchError(Exception):
    """A user's mistake: shown as one sentence without traceback, with exit code 2."""


def unknown(kind: str, value: str, valid: Iterable[str], remedy: str = "", cause: str = "") -> BenchError:
    """Build the error for an unknown name: the value, a likely cause, the nearest and all valid names, the remedy.

    A list too long to read is cut.
    """
    names = sorted(set(valid), key=_in_human_order)
    worded = len(value) < _LONGEST and re.search(r"[^\W\d]{2}", value)  # a number or single letter has no nearest name
    near = get_close_matches(value, names, n=1, cutoff=0.5) if worded else []
    guess = f"; did you mean {near[0]!r}?" if near else ""
    listed = names if len(names) <= _LISTED else [*names[:_LISTED], f"and {len(names) - _LISTED} more"]
    return BenchError(
        f"unknown {kind} {shortened(value)}{cause and f'; {cause}'}{guess} (valid: {', '.join(listed) or 'none'})"
        + (f"; {remedy}" if remedy else "")
    )


class UncaughtError(Exception):
    """Something that is no ``Exception``, such as ``SystemExit``, raised by a plugin's code: its ``__cause__``."""


def original(error: BaseException) -> BaseException:
    """Return what a plugin's code raised, where ``UncaughtError`` stands for it."""
    return error.__cause__ if isinstance(error, UncaughtError) and error.__cause__ else error


def shortage(error: BaseException) -> str | None:
    """Return a sentence with the remedy if the system lacks space, memory or files, None for any other error."""
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        error = MemoryError()
    number = errno.ENOMEM if isinstance(error, MemoryError) else getattr(error, "errno", None)
    if not isinstance(error, OSError | MemoryError) or number not in _SHORTAGES:
        return None
    reason = f" ({error.strerror})" if isinstance(error, OSError) else ""
    return f"{_SHORTAGES[number]}, then run the same command again{reason}"


def in_one_line(error: BaseException) -> str:
    """Return an exception's type, message, and the file and line that raised it; what the system lacks, if that."""
    error = original(error)
    if sentence := shortage(error):
        return sentence
    frames = extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {message(error)}{place}"


def message(error: BaseException) -> str:
    """Return an exception's message on one line, cut if it is long."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # an exception of a stranger's class
        return "its message cannot be shown"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def shortened(value: object, longest: int = 60) -> str:
    """Return a value as an error shows it: on one line, cut if it is long."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # an object of a stranger's class, or one nested too deeply
        return f"something of type {type(value).__name__}"
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _in_human_order(name: str) -> list[tuple[float, str]]:
    """Order numbers within names by size: 2 before 10."""
    parts = re.split(r"(\d+)", name)
    return [(float(part), "") if re.fullmatch("[0-9]+", part) else (float("inf"), part) for part in parts if part]
