"""`bench retry`: what ended without a record is submitted again, as often as it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filelock import FileLock

from bench.launch.slurm.campaign import Campaign
from bench.launch.slurm.queue import UNCOUNTED, Hint, cancel
from bench.launch.slurm.site import read_site
from bench.launch.slurm.standing import named
from bench.launch.slurm.states import MENDED, OPEN, CellState, states
from bench.store import Store, read_json, write_json

BUDGET = 2
"""How often a cell is submitted again after ends that may be its own fault."""
_COUNTS = "retries.json"


@dataclass(frozen=True)
class Mended:
    """What a retry did: the cells submitted again, their jobs, and the sentence for each cell that was not.

    ``open`` tells whether any cell of the run is under way now.
    """

    cells: tuple[str, ...]
    jobs: tuple[str, ...]
    refused: tuple[str, ...]
    open: bool


def retry(campaign: Campaign, store: Store, hints: Mapping[str, Hint], failed: bool) -> Mended:
    """Submit again what has ended without a record; cells that failed by an error of their own where ``failed``.

    A job of which no process gives a sign of life is cancelled before, and so is one that stands in no ledger.
    """
    with FileLock(str(campaign.folder / "retry.lock")):
        found = states(campaign, store, hints)
        wanted = [state for state in found if state.state in MENDED or (failed and state.state == "failed")]
        counts: dict[str, int] = read_json(campaign.folder / _COUNTS) or {}
        chosen, refused = _within_budget(wanted, counts, failed)
        doomed = {state.job for state in chosen if state.state in ("silent", "hangs")}
        cancel(doomed | _strays(campaign, hints))
        again = {state.cell for state in chosen} | {s.cell for s in found if s.job in doomed and s.state == "queued"}
        write_json(campaign.folder / _COUNTS, counts)
        for cell in again:
            campaign.reports.forget(cell)
        at_once = campaign.request["at_once"]
        jobs = campaign.submit(sorted(again), read_site().array_size, at_once) if again else []
        waits = bool(again) or any(state.state in OPEN for state in found)
        return Mended(tuple(sorted(again)), tuple(jobs), tuple(refused), waits)


def cancelled(campaign: Campaign, store: Store, hints: Mapping[str, Hint], cells: Sequence[str]) -> set[str]:
    """Cancel the jobs of these cells, or all jobs of the run, and return their ids."""
    found = states(campaign, store, hints)
    wanted = {state.job for state in (named(cells, found) if cells else found) if state.job} - {""}
    jobs = {job for job in wanted if job in hints and not hints[job].ended}
    strays = set() if cells else _strays(campaign, hints)
    cancel(jobs | strays)
    return jobs | strays


def _within_budget(
    wanted: Sequence[CellState], counts: dict[str, int], insist: bool
) -> tuple[list[CellState], list[str]]:
    """Part cells into those to submit again and sentences on the others; ``counts`` goes up for ends of their own."""
    chosen, refused = [], []
    for state in wanted:
        died = state.report is not None and state.report.state == "running"
        own = died and state.hint.state not in UNCOUNTED and state.state in ("lost", "hangs")
        if own and counts.get(state.cell, 0) >= BUDGET and not insist:
            refused.append(f"{state.name} ended {BUDGET + 1} times ({state.why}); --failed tries it again")
            continue
        counts[state.cell] = counts.get(state.cell, 0) + own
        chosen.append(state)
    return chosen, refused


def _strays(campaign: Campaign, hints: Mapping[str, Hint]) -> set[str]:
    """Return the run's jobs that stand in no ledger: their submission was interrupted."""
    known, name = campaign.jobs().keys(), campaign.submitter.name
    return {job for job, hint in hints.items() if hint.name == name and job not in known and not hint.ended}
