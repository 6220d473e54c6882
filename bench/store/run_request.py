"""What a `bench run` was asked for; only this module reads and writes it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

from bench.errors import BenchError
from bench.specs.json_data import Clear, JSONObject

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True)
class Cost:
    """What a stage is expected to take, on one worker like that of the ``source``.

    ``seconds`` and ``memory``, in bytes, are None if nothing is known; ``device`` is a graphics card's, or cpu.
    """

    seconds: float | None = None
    memory: int | None = None
    threads: int = 1
    device: str = "cpu"
    source: str = ""


@dataclass(frozen=True)
class Stop:
    """A model that a race stopped under a ``protocol``, ``after`` so many ``of`` its folds (repeats count as folds).

    On the folds that both have, its score in the table's ``column`` is by ``difference`` below that of the model
    ``best``; ``p`` is corrected for the number of models that raced. ``cells`` are the ids of those it was spared.
    """

    model: str
    protocol: str
    after: int
    of: int
    column: str
    best: str
    difference: float
    p: float
    cells: list[str]

    def sentence(self, best: str) -> str:
        """Say that and why the model stopped; ``best`` is what a reader calls the best model."""
        return (
            f"stopped after {self.after} of {self.of} folds: in {self.column} {self.difference:.3f} below {best}, "
            f"p {self.p:.2g}"
        )


@dataclass(frozen=True)
class RunRequest:
    """What a `bench run` was asked for: rows, cells and all choices.

    ``protocols`` are those of its cells, ``protocol`` the first; ``config`` is the whole configuration as it was then;
    ``cells`` are ids and ``names`` their names for people; ``expected`` has the cost of each stage to compute, by cell
    and stage; ``stops`` are the models that a race has stopped so far.
    """

    task: str
    dataset: str
    protocol: str
    config: JSONObject
    models: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    protocols: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    expected: dict[str, dict[str, Cost]] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    format: Literal[1] = 1

    def is_under(self, protocol: str) -> bool:
        """Return whether the run has cells of a protocol."""
        return protocol in (self.protocols or [self.protocol])

    def as_json(self) -> JSONObject:
        """Return it as JSON data."""
        return asdict(self)


def parsed_request(content: Clear) -> RunRequest:
    """Return the request that JSON data hold; BenchError says what is wrong with any other data."""
    from pydantic import ValidationError

    try:
        return _reader().validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BenchError(f"{place}: {first['msg']}" if place else first["msg"]) from error


@cache
def _reader() -> TypeAdapter[RunRequest]:
    from pydantic import TypeAdapter

    return TypeAdapter(RunRequest)
