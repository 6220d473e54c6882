"""Runs on a cluster: resubmit lost cells, cancel jobs; and show the logs of any run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError, unknown
from bench.inputs import check_number, checked
from bench.launch.slurm import queue
from bench.launch.slurm.campaign import campaigns as campaigns_of
from bench.launch.slurm.campaign_status import chosen_runs, states_by_name, states_of_runs
from bench.launch.slurm.retrying import cancelled
from bench.launch.slurm.retrying import retry as retried
from bench.launch.slurm.states import last_lines
from bench.store.store import Store, opened
from bench.terminal.quantities import count

_MOST_LINES = 1_000_000


@dataclass(frozen=True)
class Retry:
    """What was resubmitted, one sentence per run; ``open``: cells are queued or running now.

    ``cells`` are those that were resubmitted, by the name of their run.
    """

    text: str
    open: bool
    cells: Mapping[str, Sequence[str]]

    def __str__(self) -> str:
        return self.text


@checked
def retry(run: str | None = None, *, failed: bool = False, store: str | Path | None = None) -> Retry:
    """Resubmit the cells of runs that ended without a record, with ``failed`` also cells that failed by themselves.

    BenchError if Slurm does not answer, or no run on a cluster is known.
    """
    open_store = opened(store)
    outcomes = [
        (campaign, retried(campaign, open_store, _hints, failed)) for campaign in chosen_runs(open_store, run, _hints())
    ]
    lines: list[str] = []
    for campaign, outcome in outcomes:
        again = f"{count(len(outcome.cells), 'cell')} resubmitted in {count(len(outcome.jobs), 'job')}"
        lines += [*outcome.refused, f"run {campaign.folder.name}: {again if outcome.cells else 'nothing to retry'}"]
    resubmitted = {campaign.folder.name: [*outcome.cells] for campaign, outcome in outcomes}
    return Retry("\n".join(lines), any(outcome.open for _, outcome in outcomes), resubmitted)


@dataclass(frozen=True)
class Cancelling:
    """The jobs that were cancelled, by the name of their run."""

    jobs: Mapping[str, Sequence[str]]

    def __str__(self) -> str:
        return "\n".join(f"run {run}: {count(len(jobs), 'job')} cancelled" for run, jobs in self.jobs.items())


@checked
def cancel(cells: Sequence[str] = (), *, run: str | None = None, store: str | Path | None = None) -> Cancelling:
    """Cancel the jobs of cells, by default all of a run. Finished work stays.

    BenchError if Slurm does not answer, or a cell is unknown.
    """
    hints = queue.queue()
    if hints is None:
        raise BenchError("Slurm does not answer, so nothing can be cancelled; try again later")
    campaigns, states = states_of_runs(opened(store), run, hints)
    chosen = states_by_name(cells, states) if cells else {}
    names = {campaign.folder.name: campaign for campaign in campaigns}
    return Cancelling(
        {name: [*cancelled(campaign, hints, chosen[name] if cells else None)] for name, campaign in names.items()}
    )


@checked
def logs(
    cell: str, lines: int = 40, *, run: str | None = None, store: str | Path | None = None
) -> Mapping[Path, Sequence[str]]:
    """Return the last lines of a cell's log and of its cluster job's output, by file.

    If the store has no run on a cluster, the log is from a run on this machine. BenchError if the cell is unknown.
    """
    check_number(lines, "--lines", 1, _MOST_LINES)
    open_store = opened(store)
    if run is None and not campaigns_of(open_store):
        files = [open_store.log(name) for name in _own_cells(open_store, cell)]
        return {path: last for path in files if (last := last_lines(path, lines))}
    campaigns, states = states_of_runs(open_store, run, queue.queue())
    of_cell = states_by_name([cell], states)
    files = [
        path
        for campaign in campaigns
        for state in of_cell[campaign.folder.name]
        for path in [open_store.log(state.cell), *campaign.outputs(state.job)]
    ]
    return {path: last for path in files if (last := last_lines(path, lines))}


def _own_cells(store: Store, cell: str) -> list[str]:
    """Return the ids of the cells of runs on this machine that have this id or name; BenchError if none has."""
    names = {key: name for request in store.runs() for key, name in request.names.items()}
    ids = [key for key, name in names.items() if cell in (key, name)]
    if not ids:
        raise unknown("cell", cell, dict.fromkeys(names.values()), "or the name of a file in logs/ of the store")
    return ids


def _hints() -> dict[str, queue.Hint]:
    hints = queue.queue()
    if hints is None:
        raise BenchError("Slurm does not answer, so lost cells cannot be told from running ones; try again later")
    return hints
