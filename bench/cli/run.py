"""``bench run``: compute the cells of models on a task."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import StoreFolder, opened
from bench.cli.output import safe_lines

if TYPE_CHECKING:  # these import numpy and scikit-learn, which `bench --help` does not need
    from bench.launch import Launcher
    from bench.planning.cell import Cell
    from bench.planning.costs import Cost
    from bench.planning.plan import Plan
    from bench.progress import Progress
    from bench.store.store import Store

Text = str | None


app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def run_command(
    task: Annotated[str, typer.Option(help="what is measured; see `bench list tasks` and `bench list suites`")],
    models: Annotated[
        Text, typer.Option(help="names with commas, or all but controls and variants: all; a suite brings its own")
    ] = None,
    dataset: Annotated[Text, typer.Option(help="the micrographs; see `bench list datasets`")] = None,
    test_dataset: Annotated[Text, typer.Option(help="test on this dataset what is trained on the other")] = None,
    records: Annotated[Text, typer.Option(help="a teacher's name or FILE.jsonl")] = None,
    config: Annotated[
        str, typer.Option(help="demo, evening, paper, slurm or a YAML file; several with commas: later ones win")
    ] = "demo",
    folds: Annotated[Text, typer.Option(help="all, 0-2 or 0,3")] = None,
    repeats: Annotated[int | None, typer.Option(help="how often the partition is redrawn")] = None,
    split: Annotated[Text, typer.Option(help="stratified, or grouped: near-duplicates stay on one side")] = None,
    fraction: Annotated[Text, typer.Option(help="shares of the training side to train on: 0.1,0.3,1")] = None,
    hold_out_group: Annotated[
        int | None, typer.Option(help="leave a prompt group out of training, ask it alone")
    ] = None,
    mask_bar: Annotated[bool | None, typer.Option("--mask-bar", help="blank each picture's data bar")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="model.key=value, NAME.key=value, recipe.key=value or key=value"
        ),
    ] = None,
    launcher: Annotated[str, typer.Option(help="inline, local or slurm")] = "inline",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="local: workers [default: 1]; slurm: jobs at once [default: all]")
    ] = None,
    store: StoreFolder = None,
    force: Annotated[bool, typer.Option("--force", help="compute again what stands")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what is done, stale, missing")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="name the inputs that changed; implies --dry-run")] = False,
    probe: Annotated[bool, typer.Option("--probe", help="try two steps of each model; implies --dry-run")] = False,
) -> None:
    """Train, ask and score models; what stands already is not computed again."""
    from bench.config.loading import load_config
    from bench.errors import unknown
    from bench.launch import LAUNCHERS
    from bench.planning.outlook import outlook
    from bench.planning.plan import Plan
    from bench.planning.rows import left_out, requests
    from bench.progress import shown
    from bench.registered.registry import Registry
    from bench.specs import resolve

    if launcher not in LAUNCHERS:
        raise unknown("launcher", launcher, LAUNCHERS)
    options = {"dataset": dataset, "records": records, "folds": folds, "repeats": repeats, "split": split}
    options |= {"mask_bar": mask_bar, "test_dataset": test_dataset, "hold_out_group": hold_out_group}
    options["fraction"] = None if fraction is None else fraction.split(",")
    given = {key: value for key, value in options.items() if value is not None}
    loaded, explicit = load_config(config, settings or [], given)
    kept, registry = opened(store), Registry()
    codes, said = [0], list[str]()
    launched: Launcher = resolve(LAUNCHERS[launcher])(jobs)
    with _summed_up(said), shown() as progress:
        # All are planned before any is run: what one of them is asked wrongly stops all.
        plans = [Plan(request, registry, progress) for request in requests(task, models, loaded, explicit, registry)]
        rest = left_out(plans[0].request, plans[0].task, registry)
        if rest:
            progress.say(f"--models all leaves out controls and variants: {', '.join(rest)}; name those you want too")
        for plan in plans[1:]:  # before the first is run
            launched.check(plan, outlook(plan, kept))
        for plan in plans:
            if dry_run or explain or probe:
                text, code = _told(plan, kept, progress, launched, explain, probe), 0
            else:
                text, code = _run(plan, kept, progress, launched, force)
            said.append(f"{plan.task.name}: {text}" if len(plans) > 1 else text)
            codes.append(code)
    raise typer.Exit(max(codes))


@contextmanager
def _summed_up(said: list[str]) -> Iterator[None]:
    """Print what there is to say once the last bar has left the screen, on a line of its own; after an error, too."""
    try:
        yield
    finally:
        if said:
            typer.echo(safe_lines("\n".join(said)))


def _told(plan: "Plan", store: "Store", progress: "Progress", launcher: "Launcher", explain: bool, probe: bool) -> str:
    """Say what a run would do, and what it would cost."""
    from bench.planning.outlook import outlook

    paces = {}
    if probe:
        from bench.planning.probing import probe as probed

        paces = probed(plan, progress)
    looks = outlook(plan, store, paces)
    launcher.check(plan, looks)
    return "\n".join([_data(plan, store), "", launcher.told(plan, looks, explain)])


def _run(plan: "Plan", store: "Store", progress: "Progress", launcher: "Launcher", force: bool) -> tuple[str, int]:
    """Compute what is missing; return the summary and the exit code."""
    from bench.planning.cell import recorded
    from bench.planning.outlook import outlook
    from bench.running.runner import Runner, forget

    cells = plan.cells
    looks = outlook(plan, store)
    runner = Runner(plan, store, progress)
    if force or not all(recorded(store, cell) for cell in cells):
        launcher.check(plan, looks)  # before anything is written
        launcher.prepare(runner)
    store.prepare()
    said = _data(plan, store)  # before anything is forgotten
    if force:
        forget(store, cells)
        looks = outlook(plan, store)
    missing = [look for look in looks if not recorded(store, look.cell)]
    name = _written(plan, store, {look.cell.id: look.costs for look in looks} if missing else {})
    if not missing:
        return f"{_all(cells)} done already; nothing to do (--force computes again)", 0
    progress.say(f"{len(missing)} of {len(cells)} cells to compute, store {store.root}")
    progress.say(safe_lines(said))
    failed, queued = launcher.launch(runner, missing, name)
    if failed:
        named = {cell.id: str(cell) for cell in cells}
        lines = [f"  {named[cell]}: {why}; see {store.log(cell)}" for cell, why in failed.items()]
        return "\n".join([f"{len(failed)} of {len(cells)} cells failed:", *lines]), 1
    return queued or f"{_all(cells)} done", 0


def _all(cells: "Sequence[Cell]") -> str:
    return "the cell is" if len(cells) == 1 else f"all {len(cells)} cells are"


def _data(plan: "Plan", store: "Store") -> str:
    """Say what a run is on: size, folds, what is left out, what its scores can tell, which records it replaces."""
    from bench.planning.outlook import replacement

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


def _written(plan: "Plan", store: "Store", costs: "Mapping[str, Mapping[str, Cost]]") -> str:
    """Write down what is asked for and what each cell is expected to cost; return the run's name."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    protocols = list(dict.fromkeys(cell.protocol for cell in plan.cells))
    asked = {
        "task": plan.task.name,
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
