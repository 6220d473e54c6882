"""Specs: frozen data with a lazy ``"module:attribute"`` path, so that listing never imports torch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import FunctionType
from typing import Any, Literal

from bench.errors import BenchError, in_one_line, shortened, unknown
from bench.specs.forms import Digits, LazyPath, Line, Name, Offset, PartOf, Suffix, Title, Values, is_path
from bench.specs.isolation import isolated
from bench.specs.setting import STAGES, Setting, StageName

__all__ = [
    "SCRATCH", "STAGES", "CheckSpec", "Column", "ContractName", "Data", "DatasetSpec", "FamilySpec", "Mark",
    "ModelSpec", "PublishedWeights", "ReaderSpec", "Setting", "Settings", "StageName", "SuiteSpec", "TableSpec",
    "TaskSpec", "TeacherSpec", "WatcherSpec", "able", "contracts_of", "estimator_path", "is_control", "resolve",
]  # fmt: skip

ContractName = Literal["answerer", "chooser", "classifier", "matcher"]
"""The name of a contract: what a task may ask of a model, see ``bench.stages.contracts``."""
Data = Literal["micrographs", "instructions"]
Settings = Mapping[str, Setting]
_NO_ESTIMATOR = "bench.stages.no_estimator:NoEstimator"
SCRATCH = "scratch"
"""The value of a model's setting ``weights`` for training from random weights."""


def resolve(path: str) -> Any:
    """Import what a lazy path ``"module:attribute"`` names; BenchError if that fails."""
    name, _, attribute = path.partition(":")
    if not is_path(path):
        raise BenchError(f"{shortened(path)} is no path such as 'mypackage.module:Class'; correct the spec")
    try:
        with isolated():
            module = import_module(name)
            if hasattr(module, attribute):
                return getattr(module, attribute)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise BenchError(f"{path!r} names no module: {error}; check the spec's path") from error
        raise _broken(name, error) from error
    except Exception as error:  # the module may hold any mistake
        raise _broken(name, error) from error
    own = [
        each
        for each, value in vars(module).items()
        if isinstance(value, type | FunctionType) and value.__module__ == name
    ]
    raise unknown(f"name in module {name!r}", attribute, own, "check the spec's path")


def _broken(module: str, error: Exception) -> BenchError:
    return BenchError(f"module {module!r} fails to import, {in_one_line(error)}; fix it or install what it needs")


@dataclass(frozen=True)
class Spec:
    """What a plugin registers under a name; pydantic checks its fields as it registers."""

    __pydantic_config__ = {"strict": True, "revalidate_instances": "always"}

    name: Name


@dataclass(frozen=True)
class FamilySpec(Spec):
    """A family of models: its label, its block of a table, the estimators and abilities its members share.

    Of a budget, the step before training may take the share ``pretrain_share``; 1 says that training takes no steps.
    """

    label: Title
    order: int
    estimator: LazyPath | None = None
    contracts: tuple[ContractName, ...] = ()
    trains_on: Data = "micrographs"
    control: bool = False
    pretrains: LazyPath | None = None
    pretrain_share: PartOf = 0.5


@dataclass(frozen=True)
class PublishedWeights:
    """Weights that anybody can have: the value of a row's setting ``weights``, with what to know before they come.

    ``licence`` is their own, as their source names it; ``megabytes`` is what is downloaded; ``settings`` are others of
    the row that the weights need.
    """

    __pydantic_config__ = Spec.__pydantic_config__

    weights: Title
    licence: Title
    megabytes: int
    settings: Values = field(default_factory=dict)

    @property
    def size(self) -> str:
        """The size of the download in words."""
        return f"{self.megabytes} MB" if self.megabytes < 1000 else f"{self.megabytes / 1000:.0f} GB"


@dataclass(frozen=True)
class ModelSpec(Spec):
    """One row of a table; a name ending in ':' takes an argument, and its row is labelled by the whole name.

    Without a ``label``, the row is labelled by the name. The default family is that of classifiers of pictures.
    ``builds`` is the torch module for the family's estimator, or a function that makes it; ``estimator`` is an
    estimator of the model's own. Their parameters that have a default are the row's settings; ``defaults`` overrides
    some of these defaults. ``pretrains`` is the estimator of a step before training, whose product is kept separately:
    other settings of stage "train" do not repeat it, and the model loads it with ``Context.pretrained``.
    ``contracts``, ``trains_on``, ``pretrains`` and ``pretrain_share`` override the family's. ``variant_of`` marks a
    model with parts switched off. ``large`` marks a network that trains faster in mixed precision. An ``upper`` row has
    no estimator: the oracle of the task answers in its place; it is printed apart and never ranked. A setting
    ``weights`` holds a folder or hub id of pretrained weights, or ``scratch``; a folder is digested for the
    fingerprint. With it, a setting ``tuning`` is ``full`` if all weights learn and are saved. Instead, ``origin`` may
    be the lazy path of a function that is called, before anything is computed, with what follows the name's colon and
    the settings; it returns the ``WeightsOrigin`` of weights that the name names, or raises BenchError. If such a model
    has a setting ``tuning`` other than ``none``, it is trained on the data ``tuned_on``; with ``none`` it is asked as
    it is.
    ``native`` says that it takes pictures of any size, as ``Micrographs.shown`` returns them. A setting ``view_size``
    is the side in pixels of what the network sees, 0 for the pictures' own. ``deterministic`` says that training and
    answers are the same for every seed: the model runs once, and its result counts for all seeds. ``tunes`` names the
    settings that a tuned recipe chooses for the row, besides the learning rate, with the values it tries. One that does
    not ``needs_training`` can be asked as it is, and so can one whose setting ``tuning`` is ``none``.
    ``departures`` say, one each, how the row differs from its source; they stand below its table. ``judge`` is what
    marks answers where a task's setting ``judge`` names the model, a ``Judge`` of ``bench.contracts``; its parameters
    are the settings of the name in that role. ``argument`` says
    what follows the colon of a name that takes an argument, if it names pretrained ones: ``weights``, a folder or hub
    id, or a ``model`` on a server.
    ``published`` are weights that anybody can have and from which ``start: pretrained`` trains the row. ``streams`` is
    the lazy path of a function ``(estimator, questions, hear)`` that answers one record as the estimator does, and
    calls ``hear`` with the answer so far as it grows; it decides no product.
    """

    label: Line = ""
    family: Name = "other"
    builds: LazyPath | None = None
    estimator: LazyPath | None = None
    pretrains: LazyPath | None = None
    contracts: tuple[ContractName, ...] | None = None
    trains_on: Data | None = None
    tuned_on: Data | None = None
    origin: LazyPath | None = None
    native: bool = False
    defaults: Values = field(default_factory=dict)
    variant_of: Name | None = None
    source: Line = ""
    departures: tuple[Line, ...] = ()
    footnote: Line = ""
    large: bool = False
    upper: bool = False
    deterministic: bool = False
    needs_training: bool = True
    tunes: Values = field(default_factory=dict)
    pretrain_share: PartOf | None = None
    judge: LazyPath | None = None
    argument: Literal["", "weights", "model"] = ""
    published: PublishedWeights | None = None
    streams: LazyPath | None = None

    def __post_init__(self) -> None:
        """Set the label of a model without one; BenchError for an upper row with code of its own."""
        if isinstance(self.label, str) and not self.label.strip():
            object.__setattr__(self, "label", self.name)
        if self.upper and (own := self.builds or self.estimator or self.pretrains):
            raise BenchError(
                f"model {self.name!r} is an upper row, which the task's oracle answers for; leave {own!r} or upper away"
            )


def contracts_of(model: ModelSpec, family: FamilySpec) -> tuple[ContractName, ...]:
    """Return a model's contracts: its own, else the family's."""
    return family.contracts if model.contracts is None else model.contracts


def able(asks: ContractName, contracts: Collection[ContractName]) -> bool:
    """Return whether a model with these contracts can do a task that asks for one of them.

    Whoever answers in words can choose among lettered options.
    """
    return asks in contracts or (asks == "chooser" and "answerer" in contracts)


def estimator_path(model: ModelSpec, family: FamilySpec) -> str | None:
    """Return the lazy path of a model's estimator: its own, else the family's; an upper row's learns nothing."""
    return _NO_ESTIMATOR if model.upper else model.estimator or family.estimator


def is_control(model: ModelSpec, family: FamilySpec) -> bool:
    """Return whether a model is not ranked: a control, or an upper row."""
    return family.control or model.upper


@dataclass(frozen=True)
class TaskSpec(Spec):
    """What is measured: ``builds`` is a ``Task`` of ``bench.contracts``, ``asks`` the contract it needs.

    The parameters of ``builds`` that have a default are its settings; ``defaults`` overrides some of these defaults.
    ``oracle`` is the lazy path of a function that answers for the upper rows: it takes what was posed, with the
    references, and returns what a model that knows everything could answer, in other words. No estimator sees either.
    ``marking`` is a ``Marking`` of ``bench.contracts``, by which a judge marks the answers; its settings are the task's
    too.
    """

    label: Title
    asks: ContractName
    builds: LazyPath
    defaults: Values = field(default_factory=dict)
    oracle: LazyPath | None = None
    marking: LazyPath | None = None


@dataclass(frozen=True)
class SuiteSpec(Spec):
    """A name for tasks and models that belong together: ``bench run --task NAME`` runs each task on the models."""

    label: Title
    tasks: tuple[Name, ...]
    models: tuple[Line, ...]


@dataclass(frozen=True)
class DatasetSpec(Spec):
    """Micrographs with ids and categories; a name ending in ':' takes an argument.

    The parameters of ``builds`` that have a default are its settings; ``defaults`` overrides some of these defaults.
    ``limits`` names what scores on it say nothing about, for a verdict to repeat. One that is not ``labelled`` reads
    the pictures of any folder, named after the colon, all in one category: models can only pretrain on them.
    """

    label: Title
    builds: LazyPath
    defaults: Values = field(default_factory=dict)
    limits: tuple[Title, ...] = ()
    labelled: bool = True


@dataclass(frozen=True)
class Mark:
    """Bytes that a file of a format has at this place, each written as the letter of its number (Latin-1)."""

    __pydantic_config__ = Spec.__pydantic_config__

    text: str
    offset: Offset = 0


@dataclass(frozen=True)
class ReaderSpec(Spec):
    """A format of picture files: ``reads`` is a function of a path and a frame's number, from 0, to a ``PictureFrame``.

    A file is of this format if it has one of the ``marks``, whatever its suffix; if it has no format's mark, its suffix
    decides among the formats that are ``unmarked``. ``needs`` are modules of packages that a reader imports and that
    may be missing; ``install`` is what pip then installs.
    """

    label: Title
    suffixes: tuple[Suffix, ...]
    reads: LazyPath
    marks: tuple[Mark, ...] = ()
    unmarked: bool = False
    needs: tuple[Title, ...] = ()
    install: Line = ""

    def __post_init__(self) -> None:
        """Refuse a reader that no file would ever be of."""
        if not self.suffixes or not _many(self.suffixes, str):
            raise BenchError(f"suffixes {self.suffixes!r} of reader {self.name!r} are no tuple; write ('.xyz',)")
        if not _many(self.marks, Mark):
            raise BenchError(f"marks {self.marks!r} of reader {self.name!r} are no tuple of Marks; write (Mark('XY'),)")
        if not self.marks and not self.unmarked:
            raise BenchError(f"reader {self.name!r} has no marks; give it some, or write unmarked=True")


@dataclass(frozen=True)
class CheckSpec(Spec):
    """A check of published numbers: ``checks`` is a function of a ``Paper`` that yields ``AuditFinding`` objects.

    ``label`` says in a sentence what it holds against what. Both classes are in ``bench.auditing``.
    """

    label: Title
    checks: LazyPath


@dataclass(frozen=True)
class WatcherSpec(Spec):
    """What receives a run's events: ``builds`` is a ``Watcher`` of ``bench.watching.watcher``.

    The parameters of ``builds`` that have a default are its settings; ``defaults`` overrides some of these defaults.
    ``needs`` and ``install`` are those of a ``ReaderSpec``.
    """

    label: Title
    builds: LazyPath
    defaults: Values = field(default_factory=dict)
    needs: tuple[Title, ...] = ()
    install: Line = ""


@dataclass(frozen=True)
class TeacherSpec(Spec):
    """A maker of instruction records, a ``Teacher`` of ``bench.contracts``; a name ending in ':' takes an argument.

    The parameters of ``builds`` that have a default are its settings; ``defaults`` overrides some of these defaults.
    """

    label: Title
    builds: LazyPath
    defaults: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One column of a table: the metric's key in a record, its heading, the heading it has in the paper.

    ``share`` names the two fields of an item: the metric is the ratio of their sums. Without it, the metric is the mean
    of the field of its own name. ``higher_is_better`` is None if models are not ranked by it, as by a length. An
    ``optional`` column is left out where the task's settings leave its metric undefined.
    """

    __pydantic_config__ = Spec.__pydantic_config__

    metric: Title
    label: Title
    published: Line | None = None
    digits: Digits = 3
    higher_is_better: bool | None = True
    share: tuple[Title, Title] | None = None
    optional: bool = False


@dataclass(frozen=True)
class TableSpec(Spec):
    """A table: its number and caption, the task whose records it shows, its columns and its renderer.

    ``notes`` follow the table; ``breakdowns`` are the fields of a scored item by which it may be broken down;
    ``options`` go to the builder; ``draws`` is the lazy path of the function that draws its figure.
    """

    number: int
    title: Title
    task: Name
    columns: tuple[Column, ...]
    builds: LazyPath = "bench.tables.scores:scores_table"
    notes: tuple[Line, ...] = ()
    breakdowns: tuple[Title, ...] = ()
    options: Values = field(default_factory=dict)
    draws: LazyPath | Literal[""] = ""

    def __post_init__(self) -> None:
        table = f"of table {self.name!r}"
        if type(self.number) is not int:
            raise BenchError(f"number {self.number!r} {table} is no whole number; write one, without quotes")
        if not self.columns or not _many(self.columns, Column):
            raise BenchError(f"columns {self.columns!r} {table} are no tuple of Columns; write columns=(Column(...),)")
        for key in ("notes", "breakdowns"):
            value = getattr(self, key)
            if not _many(value, str):
                raise BenchError(f"{key} {value!r} {table} is no tuple of texts; write {key}=({str(value)!r},)")
        labels = [column.label for column in self.columns]
        twice = next((label for label in labels if labels.count(label) > 1), None)
        if twice is not None:
            raise BenchError(f"two columns {table} are called {twice!r}; give each a label of its own")


def _many(value: Any, kind: type) -> bool:
    """Return whether a value is a tuple or list of this kind."""
    return isinstance(value, tuple | list) and all(isinstance(each, kind) for each in value)
