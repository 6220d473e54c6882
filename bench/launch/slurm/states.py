"""The state of every cell of a run on a cluster: from our own files first; what Slurm says is a hint."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bench.launch.reports import Report
from bench.launch.slurm.campaign import Campaign, Planned
from bench.launch.slurm.queue import ALIVE, GONE, WAITING, Hint, accounted
from bench.store.claim import LIMIT_SECONDS, server_now
from bench.store.store import Store

State = Literal[
    "done", "running", "queued", "preempted", "failed", "cancelled", "lost", "silent", "hangs", "unknown", "unsubmitted"
]
"""preempted: stopped with a checkpoint, queued again; lost: its job ended without a word; silent: its process gives no
sign of life; hangs: it lives without a step; unknown: Slurm does not answer."""
OPEN: frozenset[State] = frozenset({"running", "queued", "preempted", "unknown"})
"""States that change by themselves."""
MENDED: frozenset[State] = frozenset({"cancelled", "lost", "silent", "hangs", "unsubmitted"})
"""States that `bench retry` mends; failed ones where it is asked to."""


@dataclass(frozen=True)
class CellState:
    """A cell of a run: its state, what its worker told last, its job, and why it is as it is."""

    cell: str
    name: str
    state: State
    report: Report | None = None
    job: str = ""
    hint: Hint = field(default_factory=lambda: Hint(""))
    why: str = ""


def states(campaign: Campaign, store: Store, hints: Mapping[str, Hint] | None) -> list[CellState]:
    """Return the state of each cell of a run, in the order in which they were planned.

    ``hints`` are what ``queue`` returned.
    """
    planned = campaign.planned()
    job_of = {cell: job for job, cells in campaign.jobs().items() for cell in cells}
    told = set(campaign.reports.told())
    begun = (campaign.folder / "request.json").stat().st_mtime_ns
    left = [cell for cell in planned if not _recorded(store, cell, planned[cell], begun)]
    found = _hints({job_of[cell] for cell in left if cell in job_of}, hints)
    eye = _Observer(campaign, server_now(campaign.folder))
    rest = {
        cell: eye.look(
            cell, planned[cell], job_of.get(cell, ""), found, campaign.reports.read(cell) if cell in told else None
        )
        for cell in left
    }
    return [rest.get(cell) or CellState(cell, planned[cell].name, "done") for cell in planned]


class _Observer:
    """Tells the state of cells that have no record."""

    def __init__(self, campaign: Campaign, now: float) -> None:
        self._campaign, self._now = campaign, now
        self._stall = 60.0 * campaign.submitter.cluster.stall_minutes

    def look(
        self, cell: str, planned: Planned, job: str, hints: Mapping[str, Hint] | None, report: Report | None
    ) -> CellState:
        """Return the state of a cell; a report of another job than its last is of the past."""
        if report and report.state == "failed":
            return CellState(cell, planned.name, "failed", report, report.job or job, why=report.why)
        if not job:
            return CellState(cell, planned.name, "unsubmitted", why="no job was submitted for it")
        current = report if report and report.job == job else None
        hint = Hint("UNKNOWN") if hints is None else hints[job]
        state, why = self._state(cell, current, job, hint, asked=hints is not None)
        return CellState(cell, planned.name, state, current, job, hint, why)

    def _state(self, cell: str, report: Report | None, job: str, hint: Hint, asked: bool) -> tuple[State, str]:
        if asked and hint.ended:
            said = "Slurm knows nothing of it any more" if hint.state == GONE else f"Slurm says {hint.state}"
            why = f"job {job} ended, {said}" + (f"; {report.why}" if report and report.why else "")
            return ("cancelled" if hint.state.startswith("CANCELLED") else "lost"), why
        if asked and hint.state in WAITING:
            return ("preempted" if report else "queued"), hint.reason
        if asked and report and report.state == "stopped":
            return "preempted", report.why
        age = self._beat(report.worker if report else f"{job}.0")
        if asked and age >= (math.inf if hint.elapsed is None else hint.elapsed):  # none since Slurm began the job
            elapsed = hint.elapsed or 0
            return ("queued", f"its job {job} starts") if elapsed < self._stall else ("silent", "its job never started")
        if report and report.state == "running" and age < LIMIT_SECONDS:
            idle = self._campaign.reports.age(cell, self._now)
            return ("hangs", f"no step for {idle / 60:.0f} min") if idle > self._stall else ("running", "")
        if asked and hint.state in ALIVE and age < LIMIT_SECONDS:
            return "queued", f"its job {job} runs"
        return ("silent", f"no sign of life for {age:.0f} s") if asked else ("unknown", "Slurm does not answer")

    def _beat(self, worker: str) -> float:
        """Return how long ago a worker gave a sign of life, in seconds by the file server's clock."""
        try:
            return self._now - (self._campaign.folder / "beats" / worker).stat().st_mtime
        except OSError:
            return math.inf


def _recorded(store: Store, cell: str, planned: Planned, begun: int) -> bool:
    """Tell whether a cell's record refers to the planned stages, by the times of two files: thousands are looked at.

    A score that stood before the run was ``begun`` may be older than the record of another: that record is read.
    """
    try:
        made = (store.stage(planned.stages["score"]) / "product" / "product.json").stat().st_mtime_ns
        if (store.root / "cells" / f"{cell}.json").stat().st_mtime_ns < made:
            return False
    except OSError:
        return False
    record = None if made >= begun else store.record(cell)
    return made >= begun or (record is not None and record.stages == planned.stages)


def _hints(jobs: set[str], hints: Mapping[str, Hint] | None) -> Mapping[str, Hint] | None:
    """Add what accounting says of jobs that the queue has forgotten; None where Slurm does not answer."""
    if hints is None:
        return None
    forgotten = {job for job in jobs if job not in hints}
    later = accounted(forgotten)
    return {**hints, **{job: later.get(job, Hint(GONE)) for job in forgotten}}


def last_lines(path: Path, count: int) -> Sequence[str]:
    """Return the last lines of a log, none where there is none."""
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - 300 * count))
            return stream.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        return []
