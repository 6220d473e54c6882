"""The record of a finished cell: what it measured, of what, by which stages; written and read here alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from bench.errors import BenchError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RECORD_FORMAT = 2
"""The version of a record's layout, its ``format``. A record of another is passed over; a run writes it anew."""


@dataclass(frozen=True)
class CellIdentity:
    """A cell's place among all: what two cells never share.

    ``fold`` and ``repeat`` count from 0; ``fraction`` is the share of the training side; ``protocol`` is its digest.
    """

    task: str
    dataset: str
    model: str
    fold: int
    repeat: int
    protocol: str
    fraction: float = 1.0

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data, from which a cell's file name is made."""
        whole = {"fraction"} if self.fraction == 1 else set[str]()
        return {key: value for key, value in asdict(self).items() if key not in whole}

    def __str__(self) -> str:
        repeat = f" repeat {self.repeat}" if self.repeat else ""
        fraction = f" fraction {self.fraction:g}" if self.fraction != 1 else ""
        return f"{self.model} fold {self.fold}{repeat}{fraction}"


@dataclass(frozen=True)
class RecordedModel:
    """The model of a record as it was registered, with the settings and the recipe it ran with.

    ``order`` is that of its family among the blocks of a table; ``pretrains`` the path of its first step's estimator;
    ``deviations`` are sentences on settings that differ from the model's own.
    """

    label: str
    family: str
    family_label: str
    order: float
    control: bool
    variant_of: str | None
    pretrains: str | None
    footnote: str
    settings: dict[str, Any]
    deviations: list[str]
    recipe: dict[str, Any]


@dataclass(frozen=True)
class MetricValue:
    """What a metric came to, and its standard error within the cell, None where there is none."""

    value: float
    error: float | None = None


@dataclass(frozen=True)
class PeakMemory:
    """The most bytes that a stage held, in its ``process`` and on a graphics card, the ``device``."""

    process: int
    device: int | None = None


@dataclass(frozen=True)
class StageTiming:
    """What a stage took: ``seconds`` for so many ``units``, the pictures it went through, or ``answers``."""

    seconds: float
    units: int
    memory: PeakMemory | None = None
    answers: int | None = None


@dataclass(frozen=True)
class Record:
    """What a finished cell leaves.

    ``protocol`` in clear; ``config_recipe`` the run's, before a model's own values; ``stages`` fingerprints by name,
    ``code`` a digest of each one's code, ``timings`` and ``environment`` what each took and ran in; ``n`` how many
    questions or pictures were scored; ``sides`` how many pictures each side of the fold has; ``training`` and
    ``pretraining`` how those went, None where there was nothing to tell; ``usage`` what answers cost that are paid for;
    ``caveat`` what a reader of the scores must know; ``finished`` is ISO 8601, UTC.
    """

    format: Literal[2]
    cell: CellIdentity
    protocol: dict[str, Any]
    model: RecordedModel
    config_recipe: dict[str, Any]
    stages: dict[str, str]
    code: dict[str, str]
    metrics: dict[str, MetricValue]
    n: int
    timings: dict[str, StageTiming]
    environment: dict[str, dict[str, Any]]
    finished: str
    caveat: str = ""
    sides: dict[str, int] = field(default_factory=dict)
    training: dict[str, Any] | None = None
    pretraining: dict[str, Any] | None = None
    usage: dict[str, Any] | None = None

    def history(self, stage: str) -> dict[str, Any]:
        """Return how the training in a stage went, nothing where there was none to tell of."""
        return {"pretrain": self.pretraining, "train": self.training}.get(stage) or {}

    def has_epochs(self, stage: str) -> bool:
        """Tell whether the training in a stage went by epochs."""
        return "epochs" in self.history(stage)

    @property
    def learned(self) -> bool:
        """Whether any of the trainings went by epochs: a model without has no use for a recipe."""
        return self.has_epochs("pretrain") or self.has_epochs("train")

    @property
    def losses_at_chance(self) -> list[str]:
        """The losses that never left chance in the trainings."""
        return [name for stage in ("pretrain", "train") for name in self.history(stage).get("at_chance", ())]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {**asdict(self), "cell": self.cell.as_json()}


def parsed(text: str | bytes) -> Record | None:
    """Return the record that a file's text holds, None where it is of another version.

    BenchError says what is wrong with it otherwise.
    """
    from pydantic import ValidationError

    try:
        return _reader().validate_json(text, strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        if any(each["loc"] == ("format",) and each["type"] == "literal_error" for each in errors):
            return None
        place = ".".join(map(str, errors[0]["loc"]))
        raise BenchError(f"{place}: {errors[0]['msg']}" if place else errors[0]["msg"]) from error


class Indexed(NamedTuple):
    """A line of a store's index: a file of ``cells/``, its time of change, and the record or what is wrong with it.

    Both are absent of a record of another version.
    """

    name: str
    stamp: int
    record: Record | None
    problem: str = ""


def index_line(entry: Indexed) -> bytes:
    """Return an entry as a line of JSON."""
    return _index().dump_json(entry) + b"\n"


def indexed(line: bytes) -> Indexed | None:
    """Return the entry of a line, None where it holds none: what it held is read from its own file then."""
    from pydantic import ValidationError

    try:
        return _index().validate_json(line, strict=True)
    except ValidationError:
        return None


@cache
def _reader() -> TypeAdapter[Record]:
    from pydantic import TypeAdapter

    return TypeAdapter(Record)


@cache
def _index() -> TypeAdapter[Indexed]:
    from pydantic import TypeAdapter

    return TypeAdapter(Indexed)
