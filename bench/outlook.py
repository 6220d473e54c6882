"""What a run would do: stages done, stale or missing, why, and about how long it would take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.cell import Cell, Stage
from bench.fingerprint import difference
from bench.plan import Plan
from bench.run import needed, recorded
from bench.store import STANDING, Store, read_json

_ANSWERING_SHARE = 0.15
"""Without a record to go by, answering is taken to cost this share of the training hint."""


@dataclass(frozen=True)
class CellOutlook:
    """A cell's three states, the seconds it is expected to take, and the changed inputs of stale stages."""

    cell: Cell
    states: Mapping[str, str]
    seconds: float
    changes: tuple[str, ...]


def outlook(plan: Plan, store: Store) -> list[CellOutlook]:
    """Look at every cell of a plan; nothing is computed or written."""
    records = sorted(store.records(), key=lambda record: record["finished"])
    latest = {_place(record["cell"]): record for record in records}
    return [_look(plan, store, cell, latest) for cell in plan.cells]


def as_text(found: list[CellOutlook], explain: bool) -> str:
    """Render an outlook as a table, with the changed inputs below when asked."""
    from tabulate import tabulate

    rows = [[str(look.cell), *look.states.values(), _duration(look.seconds)] for look in found]
    total = sum(look.seconds for look in found)
    lines = [tabulate(rows, headers=["cell", "train", "predict", "score", "about"]), ""]
    idle = all(state == "done" for look in found for state in look.states.values())
    lines.append("nothing to do" if idle else f"about {_duration(total)} on one worker")
    if explain:
        lines += [f"{look.cell}: {change}" for look in found for change in look.changes] or [
            "no earlier record differs"
        ]
    return "\n".join(lines)


def replacement(plan: Plan, store: Store) -> str:
    """Say which records a run would replace, made with other settings or code, and in what they differ; '' if none.

    A cell has one record; the stages behind the earlier one stay until `bench store gc`.
    """
    found = [(cell, record) for cell in plan.cells if (record := store.record(cell.id)) and not recorded(store, cell)]
    if not found:
        return ""
    differences = [_differences(store, record, cell) for cell, record in found]
    changes = list(dict.fromkeys(change for several in differences for change in several))
    more = f" and {len(changes) - 3} more changes" if len(changes) > 3 else ""
    cells = ", ".join(str(cell) for cell, _ in found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    noun = "record" if len(found) == 1 else "records"
    return (
        f"replaces {len(found)} {noun} made otherwise ({cells}): {'; '.join(changes[:3]) or 'other stages'}{more}; "
        "to keep both, give one of the runs a --store of its own"
    )


def _differences(store: Store, record: Mapping[str, Any], cell: Cell) -> list[str]:
    """Name what differs between the stages behind a record and those of its cell; all code is one difference."""
    lines: list[str] = []
    for stage in cell.stages:
        old = store.inputs(record["stages"][stage.name])
        for line in difference(_own(old), _own(stage.inputs)) if old else ():
            lines.append("code (see --explain)" if line.startswith("code.") else line)
    return lines


def _own(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the fingerprint of the stage before, which only follows from that stage's inputs."""
    return {key: value for key, value in inputs.items() if key not in ("train", "predict")}


def _place(cell: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(cell[key] for key in ("task", "dataset", "model", "fold", "repeat"))


def _look(plan: Plan, store: Store, cell: Cell, latest: Mapping[tuple[Any, ...], dict[str, Any]]) -> CellOutlook:
    before = latest.get(_place(cell.identity))
    missing = {stage.name for stage in needed(store, cell)}
    states, changes = {}, []
    for stage in cell.stages:
        stale = before is not None and before["stages"][stage.name] != stage.fingerprint
        states[stage.name] = "done" if stage.name not in missing else "stale" if stale else "missing"
        if stale and before is not None and stage.name in missing:
            old = store.inputs(before["stages"][stage.name]) or {}
            changes += [f"{stage.name}: {line}" for line in difference(old, stage.inputs)]
    if not missing and not recorded(store, cell):
        states["score"] = "missing"  # the record alone is to be written
    begun = _begun(store, cell.train)
    if begun and "train" in missing:
        states["train"] = f"begun, epoch {begun + 1}"
    left = {"train": max(0.0, 1 - begun / plan.rows[cell.model].recipe.epochs)}
    seconds = sum(
        _estimate(plan, cell, stage, latest) * left.get(stage.name, 1.0)
        for stage in cell.stages
        if stage.name in missing
    )
    return CellOutlook(cell, states, seconds, tuple(changes))


def _begun(store: Store, stage: Stage) -> int:
    """Return how many epochs of a training its checkpoint holds."""
    standing = read_json(store.stage(stage.fingerprint) / "work" / STANDING)
    return standing["epoch"] if standing else 0


def _estimate(plan: Plan, cell: Cell, stage: Stage, latest: Mapping[tuple[Any, ...], dict[str, Any]]) -> float:
    """Estimate a stage's seconds from the model's own records, else from the hint in its spec."""
    row = plan.rows[cell.model]
    tested = len(plan.dataset.labels()) / plan.k
    trained = tested * (plan.k - 1) * (1 - plan.config.validation_share) * row.recipe.epochs
    pace = next(_paces(cell, stage, latest), None)
    if pace is not None:
        return pace * (trained if stage.name == "train" else tested)
    hint = row.spec.seconds * trained / 1000
    return {"train": hint, "predict": hint * _ANSWERING_SHARE, "score": 1.0}[stage.name]


def _paces(cell: Cell, stage: Stage, latest: Mapping[tuple[Any, ...], dict[str, Any]]) -> Iterator[float]:
    """Give the seconds a picture (and epoch) of the model's records, the latest first."""
    for record in reversed(list(latest.values())):
        timing = record["timings"].get(stage.name)
        if timing and (record["cell"]["model"], record["cell"]["task"]) == (cell.model, cell.task):
            yield timing["seconds"] / timing["units"]


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
