"""What `bench status` says: which runs, how many cells in each state, and a line for each that is worth one."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

from bench.errors import BenchError, unknown
from bench.launch.slurm.campaign import Campaign, campaigns
from bench.launch.slurm.queue import Hint
from bench.launch.slurm.states import MENDED, OPEN, CellState, last_lines, states
from bench.quantities import count, duration
from bench.store.store import Store

_LINES = 3
_MOST = 40
Looked = Mapping[str, Sequence[CellState]]
"""The states of the cells of runs, by the run's name."""


def looked(
    store: Store, run: str | None, hints: Mapping[str, Hint] | None
) -> tuple[list[Campaign], dict[str, list[CellState]]]:
    """Return the runs that ``chosen`` does, and the states of their cells by the run's name."""
    several = chosen(store, run, hints)
    return several, {campaign.folder.name: states(campaign, store, hints) for campaign in several}


def chosen(store: Store, run: str | None, hints: Mapping[str, Hint] | None) -> list[Campaign]:
    """Return the run of a name; without one the latest, and those of which Slurm holds jobs; BenchError if none."""
    every = {campaign.folder.name: campaign for campaign in campaigns(store)}
    if not every:
        raise BenchError(
            f"the store {str(store.root)!r} knows no run on a cluster; name another with --store, or begin one with "
            "`bench run … --launcher slurm`"
        )
    if run is not None:
        if run not in every:
            raise unknown("run", run, every)
        return [every[run]]
    alive = {hint.name for hint in (hints or {}).values() if not hint.ended}
    latest = next(iter(every))
    return [found for name, found in every.items() if name == latest or f"bench-{name}" in alive]


def named(cells: Collection[str], found: Looked) -> dict[str, list[CellState]]:
    """Return by run the cells of these ids or names; BenchError where one is none of any run's."""
    every = [state for own in found.values() for state in own]
    for cell in cells:
        if not any(cell in (state.cell, state.name) for state in every):
            names = list(dict.fromkeys(state.name for state in every))
            raise unknown("cell", cell, names, "or the name of a file in logs/ of the store")
    return {run: [state for state in own if {state.cell, state.name} & {*cells}] for run, own in found.items()}


def over(found: Looked) -> bool:
    """Tell whether nothing changes by itself any more."""
    return not any(state.state in OPEN for cells in found.values() for state in cells)


def wrong(found: Looked) -> bool:
    """Tell whether a cell has ended without a record."""
    return any(state.state in MENDED or state.state == "failed" for cells in found.values() for state in cells)


def as_text(found: Looked, store: Store, show_all: bool) -> str:
    """Render states: a line of counts for each run, then the cells that run, or that somebody should look at."""
    return "\n\n".join("\n".join(_run(name, cells, store, show_all)) for name, cells in found.items())


def as_json_text(found: Looked) -> str:
    """Render states as JSON: a mapping of each run's name to its cells."""
    return json.dumps({name: [asdict(state) for state in cells] for name, cells in found.items()}, indent=1)


def _run(name: str, cells: Sequence[CellState], store: Store, show_all: bool) -> Iterator[str]:
    counts = Counter(state.state for state in cells)
    yield f"run {name}: {count(len(cells), 'cell')}, " + ", ".join(
        f"{count} {state}" for state, count in counts.most_common()
    )
    shown = [state for state in cells if show_all or state.state not in ("done", "queued")]
    for state in shown if show_all else shown[:_MOST]:
        yield f"  {state.name}: {state.state}{_said(state)}"
        if state.state == "failed":
            yield from (f"    | {line}" for line in last_lines(store.log(state.cell), _LINES))
    if len(shown) > _MOST and not show_all:
        yield f"  and {len(shown) - _MOST} more (--all)"
    if any(state.state in MENDED for state in cells):
        yield "  `bench retry` submits again what was lost"
    if counts["failed"]:
        yield "  `bench retry --failed` tries failed cells again; `bench logs CELL` tells why they did"


def _said(state: CellState) -> str:
    report = state.report
    if state.state == "running" and report:
        figures = "".join(f" {name} {value:.4g}" for name, value in report.figures.items())
        left = f", {duration(report.left)} left" if report.left is not None else ""
        return f", {report.place}{figures}{left} (job {state.job} on {report.host})"
    return f" ({state.why})" if state.why else ""
