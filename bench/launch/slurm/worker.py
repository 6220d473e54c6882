"""What a job does on its node: the cells of its file, one after another, telling how far each is."""

import math
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import submitit

from bench.config.cluster import Cluster
from bench.errors import BenchError, in_one_line
from bench.launch import together as compute_together
from bench.launch.reports import Report, Reports
from bench.launch.request import planned, stages_digest
from bench.launch.slurm.campaign import PREPARED
from bench.launch.slurm.meeting import meet
from bench.launch.slurm.signals import Abandoned, NoSignals, Signals
from bench.launch.slurm.status_writer import StatusWriter
from bench.launch.slurm.submission import AGAIN
from bench.planning.cell import Cell, Stage
from bench.planning.plan import Plan
from bench.progress import CellProgress, Stopped
from bench.ranks import ALONE, Ranks, abandon, leave
from bench.running.runner import Outcome, Runner
from bench.store.store import Store, read_json, write_json

BEAT_SECONDS = 10.0
STALLED = 70
"""The exit code of a worker that ends itself because nothing goes on."""
TERMINATED = 143


def work(errand: Path, asked: Mapping[str, Any]) -> None:
    """Do what the file of an errand asks; ends the process where the work stops before it is done."""
    folder = errand.parents[1]
    request = read_json(folder / "request.json")
    cluster = Cluster.model_validate(request["config"]["cluster"])
    seat = submitit.JobEnvironment()
    together = cluster.together > 1
    # Of processes that compute a cell together the first alone stops, with a checkpoint, and the first alone tells of
    # steps: the others end with it.
    follows = together and seat.global_rank > 0
    signals = NoSignals() if follows else Signals(cluster.grace_seconds)
    if request["config"]["machine"]["device"] in ("auto", "cuda") and cluster.gpus > 1:
        request["config"]["machine"]["device"] = f"cuda:{seat.local_rank // cluster.cells_per_gpu}"
    telling = StatusWriter(Reports(folder), seat.job_id, f"{seat.job_id}.{seat.global_rank}", signals)
    patience = math.inf if follows else 60.0 * cluster.stall_minutes
    Watch(folder / "beats" / telling.worker, telling, patience).start()
    try:
        if asked["kind"] == "prepare":
            _prepare(request, telling)
        else:
            _compute(request, asked, telling, seat, together)
    except (Stopped, Abandoned) as stopped:
        _stop(signals, telling, isinstance(stopped, Stopped))
    finally:
        if together:
            abandon()


def _prepare(request: Mapping[str, Any], telling: StatusWriter) -> None:
    """Make pictures and records ready in the cache that all nodes share."""
    from bench.stages.materials import Materials
    from bench.stages.questions import Questions

    with _failing(telling, request["planned"]):
        Questions(Materials(planned(request, telling))).load()
    write_json(telling.reports.folder / PREPARED, {"job": telling.job})


def _compute(
    request: Mapping[str, Any], asked: Mapping[str, Any], telling: StatusWriter, seat: Any, together: bool
) -> None:
    """Compute the cells of a job, together with its other processes, or beginning where this one's share does."""
    with _failing(telling, asked["cells"]):
        plan = planned(request, telling)
        cells = _own(plan, asked)
    store, reports = Store(Path(request["store"])), telling.reports
    first = 0 if together else seat.global_rank * len(cells) // seat.num_tasks
    ranks = meet(reports.folder, seat, plan.config.machine.device) if together else ALONE
    compute_together.work(
        ReportingRunner(plan, store, telling, ranks),
        [*cells[first:], *cells[:first]],
        lambda cell: reports.has_failed(cell.id),
        lambda cell, why: telling.ended(cell.id, Report("failed", why=why)),
    )
    if together:
        leave()


@contextmanager
def _failing(telling: StatusWriter, cells: Iterable[str]) -> Iterator[None]:
    """Enclose what all these cells need: an error in it is told as theirs."""
    try:
        yield
    except Exception as error:
        why = str(error) if isinstance(error, BenchError) else in_one_line(error)
        for cell in cells:
            telling.ended(cell, Report("failed", why=why))
        raise


class ReportingRunner(Runner):
    """A runner whose cells tell how far they are."""

    def __init__(self, plan: Plan, store: Store, telling: StatusWriter, ranks: Ranks) -> None:
        super().__init__(plan, store, telling, ranks)
        self._telling = telling

    def run(self, cell: Cell) -> Outcome:
        """Compute the cell as ``Runner.run`` does."""
        self._telling.begin(cell.id)
        outcome = super().run(cell)
        self._telling.leave()
        if outcome == "done":
            self._telling.reports.forget(cell.id)
        return outcome

    def _make(self, cell: Cell, stage: Stage, progress: CellProgress) -> None:
        self._telling.begin_stage(stage.name)
        super()._make(cell, stage, progress)


def _own(plan: Plan, asked: Mapping[str, Any]) -> list[Cell]:
    """Return the cells of a job; BenchError where code or data are not those of the submission."""
    wanted = set(asked["cells"])
    cells = [cell for cell in plan.cells if cell.id in wanted]
    if stages_digest(cells) != asked["stages"]:
        raise BenchError(
            "code or data changed since the submission (a dataset's files, a plugin, or the installed code where "
            "cluster.code=installed); run the same command again"
        )
    return cells


def _stop(signals: Signals, telling: StatusWriter, kept: bool) -> NoReturn:
    """End this process with a word; once all have ended, the job's script queues it again, unless it was cancelled."""
    signals.heeded()
    why = "stopped " + ("with a checkpoint" if kept else "at the last checkpoint")
    telling.say(why)
    telling.ended(telling.cell, Report("stopped", why=why))
    write_json(telling.reports.folder / AGAIN / os.environ["SLURM_JOB_ID"], None)
    sys.exit(TERMINATED)


class Watch(threading.Thread):
    """Shows that this process lives, by the time of a file, and ends it where nothing has gone on for too long."""

    def __init__(self, file: Path, telling: StatusWriter, stall_seconds: float) -> None:
        super().__init__(daemon=True)
        self._file, self._telling, self._stall = file, telling, stall_seconds
        file.parent.mkdir(exist_ok=True)
        file.touch()

    def run(self) -> None:
        """Touch the file now and then, for as long as the process lives."""
        while True:
            time.sleep(BEAT_SECONDS)
            with suppress(OSError):  # a full disk
                self._file.touch()
            if self._telling.idle_seconds > self._stall:
                why = f"no step for {self._stall / 60:.0f} minutes (cluster.stall_minutes), {self._telling.place}"
                self._telling.ended(self._telling.cell, Report("stalled", why=why))
                os._exit(STALLED)
