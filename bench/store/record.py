"""The record of a finished cell: its subject, scores and stages; only this module writes and reads it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from bench.errors import BenchError
from bench.specs.json_data import JSONObject
from bench.store.fingerprint import digest

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RECORD_FORMAT = 2
"""The version of a record's layout, its ``format``. Records of another version are ignored; a run writes them anew."""


@dataclass(frozen=True)
class CellIdentity:
    """A cell's identity: no two cells share it.

    ``fold``, ``repeat`` and ``seed`` count from 0; ``fraction`` is the share of the training side; ``protocol`` is its
    digest. A record from before there were seeds is of seed 0.
    """

    task: str
    dataset: str
    model: str
    fold: int
    repeat: int
    protocol: str
    fraction: float = 1.0
    seed: int = 0

    def as_json(self) -> JSONObject:
        """Return it as JSON data, from which a cell's file name is made: without the usual fraction and seed."""
        usual = {"fraction": 1.0, "seed": 0}
        return {key: value for key, value in asdict(self).items() if key not in usual or value != usual[key]}

    @property
    def id(self) -> str:
        """A file name: readable parts, then the identity's digest."""
        readable = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in self.model)
        seed = f"s{self.seed}" if self.seed else ""
        return f"{self.task}_{readable}_r{self.repeat}f{self.fold}{seed}_{digest(self.as_json())[:16]}"

    def __str__(self) -> str:
        repeat = f" repeat {self.repeat}" if self.repeat else ""
        fraction = f" fraction {self.fraction:g}" if self.fraction != 1 else ""
        seed = f" seed {self.seed}" if self.seed else ""
        return f"{self.model} fold {self.fold}{repeat}{seed}{fraction}"


@dataclass(frozen=True)
class RecordedModel:
    """The model of a record as it was registered, with the settings and the recipe it ran with.

    ``order`` is its family's place among the blocks of a table; ``control`` whether it is no row to rank: models must
    beat it, or it is an ``upper`` row, whose answers come from the task. ``pretrains`` is the path of its first step's
    estimator; ``deviations`` are sentences on settings that differ from the model's defaults, ``departures`` on how the
    model differs from its source; ``deterministic``: it is the same for every seed; ``origin`` where its weights come
    from if its name names them, None otherwise;
    ``weights`` are the pretrained ones that it started from, with the digest of local ones, '' if they were random.
    """

    label: str
    family: str
    family_label: str
    order: float
    control: bool
    variant_of: str | None
    pretrains: str | None
    footnote: str
    settings: JSONObject
    deviations: list[str]
    recipe: JSONObject
    upper: bool = False
    deterministic: bool = False
    origin: JSONObject | None = None
    departures: list[str] = field(default_factory=list)
    weights: str = ""

    @property
    def judges(self) -> bool:
        """Whether models must beat this one."""
        return self.control and not self.upper


@dataclass(frozen=True)
class MetricValue:
    """A metric's value, and its standard error within the cell, None if there is none.

    ``n`` is over how many items it is, None for all of the cell's.
    """

    value: float
    error: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class PeakMemory:
    """The most bytes that a stage held, in its ``process`` and on a graphics card, the ``device``."""

    process: int
    device: int | None = None


@dataclass(frozen=True)
class StageTiming:
    """What a stage took: ``seconds`` for so many ``units``, which are pictures, and so many ``answers``."""

    seconds: float
    units: int
    memory: PeakMemory | None = None
    answers: int | None = None


@dataclass(frozen=True)
class Record:
    """The record of a finished cell.

    ``protocol`` in clear; ``config_recipe`` the run's recipe, before a model's own values; ``stages`` fingerprints by
    name, ``products`` the digests of their products, none in a record from before there were digests; ``code`` a digest
    of each one's code, ``timings`` and ``environment`` what each took and ran in; ``n`` how many questions or pictures
    were scored; ``sides`` how many pictures each side of the fold has; ``training`` and
    ``pretraining`` the summaries of those, None without one; ``usage`` what paid answers cost; ``caveat`` what a reader
    of the scores must know; ``finished`` is ISO 8601, UTC; ``parameters`` how many numbers the saved weights hold, None
    if they are not stored; ``measured_by`` who measured it, '' if that is whoever has the store. The name of a model
    that somebody else measured ends in ``@`` and who that was.
    """

    format: Literal[2]
    cell: CellIdentity
    protocol: JSONObject
    model: RecordedModel
    config_recipe: JSONObject
    stages: dict[str, str]
    code: dict[str, str]
    metrics: dict[str, MetricValue]
    n: int
    timings: dict[str, StageTiming]
    environment: dict[str, JSONObject]
    finished: str
    caveat: str = ""
    sides: dict[str, int] = field(default_factory=dict)
    training: JSONObject | None = None
    pretraining: JSONObject | None = None
    usage: JSONObject | None = None
    products: dict[str, str] = field(default_factory=dict)
    parameters: int | None = None
    measured_by: str = ""

    @property
    def registered_model(self) -> str:
        """The name by which the model is registered."""
        return self.cell.model.removesuffix(f"@{self.measured_by}") if self.measured_by else self.cell.model

    @property
    def seed(self) -> int:
        """The cell's seed, from 0."""
        return self.cell.seed

    def history(self, stage: str) -> JSONObject:
        """Return the history of the training in a stage, empty if there is none."""
        return {"pretrain": self.pretraining, "train": self.training}.get(stage) or {}

    def has_epochs(self, stage: str) -> bool:
        """Return whether the training in a stage had epochs."""
        return "epochs" in self.history(stage)

    @property
    def learned(self) -> bool:
        """Whether any of the trainings had epochs; a model without them does not use a recipe."""
        return self.has_epochs("pretrain") or self.has_epochs("train")

    @property
    def losses_at_chance(self) -> list[str]:
        """The losses that never left chance in the trainings."""
        return [name for stage in ("pretrain", "train") for name in self.history(stage).get("at_chance", ())]

    def as_json(self) -> JSONObject:
        """Return it as JSON data."""
        return {**asdict(self), "cell": self.cell.as_json()}


def parsed(text: str | bytes) -> Record | None:
    """Return the record that a file's text holds, None if it is of another version.

    BenchError says what is wrong with any other text.
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
    """A line of a store's index: a file of ``cells/``, its time of change and size, and the record or what is wrong.

    Both are absent for a record of another version.
    """

    name: str
    stamp: tuple[int, int]
    record: Record | None
    problem: str = ""


def index_line(entry: Indexed) -> bytes:
    """Return an entry as a line: a digest, and the JSON data that it covers."""
    text = _index().dump_json(entry)
    return b"%s %s\n" % (_line_digest(text), text)


def indexed(line: bytes) -> Indexed | None:
    """Return the entry of a line, None if it holds none or was changed; the record's own file is read instead."""
    from pydantic import ValidationError

    line_digest, _, text = line.partition(b" ")
    if line_digest != _line_digest(text):
        return None
    try:
        return _index().validate_json(text, strict=True)
    except ValidationError:  # of another version
        return None


def _line_digest(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()


@cache
def _reader() -> TypeAdapter[Record]:
    from pydantic import TypeAdapter

    return TypeAdapter(Record)


@cache
def _index() -> TypeAdapter[Indexed]:
    from pydantic import TypeAdapter

    return TypeAdapter(Indexed)
