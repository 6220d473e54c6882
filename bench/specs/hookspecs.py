"""Every way to extend the harness: each hook receives a ``register`` callable for its specs."""

from collections.abc import Callable

import pluggy

from bench.specs import (
    CheckSpec,
    DatasetSpec,
    FamilySpec,
    ModelSpec,
    ReaderSpec,
    SuiteSpec,
    TableSpec,
    TaskSpec,
    TeacherSpec,
    WatcherSpec,
)

hookspec = pluggy.HookspecMarker("bench")
hookimpl = pluggy.HookimplMarker("bench")


@hookspec
def register_families(register: Callable[[FamilySpec], None]) -> None:
    """Register families of models: label, default estimator, block of a table."""


@hookspec
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register models: each is a row of a table."""


@hookspec
def register_tasks(register: Callable[[TaskSpec], None]) -> None:
    """Register tasks: what is asked of a model and how its answers are scored."""


@hookspec
def register_suites(register: Callable[[SuiteSpec], None]) -> None:
    """Register suites: names for tasks and models that are run together."""


@hookspec
def register_datasets(register: Callable[[DatasetSpec], None]) -> None:
    """Register datasets; a name ending in ':' takes the rest of the name as its argument."""


@hookspec
def register_readers(register: Callable[[ReaderSpec], None]) -> None:
    """Register readers of picture files: a format's suffixes and marks, and the function that reads a frame."""


@hookspec
def register_checks(register: Callable[[CheckSpec], None]) -> None:
    """Register checks: ways in which `bench audit` holds published numbers against each other."""


@hookspec
def register_teachers(register: Callable[[TeacherSpec], None]) -> None:
    """Register teachers: makers of instruction records."""


@hookspec
def register_tables(register: Callable[[TableSpec], None]) -> None:
    """Register tables: rendered views over records."""


@hookspec
def register_watchers(register: Callable[[WatcherSpec], None]) -> None:
    """Register watchers: what receives the events of a run, in a process of its own."""
