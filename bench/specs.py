"""Specs: frozen data with a lazy ``"module:attribute"`` path, so that listing never imports torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from bench.errors import BenchError, in_one_line, unknown

ContractName = str
"""The name of a contract: what a task may ask of a model, see ``bench.stages.contracts``."""
Data = Literal["micrographs", "instructions"]
StageName = Literal["pretrain", "train", "predict", "score"]
STAGES: tuple[StageName, ...] = ("pretrain", "train", "predict", "score")
"""The stages of a cell, in order; only a model that is trained in two steps has the first."""


def resolve(path: str) -> Any:
    """Import what a lazy path ``"module:attribute"`` names; BenchError if that fails."""
    name, _, attribute = path.partition(":")
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise BenchError(f"{path!r} names no module: {error}; check the spec's path") from error
        raise _broken(name, error) from error
    except Exception as error:  # the module may hold any mistake
        raise _broken(name, error) from error
    if not hasattr(module, attribute):
        own = [each for each, value in vars(module).items() if getattr(value, "__module__", "") == name]
        raise unknown(f"name in module {name!r}", attribute, own, "check the spec's path")
    return getattr(module, attribute)


def _broken(module: str, error: Exception) -> BenchError:
    return BenchError(f"module {module!r} fails to import, {in_one_line(error)}; fix it or install what it needs")


@dataclass(frozen=True)
class Setting:
    """One named choice of a model, a task or a dataset, declared in its parameter's annotation.

    ``width: Annotated[int, Setting("channels of the first stage")] = 64`` declares the setting ``width``; its
    ``default`` and the choices of a ``Literal`` are read from the signature. ``stage`` says what a change redoes:
    "pretrain" redoes everything, "train" all but the pretraining (everything if there is none), "predict" only the
    answers, "score" only the scoring. ``check`` is the lazy path of a function that is called with the value, given or
    default, before anything is written; it raises BenchError for a wrong one.
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
        """Return the value, a list as a tuple; BenchError if its type is not the default's or it is no choice."""
        if self.choices and value not in self.choices:
            raise unknown(f"{where} value", str(value), [str(choice) for choice in self.choices])
        kind = type(self.default)
        if kind is tuple and isinstance(value, list | tuple):
            first = Setting(default=self.default[0]) if self.default else Setting()
            return tuple(first.checked(where, item) for item in value)
        fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
        if self.default is None or self.choices or fits or (kind is float and type(value) is int):
            return value
        default = list(self.default) if kind is tuple else self.default
        raise BenchError(
            f"{where} = {value!r} is {type(value).__name__}, not {type(default).__name__} (default {default!r})"
        )


Settings = Mapping[str, Setting]
SCRATCH = "scratch"
"""The value of a model's setting ``weights`` for training from random weights."""


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

    ``builds`` is the torch module for the family's estimator, or a function that makes it; ``estimator`` is an
    estimator of the model's own. Their parameters that have a default are the row's settings; ``defaults`` overrides
    some of these defaults. ``pretrains`` is the estimator of a step before training, whose product is kept separately:
    other settings of stage "train" do not repeat it, and the model loads it with ``Context.pretrained``.
    ``contracts``, ``trains_on`` and ``pretrains`` override the family's. ``variant_of`` marks a model with parts
    switched off. ``large`` marks a network that trains faster in mixed precision. A setting ``weights`` holds a folder
    or hub id of pretrained weights, or ``scratch``; a folder is digested for the fingerprint. With it, a setting
    ``tuning`` is ``full`` if all weights learn and are saved. A setting ``view_size`` is the side in pixels of what the
    network sees, 0 for the pictures' own.
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
    """Return a model's contracts: its own, else the family's."""
    return family.contracts if model.contracts is None else model.contracts


def estimator_path(model: ModelSpec, family: FamilySpec) -> str | None:
    """Return the lazy path of a model's estimator: its own, else the family's."""
    return model.estimator or family.estimator


@dataclass(frozen=True)
class TaskSpec:
    """What is measured: ``builds`` is a ``Task`` of ``bench.contracts``, ``asks`` the contract it needs.

    The parameters of ``builds`` that have a default are its settings; ``defaults`` overrides some of these defaults.
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

    The parameters of ``builds`` that have a default are its settings; ``defaults`` overrides some of these defaults.
    """

    name: str
    label: str
    builds: str
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TeacherSpec:
    """A maker of instruction records, a ``Teacher`` of ``bench.contracts``; a name ending in ':' takes an argument.

    The parameters of ``builds`` that have a default are its settings; ``defaults`` overrides some of these defaults.
    """

    name: str
    label: str
    builds: str
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One column of a table: the metric's key in a record, its heading, the heading it has in the paper.

    ``share`` names the two fields of an item: the metric is the ratio of their sums. Without it, the metric is the mean
    of the field of its own name.
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
    ``options`` go to the builder; ``draws`` is the lazy path of the function that draws its figure.
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
    """Return whether a value is a tuple or list of this kind."""
    return isinstance(value, tuple | list) and all(isinstance(each, kind) for each in value)
