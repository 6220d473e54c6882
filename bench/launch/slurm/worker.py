"""A job on its node: it computes the cells of its file one after another and reports their progress."""

import math
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import NoReturn

import submitit

from bench.config.cluster import Cluster
from bench.errors import BenchError, in_one_line
from bench.launch import together as compute_together
from bench.launch.reports import Report, Reports
from bench.launch.request import planned, stages_digest, watching_worker
from bench.launch.slurm.campaign import PREPARED
from bench.launch.slurm.meeting import meet
from bench.launch.slurm.signals import Abandoned, NoSignals, Signals
from bench.launch.slurm.status_writer import StatusWriter
from bench.launch.slurm.submission import AGAIN
from bench.planning.plan import Plan
from bench.processes.ranks import ALONE, Ranks, abandon, leave
from bench.running.runner import Outcome, Runner
from bench.specs.json_data import JSONObject
from bench.store.cell import Cell, Stage
from bench.store.sealed import read_json, write_json
from bench.store.store import Store
from bench.terminal.progress import CellProgress, Stopped
from bench.watching.watchers import NOBODY, Watchers

BEAT_SECONDS = 10.0
_STALLED = 70
"""The exit code of a worker that ends itself because no step ends."""
_TERMINATED = 143


def work(path: Path, assignment: JSONObject) -> None:
    """Carry out an assignment; end the process if the work stops before it is done."""
    folder = path.parents[1]
    request = read_json(folder / "request.json")
    cluster = Cluster.model_validate(request["config"]["cluster"])
    seat = submitit.JobEnvironment()
    together = cluster.together > 1
    # Of processes that compute a cell together, only the first stops with a checkpoint, and only the first reports
    # steps: the others end with it.
    follows = together and seat.global_rank > 0
    signals = NoSignals() if follows else Signals(cluster.grace_seconds)
    if request["config"]["machine"]["device"] in ("auto", "cuda") and cluster.gpus > 1:
        request["config"]["machine"]["device"] = f"cuda:{seat.local_rank // cluster.cells_per_gpu}"
    status = StatusWriter(Reports(folder), seat.job_id, f"{seat.job_id}.{seat.global_rank}", signals)
    patience = math.inf if follows else 60.0 * cluster.stall_minutes
    Watch(folder / "beats" / status.worker, status, patience).start()
    try:
        if assignment["kind"] == "prepare":
            _prepare(request, status)
        else:
            _compute(request, assignment, status, seat, together)
    except (Stopped, Abandoned) as stopped:
        _stop(signals, status, isinstance(stopped, Stopped))
    finally:
        if together:
            abandon()


def _prepare(request: JSONObject, status: StatusWriter) -> None:
    """Prepare pictures and records in the cache that all nodes share."""
    from bench.stages.materials import Materials
    from bench.stages.questions import Questions

    with _failing(status, request["planned"]):
        Questions(Materials(planned(request, status))).load()
    write_json(status.reports.folder / PREPARED, {"job": status.job})


def _compute(
    request: JSONObject,
    assignment: JSONObject,
    status: StatusWriter,
    seat: submitit.JobEnvironment,
    together: bool,
) -> None:
    """Compute the cells of a job together with its other processes, or start at this process's share of them."""
    with _failing(status, assignment["cells"]):
        plan = planned(request, status)
        cells = _own(plan, assignment)
    store, reports = Store(Path(request["store"])), status.reports
    first = 0 if together else seat.global_rank * len(cells) // seat.num_tasks
    ranks = meet(reports.folder, seat, plan.config.machine.device) if together else ALONE
    with (
        watching_worker(plan, reports.folder, store.root, status.worker, status)
        if ranks.first
        else nullcontext(NOBODY) as watchers
    ):
        compute_together.work(
            ReportingRunner(plan, store, status, ranks, watchers),
            [*cells[first:], *cells[:first]],
            lambda cell: reports.has_failed(cell.id),
            lambda cell, why: status.ended(cell.id, Report("failed", why=why)),
        )
    if together:
        leave()


@contextmanager
def _failing(status: StatusWriter, cells: Iterable[str]) -> Iterator[None]:
    """Report an error in the enclosed code as a failure of all these cells."""
    try:
        yield
    except Exception as error:
        why = str(error) if isinstance(error, BenchError) else in_one_line(error)
        for cell in cells:
            status.ended(cell, Report("failed", why=why))
        raise


class ReportingRunner(Runner):
    """A runner that reports the progress of its cells."""

    def __init__(self, plan: Plan, store: Store, status: StatusWriter, ranks: Ranks, watchers: Watchers) -> None:
        super().__init__(plan, store, status, ranks, watchers)
        self._status = status

    def run(self, cell: Cell) -> Outcome:
        """Compute the cell as ``Runner.run`` does."""
        self._status.begin(cell.id)
        outcome = super().run(cell)
        self._status.leave()
        if outcome == "done":
            self._status.reports.forget(cell.id)
        return outcome

    def _make(self, cell: Cell, stage: Stage, progress: CellProgress) -> None:
        self._status.begin_stage(stage.name)
        super()._make(cell, stage, progress)


def _own(plan: Plan, assignment: JSONObject) -> list[Cell]:
    """Return the cells of a job; BenchError if code or data differ from the submission."""
    wanted = set(assignment["cells"])
    cells = [cell for cell in plan.cells if cell.id in wanted]
    if stages_digest(cells) != assignment["stages"]:
        raise BenchError(
            "code or data changed since the submission (a dataset's files, a plugin, or the installed code where "
            "cluster.code=installed); run the same command again"
        )
    return cells


def _stop(signals: Signals, status: StatusWriter, checkpointed: bool) -> NoReturn:
    """Report and end this process; when all have ended, the job's script requeues the job unless it was cancelled."""
    signals.heeded()
    why = "stopped " + ("with a checkpoint" if checkpointed else "at the last checkpoint")
    status.say(why)
    status.ended(status.cell, Report("stopped", why=why))
    write_json(status.reports.folder / AGAIN / os.environ["SLURM_JOB_ID"], None)
    sys.exit(_TERMINATED)


class Watch(threading.Thread):
    """Shows that this process is alive, by the time of a file, and ends it if no step ends for too long."""

    def __init__(self, file: Path, status: StatusWriter, stall_seconds: float) -> None:
        super().__init__(daemon=True)
        self._file, self._status, self._stall = file, status, stall_seconds
        file.parent.mkdir(exist_ok=True)
        file.touch()

    def run(self) -> None:
        """Touch the file regularly while the process is alive."""
        while True:
            time.sleep(BEAT_SECONDS)
            with suppress(OSError):  # a full disk
                self._file.touch()
            if self._status.idle_seconds > self._stall:
                why = f"no step for {self._stall / 60:.0f} minutes (cluster.stall_minutes), {self._status.place}"
                self._status.ended(self._status.cell, Report("stalled", why=why))
                os._exit(_STALLED)
