"""Earlier measurements on this machine, by a probe or a run, kept in the cache with what they are of."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.config.loading import Machine
from bench.errors import BenchError
from bench.planning.costs import Pace, Paces, recorded_paces
from bench.planning.plan import Plan
from bench.store.cache import cache_folder
from bench.store.cell import Cell, Stage
from bench.store.fingerprint import digest
from bench.store.record import Record
from bench.store.sealed import read_json, write_json

_PACES = "paces"
_UNRELATED = {"epochs", "fewest_steps", "budget", "tune", "trials", "trial_share"}
"""The keys of a recipe that decide how often a picture is seen, not how long that takes."""


def kept_paces(plan: Plan) -> dict[tuple[str, str], Pace]:
    """Return the paces of a plan's stages kept on this machine, for the present models, settings and code."""
    entries = {(cell.model, stage.name): look_up(_PACES, _of(plan, cell, stage)) for cell, stage in _timed(plan)}
    return {key: replace(Pace(**entry), source="kept") for key, entry in entries.items() if entry}


def keep_paces(plan: Plan, paces: Paces) -> None:
    """Keep the measured paces of a plan's stages."""
    for cell, stage in _timed(plan):
        if (cell.model, stage.name) in paces:
            keep(_PACES, _of(plan, cell, stage), asdict(paces[cell.model, stage.name]))


def keep_records(plan: Plan, records: Sequence[Record]) -> None:
    """Keep the paces of the stages behind records that this machine has just written."""
    keep_paces(plan, recorded_paces(plan, records))


def work_of(cell: Cell, stage: Stage) -> dict[str, Any]:
    """Return in clear what decides the work per picture in a stage, on any machine."""
    learning = [part for part in (cell.pretrain, cell.train) if part]
    asking = {key: stage.inputs[key] for key in ("task", "settings", "code")} if stage is cell.predict else {}
    until = learning[: learning.index(stage) + 1] if stage in learning else learning
    return {"stage": stage.name, "learning": [_learning(part) for part in until], **asking}


def machine(settings: Machine) -> dict[str, Any]:
    """Return in clear what decides this machine's speed with a run's settings; torch is not imported."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "cards": [*_cards(), os.environ.get("CUDA_VISIBLE_DEVICES")],
        "device": settings.device,
        "threads": settings.threads or os.environ.get("OMP_NUM_THREADS"),
        "torch": _torch(),
    }


def look_up(kind: str, clear: Mapping[str, Any]) -> Any:
    """Return what is kept under a key in clear, None if there is nothing or it cannot be read."""
    try:
        entry = read_json(_file(kind, clear))
    except (OSError, BenchError):
        return None
    return entry["kept"] if entry else None


def keep(kind: str, clear: Mapping[str, Any], what: Any) -> None:
    """Keep JSON data under a key in clear; if the cache cannot be written, the next run measures again."""
    with suppress(OSError):
        write_json(_file(kind, clear), {"of": clear, "kept": what})


def _of(plan: Plan, cell: Cell, stage: Stage) -> dict[str, Any]:
    return {**work_of(cell, stage), "machine": machine(plan.config.machine)}


def _timed(plan: Plan) -> Iterator[tuple[Cell, Stage]]:
    """Yield the stages of each model's first cell whose pace is kept: scoring takes no time."""
    for cell in {cell.model: cell for cell in reversed(plan.cells)}.values():
        yield from ((cell, stage) for stage in cell.stages if stage is not cell.score)


def _learning(stage: Stage) -> dict[str, Any]:
    recipe = {key: value for key, value in stage.inputs["recipe"].items() if key not in _UNRELATED}
    return {**{key: stage.inputs[key] for key in ("model", "image_size", "code")}, "recipe": recipe}


def _file(kind: str, clear: Mapping[str, Any]) -> Path:
    return cache_folder() / kind / f"{digest(clear)[:32]}.json"


@cache
def _processor() -> str:
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return platform.processor() or platform.machine()


@cache
def _cards() -> tuple[str, ...]:
    """Return the models of the graphics cards that the driver lists."""
    files = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(line.partition(":")[2].strip() for line in lines if line.startswith("Model"))


@cache
def _torch() -> str | None:
    try:
        return version("torch")
    except PackageNotFoundError:
        return None
