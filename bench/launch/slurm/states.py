"""The state of every cell of a cluster run, from our own files first; Slurm's information is only a hint."""

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
"""preempted: stopped with a checkpoint and requeued; lost: its job ended without a report; silent: its process shows no
sign of life; hangs: its process is alive but finishes no step; unknown: Slurm does not answer."""
OPEN: frozenset[State] = frozenset({"running", "queued", "preempted", "unknown"})
"""States that change by themselves."""
RETRYABLE: frozenset[State] = frozenset({"cancelled", "lost", "silent", "hangs", "unsubmitted"})
"""States that `bench retry` resubmits; failed cells only with --failed."""


@dataclass(frozen=True)
class CellState:
    """A cell of a run: its state and the reason, its worker's last report, its job."""

    cell: str
    name: str
    state: State
    report: Report | None = None
    job: str = ""
    hint: Hint = field(default_factory=lambda: Hint(""))
    why: str = ""


def states(campaign: Campaign, store: Store, hints: Mapping[str, Hint] | None) -> list[CellState]:
    """Return the state of each cell of a run, in planned order; ``hints`` come from ``queue``."""
    planned = campaign.planned()
    job_of = {cell: job for job, cells in campaign.jobs().items() for cell in cells}
    reported = set(campaign.reports.cells())
    started = (campaign.folder / "request.json").stat().st_mtime_ns
    left = [cell for cell in planned if not _recorded(store, cell, planned[cell], started)]
    all_hints = _hints({job_of[cell] for cell in left if cell in job_of}, hints)
    eye = _Observer(campaign, server_now(campaign.folder))
    rest = {
        cell: eye.look(
            cell,
            planned[cell],
            job_of.get(cell, ""),
            all_hints,
            campaign.reports.read(cell) if cell in reported else None,
        )
        for cell in left
    }
    return [rest.get(cell) or CellState(cell, planned[cell].name, "done") for cell in planned]


class _Observer:
    """Determines the state of cells that have no record."""

    def __init__(self, campaign: Campaign, now: float) -> None:
        self._campaign, self._now = campaign, now
        self._stall = 60.0 * campaign.submitter.cluster.stall_minutes

    def look(
        self, cell: str, planned: Planned, job: str, hints: Mapping[str, Hint] | None, report: Report | None
    ) -> CellState:
        """Return the state of a cell; a report from an earlier job is ignored."""
        if report and report.state == "failed":
            return CellState(cell, planned.name, "failed", report, report.job or job, why=report.why)
        if not job:
            return CellState(cell, planned.name, "unsubmitted", why="no job was submitted for it")
        current = report if report and report.job == job else None
        hint = Hint("UNKNOWN") if hints is None else hints[job]
        state, why = self._state(cell, current, job, hint, known=hints is not None)
        return CellState(cell, planned.name, state, current, job, hint, why)

    def _state(self, cell: str, report: Report | None, job: str, hint: Hint, known: bool) -> tuple[State, str]:
        if known and hint.ended:
            slurm_state = "Slurm knows nothing of it any more" if hint.state == GONE else f"Slurm says {hint.state}"
            why = f"job {job} ended, {slurm_state}" + (f"; {report.why}" if report and report.why else "")
            return ("cancelled" if hint.state.startswith("CANCELLED") else "lost"), why
        if known and hint.state in WAITING:
            return ("preempted" if report else "queued"), hint.reason
        if known and report and report.state == "stopped":
            return "preempted", report.why
        age = self._beat(report.worker if report else f"{job}.0")
        if known and age >= (math.inf if hint.elapsed is None else hint.elapsed):  # no beat since Slurm started the job
            elapsed = hint.elapsed or 0
            return ("queued", f"its job {job} starts") if elapsed < self._stall else ("silent", "its job never started")
        if report and report.state == "running" and age < LIMIT_SECONDS:
            idle = self._campaign.reports.age(cell, self._now)
            return ("hangs", f"no step for {idle / 60:.0f} min") if idle > self._stall else ("running", "")
        if known and hint.state in ALIVE and age < LIMIT_SECONDS:
            return "queued", f"its job {job} runs"
        return ("silent", f"no sign of life for {age:.0f} s") if known else ("unknown", "Slurm does not answer")

    def _beat(self, worker: str) -> float:
        """Return the seconds since a worker's last sign of life, by the file server's clock."""
        try:
            return self._now - (self._campaign.folder / "beats" / worker).stat().st_mtime
        except OSError:
            return math.inf


def _recorded(store: Store, cell: str, planned: Planned, started: int) -> bool:
    """Return whether a cell's record refers to the planned stages, by two file times, because there are thousands.

    If the score is older than the run, the record may belong to other stages: only then is it read.
    """
    try:
        scored = (store.stages.folder(planned.stages["score"]) / "product" / "product.json").stat().st_mtime_ns
        if (store.root / "cells" / f"{cell}.json").stat().st_mtime_ns < scored:
            return False
    except OSError:
        return False
    record = None if scored >= started else store.record(cell)
    return scored >= started or (record is not None and record.stages == planned.stages)


def _hints(jobs: set[str], hints: Mapping[str, Hint] | None) -> Mapping[str, Hint] | None:
    """Add accounting's hints on jobs that the queue has forgotten; None if Slurm does not answer."""
    if hints is None:
        return None
    forgotten = {job for job in jobs if job not in hints}
    later = accounted(forgotten)
    return {**hints, **{job: later.get(job, Hint(GONE)) for job in forgotten}}


def last_lines(path: Path, count: int) -> Sequence[str]:
    """Return the last lines of a log, none if it does not exist."""
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - 300 * count))
            return stream.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        return []
