"""`bench retry`: resubmit cells that ended without a record, up to a limit."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from bench.errors import BenchError
from bench.launch.slurm.campaign import Campaign
from bench.launch.slurm.queue import UNCOUNTED, Hint, cancel
from bench.launch.slurm.site import read_site
from bench.launch.slurm.states import OPEN, RETRYABLE, CellState, states
from bench.store.sealed import read_json, write_json
from bench.store.store import Store

_BUDGET = 2
"""How often a cell is resubmitted after ends that it may have caused itself."""
_COUNTS = "retries.json"


@dataclass(frozen=True)
class Retried:
    """The outcome of a retry: the resubmitted cells, their jobs, and a sentence for each cell that was refused.

    ``open`` is whether any cell of the run is under way now.
    """

    cells: tuple[str, ...]
    jobs: tuple[str, ...]
    refused: tuple[str, ...]
    open: bool


def retry(campaign: Campaign, store: Store, look: Callable[[], Mapping[str, Hint]], failed: bool) -> Retried:
    """Resubmit cells that ended without a record, and with ``failed`` also cells that failed with an error.

    ``look`` returns Slurm's hints; it is called once nobody else submits. Jobs without a sign of life and jobs that are
    in no ledger are cancelled first.
    """
    with campaign.submitting():
        hints = look()
        all_states = states(campaign, store, hints)
        wanted = [state for state in all_states if state.state in RETRYABLE or (failed and state.state == "failed")]
        counts: dict[str, int] = read_json(campaign.folder / _COUNTS) or {}
        chosen, refused = _within_budget(wanted, counts, failed)
        doomed = _doomed(chosen, all_states)
        cancel(doomed | _strays(campaign, hints))
        again = {state.cell for state in chosen} | {s.cell for s in all_states if s.job in doomed and s.state in OPEN}
        still_open = {state.job for state in all_states if state.state in OPEN} - doomed
        jobs = _submitted(campaign, again, len(still_open)) if again else []
        write_json(campaign.folder / _COUNTS, counts)
        return Retried(tuple(sorted(again)), tuple(jobs), tuple(refused), bool(again or still_open))


def cancelled(campaign: Campaign, hints: Mapping[str, Hint], cells: Sequence[CellState] | None) -> set[str]:
    """Cancel the jobs of cells, or all jobs of the run if ``cells`` is None, and return their ids."""
    wanted = campaign.jobs().keys() | _strays(campaign, hints) if cells is None else {state.job for state in cells}
    jobs = {job for job in wanted if job in hints and not hints[job].ended}
    cancel(jobs)
    return jobs


def _doomed(chosen: Sequence[CellState], all_states: Sequence[CellState]) -> set[str]:
    """Return the jobs of silent and hanging cells in which no other process is working."""
    return {state.job for state in chosen if state.state in ("silent", "hangs")} - {
        state.job for state in all_states if state.state == "running"
    }


def _submitted(campaign: Campaign, cells: Collection[str], jobs_open: int) -> list[str]:
    """Submit cells next to jobs that are still open; if sbatch refuses, the cells' reports are restored."""
    site, at_once = read_site(), campaign.request["at_once"]
    reports = {cell: campaign.reports.read(cell) for cell in cells}
    for cell in cells:  # first, because a worker skips a cell that has failed
        campaign.reports.forget(cell)
    try:
        return campaign.submit(sorted(cells), site.array_size, max(1, at_once - jobs_open) if at_once else None)
    except BenchError:
        for cell, report in reports.items():
            if report:
                campaign.reports.write(cell, report)
        raise


def _within_budget(
    wanted: Sequence[CellState], counts: dict[str, int], insist: bool
) -> tuple[list[CellState], list[str]]:
    """Divide cells into those to resubmit and sentences on the others; ``counts`` grows for ends they caused."""
    chosen, refused = [], []
    started_jobs = {state.job for state in wanted if state.report}
    for state in wanted:
        own = _own_end(state, started_jobs)
        if own and counts.get(state.cell, 0) >= _BUDGET and not insist:
            refused.append(f"{state.name} ended {_BUDGET + 1} times ({state.why}); --failed retries it")
            continue
        counts[state.cell] = counts.get(state.cell, 0) + own
        chosen.append(state)
    return chosen, refused


def _own_end(state: CellState, started_jobs: Collection[str]) -> bool:
    """Return whether this cell may have ended its job: it was being computed, or no cell of the job had started."""
    if state.state not in ("lost", "hangs") or state.hint.state in UNCOUNTED:
        return False
    return state.report.state in ("running", "stalled") if state.report else state.job not in started_jobs


def _strays(campaign: Campaign, hints: Mapping[str, Hint]) -> set[str]:
    """Return the run's jobs that are in no ledger: their submission was interrupted."""
    known, name = campaign.jobs().keys(), campaign.submitter.name
    return {job for job, hint in hints.items() if hint.name == name and job not in known and not hint.ended}
