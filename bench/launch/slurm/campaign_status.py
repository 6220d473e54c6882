"""The text of `bench status`: which runs, how many cells in each state, and a line for each cell that needs one."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

from bench.errors import BenchError, unknown
from bench.launch.slurm.campaign import Campaign, campaigns
from bench.launch.slurm.queue import Hint
from bench.launch.slurm.states import OPEN, RETRYABLE, CellState, last_lines, states
from bench.store.store import Store
from bench.terminal.quantities import count, duration

_LINES = 3
_MOST = 40
StatesByRun = Mapping[str, Sequence[CellState]]
"""The states of cells, by the name of their run."""


def states_of_runs(
    store: Store, run: str | None, hints: Mapping[str, Hint] | None
) -> tuple[list[Campaign], dict[str, list[CellState]]]:
    """Return the runs that ``chosen_runs`` returns, and the states of their cells by the run's name."""
    runs = chosen_runs(store, run, hints)
    return runs, {campaign.folder.name: states(campaign, store, hints) for campaign in runs}


def chosen_runs(store: Store, run: str | None, hints: Mapping[str, Hint] | None) -> list[Campaign]:
    """Return the named run, or else the latest and those with jobs in Slurm's queue; BenchError if there is none."""
    every = {campaign.folder.name: campaign for campaign in campaigns(store)}
    if not every:
        raise BenchError(
            f"the store {str(store.root)!r} has no cluster run; name another store with --store, or start a run with "
            "`bench run … --launcher slurm`"
        )
    if run is not None:
        if run not in every:
            raise unknown("run", run, every)
        return [every[run]]
    alive = {hint.name for hint in (hints or {}).values() if not hint.ended}
    latest = next(iter(every))
    return [campaign for name, campaign in every.items() if name == latest or f"bench-{name}" in alive]


def states_by_name(cells: Collection[str], states_by_run: StatesByRun) -> dict[str, list[CellState]]:
    """Return the cells with these ids or names, by run; BenchError if one is in no run."""
    every = [state for own in states_by_run.values() for state in own]
    for cell in cells:
        if not any(cell in (state.cell, state.name) for state in every):
            names = list(dict.fromkeys(state.name for state in every))
            raise unknown("cell", cell, names, "or the name of a file in logs/ of the store")
    return {run: [state for state in own if {state.cell, state.name} & {*cells}] for run, own in states_by_run.items()}


def all_ended(states_by_run: StatesByRun) -> bool:
    """Return whether no cell will change its state by itself."""
    return not any(state.state in OPEN for cells in states_by_run.values() for state in cells)


def any_ended_without_record(states_by_run: StatesByRun) -> bool:
    """Return whether a cell has ended without a record."""
    return any(
        state.state in RETRYABLE or state.state == "failed" for cells in states_by_run.values() for state in cells
    )


def as_text(states_by_run: StatesByRun, store: Store, show_all: bool) -> str:
    """Render states: a line of counts for each run, then the cells that are running or need attention."""
    return "\n\n".join("\n".join(_run(name, cells, store, show_all)) for name, cells in states_by_run.items())


def as_json_text(states_by_run: StatesByRun) -> str:
    """Render states as JSON, a mapping of each run's name to its cells."""
    return json.dumps({name: [asdict(state) for state in cells] for name, cells in states_by_run.items()}, indent=1)


def _run(name: str, cells: Sequence[CellState], store: Store, show_all: bool) -> Iterator[str]:
    counts = Counter(state.state for state in cells)
    yield f"run {name}: {count(len(cells), 'cell')}, " + ", ".join(
        f"{count} {state}" for state, count in counts.most_common()
    )
    shown = [state for state in cells if show_all or state.state not in ("done", "queued")]
    for state in shown if show_all else shown[:_MOST]:
        yield f"  {state.name}: {state.state}{_details(state)}"
        if state.state == "failed":
            yield from (f"    | {line}" for line in last_lines(store.log(state.cell), _LINES))
    if len(shown) > _MOST and not show_all:
        yield f"  and {len(shown) - _MOST} more (--all)"
    if any(state.state in RETRYABLE for state in cells):
        yield "  `bench retry` resubmits lost cells"
    if counts["failed"]:
        yield "  `bench retry --failed` retries failed cells; `bench logs CELL` shows why they failed"


def _details(state: CellState) -> str:
    report = state.report
    if state.state == "running" and report:
        figures = "".join(f" {name} {value:.4g}" for name, value in report.figures.items())
        left = f", {duration(report.left)} left" if report.left is not None else ""
        return f", {report.place}{figures}{left} (job {state.job} on {report.host})"
    return f" ({state.why})" if state.why else ""
