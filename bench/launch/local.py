"""The local launcher: several worker processes on this machine, through submitit's LocalExecutor.

Every worker goes through all cells; claims ensure that each stage is computed once. Only the path of the request is
pickled.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.launch import Launched, inline
from bench.launch.reports import Report, Reports
from bench.launch.request import planned, stages_digest, written
from bench.planning.cell import recorded
from bench.planning.outlook import CellOutlook, as_text
from bench.planning.plan import Plan
from bench.progress import Lines, Progress
from bench.running.runner import Runner
from bench.stages.environment import worker_threads
from bench.store.store import Store, read_json, write_json

POLL_SECONDS = 0.3
LONGEST_MINUTES = 60 * 24 * 365


class Local:
    """A ``Launcher`` of ``bench.launch``, with ``jobs`` worker processes."""

    packs = False

    def __init__(self, jobs: int | None) -> None:
        self._jobs = jobs or 1

    def check(self, plan: Plan, looks: Sequence[CellOutlook]) -> None:
        """Check nothing: this machine is available."""

    def prepare(self, runner: Runner) -> None:
        """Load pictures and records, once for all cells."""
        runner.questions.load()

    def told(self, plan: Plan, looks: Sequence[CellOutlook], explain: bool) -> str:
        """Return what a run would do and cost, as text."""
        return as_text(list(looks), explain, self._jobs, worker_threads(plan.config.machine, self._jobs))

    def launch(self, runner: Runner, looks: Sequence[CellOutlook], run: str) -> Launched:
        """Compute the cells in worker processes and wait for them."""
        import submitit

        store, threads = runner.store, worker_threads(runner.plan.config.machine, self._jobs)
        folder = store.root / "runs" / run
        folder.mkdir(parents=True)
        cells = [look.cell for look in looks]
        request = folder / "request.json"
        ids = [cell.id for cell in cells]
        job_fields = {"cells": ids, "jobs": self._jobs, "stages": stages_digest(cells)}
        write_json(request, {**written(runner.plan, store, threads), **job_fields})
        executor = submitit.LocalExecutor(folder=folder / "workers")
        executor.update_parameters(timeout_min=LONGEST_MINUTES)
        with _safe_path():
            workers = [executor.submit(work, str(request), number) for number in range(min(self._jobs, len(cells)))]
        try:
            _watch(workers, runner.progress)
        except BaseException:
            for worker in workers:
                worker.cancel()
            raise
        reports = Reports(folder)
        return Launched({cell.id: reports.why(cell.id) for cell in cells if not recorded(store, cell)})


def work(request: str, number: int) -> None:
    """Compute the request's cells as one of several workers, each starting at a different cell."""
    path = Path(request)
    fields = read_json(path)
    progress = Lines(sys.stdout)
    plan = planned(fields, progress)
    wanted = set(fields["cells"])
    cells = [cell for cell in plan.cells if cell.id in wanted]
    if stages_digest(cells) != fields["stages"]:
        raise BenchError("code or data changed while the workers started; run the same command again")
    first = number * len(cells) // fields["jobs"]
    reports = Reports(path.parent)
    inline.work(
        Runner(plan, Store(Path(fields["store"])), progress),
        cells[first:] + cells[:first],
        lambda cell: reports.has_failed(cell.id),
        lambda cell, why: reports.write(cell.id, Report("failed", why=why)),
    )


@contextmanager
def _safe_path() -> Iterator[None]:
    """Keep the current folder off the workers' sys.path, where a ``random.py`` would break them."""
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
    """Show the workers' output until all have ended."""
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
    """Say which workers ended by an error or a signal, and where their output is."""
    for number, worker in enumerate(workers):
        if worker.exception() is not None:
            last = (worker.stderr() or "killed").strip().splitlines()[-1]
            progress.say(f"[worker {number + 1}] ended early: {last} (see {worker.paths.stderr})")
