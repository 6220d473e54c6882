"""`bench retry`: what ended without a record is submitted again, as often as it may be."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from bench.errors import BenchError
from bench.launch.slurm.campaign import Campaign
from bench.launch.slurm.queue import UNCOUNTED, Hint, cancel
from bench.launch.slurm.site import read_site
from bench.launch.slurm.states import MENDED, OPEN, CellState, states
from bench.store.store import Store, read_json, write_json

BUDGET = 2
"""How often a cell is submitted again after ends that may be its own fault."""
_COUNTS = "retries.json"


@dataclass(frozen=True)
class Retried:
    """What a retry did: the cells submitted again, their jobs, and the sentence for each cell that was not.

    ``open`` tells whether any cell of the run is under way now.
    """

    cells: tuple[str, ...]
    jobs: tuple[str, ...]
    refused: tuple[str, ...]
    open: bool


def retry(campaign: Campaign, store: Store, look: Callable[[], Mapping[str, Hint]], failed: bool) -> Retried:
    """Submit again what has ended without a record; cells that failed by an error of their own where ``failed``.

    ``look`` tells what Slurm says; it is asked once nobody else submits. A job of which no process gives a sign of life
    is cancelled before, and so is one that stands in no ledger.
    """
    with campaign.lock:
        hints = look()
        found = states(campaign, store, hints)
        wanted = [state for state in found if state.state in MENDED or (failed and state.state == "failed")]
        counts: dict[str, int] = read_json(campaign.folder / _COUNTS) or {}
        chosen, refused = _within_budget(wanted, counts, failed)
        doomed = _doomed(chosen, found)
        cancel(doomed | _strays(campaign, hints))
        again = {state.cell for state in chosen} | {s.cell for s in found if s.job in doomed and s.state in OPEN}
        still_open = {state.job for state in found if state.state in OPEN} - doomed
        jobs = _submitted(campaign, again, len(still_open)) if again else []
        write_json(campaign.folder / _COUNTS, counts)
        return Retried(tuple(sorted(again)), tuple(jobs), tuple(refused), bool(again or still_open))


def cancelled(campaign: Campaign, hints: Mapping[str, Hint], found: Sequence[CellState] | None) -> set[str]:
    """Cancel the jobs of cells, or all jobs of the run where none are named, and return their ids."""
    wanted = campaign.jobs().keys() | _strays(campaign, hints) if found is None else {state.job for state in found}
    jobs = {job for job in wanted if job in hints and not hints[job].ended}
    cancel(jobs)
    return jobs


def _doomed(chosen: Sequence[CellState], found: Sequence[CellState]) -> set[str]:
    """Return the jobs of silent and hanging cells in which no other process is at work."""
    return {state.job for state in chosen if state.state in ("silent", "hangs")} - {
        state.job for state in found if state.state == "running"
    }


def _submitted(campaign: Campaign, cells: Collection[str], jobs_open: int) -> list[str]:
    """Submit cells beside jobs that are open still; what was told of cells stays where sbatch refuses."""
    site, at_once = read_site(), campaign.request["at_once"]
    told = {cell: campaign.reports.read(cell) for cell in cells}
    for cell in cells:  # before: a worker passes over a cell that has failed
        campaign.reports.forget(cell)
    try:
        return campaign.submit(sorted(cells), site.array_size, max(1, at_once - jobs_open) if at_once else None)
    except BenchError:
        for cell, report in told.items():
            if report:
                campaign.reports.write(cell, report)
        raise


def _within_budget(
    wanted: Sequence[CellState], counts: dict[str, int], insist: bool
) -> tuple[list[CellState], list[str]]:
    """Part cells into those to submit again and sentences on the others; ``counts`` goes up for ends of their own."""
    chosen, refused = [], []
    begun = {state.job for state in wanted if state.report}
    for state in wanted:
        own = _own_end(state, begun)
        if own and counts.get(state.cell, 0) >= BUDGET and not insist:
            refused.append(f"{state.name} ended {BUDGET + 1} times ({state.why}); --failed tries it again")
            continue
        counts[state.cell] = counts.get(state.cell, 0) + own
        chosen.append(state)
    return chosen, refused


def _own_end(state: CellState, begun: Collection[str]) -> bool:
    """Tell whether this cell may have ended its job: it was being computed, or no cell had ``begun``."""
    if state.state not in ("lost", "hangs") or state.hint.state in UNCOUNTED:
        return False
    return state.report.state in ("running", "stalled") if state.report else state.job not in begun


def _strays(campaign: Campaign, hints: Mapping[str, Hint]) -> set[str]:
    """Return the run's jobs that stand in no ledger: their submission was interrupted."""
    known, name = campaign.jobs().keys(), campaign.submitter.name
    return {job for job, hint in hints.items() if hint.name == name and job not in known and not hint.ended}
