"""Compute the cells of models on a task, or say what that would cost."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.config.loading import load_config
from bench.errors import unknown
from bench.launch import LAUNCHERS, Launcher
from bench.planning.cell import Cell, recorded
from bench.planning.costs import Cost
from bench.planning.counting import PATIENCE, counted
from bench.planning.kept import keep_records
from bench.planning.outlook import CellOutlook, outlook, replacement
from bench.planning.plan import Plan
from bench.planning.probing import probe as probed
from bench.planning.rows import left_out, requests
from bench.progress import Progress, shown
from bench.registered.registry import Registry
from bench.running.runner import Runner, forget
from bench.specs import resolve
from bench.store.store import Store, opened
from bench.terminal import safe_lines

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Run:
    """What came of a run: why cells ``failed``, by name, and the ``summary`` of each task in words."""

    store: Store
    cells: tuple[Cell, ...]
    failed: Mapping[str, str]
    summary: str

    def records(self) -> "pandas.DataFrame":
        """Return the records of the run's cells as ``bench.records`` does, without those that another run replaced."""
        from bench.tables.frames import of_records

        records = (self.store.record(cell.id) for cell in self.cells if recorded(self.store, cell))
        return of_records(filter(None, records))

    def __repr__(self) -> str:
        return self.summary


Settings = Mapping[str, Any] | Sequence[str]
"""What ``--set`` takes: values by key, ``{"recipe.epochs": 2}``, or a list of ``"key=value"``."""


def run(
    task: str,
    models: str | Sequence[str] | None = None,
    *,
    config: str = "demo",
    settings: Settings = (),
    launcher: str = "inline",
    jobs: int | None = None,
    store: str | Path | None = None,
    force: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    **options: Any,
) -> Run:
    """Train, ask and score models; what stands already is not computed again.

    ``models`` are names, or "all"; a suite brings its own. ``options`` are keys of a config, which go before it:
    dataset, records, folds, repeats, split, fraction, hold_out_group, test_dataset, mask_bar. ``tell`` is called with
    the summary of each task of a suite as it ends. A cell that fails stops no other: see ``Run.failed``. BenchError for
    what cannot be run as it is asked for, before anything is written.
    """
    with _planned(task, models, config, settings, launcher, jobs, store, options) as asked:
        failed: dict[str, str] = {}
        summaries: list[str] = []
        for plan in asked.plans:
            found, summary = _computed(plan, asked, force)
            failed |= found
            summaries.append(f"{plan.request.task}: {summary}" if len(asked.plans) > 1 else summary)
            tell(summaries[-1])
        cells = tuple(cell for plan in asked.plans for cell in plan.cells)
        return Run(asked.store, cells, failed, "\n".join(summaries))


def forecast(
    task: str,
    models: str | Sequence[str] | None = None,
    *,
    config: str = "demo",
    settings: Settings = (),
    launcher: str = "inline",
    jobs: int | None = None,
    store: str | Path | None = None,
    explain: bool = False,
    probe: bool = False,
    **options: Any,
) -> str:
    """Say what ``run`` would do and what it would cost; nothing is written but, to the cache, what was measured.

    ``explain`` names the inputs that changed, ``probe`` tries two steps of each model first. Without it the work of a
    small step is counted for models of which nothing is known.
    """
    with _planned(task, models, config, settings, launcher, jobs, store, options) as asked:
        texts = [_told(plan, asked, explain, probe) for plan in asked.plans]
        names = [f"{plan.request.task}: " if len(asked.plans) > 1 else "" for plan in asked.plans]
        return "\n".join(name + text for name, text in zip(names, texts, strict=True))


class _Asked(NamedTuple):
    plans: list[Plan]
    launcher: Launcher
    store: Store
    progress: Progress


@contextmanager
def _planned(
    task: str,
    models: str | Sequence[str] | None,
    config: str,
    settings: Settings,
    launcher: str,
    jobs: int | None,
    store: str | Path | None,
    options: Mapping[str, Any],
) -> Iterator[_Asked]:
    """Plan all tasks of a suite before any is run, and show progress meanwhile."""
    if launcher not in LAUNCHERS:
        raise unknown("launcher", launcher, LAUNCHERS)
    if isinstance(settings, Mapping):  # JSON is YAML, and keeps a text a text and None nothing
        settings = [f"{key}={json.dumps(value, default=str)}" for key, value in settings.items()]
    if isinstance(folds := options.get("folds"), list | tuple | range):
        options = {**options, "folds": ",".join(map(str, folds))}
    loaded, explicit = load_config(config, settings, options)
    kept, registry = opened(store), Registry()
    launched: Launcher = resolve(LAUNCHERS[launcher])(jobs)
    names = models if models is None or isinstance(models, str) else ",".join(models)
    with shown() as progress:
        plans = [Plan(request, registry, progress) for request in requests(task, names, loaded, explicit, registry)]
        rest = left_out(plans[0].request, plans[0].task_spec, registry)
        if rest:
            progress.say(f"--models all leaves out controls and variants: {', '.join(rest)}; name those you want too")
        for plan in plans[1:]:  # before the first is run
            launched.check(plan, outlook(plan, kept))
        yield _Asked(plans, launched, kept, progress)


def _told(plan: Plan, asked: _Asked, explain: bool, probe: bool) -> str:
    """Say what a run would do, and what it would cost."""
    looks = outlook(plan, asked.store, probed(plan, asked.progress)) if probe else _estimated(plan, asked, PATIENCE)
    asked.launcher.check(plan, looks)
    return "\n".join([_data(plan, asked.store), "", asked.launcher.told(plan, looks, explain)])


def _estimated(plan: Plan, asked: _Asked, patience: float) -> list[CellOutlook]:
    """Look at the cells of a plan, and count with ``patience`` the work of models of which nothing is known."""
    looks = outlook(plan, asked.store)
    unknown = dict.fromkeys(look.cell.model for look in looks if look.seconds is None)
    if not unknown:
        return looks
    return outlook(plan, asked.store, counted=counted(plan, [*unknown], asked.progress, patience))


def _computed(plan: Plan, asked: _Asked, force: bool) -> tuple[dict[str, str], str]:
    """Compute what is missing; return why cells failed, by name, and the summary."""
    _, launcher, store, progress = asked
    cells, runner = plan.cells, Runner(plan, store, progress)
    patience = PATIENCE if launcher.packs else 0.0  # a run at hand begins at once, and goes by what was counted before
    looks = _estimated(plan, asked, patience)
    if force or not all(recorded(store, cell) for cell in cells):
        launcher.check(plan, looks)  # before anything is written
        launcher.prepare(runner)
    store.prepare()
    said = _data(plan, store)  # before anything is forgotten
    if force:
        forget(store, cells)
        looks = _estimated(plan, asked, patience)
    missing = [look for look in looks if not recorded(store, look.cell)]
    name = _written(plan, store, {look.cell.id: look.costs for look in looks} if missing else {})
    if not missing:
        return {}, f"{_all(cells)} done already; nothing to do (--force computes again)"
    progress.say(f"{len(missing)} of {len(cells)} cells to compute, store {store.root}")
    progress.say(safe_lines(said))
    failed, queued = launcher.launch(runner, missing, name)
    keep_records(plan, [record for look in missing if not queued and (record := store.record(look.cell.id))])
    if failed:
        named = {cell.id: str(cell) for cell in cells}
        lines = [f"  {named[cell]}: {why}; see {store.log(cell)}" for cell, why in failed.items()]
        return {named[cell]: why for cell, why in failed.items()}, "\n".join(
            [f"{len(failed)} of {len(cells)} cells failed:", *lines]
        )
    return {}, queued or f"{_all(cells)} done"


def _all(cells: Sequence[Cell]) -> str:
    return "the cell is" if len(cells) == 1 else f"all {len(cells)} cells are"


def _data(plan: Plan, store: Store) -> str:
    """Say what a run is on: size, folds, what is left out, what its scores can tell, which records it replaces."""
    dataset = plan.dataset
    fewer = f" (the smallest category allows no {plan.config.k})" if plan.k < plan.config.k else ""
    folds = f"in {plan.k} folds{fewer}, each held back from training in turn to be asked about"
    size = f"{dataset.name}: {len(dataset.labels())} pictures of {len(dataset.categories)} categories {folds}"
    sets = [dataset, *([plan.transfer.tested] if plan.transfer else [])]
    aside = [f"set aside: {sentence}" for each in sets for sentence in each.set_aside()]
    if plan.transfer:
        among = f"{len(plan.transfer)} pictures of {len(plan.transfer.categories)} shared categories"
        size += f"; tested on {plan.transfer.tested.name}: {among}"
    notes = [f"note: {note}" for note in (plan.caveat, replacement(plan, store)) if note]
    return "\n".join([size, *aside, *notes])


def _written(plan: Plan, store: Store, costs: Mapping[str, Mapping[str, Cost]]) -> str:
    """Write down what is asked for and what each cell is expected to cost; return the run's name."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    protocols = list(dict.fromkeys(cell.protocol for cell in plan.cells))
    asked = {
        "task": plan.request.task,
        "dataset": plan.dataset.name,
        "protocol": protocols[0],
        "protocols": protocols,
        "models": list(plan.rows),
    }
    expected = {cell: {stage: asdict(cost) for stage, cost in stages.items()} for cell, stages in costs.items()}
    cells = {cell.id: str(cell) for cell in plan.cells}
    asked |= {"config": plan.config.model_dump(), "cells": [*cells], "names": cells, "expected": expected}
    store.write_run(name, asked)
    return name
