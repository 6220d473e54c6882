"""What happens in a run: six kinds of events, frozen data that JSON holds.

Every event names its ``run`` and its ``time``, ISO 8601 in UTC. All but those of the run name a ``cell``.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from bench.specs import StageName

State = Literal["started", "ended"]


def now() -> str:
    """Return the time as an event states it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class WatchedCell:
    """The cell of an event: its ``id`` in the store, its ``name`` as messages write it, and what it is made of."""

    id: str
    name: str
    task: str
    dataset: str
    model: str
    fold: int
    repeat: int
    seed: int
    fraction: float


@dataclass(frozen=True)
class Event:
    """Something that happened in a run, ``kind`` is its name in JSON."""

    kind: ClassVar[str] = ""

    run: str
    time: str

    @property
    def json(self) -> str:
        """The event as one line of JSON, its kind under the key ``event``."""
        return json.dumps({"event": self.kind, **asdict(self)}, ensure_ascii=False, default=str)


@dataclass(frozen=True)
class RunEvent(Event):
    """A run started or ended: its task, dataset and models, and how many ``cells`` it computes.

    At its end ``failed`` of them have failed. A run whose cells were handed to a cluster ends as ``submitted``.
    """

    kind: ClassVar[str] = "run"

    state: Literal["started", "ended", "submitted"]
    task: str
    dataset: str
    models: tuple[str, ...]
    cells: int
    failed: int
    store: str


@dataclass(frozen=True)
class CellEvent(Event):
    """A cell started or ended, with its model's ``recipe`` and ``settings``; ``outcome`` is '' until it ends."""

    kind: ClassVar[str] = "cell"

    cell: WatchedCell
    state: State
    recipe: Mapping[str, Any]
    settings: Mapping[str, Any]
    outcome: Literal["", "done", "failed"] = ""


@dataclass(frozen=True)
class StageEvent(Event):
    """A stage of a cell started or ended; one whose product exists already does neither.

    ``seconds`` and ``units``, pictures processed, are None at its start.
    """

    kind: ClassVar[str] = "stage"

    cell: WatchedCell
    state: State
    stage: StageName
    seconds: float | None = None
    units: int | None = None


@dataclass(frozen=True)
class EpochEvent(Event):
    """An epoch of a training ended: mean ``losses`` by name, ``validation`` loss, ``seconds``.

    ``epoch`` counts from 1, in each training anew; ``training`` counts the trainings of the stage, several if it tries
    some. ``validation`` is None if it was not measured.
    """

    kind: ClassVar[str] = "epoch"

    cell: WatchedCell
    stage: StageName
    training: int
    epoch: int
    losses: Mapping[str, float]
    validation: float | None
    learning_rate: float
    seconds: float


@dataclass(frozen=True)
class RecordEvent(Event):
    """The record of a cell was written: ``metrics`` by name, over ``n`` questions or pictures, and its ``file``."""

    kind: ClassVar[str] = "record"

    cell: WatchedCell
    metrics: Mapping[str, float]
    n: int
    file: str


@dataclass(frozen=True)
class FailureEvent(Event):
    """A cell failed in its ``part``, a stage or its record, for the ``reason``; the ``log`` has the traceback."""

    kind: ClassVar[str] = "failure"

    cell: WatchedCell
    part: str
    reason: str
    log: str


KINDS: dict[str, type[Event]] = {
    each.kind: each for each in (RunEvent, CellEvent, StageEvent, EpochEvent, RecordEvent, FailureEvent)
}
"""The kinds of events, by the name that their JSON has."""


def event_of(line: str | bytes) -> Event:
    """Return the event of a line of JSON that ``Event.json`` wrote."""
    fields = json.loads(line)
    kind = KINDS[fields.pop("event")]
    if "cell" in fields:
        fields["cell"] = WatchedCell(**fields["cell"])
    if "models" in fields:
        fields["models"] = tuple(fields["models"])
    return kind(**fields)
