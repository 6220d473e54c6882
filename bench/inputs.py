"""What a user gives on the command line or from Python: paths, numbers and names, checked before they are used.

Own code, because typer checks one option at a time as its verb declares it, and sees nothing of a call from Python.
"""

import inspect
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from bench.errors import BenchError

_Verb = TypeVar("_Verb", bound=Callable[..., Any])
_DIGITS = 18
"""Longer numbers count as this large: no number of anything is, and Python converts no more than 4,300 digits."""


def checked(verb: _Verb) -> _Verb:
    """Let a function raise BenchError for arguments that ``check_values`` refuses."""
    signature = inspect.signature(verb)

    @wraps(verb)
    def call(*args: Any, **kwargs: Any) -> Any:
        values: dict[str, object] = {}
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            keywords = signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD
            values |= value if keywords else {name: value}
        check_values({f"the argument {name!r}": value for name, value in values.items()})
        return verb(*args, **kwargs)

    return cast(_Verb, call)


def check_values(values: Mapping[str, object]) -> None:
    """Refuse, by the name of what the user gave: empty texts, texts that are no text, numbers that are not finite.

    Of a list, each element is checked. BenchError for the first one refused.
    """
    for name, value in values.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, str | os.PathLike):
                check_text(os.fspath(each), name)
            elif isinstance(each, float) and not math.isfinite(each):
                raise BenchError(f"{name} {each} is not a finite number; give one, or leave it out")


def check_text(text: str | bytes, name: str) -> None:
    """Refuse a text that is empty, holds a NUL character or is not UTF-8."""
    if isinstance(text, bytes):
        raise BenchError(f"{name} {text!r} is bytes; give text")
    if not text.strip():
        raise BenchError(f"{name} is empty; give a value, or leave it out")
    if "\0" in text:
        raise BenchError(f"{name} {text!r} holds a NUL character; remove that")
    if re.search(r"[\ud800-\udfff]", text):
        raise BenchError(f"{name} {text!r} is not UTF-8; rename what it names, or type it in UTF-8")


def path_of(given: str | Path, role: str, use: str = "read") -> Path:
    """Return a path that a user names as ``role``, with ``~`` expanded; nothing need be there.

    BenchError if nothing could ever be there, or it must not be looked at; ``use`` is what it is named for.
    """
    check_text(str(given), role)
    try:
        path = Path(given).expanduser()
    except RuntimeError as error:
        raise BenchError(f"{role} {str(given)!r} begins with ~ and the name of no user; give the whole path") from error
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise BenchError(f"{role} {str(given)!r} cannot be {use} ({error.strerror}); name another") from error
    return path


def folder_of(given: str | Path, role: str) -> Path:
    """Return the path of a folder, which need not exist; BenchError if it is a file or cannot be read."""
    path = path_of(given, role)
    if path.exists() and not path.is_dir():
        raise BenchError(f"{role} {str(given)!r} is a file, not a folder; name a folder")
    if path.exists() and not os.access(path, os.R_OK | os.X_OK):
        raise BenchError(f"{role} {str(given)!r} cannot be read (Permission denied); name another, or allow it")
    return path


def new_path(given: str | Path, role: str) -> Path:
    """Return a path that can be written: the nearest folder above it that exists allows it; else BenchError."""
    path = path_of(given, role, "written")
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not os.access(above, os.W_OK | os.X_OK):
        raise BenchError(f"{role} {str(given)!r} cannot be written: {str(above)!r} allows no files; name another")
    return path


def whole_number(text: str) -> int | None:
    """Return the number that a text is in the digits 0 to 9, None for another text."""
    digits = text.strip().lstrip("0") or text.strip()[:1]
    if not re.fullmatch("[0-9]+", digits):
        return None
    return int(digits) if len(digits) <= _DIGITS else 10**_DIGITS


def numbers(text: str, role: str, count: int, noun: str) -> tuple[int, ...]:
    """Return the numbers of ``count`` things, called ``noun``, that ``all``, ``0-2`` or ``0,3`` means, in order.

    BenchError for another form, or a number out of range.
    """
    if text.strip() == "all":
        return tuple(range(count))
    chosen: set[int] = set()
    for part in text.split(","):
        bounds = [whole_number(bound) for bound in part.split("-")]
        if len(bounds) > 2 or None in bounds:
            raise BenchError(f"{role} {text!r} is none of the forms all, 0-2 or 0,3")
        first, last = bounds[0], bounds[-1]
        assert first is not None and last is not None, "None was refused"
        if last >= count or first > last:
            raise BenchError(f"{role} {text!r} is out of range: there are {count} {noun}, 0 to {count - 1}")
        chosen |= {*range(first, last + 1)}
    return tuple(sorted(chosen))


def check_number(value: int | float | None, name: str, least: float, most: float) -> None:
    """Refuse a number outside of a range; None, which is not given, passes."""
    if value is not None and not (isinstance(value, int | float) and least <= value <= most):
        raise BenchError(f"{name} {value!r} is out of range; give a number from {least:g} to {most:,.15g}")


def words(text: str | Iterable[str] | None, name: str) -> tuple[str, ...]:
    """Return the names of a list, or of a text with commas; BenchError if one is empty."""
    if text is None:
        return ()
    names = tuple(each.strip() for each in (text.split(",") if isinstance(text, str) else text))
    if not all(names):
        raise BenchError(f"{name} {text!r} has an empty name; remove a comma")
    return names
