"""What models are expected to take, by FLOPs and by two steps, beside what they take.

``python -m benchmarks.forecasts`` prints seconds of the processor on one thread, which others on the machine change
little; 200 pictures, one epoch.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

from bench.config.loading import load_config
from bench.planning.costs import Costs, Paces
from bench.planning.counting import counted
from bench.planning.plan import Plan
from bench.planning.probing import probe
from bench.planning.rows import requests
from bench.registered.registry import Registry
from bench.running.runner import Runner
from bench.store.store import Store
from bench.terminal.progress import NoProgress

MODELS = {
    "classification": "gcn,mpnn,grace,gbt,alexnet,squeezenet,resnet,vanillavit,cct,swint,simclr,ma,dino",
    "vqa": "mvaema,llava,minigpt4",
}
SETTINGS = ("synthetic.size=200", "recipe.epochs=1", "machine.threads=1")


class Forecast(NamedTuple):
    """One stage of a model: seconds by the FLOPs of a small step, by two steps, and taken; bytes in the same order."""

    model: str
    stage: str
    seconds: tuple[float, float, float]
    memory: tuple[int, int, int]


def main() -> None:
    """Measure and print."""
    time.monotonic = time.process_time  # what measures here measures the processor
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BENCH_CACHE"] = f"{folder}/cache"
        store = Store(Path(folder) / "store")
        store.prepare()
        rows: list[list[str]] = []
        for task, models in MODELS.items():
            for model in models.split(","):
                rows += [_row(forecast) for forecast in forecasts(task, model, store)]
                print(rows[-1], flush=True)
    heads = ["model", "stage", "FLOPs", "two steps", "taken", "FLOPs/taken", "steps/taken", "GB by FLOPs", "GB held"]
    print(tabulate(rows, headers=heads))


def forecasts(task: str, model: str, store: Store) -> Iterator[Forecast]:
    """Estimate a model's stages both ways, then compute them."""
    config, explicit = load_config("demo", list(SETTINGS), {})
    registry = Registry()
    (request,) = requests(task, model, config, explicit, registry)
    plan = Plan(request, registry, NoProgress())
    (cell,) = plan.cells
    ways: list[Paces] = [counted(plan, [model], NoProgress()), probe(plan, NoProgress())]
    runner = Runner(plan, store, NoProgress())
    if runner.run(cell) != "done":
        raise SystemExit(runner.failures[cell.id])
    record = store.record(cell.id)
    assert record is not None, "a cell that is done has a record"
    for stage in (stage for stage in cell.stages if stage is not cell.score):
        flops, steps = (Costs(plan, way).of(cell, stage) for way in ways)
        took = record["timings"][stage.name]
        seconds = (flops.seconds or 0.0, steps.seconds or 0.0, took["seconds"])
        yield Forecast(model, stage.name, seconds, (flops.memory or 0, steps.memory or 0, took["memory"]["process"]))


def _row(forecast: Forecast) -> list[str]:
    flops, steps, took = forecast.seconds
    ratios = (f"{expected / took:.2f}" for expected in (flops, steps))
    held = (f"{forecast.memory[index] / 2**30:.1f}" for index in (0, 2))
    return [forecast.model, forecast.stage, *(f"{each:.2f}" for each in forecast.seconds), *ratios, *held]


if __name__ == "__main__":
    main()
