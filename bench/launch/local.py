"""The local launcher: several worker processes on this machine, each ``python -m bench.launch.local``.

Every worker goes through all cells; claims ensure that each stage is computed once.

Own code, because submitit's LocalExecutor is made for jobs that outlive the command: it puts a process around each
worker, both ignore SIGTERM, and both go on when the command is gone.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError, in_one_line
from bench.launch import Launched, inline
from bench.launch.reports import Report, Reports
from bench.launch.request import planned, stages_digest, watching_worker, written
from bench.planning.outlook import CellOutlook, as_text
from bench.planning.plan import Plan
from bench.processes.endings import end_with, exit_code, interruptible
from bench.running.runner import Runner
from bench.stages.environment import worker_threads
from bench.store.cell import recorded
from bench.store.sealed import read_json, write_json
from bench.store.store import Store
from bench.terminal.progress import Lines, Progress

POLL_SECONDS = 0.3
GRACE_SECONDS = 3.0
"""How long a worker that is to end has for releasing its claims; less than the command itself has."""


class Local:
    """A ``Launcher`` of ``bench.launch``, with ``jobs`` worker processes."""

    packs = False
    waits = True

    def __init__(self, jobs: int | None) -> None:
        self._jobs = jobs or 1

    def check(self, plan: Plan, looks: Sequence[CellOutlook]) -> None:
        """Check nothing: this machine is available."""

    def prepare(self, runner: Runner) -> None:
        """Load pictures and records, once for all cells."""
        runner.questions.load()

    def forecast(self, plan: Plan, looks: Sequence[CellOutlook], explain: bool) -> str:
        """Return what a run would do and cost, as text."""
        return as_text(list(looks), explain, self._jobs, worker_threads(plan.config.machine, self._jobs))

    def launch(self, runner: Runner, looks: Sequence[CellOutlook], run: str) -> Launched:
        """Compute the cells in worker processes and wait for them."""
        store, threads = runner.store, worker_threads(runner.plan.config.machine, self._jobs)
        folder = store.root / "runs" / run
        folder.mkdir(parents=True)
        cells = [look.cell for look in looks]
        request = folder / "request.json"
        ids = [cell.id for cell in cells]
        job_fields = {"cells": ids, "jobs": self._jobs, "stages": stages_digest(cells)}
        write_json(request, {**written(runner.plan, store, threads), **job_fields})
        workers: list[Worker] = []
        try:
            for number in range(min(self._jobs, len(cells))):
                workers.append(Worker.started(request, number))
            _watch(workers, runner.progress)
        except BaseException:
            _end(workers)
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
    with watching_worker(plan, path.parent, Path(fields["store"]), f"worker{number + 1}", progress) as watchers:
        inline.work(
            Runner(plan, Store(Path(fields["store"])), progress, watchers=watchers),
            cells[first:] + cells[:first],
            lambda cell: reports.has_failed(cell.id),
            lambda cell, why: reports.write(cell.id, Report("failed", why=why)),
        )


@dataclass
class Worker:
    """A worker's process, and the files of its output and errors; ``shown`` characters of the output are printed."""

    process: "subprocess.Popen[bytes]"
    output: Path
    errors: Path
    shown: int = 0

    @classmethod
    def started(cls, request: Path, number: int) -> "Worker":
        """Start the worker of this number."""
        folder = request.parent / "workers"
        folder.mkdir(exist_ok=True)
        output, errors = folder / f"{number + 1}.out", folder / f"{number + 1}.err"
        command = [sys.executable, "-u", "-m", __name__, str(request), str(number), str(os.getpid())]
        # The current folder stays off the worker's sys.path, where a ``random.py`` would break it.
        environment = {**os.environ, "PYTHONSAFEPATH": "1"}
        with output.open("wb") as out, errors.open("wb") as err:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        return cls(process, output, errors)

    def lines(self) -> list[str]:
        """Return the whole lines of output since the last call."""
        text = self.output.read_text(errors="replace")[self.shown :]
        whole = text[: text.rfind("\n") + 1]
        self.shown += len(whole)
        return whole.splitlines()


def _watch(workers: Sequence[Worker], progress: Progress) -> None:
    """Show the workers' output until all have ended, then say which of them ended early."""
    running = True
    while running:
        running = any(worker.process.poll() is None for worker in workers)
        for number, worker in enumerate(workers, 1):
            for line in worker.lines():
                progress.say(f"[worker {number}] {line}")
        if running:
            time.sleep(POLL_SECONDS)
    for number, worker in enumerate(workers, 1):
        if worker.process.returncode:
            last = (worker.errors.read_text(errors="replace").strip() or "killed").splitlines()[-1]
            progress.say(f"[worker {number}] ended early: {last} (see {worker.errors})")


def _end(workers: Sequence[Worker]) -> None:
    """End the workers: they have a moment to release their claims."""
    for worker in workers:
        worker.process.terminate()
    until = time.monotonic() + GRACE_SECONDS + 1.0
    for worker in workers:
        try:
            worker.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()


def main() -> None:
    """Be a worker: the arguments are the request, the worker's number, and the process that it ends with."""
    request, number, parent = sys.argv[1:]
    end_with(int(parent))
    try:
        with interruptible(GRACE_SECONDS):
            work(request, int(number))
    except KeyboardInterrupt as interrupt:
        sys.exit(exit_code(interrupt))
    except (BenchError, OSError, MemoryError) as error:
        print(error if isinstance(error, BenchError) else in_one_line(error), file=sys.stderr)  # noqa: T201 -- for _watch
        sys.exit(2)


if __name__ == "__main__":
    main()
