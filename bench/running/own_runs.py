"""The runs that were computed on this machine, as `bench status` shows them: done, failed, missing, what to do."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from bench.errors import BenchError, unknown
from bench.specs import STAGES
from bench.store import claim
from bench.store.run_request import RunRequest
from bench.store.store import Store
from bench.terminal.quantities import count

_SHOWN, _LISTED = 5, 20
"""How many runs are shown, and how many cells of each, without ``--all``."""
_FAILED = re.compile(rf"(?:{'|'.join(STAGES)}|record) failed: .*")
_BEGAN = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True)
class OwnCell:
    """A cell of a run: whether it has the run's record, and if not, why; one that a race spared is ``stopped``."""

    cell: str
    name: str
    state: Literal["done", "failed", "missing", "stopped"]
    why: str = ""


@dataclass(frozen=True)
class OwnRun:
    """A run by its name: its request, its beginning and its cells."""

    name: str
    request: RunRequest
    began: datetime
    cells: Sequence[OwnCell]

    def lacking(self) -> list[OwnCell]:
        """Return the cells that have no record of the run and were to have one."""
        return [cell for cell in self.cells if cell.state in ("failed", "missing")]


def own_runs(store: Store, run: str | None, everything: bool) -> tuple[list[OwnRun], int]:
    """Return the latest runs on this machine, or the one of a name, and how many were left out.

    A run of the same cells as a later one is skipped. BenchError for an unknown name.
    """
    requests = [
        (name, request)
        for name, request in store.named_runs()
        if _is_time(name) and not (store.root / "runs" / name / "jobs").is_dir()
    ]
    if run is not None:
        named = dict(requests)
        if run not in named:
            raise unknown("run", run, {*named, *(jobs.parent.name for jobs in (store.root / "runs").glob("*/jobs"))})
        return [_own(run, named[run], store)], 0
    latest: dict[tuple[str, ...], tuple[str, RunRequest]] = {}
    for name, request in requests:
        latest.setdefault(tuple(sorted(request.cells)), (name, request))
    distinct = [*latest.values()]
    shown = distinct if everything else distinct[:_SHOWN]
    return [_own(name, request, store) for name, request in shown], len(distinct) - len(shown)


def at_work(store: Store) -> list[str]:
    """Name the processes that compute a stage of the store now."""
    holders = (claim.holder(folder / "claim") for folder in (store.root / "stages").glob("*"))
    owners = {tuple(holder.split("~")[:2]) for holder in holders if holder}
    return sorted(f"process {process} on {host}" for host, process in owners)


def as_text(runs: Sequence[OwnRun], left_out: int, working: Sequence[str], store: Store, everything: bool) -> str:
    """Render runs: the request of each, how many cells are done, failed and missing, and what to do next."""
    blocks = [_block(run, bool(working), store, everything) for run in runs]
    if left_out:
        blocks.append(f"and {count(left_out, 'earlier run')} (--all)")
    if working:
        blocks.append(f"at work in this store now: {', '.join(working)}")
    elif not any(run.lacking() for run in runs):
        blocks.append("`bench table all` shows the scores, `bench gallery --model NAME` what a model got most wrong")
    return "\n\n".join(blocks)


def as_json_text(runs: Sequence[OwnRun]) -> str:
    """Render runs as JSON: a mapping of each run's name to its cells."""
    return json.dumps({run.name: [asdict(cell) for cell in run.cells] for run in runs}, indent=1)


def _own(name: str, request: RunRequest, store: Store) -> OwnRun:
    began = datetime.strptime(name, _BEGAN).replace(tzinfo=UTC)
    spared = {cell for stop in request.stops for cell in stop.cells}
    cells = [
        _cell(cell, request.names.get(cell, cell), bool(request.expected.get(cell)), began, store)
        for cell in request.cells
    ]
    cells = [replace(cell, state="stopped") if cell.cell in spared and cell.state != "done" else cell for cell in cells]
    return OwnRun(name, request, began, cells)


def _is_time(name: str) -> bool:
    """Return whether a run is named by the time at which it began; a copy under another name is none."""
    try:
        return bool(datetime.strptime(name, _BEGAN))
    except ValueError:
        return False


def _cell(cell: str, name: str, computed: bool, began: datetime, store: Store) -> OwnCell:
    """Return a cell's state; ``computed`` if it had no record when the run began."""
    record = store.record(cell)
    if record and (not computed or datetime.fromisoformat(record.finished) >= began):
        return OwnCell(cell, name, "done")
    try:
        log = store.log(cell)
        if log.stat().st_mtime >= began.timestamp() and _FAILED.fullmatch(last := _last_line(log)):
            return OwnCell(cell, name, "failed", last)
    except OSError:  # the cell never began
        pass
    return OwnCell(cell, name, "missing")


def _last_line(log: Path) -> str:
    return (log.read_text(encoding="utf-8", errors="replace").splitlines() or [""])[-1]


def _block(run: OwnRun, working: bool, store: Store, everything: bool) -> str:
    counts, lacking = Counter(cell.state for cell in run.cells), run.lacking()
    summary = ", ".join(
        f"{counts[state]} {state}" for state in ("done", "failed", "missing", "stopped") if counts[state]
    )
    about = f"{run.request.task} on {run.request.dataset}, models {', '.join(run.request.models)}"
    lines = [
        f"run {run.name}, {run.began:%Y-%m-%d %H:%M} UTC: {about}",
        f"  {count(len(run.cells), 'cell')}: {summary}",
        *(f"  {stop.model} {stop.sentence(stop.best)}" for stop in run.request.stops),
    ]
    shown = lacking if everything else lacking[:_LISTED]
    for cell in shown:
        lines.append(
            f"  {cell.name}: {cell.state}" + (f" ({cell.why}); see {store.log(cell.cell)}" if cell.why else "")
        )
    if len(lacking) > len(shown):
        lines.append(f"  and {len(lacking) - len(shown)} more (--all)")
    if lacking:
        lines.append(f"  the same `bench run` again goes on with {'what is left then' if working else 'these'}")
    return "\n".join(lines)


def no_run(store: Store) -> BenchError:
    """Return the error for a store that knows no run."""
    return BenchError(
        f"the store {str(store.root)!r} knows no run; `make demo` or `bench run` makes one, --store names another store"
    )
