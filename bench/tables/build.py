"""Builds tables and draws figures from a table's spec and a view."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from bench.errors import BenchError, unknown
from bench.inputs import whole_number
from bench.registered.registry import Registry
from bench.specs import Column, TableSpec, resolve
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.audited import with_doubts
from bench.tables.breakdown import broken_down
from bench.tables.conditions import selections, side_by_side
from bench.tables.constant import with_test_majority
from bench.tables.controls import with_scale
from bench.tables.costs import with_costs
from bench.tables.more_pictures import more_pictures
from bench.tables.selection import NoRecordError, Selection, select, select_from
from bench.tables.table import Table

_NAMED = 3
"""How many other protocols a table's note names."""


@dataclass(frozen=True)
class View:
    """Which records a table shows, and how: ``by`` breaks it down, ``vary`` sets protocols side by side.

    ``model`` is the model that a table of one model shows. ``costs`` adds what each row cost, ``scale`` how far each
    number is above the best control, ``audited`` marks at published numbers that cannot be true.
    """

    dataset: str | None = None
    protocol: str | None = None
    by: str | None = None
    vary: str | None = None
    model: str | None = None
    costs: bool = False
    scale: bool = False
    audited: bool = False


def build(
    spec: TableSpec, view: View, registry: Registry, store: Store, of_task: Callable[[str], Selection] | None = None
) -> Table:
    """Build a table from the store's records; BenchError if it has none, or the view is not possible.

    ``of_task`` selects a task's records that the view shows.
    """
    try:
        table = _built(spec, view, registry, store, of_task or partial(_select, view, store))
        return with_doubts(table, spec) if view.audited else table
    except NoRecordError:
        _check_task(spec, registry)
        raise


def build_all(
    specs: Iterable[TableSpec], view: View, registry: Registry, store: Store
) -> tuple[list[Table], list[str]]:
    """Build the tables that can be built; return them and a sentence for each of the others.

    If none can be built, the first table's BenchError is raised.
    """
    by_task: dict[str, list[Record]] = {}
    for record in store.records():
        by_task.setdefault(record.cell.task, []).append(record)

    @cache
    def of_task(task: str) -> Selection:
        return select_from(by_task.get(task, []), store, task, view.dataset, view.protocol)

    tables: list[Table] = []
    errors: list[tuple[TableSpec, BenchError]] = []
    for spec in specs:
        try:
            tables.append(build(spec, view, registry, store, of_task))
        except BenchError as error:
            errors.append((spec, error))
    if errors and not tables:
        raise errors[0][1]
    return tables, [f"table {spec.number} ({spec.name}) is left out: {error}" for spec, error in errors]


def _select(view: View, store: Store, task: str) -> Selection:
    return select(store, task, view.dataset, view.protocol)


def _built(spec: TableSpec, view: View, registry: Registry, store: Store, of_task: Callable[[str], Selection]) -> Table:
    if view.by and view.vary:
        raise BenchError("--by and --vary cannot be joined; ask for one of them")
    if view.by and view.scale:
        raise BenchError("--scale is of whole columns and cannot be joined with --by; ask for one of them")
    if view.by:
        return broken_down(_defined(spec, [of_task(spec.task)]), of_task(spec.task), registry, store, view.by)
    if view.model:
        spec = _of_model(spec, view.model, of_task(spec.task))
    build_one = resolve(spec.builds)

    def make(spec: TableSpec, selection: Selection) -> Table:
        selection = with_test_majority(spec, selection, store)
        table = build_one(spec, selection, registry, store)
        table = with_scale(table, spec, selection) if view.scale else table
        return with_costs(table, selection) if view.costs else table

    if view.vary:
        conditions = selections(store, spec.task, view.dataset, view.protocol, view.vary)
        spec = _defined(spec, conditions)
        table = side_by_side([make(spec, condition) for condition in conditions], conditions, view.vary)
        more = more_pictures(spec, conditions, store) if view.vary == "fraction" else []
        return replace(table, notes=(*table.notes, *more))
    selection = of_task(spec.task)
    return _beside_others(make(_defined(spec, [selection]), selection), selection)


def _defined(spec: TableSpec, selections: Iterable[Selection]) -> TableSpec:
    """Return the spec with the columns that every selection's protocol defines."""
    for selection in selections:
        spec = replace(spec, columns=selection.defined(spec.columns))
    return spec


def _beside_others(table: Table, selection: Selection) -> Table:
    """Return a table with a note of the records under other protocols, which it does not show."""
    others = selection.other_protocols
    if not others:
        return table
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    named = f"{', '.join(others[:_NAMED])}{more}"
    note = f"Not shown: records of {selection.dataset} under other protocols: {named}; --protocol shows one of them."
    return replace(table, notes=(*table.notes, note))


def _check_task(spec: TableSpec, registry: Registry) -> None:
    """BenchError if no plugin registers a table's task, so that no run can make records of it."""
    try:
        registry.find("task", spec.task)
    except BenchError as error:
        raise BenchError(f"table {spec.name!r}: {error}; fix the TableSpec's task, or install its plugin") from error


def draw(specs: Iterable[TableSpec], view: View, store: Store, path: Path) -> None:
    """Draw the learning curve if fractions vary, else the figure of the first table that has one.

    BenchError if none has one.
    """
    if view.vary == "fraction":
        spec = next(iter(specs))
        conditions = selections(store, spec.task, view.dataset, view.protocol, view.vary)
        resolve("bench.figures.learning_curve:of_selections")(spec, conditions, path)
        return
    spec = next((spec for spec in specs if spec.draws), None)
    if spec is None:
        raise BenchError("none of these tables has a figure; name one that has, or leave --figure away")
    selection = select(store, spec.task, view.dataset, view.protocol)
    if view.model:
        spec = _of_model(spec, view.model, selection)
    resolve(spec.draws)(spec, selection, store, path)


def _of_model(spec: TableSpec, model: str, selection: Selection) -> TableSpec:
    """Return the spec with another model; BenchError if the table shows all models, or this one was not measured."""
    if "model" not in spec.options:
        raise BenchError(f"table {spec.number} shows every model; --model is for tables of one")
    if model not in selection.by_model:
        raise unknown("measured model", model, selection.by_model)
    return replace(spec, options={**spec.options, "model": model})


def chosen(names: list[str], registry: Registry) -> list[TableSpec]:
    """Return tables by name or number, or all in the order of their numbers; BenchError for an unknown one."""
    specs: list[TableSpec] = []
    for name in names:
        every = sorted(registry.every("table").values(), key=lambda spec: spec.number)
        specs += every if name == "all" else [_table(name, registry)]
    return list({spec.name: spec for spec in specs}.values())


def table_of_task(task: str, registry: Registry) -> TableSpec:
    """Return the first table that judges a task's answers one by one; BenchError if there is none."""
    specs = [spec for spec in registry.every("table").values() if spec.task == task and spec.breakdowns]
    if not specs:
        raise BenchError(f"no table judges the answers of task {task!r} one by one; name one with --table")
    return min(specs, key=lambda spec: spec.number)


def table_of_models(task: str, families: Collection[str], registry: Registry) -> TableSpec | None:
    """Return the first table of a task that shows models of these families, else its first; None if it has none."""

    def order(spec: TableSpec) -> tuple[int, int]:
        if not families or {*spec.options.get("families", ())} & {*families}:
            return 0, spec.number
        return 1 if spec.options.get("others") else 2, spec.number

    return registry.search("table", lambda spec: spec.task == task, order)


def ranking_columns(task: str, registry: Registry) -> list[Column]:
    """Return the columns that rank a task's models, of its first table: those of its option ``controls_by`` first.

    BenchError if no table of the task has one.
    """
    specs = [spec for spec in registry.every("table").values() if spec.task == task]
    for spec in sorted(specs, key=lambda spec: spec.number):
        first = spec.options.get("controls_by", ())
        ranking = [column for column in spec.columns if column.higher_is_better]
        if ranking:
            return sorted(
                ranking, key=lambda column: first.index(column.label) if column.label in first else len(first)
            )
    raise BenchError(f"no table of task {task!r} has a column in which higher is better, so nothing ranks its models")


def _table(name: str, registry: Registry) -> TableSpec:
    number = whole_number(name)
    if number is None:
        return registry.find("table", name)[0]
    table = registry.search("table", lambda spec: spec.number == number)
    if table is None:
        every = registry.every("table").values()
        raise unknown("table", name, [*(spec.name for spec in every), *(str(spec.number) for spec in every)])
    return table
