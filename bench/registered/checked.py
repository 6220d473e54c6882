"""Checks of what a plugin's class returns: a broken contract becomes one sentence with a remedy."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from traceback import extract_tb
from typing import Any, NoReturn

from bench.errors import BenchError, message, original, shortened
from bench.registered.signature import grouped
from bench.specs import resolve
from bench.specs.isolation import isolated

_OWN_WORDS = "fix it there, or raise bench.BenchError if the mistake is the user's"


class Checked:
    """A wrapper around an object of the plugin's class at ``path``, built from ``arguments`` and ``settings``.

    ``kind`` is its kind, such as "dataset"; ``members`` are the attributes that this kind must have. A broken contract
    or an exception is a BenchError that names class, method and remedy. Attributes outside the contract are passed
    through.
    """

    def __init__(self, kind: str, members: Sequence[str], path: str, *arguments: Any, **settings: Any) -> None:
        self._kind, self._path = kind, path
        build = resolve(path)
        try:
            with isolated():
                self._inner = build(*arguments, **grouped(build, settings))
        except Exception as error:  # a plugin's class may fail in any way
            raise self._blamed("__init__()", error) from error
        missing = [name for name in members if not self._has(name)]
        remedy = f"add what bench.contracts.{kind.capitalize()} lists"
        self._require(not missing, "it", f"has no {' and no '.join(missing)}", remedy)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute that the contract does not name."""
        return getattr(self.__dict__["_inner"], name)

    def identity(self) -> dict[str, Any]:
        """Return in clear what decides its data, as JSON data."""
        identity = self._call("identity")
        remedy = "return a dictionary of texts, numbers and lists that decide the data"
        self._require(
            isinstance(identity, dict) and bool(identity), "identity()", f"returned {shortened(identity)}", remedy
        )
        try:
            json.dumps(identity, sort_keys=True)
        except (TypeError, ValueError, RecursionError) as error:
            self._refuse("identity()", f"returned what JSON cannot hold ({error})", remedy)
        return identity

    def _call(self, method: str, *arguments: Any) -> Any:
        try:
            with isolated():
                return getattr(self._inner, method)(*arguments)
        except Exception as error:
            numbers = ", ".join(str(argument) for argument in arguments if isinstance(argument, int))
            raise self._blamed(f"{method}({numbers})", error) from error

    def _has(self, name: str) -> bool:
        try:
            with isolated():
                return hasattr(self._inner, name)
        except Exception as error:
            raise self._blamed(name, error) from error

    def _require(self, holds: bool, where: str, what: str, remedy: str) -> None:
        if not holds:
            self._refuse(where, what, remedy)

    def _refuse(self, where: str, what: str, remedy: str) -> NoReturn:
        raise BenchError(f"{self._kind} class {self._path!r}: {where} {what}; {remedy}")

    def _blamed(self, method: str, error: Exception) -> BenchError:
        """Return a BenchError for what a method raised; its own BenchErrors stay as they are."""
        if isinstance(error, BenchError):
            return error
        cause = original(error)
        text = message(cause)
        text = f"{type(cause).__name__}: {text}" if text else type(cause).__name__
        return BenchError(
            f"{self._kind} class {self._path!r}: {method} raised {text}{self._place(cause)}; {_OWN_WORDS}"
        )

    def _place(self, error: BaseException) -> str:
        """Name the last line of the class's own package that led to the error, not one of a library it called."""
        frames = extract_tb(error.__traceback__)
        home = Path(sys.modules[self._path.partition(":")[0]].__file__ or "").parent
        own = [frame for frame in frames if Path(frame.filename).parent == home] or frames
        return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})"
