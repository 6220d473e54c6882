"""What a run would do: stages done, stale or missing, why, and about how long it would take."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bench.planning.costs import Cost, Costs, Paces, recorded_paces, spread
from bench.planning.kept import kept_paces
from bench.planning.plan import Plan
from bench.specs import STAGES
from bench.store.cell import Cell, needed, recorded
from bench.store.fingerprint import difference
from bench.store.record import CellIdentity, Record
from bench.store.store import Store
from bench.terminal.quantities import duration, size
from bench.training.history import PARTS
from bench.training.schedule import Schedule

_NAMED = 6
"""The most models of unknown cost that are named; of more, their number is given."""


@dataclass(frozen=True)
class CellOutlook:
    """The states of a cell, what its missing stages are expected to cost, and what changed in the stale ones."""

    cell: Cell
    states: Mapping[str, str]
    costs: Mapping[str, Cost]
    changes: tuple[str, ...]
    warm_up: str = ""
    """Says that the requested warm-up does not fit into a training to be done."""
    passes: Mapping[str, float | None] = field(default_factory=dict)
    """How often one training of a missing stage goes through its pictures, None if that is not known yet."""

    @property
    def seconds(self) -> float | None:
        """What the cell is expected to take on one worker, None if a stage's cost is unknown."""
        seconds = [cost.seconds for cost in self.costs.values() if cost.seconds is not None]
        return sum(seconds) if len(seconds) == len(self.costs) else None

    @property
    def memory(self) -> int | None:
        """The most bytes that a process computing it is expected to hold, None if unknown."""
        return max((cost.memory for cost in self.costs.values() if cost.memory), default=None)


def outlook(plan: Plan, store: Store, probed: Paces | None = None, counted: Paces | None = None) -> list[CellOutlook]:
    """Look at every cell of a plan; nothing is computed or written.

    What was ``probed`` just now precedes the store's records, these precede earlier measurements on this machine, and
    those precede what was ``counted``.
    """
    records = sorted((own for own in store.records() if not own.measured_by), key=lambda record: record.finished)
    latest = {_of_any_protocol(record.cell): record for record in records}
    costs = Costs(plan, {**(counted or {}), **kept_paces(plan), **recorded_paces(plan, records), **(probed or {})})
    return [_look(plan, store, cell, latest, costs) for cell in plan.cells]


def as_text(looks: list[CellOutlook], explain: bool, jobs: int = 1, threads: int = 1) -> str:
    """Render an outlook as a table, with the changed inputs below if ``explain``.

    The total is for ``jobs`` workers of ``threads`` each.
    """
    from tabulate import tabulate

    rows = [[str(look.cell), *_stages(look, _named(looks)), *_expected(look)] for look in looks]
    lines = [tabulate(rows, headers=["cell", *_named(looks), "about", "memory", "known from"]), ""]
    idle = all(state == "done" for look in looks for state in look.states.values())
    lines.append("nothing to do" if idle else _total(looks, jobs, threads))
    lines += dict.fromkeys(f"{look.cell.model}: {look.warm_up}" for look in looks if look.warm_up)
    if explain:
        lines += [f"{look.cell}: {change}" for look in looks for change in look.changes] or [
            "no earlier record differs"
        ]
    return "\n".join(lines)


def _named(looks: list[CellOutlook]) -> list[str]:
    """Return the stages that any of the cells has."""
    return [stage for stage in STAGES if any(stage in look.states for look in looks)]


def _stages(look: CellOutlook, named: list[str]) -> list[str]:
    """Give each stage's state, and what it is expected to take if it is to be computed."""
    taking = {name: f", {duration(cost.seconds)}" for name, cost in look.costs.items() if cost.seconds is not None}
    return [f"{look.states.get(name, '')}{taking.get(name, '')}" for name in named]


def _expected(look: CellOutlook) -> list[str]:
    """Give a cell's expected cost, and the source of that of its first missing stage."""
    first = next(iter(look.costs.values()), None)
    about = "not known" if look.seconds is None else duration(look.seconds)
    return [about, size(look.memory), first.source if first else ""]


def _total(looks: list[CellOutlook], jobs: int, threads: int) -> str:
    total = spread([tuple(look.costs.values()) for look in looks], jobs, threads)
    largest = sorted((look.memory or 0 for look in looks), reverse=True)[:jobs]
    workers = "one worker" if jobs == 1 else f"{jobs} workers of {threads} threads"
    memory = f", holding at most {size(sum(largest))} at once" if any(largest) else ""
    unknown = list(dict.fromkeys(look.cell.model for look in looks if look.seconds is None))
    named = ", ".join(unknown) if len(unknown) <= _NAMED else f"{len(unknown)} models"
    rest = f", and what is not known of {named} (--probe tries two steps of each)" if unknown else ""
    return f"about {duration(total)} on {workers}{memory}{rest}"


def replacement(plan: Plan, store: Store) -> str:
    """Say which records of other settings or code a run would replace, and how they differ; '' if none.

    A cell has one record; the stages behind the earlier one stay until `bench store gc`.
    """
    replaced = [
        (cell, record) for cell in plan.cells if (record := store.record(cell.id)) and not recorded(store, cell)
    ]
    if not replaced:
        return ""
    differences = [_differences(store, record, cell) for cell, record in replaced]
    changes = list(dict.fromkeys(change for several in differences for change in several))
    more = f" and {len(changes) - 3} more changes" if len(changes) > 3 else ""
    cells = ", ".join(str(cell) for cell, _ in replaced[:3]) + (
        f" and {len(replaced) - 3} more" if len(replaced) > 3 else ""
    )
    records = "1 record made otherwise, when its cell" if len(replaced) == 1 else ""
    records = records or f"{len(replaced)} records made otherwise, each when its cell"
    return (
        f"replaces {records} is done ({cells}): {'; '.join(changes[:3]) or 'other stages'}{more}; "
        "to keep both, give one of the runs a --store of its own"
    )


def _differences(store: Store, record: Record, cell: Cell) -> list[str]:
    """Name what differs between the stages behind a record and those of its cell; all code is one difference."""
    lines: list[str] = []
    for stage in cell.stages:
        old = store.stages.inputs(record.stages.get(stage.name, ""))
        for line in difference(_own(old), _own(stage.inputs)) if old else ():
            lines.append("code (see --explain)" if line.startswith("code.") else line)
    return lines


def _own(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the fingerprint of the stage before, which follows from that stage's inputs."""
    return {key: value for key, value in inputs.items() if key not in STAGES}


def _of_any_protocol(cell: CellIdentity) -> CellIdentity:
    return replace(cell, protocol="")


def _look(plan: Plan, store: Store, cell: Cell, latest: Mapping[CellIdentity, Record], costs: Costs) -> CellOutlook:
    before = latest.get(_of_any_protocol(cell.identity))
    missing = {stage.name for stage in needed(store, cell)}
    states, changes = {}, []
    for stage in cell.stages:
        stale = before is not None and before.stages.get(stage.name) != stage.fingerprint
        states[stage.name] = "done" if stage.name not in missing else "stale" if stale else "missing"
        if stale and before is not None and stage.name in missing:
            old = store.stages.inputs(before.stages.get(stage.name, "")) or {}
            changes += [f"{stage.name}: {line}" for line in difference(old, stage.inputs)]
    if not missing and not recorded(store, cell):
        states["score"] = "missing"  # only the record is to be written
    expected = {stage.name: costs.of(cell, stage) for stage in cell.stages if stage.name in missing}
    for stage in cell.stages:
        epochs, done = store.stages.standing(stage.fingerprint) if stage.name in missing else (0, 0.0)
        if epochs:
            states[stage.name] = f"begun, epoch {epochs + 1}"
            cost = expected[stage.name]
            left = max(0.0, 1 - done)
            expected[stage.name] = replace(cost, seconds=None if cost.seconds is None else left * cost.seconds)
    warm_up = _warm_up(plan, cell, costs) if "train" in expected else ""
    passes = {stage.name: costs.passes(cell, stage) for stage in cell.stages if stage.name in missing & PARTS.keys()}
    return CellOutlook(cell, states, expected, tuple(changes), warm_up, passes)


def _warm_up(plan: Plan, cell: Cell, costs: Costs) -> str:
    """Say that a training's warm-up is too long for it; '' if it is not, or if nobody knows."""
    row, passes = plan.rows[cell.model], costs.passes(cell, cell.train)
    if passes is None:
        return ""
    by_records = row.trains_on == "instructions"
    return Schedule.expected(row.recipe, costs.learned(cell), passes, by_records).shortened
