"""Runs on a cluster: what was lost is submitted again, jobs are cancelled, logs are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError
from bench.launch.slurm import queue
from bench.launch.slurm.campaign_status import chosen_runs, states_by_name, states_of_runs
from bench.launch.slurm.retrying import cancelled
from bench.launch.slurm.retrying import retry as retried
from bench.launch.slurm.states import last_lines
from bench.quantities import count
from bench.store.store import opened


@dataclass(frozen=True)
class Retry:
    """What was submitted again, in words a run; ``open`` tells that cells are under way now."""

    text: str
    open: bool

    def __str__(self) -> str:
        return self.text


def retry(run: str | None = None, *, failed: bool = False, store: str | Path | None = None) -> Retry:
    """Resubmit the cells of runs that ended without a record, with ``failed`` also those that failed by themselves.

    BenchError where Slurm does not answer, or no run on a cluster is known.
    """
    kept = opened(store)
    outcomes = [(campaign, retried(campaign, kept, _hints, failed)) for campaign in chosen_runs(kept, run, _hints())]
    lines: list[str] = []
    for campaign, outcome in outcomes:
        again = f"{count(len(outcome.cells), 'cell')} resubmitted in {count(len(outcome.jobs), 'job')}"
        lines += [*outcome.refused, f"run {campaign.folder.name}: {again if outcome.cells else 'nothing to retry'}"]
    return Retry("\n".join(lines), any(outcome.open for _, outcome in outcomes))


def cancel(cells: Sequence[str] = (), *, run: str | None = None, store: str | Path | None = None) -> str:
    """Cancel the jobs of cells, by default all of a run; return how many in words. What is done stays.

    BenchError where Slurm does not answer, or a cell is unknown.
    """
    hints = queue.queue()
    if hints is None:
        raise BenchError("Slurm does not answer, so nothing can be cancelled; try again later")
    campaigns, states = states_of_runs(opened(store), run, hints)
    wanted = states_by_name(cells, states) if cells else {}
    lines: list[str] = []
    for campaign in campaigns:
        jobs = cancelled(campaign, hints, wanted[campaign.folder.name] if cells else None)
        lines.append(f"run {campaign.folder.name}: {count(len(jobs), 'job')} cancelled")
    return "\n".join(lines)


def logs(
    cell: str, lines: int = 40, *, run: str | None = None, store: str | Path | None = None
) -> Mapping[Path, Sequence[str]]:
    """Return the last lines of a cell's log, and of what its job on a cluster wrote, by file.

    BenchError where the cell is unknown.
    """
    kept = opened(store)
    campaigns, states = states_of_runs(kept, run, queue.queue())
    of_cell = states_by_name([cell], states)
    files = [
        path
        for campaign in campaigns
        for state in of_cell[campaign.folder.name]
        for path in [kept.log(state.cell), *campaign.outputs(state.job)]
    ]
    return {path: last for path in files if (last := last_lines(path, lines))}


def _hints() -> dict[str, queue.Hint]:
    hints = queue.queue()
    if hints is None:
        raise BenchError("Slurm does not answer, so lost cells cannot be told from running ones; try again later")
    return hints
