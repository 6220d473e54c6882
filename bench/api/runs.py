"""Compute the cells of models on a task, or say what they would cost."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.config.loading import load_config
from bench.errors import unknown
from bench.launch import LAUNCHERS, Launcher
from bench.planning.cell import Cell, recorded
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
from bench.store.run_request import Cost, RunRequest
from bench.store.store import Store, opened
from bench.terminal import safe_lines

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Run:
    """The result of a run: why cells ``failed``, by name, and the ``summary`` of each task in words."""

    store: Store
    cells: tuple[Cell, ...]
    failed: Mapping[str, str]
    summary: str

    def records(self) -> "pandas.DataFrame":
        """Return the records of the run's cells like ``bench.records``, without records that another run replaced."""
        from bench.tables.frames import of_records

        records = (self.store.record(cell.id) for cell in self.cells if recorded(self.store, cell))
        return of_records(filter(None, records))

    def __repr__(self) -> str:
        return self.summary


Settings = Mapping[str, Any] | Sequence[str]
"""The values of ``--set``: by key, ``{"recipe.epochs": 2}``, or a list of ``"key=value"``."""


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
    """Train, ask and score models; finished stages are not computed again.

    ``models`` are names, or "all"; a suite brings its own. ``options`` are keys of a config and override it: dataset,
    records, folds, repeats, split, fraction, hold_out_group, test_dataset, mask_bar. ``tell`` is called with the
    summary of each task of a suite as it ends. A cell that fails stops no other: see ``Run.failed``. BenchError, before
    anything is written, if the run is not possible as requested.
    """
    with _planned(task, models, config, settings, launcher, jobs, store, options) as planned:
        failed: dict[str, str] = {}
        summaries: list[str] = []
        for plan in planned.plans:
            failures, summary = _computed(plan, planned, force)
            failed |= failures
            summaries.append(f"{plan.request.task}: {summary}" if len(planned.plans) > 1 else summary)
            tell(summaries[-1])
        cells = tuple(cell for plan in planned.plans for cell in plan.cells)
        return Run(planned.store, cells, failed, "\n".join(summaries))


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
    """Say what ``run`` would do and what it would cost; only measurements are written, to the cache.

    ``explain`` names the inputs that changed; ``probe`` tries two steps of each model first. Without ``probe`` the work
    of a small step is counted for models without measurements.
    """
    with _planned(task, models, config, settings, launcher, jobs, store, options) as planned:
        texts = [_told(plan, planned, explain, probe) for plan in planned.plans]
        names = [f"{plan.request.task}: " if len(planned.plans) > 1 else "" for plan in planned.plans]
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
    """Plan all tasks of a suite before any is run, with progress shown."""
    if launcher not in LAUNCHERS:
        raise unknown("launcher", launcher, LAUNCHERS)
    if isinstance(settings, Mapping):  # JSON is YAML, and keeps strings and None as they are
        settings = [f"{key}={json.dumps(value, default=str, ensure_ascii=False)}" for key, value in settings.items()]
    if isinstance(folds := options.get("folds"), list | tuple | range):
        options = {**options, "folds": ",".join(map(str, folds))}
    registry = Registry()
    named = [task, *(models.split(",") if isinstance(models, str) else models or ())]
    loaded, explicit = load_config(config, settings, options, lambda key: registry.having(key, named))
    open_store = opened(store)
    launched: Launcher = resolve(LAUNCHERS[launcher])(jobs)
    names = models if models is None or isinstance(models, str) else ",".join(models)
    with shown() as progress:
        plans = [Plan(request, registry, progress) for request in requests(task, names, loaded, explicit, registry)]
        rest = left_out(plans[0].request, plans[0].task_spec, registry)
        if rest:
            progress.say(f"--models all leaves out controls and variants: {', '.join(rest)}; name those you want too")
        for plan in plans[1:]:  # before the first is run
            launched.check(plan, outlook(plan, open_store))
        yield _Asked(plans, launched, open_store, progress)


def _told(plan: Plan, asked: _Asked, explain: bool, probe: bool) -> str:
    """Say what a run would do, and what it would cost."""
    looks = outlook(plan, asked.store, probed(plan, asked.progress)) if probe else _estimated(plan, asked, PATIENCE)
    asked.launcher.check(plan, looks)
    return "\n".join([_data(plan, asked.store), "", asked.launcher.forecast(plan, looks, explain)])


def _estimated(plan: Plan, asked: _Asked, patience: float) -> list[CellOutlook]:
    """Return the outlook of a plan's cells; count the work of models without measurements, with ``patience``."""
    looks = outlook(plan, asked.store)
    unknown = dict.fromkeys(look.cell.model for look in looks if look.seconds is None)
    if not unknown:
        return looks
    return outlook(plan, asked.store, counted=counted(plan, [*unknown], asked.progress, patience))


def _computed(plan: Plan, asked: _Asked, force: bool) -> tuple[dict[str, str], str]:
    """Compute what is missing; return why cells failed, by name, and the summary."""
    _, launcher, store, progress = asked
    cells, runner = plan.cells, Runner(plan, store, progress)
    patience = PATIENCE if launcher.packs else 0.0  # a local run begins at once, with earlier counts
    looks = _estimated(plan, asked, patience)
    if force or not all(recorded(store, cell) for cell in cells):
        launcher.check(plan, looks)  # before anything is written
        launcher.prepare(runner)
    store.prepare()
    about = _data(plan, store)  # before anything is forgotten
    if force:
        forget(store, cells)
        looks = _estimated(plan, asked, patience)
    missing = [look for look in looks if not recorded(store, look.cell)]
    name = _written(plan, store, {look.cell.id: look.costs for look in looks} if missing else {})
    if not missing:
        return {}, f"{_all(cells)} done already; nothing to do (--force computes again)"
    progress.say(f"{len(missing)} of {len(cells)} cells to compute, store {store.root}")
    progress.say(safe_lines(about))
    failed, queued = launcher.launch(runner, missing, name)
    computed = [look.cell.id for look in missing if not queued and recorded(store, look.cell)]
    keep_records(plan, [record for cell in computed if (record := store.record(cell))])
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
    """Describe a run's data: size, folds, omissions, caveats of its scores, and records it replaces."""
    dataset = plan.dataset
    fewer = f" (the smallest category allows no {plan.config.k})" if plan.k < plan.config.k else ""
    folds = f"in {plan.k} folds{fewer}, each held back from training in turn to be asked about"
    size = f"{dataset.name}: {len(dataset.labels())} pictures of {len(dataset.categories)} categories {folds}"
    sets = [dataset, *([plan.transfer.tested] if plan.transfer else [])]
    aside = [f"set aside: {sentence}" for each in sets for sentence in each.set_aside()]
    if plan.transfer:
        among = f"{len(plan.transfer)} pictures of {len(plan.transfer.filled)} shared categories"
        size += f"; tested on {plan.transfer.tested.name}: {among}"
    notes = [f"note: {note}" for note in (plan.caveat, replacement(plan, store)) if note]
    return "\n".join([size, *aside, *notes])


def _written(plan: Plan, store: Store, costs: Mapping[str, Mapping[str, Cost]]) -> str:
    """Write the request and the expected cost of each cell to the store; return the run's name."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    protocols = list(dict.fromkeys(cell.protocol for cell in plan.cells))
    names = {cell.id: str(cell) for cell in plan.cells}
    request = RunRequest(
        task=plan.request.task,
        dataset=plan.dataset.name,
        protocol=protocols[0],
        config=plan.config.model_dump(),
        models=list(plan.rows),
        cells=list(names),
        protocols=protocols,
        names=names,
        expected={cell: dict(stages) for cell, stages in costs.items()},
    )
    store.write_run(name, request)
    return name
