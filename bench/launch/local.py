"""The local launcher: several worker processes on this machine, through submitit's LocalExecutor.

Every worker goes through all cells; claims see to it that each stage is computed once. Nothing is pickled but
the path of the request.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.cell import Cell
from bench.config import Config
from bench.environment import worker_threads
from bench.errors import BenchError
from bench.fingerprint import digest
from bench.launch import inline
from bench.plan import Plan
from bench.progress import Lines, Progress
from bench.registry import Registry
from bench.rows import Request
from bench.run import Runner, recorded
from bench.store import Store, read_json, write_json

POLL_SECONDS = 0.3
LONGEST_MINUTES = 60 * 24 * 365


def launch(runner: Runner, cells: Sequence[Cell], run: str, jobs: int) -> list[Cell]:
    """Compute the cells in ``jobs`` worker processes and return those that failed."""
    import submitit

    store = runner.store
    folder = store.root / "runs" / run
    folder.mkdir(parents=True)
    request = folder / "request.json"
    write_json(request, _written(runner.plan, store, jobs))
    executor = submitit.LocalExecutor(folder=folder / "workers")
    executor.update_parameters(timeout_min=LONGEST_MINUTES)
    with _safe_path():
        workers = [executor.submit(work, str(request), number) for number in range(min(jobs, len(cells)))]
    try:
        _watch(workers, runner.progress)
    except BaseException:
        for worker in workers:
            worker.cancel()
        raise
    return [cell for cell in cells if not recorded(store, cell)]


def work(request: str, number: int) -> None:
    """Go through the request's cells as one worker of several, starting at a cell of its own."""
    _check_root()
    path = Path(request)
    written = read_json(path)
    progress = Lines(sys.stdout)
    asked = Request(
        written["task"],
        tuple(written["models"]),
        Config.model_validate(written["config"]),
        frozenset(written["explicit"]),
    )
    plan = Plan(asked, Registry(), progress)
    if _stages(plan) != written["stages"]:
        raise BenchError("code or data changed while the workers started; run the same command again")
    first = number * len(plan.cells) // written["jobs"]
    failures = path.parent / "failed"
    failures.mkdir(exist_ok=True)
    inline.work(
        Runner(plan, Store(Path(written["store"])), progress),
        plan.cells[first:] + plan.cells[:first],
        lambda cell: (failures / cell.id).exists(),
        lambda cell: (failures / cell.id).touch(),
    )


def _written(plan: Plan, store: Store, jobs: int) -> dict[str, Any]:
    config = plan.config.model_dump()
    config["machine"]["threads"] = worker_threads(plan.config.machine, jobs)
    return {
        "task": plan.request.task,
        "models": list(plan.request.models),
        "config": config,
        "explicit": sorted(plan.request.explicit),
        "store": str(store.root.resolve()),
        "jobs": jobs,
        "stages": _stages(plan),
    }


def _stages(plan: Plan) -> str:
    """Digest what the plan would compute, to tell whether the code changed between planning and working."""
    return digest([stage.fingerprint for cell in plan.cells for stage in cell.stages])


@contextmanager
def _safe_path() -> Iterator[None]:
    """Keep the current folder off the workers' sys.path: a ``random.py`` in it would break them."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _watch(workers: Sequence[Any], progress: Progress) -> None:
    """Show the workers' lines until all have ended."""
    shown = [0] * len(workers)
    while True:
        running = [not worker.done(force_check=True) for worker in workers]
        for number, worker in enumerate(workers):
            text = worker.paths.stdout.read_text(errors="replace") if worker.paths.stdout.exists() else ""
            whole = text[: text.rfind("\n") + 1]
            for line in whole[shown[number] :].splitlines():
                if not line.startswith("submitit "):
                    progress.say(f"[worker {number + 1}] {line}")
            shown[number] = len(whole)
        if not any(running):
            break
        time.sleep(POLL_SECONDS)
    _name_deaths(workers, progress)


def _name_deaths(workers: Sequence[Any], progress: Progress) -> None:
    """Say which workers ended by an error or a signal, and where their last words are."""
    for number, worker in enumerate(workers):
        if worker.exception() is not None:
            last = (worker.stderr() or "killed").strip().splitlines()[-1]
            progress.say(f"[worker {number + 1}] ended early: {last} (see {worker.paths.stderr})")


def _check_root() -> None:
    """Refuse to mix a copy of the code with the installed one."""
    own = Path(__file__).resolve().parents[1]
    for name in ("bench.models", "bench.tasks"):
        found = Path(import_module(name).__file__ or "").resolve().parents[1]
        if found not in (own, own.parent):
            raise BenchError(f"bench lies in {own}, {name} in {found}; install one copy of the code")
