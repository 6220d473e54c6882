"""Specs: frozen data with a lazy ``"module:attribute"`` path, so that listing never imports torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from bench.errors import BenchError, in_one_line, unknown

ContractName = str
"""The name of what a task may ask of a model, see ``bench.stages.contracts``."""
Data = Literal["micrographs", "instructions"]
StageName = Literal["pretrain", "train", "predict", "score"]
STAGES: tuple[StageName, ...] = ("pretrain", "train", "predict", "score")
"""What a cell's computation falls into, in order; only a training that is a chain has the first."""


def resolve(path: str) -> Any:
    """Import what a lazy path ``"module:attribute"`` names; BenchError where it cannot be had."""
    name, _, attribute = path.partition(":")
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise BenchError(f"{path!r} names no module: {error}; check the spec's path") from error
        raise _broken(name, error) from error
    except Exception as error:  # whoever wrote the module may have made any mistake
        raise _broken(name, error) from error
    if not hasattr(module, attribute):
        raise BenchError(f"module {name!r} has no {attribute!r}; check the spec's path")
    return getattr(module, attribute)


def _broken(module: str, error: Exception) -> BenchError:
    return BenchError(f"module {module!r} fails to import, {in_one_line(error)}; mend it or install what it needs")


@dataclass(frozen=True)
class Setting:
    """One named choice of a model, a task or a dataset: what stands beside its parameter.

    ``width: Annotated[int, Setting("channels of the first stage")] = 64`` is a setting ``width`` of a function or
    class; its ``default`` and the choices of a ``Literal`` are read from there. ``stage`` says what a change redoes:
    "pretrain" everything, "train" all but a chain's first step (which is everything where a model is no chain),
    "predict" the answers only, "score" the scoring only. ``check`` is the lazy path of what is called with the value,
    given or default, before anything is written, to raise BenchError for it.
    """

    help: str = ""
    choices: tuple[Any, ...] = ()
    stage: StageName = "train"
    check: str = ""
    default: Any = None

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise BenchError(f"stage {self.stage!r} of a Setting is none of {', '.join(STAGES)}")

    def checked(self, where: str, value: Any) -> Any:
        """Return a value as the default has it, a list as a tuple; BenchError where it is another type or no choice."""
        if self.choices and value not in self.choices:
            raise unknown(f"{where} value", str(value), [str(choice) for choice in self.choices])
        wanted = type(self.default)
        if wanted is tuple and isinstance(value, list | tuple):
            first = Setting(default=self.default[0]) if self.default else Setting()
            return tuple(first.checked(where, item) for item in value)
        fits = isinstance(value, wanted) and isinstance(value, bool) == (wanted is bool)
        if self.default is None or self.choices or fits or (wanted is float and type(value) is int):
            return value
        default = list(self.default) if wanted is tuple else self.default
        raise BenchError(
            f"{where} = {value!r} is {type(value).__name__}, not {type(default).__name__} (default {default!r})"
        )


Settings = Mapping[str, Setting]
SCRATCH = "scratch"
"""What a model's setting ``weights`` says where training starts from fresh ones."""


@dataclass(frozen=True)
class FamilySpec:
    """A family of models: its label, its block of a table, the estimators and abilities its members share."""

    name: str
    label: str
    order: int
    estimator: str | None = None
    contracts: tuple[ContractName, ...] = ()
    trains_on: Data = "micrographs"
    control: bool = False
    pretrains: str | None = None


@dataclass(frozen=True)
class ModelSpec:
    """One row of a table; a name ending in ':' takes an argument, and its row is labelled by the whole name.

    ``builds`` is the torch module for the family's estimator, or what makes it, ``estimator`` an estimator of the
    model's own. Their parameters that have a default are the row's settings; ``defaults`` are those in which it departs
    from them. ``pretrains`` is the estimator of a step before training, whose product is kept by itself: a model with
    other settings of stage "train" does not do it again, and gets what it learned by ``Context.pretrained``.
    ``contracts``, ``trains_on`` and ``pretrains`` override the family's. ``variant_of`` marks a model with parts
    switched off. ``large`` marks a network that trains faster in mixed precision. A setting called ``weights`` holds a
    folder or hub id of pretrained weights, or ``scratch``; a folder is digested for the fingerprint. Beside it, one
    called ``tuning`` is ``full`` where all learn and are saved. One called ``view_size`` is the side in pixels of what
    the network sees, 0 for that of the pictures.
    """

    name: str
    label: str
    family: str
    builds: str | None = None
    estimator: str | None = None
    pretrains: str | None = None
    contracts: tuple[ContractName, ...] | None = None
    trains_on: Data | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    variant_of: str | None = None
    source: str = ""
    footnote: str = ""
    large: bool = False


def contracts_of(model: ModelSpec, family: FamilySpec) -> tuple[ContractName, ...]:
    """Return what a task may ask of a model: its own contracts, else the family's."""
    return family.contracts if model.contracts is None else model.contracts


def estimator_path(model: ModelSpec, family: FamilySpec) -> str | None:
    """Return the lazy path of a model's estimator: its own, else the family's."""
    return model.estimator or family.estimator


@dataclass(frozen=True)
class TaskSpec:
    """What is measured: ``builds`` is a ``Task`` of ``bench.contracts``, ``asks`` what it asks of a model.

    The parameters of ``builds`` that have a default are its settings; ``defaults`` are those in which it departs from
    them.
    """

    name: str
    label: str
    asks: ContractName
    builds: str
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SuiteSpec:
    """A name for tasks and models that belong together: ``bench run --task NAME`` runs each task on the models."""

    name: str
    label: str
    tasks: tuple[str, ...]
    models: tuple[str, ...]


@dataclass(frozen=True)
class DatasetSpec:
    """Micrographs with ids and categories; a name ending in ':' takes an argument.

    The parameters of ``builds`` that have a default are its settings; ``defaults`` are those in which it departs from
    them.
    """

    name: str
    label: str
    builds: str
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TeacherSpec:
    """A maker of instruction records, a ``Teacher`` of ``bench.contracts``; a name ending in ':' takes an argument.

    The parameters of ``builds`` that have a default are its settings; ``defaults`` are those in which it departs from
    them.
    """

    name: str
    label: str
    builds: str
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One column of a table: the metric's key in a record, its heading, the heading it has in the paper.

    ``share`` names the two fields of an item whose sums' ratio the metric is; without it, it is the mean of the field
    of its own name.
    """

    metric: str
    label: str
    published: str | None = None
    digits: int = 3
    higher_is_better: bool = True
    share: tuple[str, str] | None = None


@dataclass(frozen=True)
class TableSpec:
    """A table: its number and caption, the task whose records it shows, its columns and its renderer.

    ``notes`` follow the table; ``breakdowns`` are the fields of a scored item by which it may be broken down;
    ``options`` are the builder's own; ``draws`` is the path of what draws its figure.
    """

    name: str
    number: int
    title: str
    task: str
    columns: tuple[Column, ...]
    builds: str = "bench.tables.scores:scores_table"
    notes: tuple[str, ...] = ()
    breakdowns: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    draws: str = ""

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
    """Tell whether a value is a tuple or list of this kind."""
    return isinstance(value, tuple | list) and all(isinstance(each, kind) for each in value)
