"""Compute the cells of models on a task, or say what they would cost."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Unpack

from bench.config.loading import DEFAULT, load_config
from bench.data.dataset import summed_up
from bench.errors import BenchError, unknown
from bench.inputs import check_number, checked, words
from bench.launch import LAUNCHERS, Launcher
from bench.launch.rounds import launch_rounds
from bench.planning.counting import PATIENCE, counted
from bench.planning.fetching import fetches
from bench.planning.kept import keep_records
from bench.planning.outlook import CellOutlook, outlook, replacement
from bench.planning.plan import Plan
from bench.planning.probing import probe as probed
from bench.planning.rows import left_out, requests, unreadable, without_weights
from bench.registered.registry import Registry
from bench.running.race import Race
from bench.running.runner import Runner, forget
from bench.specs import resolve
from bench.store.cell import Cell, recorded
from bench.store.run_request import Cost, RunRequest, Stop
from bench.store.store import Store, opened
from bench.tables.build import ranking_columns, table_of_models
from bench.tables.places import in_words
from bench.terminal.progress import Progress, shown
from bench.terminal.text import json_text, safe_lines
from bench.watching.events import RunEvent, now
from bench.watching.watcher import Chosen, chosen_watchers
from bench.watching.watchers import watching

if TYPE_CHECKING:
    import pandas

_MOST_JOBS = 10_000


@dataclass(frozen=True)
class Run:
    """The result of a run: why cells ``failed``, by name, and the ``summary`` of each task in words.

    ``stops`` are the models that a race stopped.
    """

    store: Store
    cells: tuple[Cell, ...]
    failed: Mapping[str, str]
    summary: str
    stops: tuple[Stop, ...] = ()

    @property
    def json(self) -> str:
        """The run as JSON: its store, whether each cell has its record or why it failed, and what a race stopped."""
        cells = [
            {
                "cell": cell.id,
                "name": str(cell),
                "done": recorded(self.store, cell),
                "why": self.failed.get(str(cell), ""),
            }
            for cell in self.cells
        ]
        return json_text(
            {"store": str(self.store.root), "cells": cells, "stops": [asdict(stop) for stop in self.stops]}
        )

    def records(self) -> "pandas.DataFrame":
        """Return the records of the run's cells like ``bench.records``, without records that another run replaced."""
        from bench.tables.frames import of_records

        records = (self.store.record(cell.id) for cell in self.cells if recorded(self.store, cell))
        return of_records(filter(None, records))

    def __repr__(self) -> str:
        return self.summary


Settings = Mapping[str, object] | Sequence[str]
"""The values of ``--set``: by key, ``{"recipe.epochs": 2}``, or a list of ``"key=value"``."""


class RunChoices(TypedDict, total=False):
    """What ``run`` and ``forecast`` share, by keyword: how a run is configured, where it is computed and kept.

    ``config`` is a name or a file ("demo"), ``launcher`` one of inline, local and slurm. A ``race`` computes fold by
    fold and stops models that are clearly worse than the best. The others are keys of a config and override it.
    """

    config: str
    settings: Settings
    launcher: str
    jobs: int | None
    store: str | Path | None
    race: bool
    dataset: str
    records: str
    folds: str | int | Sequence[int]
    k: int
    repeats: int
    seeds: int
    seed: int
    image_size: int
    validation_share: float
    labels: str
    subset: str
    split: str
    group_by: str
    duplicate_distance: int
    test_dataset: str | None
    unlabelled: str | None
    fraction: Sequence[float | str]
    hold_out_group: int | None
    picture: str
    mask_bar: bool
    standardise: bool
    scale: str
    start: str
    keep: str
    watch: str | Sequence[str]


@dataclass(frozen=True)
class RunForecast:
    """What a run would do: the outlook of its ``cells``, and all in words as ``text``."""

    cells: tuple[CellOutlook, ...]
    text: str

    @property
    def seconds(self) -> float | None:
        """What the cells are expected to take one after another, None if that of one is unknown."""
        seconds = [cell.seconds for cell in self.cells]
        known = [each for each in seconds if each is not None]
        return sum(known) if len(known) == len(seconds) else None

    @property
    def json(self) -> str:
        """The forecast as JSON: the state and the expected cost of each cell's stages, in seconds and bytes."""
        cells = [
            {
                "cell": each.cell.id,
                "name": str(each.cell),
                "states": dict(each.states),
                "seconds": each.seconds,
                "memory": each.memory,
                "changes": list(each.changes),
            }
            for each in self.cells
        ]
        return json_text({"seconds": self.seconds, "cells": cells})

    def __repr__(self) -> str:
        return self.text


@checked
def run(
    task: str,
    models: str | Sequence[str] | None = None,
    *,
    force: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    **choices: Unpack[RunChoices],
) -> Run:
    """Train, ask and score models; finished stages are not computed again.

    ``models`` are names, or "all"; a suite brings its own. ``tell`` is called with the summary of each task of a suite
    as it ends. A cell that fails stops no other: see ``Run.failed``. BenchError, before anything is written, if the run
    is not possible as requested.
    """
    with _planned(task, models, choices) as request:
        failed: dict[str, str] = {}
        summaries: list[str] = []
        stops: list[Stop] = []
        for plan in request.plans:
            outcome = _computed(plan, request, force)
            failed |= outcome.failed
            stops += outcome.stops
            summary = outcome.summary
            summaries.append(f"{plan.request.task}: {summary}" if len(request.plans) > 1 else summary)
            tell(summaries[-1])
        cells = tuple(cell for plan in request.plans for cell in plan.cells)
        return Run(request.store, cells, failed, "\n".join(summaries), tuple(stops))


@checked
def forecast(
    task: str,
    models: str | Sequence[str] | None = None,
    *,
    explain: bool = False,
    probe: bool = False,
    **choices: Unpack[RunChoices],
) -> RunForecast:
    """Say what ``run`` would do and what it would cost; only measurements are written, to the cache.

    ``explain`` names the inputs that changed; ``probe`` tries two steps of each model first. Without ``probe`` the work
    of a small step is counted for models without measurements.
    """
    with _planned(task, models, choices) as request:
        several = [_forecast(plan, request, explain, probe) for plan in request.plans]
        names = [f"{plan.request.task}: " if len(request.plans) > 1 else "" for plan in request.plans]
        text = "\n".join(name + each.text for name, each in zip(names, several, strict=True))
        return RunForecast(tuple(cell for each in several for cell in each.cells), text)


class _Request(NamedTuple):
    """The plans of a task or suite, and what computes and keeps their cells."""

    plans: list[Plan]
    launcher: Launcher
    store: Store
    progress: Progress
    races: Mapping[str, Race]
    """By task; empty if all models run on every fold."""
    registry: Registry
    watchers: Sequence[Chosen]
    names_store: bool
    """Whether the user named the store, so that a command about it must, too."""


@contextmanager
def _planned(task: str, models: str | Sequence[str] | None, choices: RunChoices) -> Iterator[_Request]:
    """Plan all tasks of a suite before any is run, with progress shown."""
    options: dict[str, Any] = {**choices}
    config, settings = options.pop("config", DEFAULT), options.pop("settings", ())
    launcher, jobs = options.pop("launcher", "inline"), options.pop("jobs", None)
    is_race = options.pop("race", False)
    if launcher not in LAUNCHERS:
        raise unknown("launcher", launcher, LAUNCHERS)
    check_number(jobs, "--jobs", 1, _MOST_JOBS)
    if isinstance(settings, Mapping):  # JSON is YAML, and keeps strings and None as they are
        settings = [f"{key}={json.dumps(value, default=str, ensure_ascii=False)}" for key, value in settings.items()]
    folder, registry = options.pop("store", None), Registry()
    open_store = opened(folder)
    if isinstance(folds := options.get("folds"), list | tuple | range):
        options["folds"] = ",".join(map(str, folds))
    if "watch" in options:
        watch = options["watch"]
        options["watch"] = words(watch if isinstance(watch, str) else ",".join(watch), "--watch")
    named = [task, *(models.split(",") if isinstance(models, str) else models or ())]
    loaded, explicit = load_config(config, settings, options, lambda key: registry.having(key, named))
    watchers = chosen_watchers(loaded, registry)
    launched: Launcher = resolve(LAUNCHERS[launcher])(jobs)
    if is_race and not launched.waits:
        raise BenchError(
            f"--race decides after each fold which models go on, and --launcher {launcher} does not wait for their "
            "scores; use inline or local, or leave --race out"
        )
    with shown() as progress:
        plans = [Plan(request, registry, progress) for request in requests(task, models, loaded, explicit, registry)]
        rest = left_out(plans[0].request, plans[0].task_spec, registry)
        if poor := without_weights(plans[0].request, plans[0].task_spec, registry):
            progress.say(
                f"start: pretrained leaves out rows that have no published weights: {', '.join(poor)}; name a file or "
                "folder of weights by NAME.weights for those that you want"
            )
        if rest:
            progress.say(
                f"--models all leaves out controls, upper rows and variants: {', '.join(rest)}; name those you want too"
            )
        for sentence in registry.rivals(_names(plans)):
            progress.say(f"note: {sentence}")
        for sentence in unreadable(plans[0].request, plans[0].task_spec, registry):
            progress.say(f"--models all leaves out: {sentence}")
        for plan in plans[1:]:  # before the first is run
            launched.check(plan, outlook(plan, open_store))
        races = {plan.request.task: _race(plan, open_store, registry) for plan in plans} if is_race else {}
        yield _Request(plans, launched, open_store, progress, races, registry, watchers, folder is not None)


def _names(plans: Sequence[Plan]) -> list[str]:
    """Return the registered names that a run uses: those of its tasks, models and datasets."""
    config = plans[0].config
    datasets = filter(None, (config.dataset, config.test_dataset))
    return [
        *(plan.request.task for plan in plans),
        *dict.fromkeys(row.spec.name for plan in plans for row in plan.rows.values()),
        *(name.partition(":")[0] + ":" * (":" in name) for name in datasets),
    ]


def _race(plan: Plan, store: Store, registry: Registry) -> Race:
    return Race(plan, store, ranking_columns(plan.request.task, registry))


def _forecast(plan: Plan, request: _Request, explain: bool, probe: bool) -> RunForecast:
    """Say what a run of one task would do, and what it would cost."""
    looks = (
        outlook(plan, request.store, probed(plan, request.progress)) if probe else _estimated(plan, request, PATIENCE)
    )
    request.launcher.check(plan, looks)
    lines = [_data(plan, request.store), "", request.launcher.forecast(plan, looks, explain)]
    if weights := fetches(plan.rows.values()):
        lines.append(weights)
    if race := request.races.get(plan.request.task):
        lines.append(
            f"the race computes at least {len(race.least())} of these {len(looks)} cells, and the others as long as "
            "their models are not clearly worse than the best"
        )
    return RunForecast(tuple(looks), "\n".join(lines))


def _estimated(plan: Plan, request: _Request, patience: float) -> list[CellOutlook]:
    """Return the outlook of a plan's cells; count the work of models without measurements, with ``patience``."""
    looks = outlook(plan, request.store)
    unknown = dict.fromkeys(look.cell.model for look in looks if look.seconds is None)
    if not unknown:
        return looks
    return outlook(plan, request.store, counted=counted(plan, [*unknown], request.progress, patience))


class _Outcome(NamedTuple):
    """Why cells failed, by name; a summary in words; the models that a race stopped."""

    failed: dict[str, str]
    summary: str
    stops: Sequence[Stop] = ()


def _computed(plan: Plan, request: _Request, force: bool) -> _Outcome:
    """Compute what is missing."""
    launcher, store, progress = request.launcher, request.store, request.progress
    cells, runner = plan.cells, Runner(plan, store, progress)
    patience = PATIENCE if launcher.packs else 0.0  # a local run begins at once, with earlier counts
    looks = _estimated(plan, request, patience)
    if force or not all(recorded(store, cell) for cell in cells):
        launcher.check(plan, looks)  # before anything is written
        launcher.prepare(runner)
    store.prepare()
    about = _data(plan, store)  # before anything is forgotten
    if force:
        forget(store, cells)
        looks = _estimated(plan, request, patience)
    missing = [look for look in looks if not recorded(store, look.cell)]
    name, written = _written(plan, store, {look.cell.id: look.costs for look in looks} if missing else {})
    if not missing:
        return _Outcome({}, f"{_all(cells)} done already; nothing to do (--force computes again){_next(plan, request)}")
    progress.say(f"{len(missing)} of {len(cells)} cells to compute, store {store.root}")
    progress.say(safe_lines(about))
    race = request.races.get(plan.request.task)
    began = RunEvent(
        name, now(), "started", written.task, written.dataset, tuple(plan.rows), len(missing), 0, str(store.root)
    )
    with watching(request.watchers, store.root, name, "command", progress) as runner.watchers:
        runner.watchers.send(began)
        if race:
            failed, queued = launch_rounds(race, launcher, runner, missing, name, written), ""
        else:
            failed, queued = launcher.launch(runner, missing, name)
        ending = "submitted" if queued else "ended"
        runner.watchers.send(replace(began, time=now(), state=ending, failed=len(failed)))
    stops = race.stops if race else []
    computed = [look.cell.id for look in missing if not queued and recorded(store, look.cell)]
    keep_records(plan, [record for cell in computed if (record := store.record(cell))])
    if failed:
        named = {cell.id: str(cell) for cell in cells}
        stays = {cell: "; its earlier record stays" if store.record(cell) else "" for cell in failed}
        lines = [f"  {named[cell]}: {why}; see {store.log(cell)}{stays[cell]}" for cell, why in failed.items()]
        summary = "\n".join([f"{len(failed)} of {len(cells)} cells failed:", *lines, *_stopped(stops)])
        return _Outcome({named[cell]: why for cell, why in failed.items()}, summary, stops)
    spared = sum(len(stop.cells) for stop in stops)
    done = f"{len(cells) - spared} of {len(cells)} cells are done" if spared else f"{_all(cells)} done"
    return _Outcome({}, queued or "\n".join([f"{done}{_next(plan, request)}", *_stopped(stops)]), stops)


def _next(plan: Plan, request: _Request) -> str:
    """Name the command that shows the scores of a task; '' if no table does."""
    families = {row.family.name for row in plan.rows.values() if not row.control}
    table = table_of_models(plan.request.task, families, request.registry)
    store = f" --store {shlex.quote(str(request.store.root))}" if request.names_store else ""
    return f"; `bench table {table.number}{store}` shows the scores" if table else ""


def _stopped(stops: Sequence[Stop]) -> list[str]:
    lines = [f"  {stop.model} {stop.sentence(stop.best)}" for stop in stops]
    heading = "the race stopped these models; the same command without --race computes the rest:"
    return [heading, *lines] if lines else []


def _all(cells: Sequence[Cell]) -> str:
    return "the cell is" if len(cells) == 1 else f"all {len(cells)} cells are"


def _data(plan: Plan, store: Store) -> str:
    """Describe a run's data: size, folds, omissions, caveats of its scores, and records it replaces."""
    dataset = plan.dataset
    fewer = f" (the smallest category allows no {plan.config.k})" if plan.k < plan.config.k else ""
    held = "held back from training to be asked about"
    if plan.config.split == "whole":
        folds = "are all asked about, and none is trained on"
    elif len(plan.folds) == plan.k:
        folds = f"in {plan.k} folds{fewer}, each {held.replace('training', 'training in turn')}"
    else:
        folds = f"in {plan.k} folds{fewer}, of which {in_words(plan.folds)} run{'s'[len(plan.folds) > 1 :]}"
        folds += f": {'each' if len(plan.folds) > 1 else 'it'} is {held}"
    folds += f"; {plan.config.seeds} trainings on each fold" if plan.config.seeds > 1 else ""
    size = f"{dataset.name}: {len(dataset.labels())} pictures of {len(dataset.categories)} categories {folds}"
    sets = [dataset, *([plan.transfer.tested] if plan.transfer else [])]
    aside = [f"set aside: {sentence}" for each in sets for sentence in summed_up(each.set_aside())]
    if plan.transfer:
        among = f"{len(plan.transfer)} pictures of {len(plan.transfer.filled)} shared categories"
        size += f"; tested on {plan.transfer.tested.name}: {among}"
    if plan.unlabelled:
        size += f"; pretraining also on pictures without labels of {plan.unlabelled.source.name}"
    notes = [f"note: {note}" for note in (plan.caveat, replacement(plan, store)) if note]
    return "\n".join([size, *aside, *notes])


def _written(plan: Plan, store: Store, costs: Mapping[str, Mapping[str, Cost]]) -> tuple[str, RunRequest]:
    """Write the request and the expected cost of each cell to the store; return the run's name and what was written."""
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
    return name, request
