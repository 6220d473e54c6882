"""The runs of a store as they go on, from its own files: cells, progress, losses, time left; and whether results came.

One look serves all open pages; the pause between two grows with what a look costs, so that a store of thousands of
cells on a slow disk is not read all the time.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from bench.errors import BenchError
from bench.running.at_work import Activity, activity, tail
from bench.running.own_runs import OwnCell, OwnRun, own_runs
from bench.store.fingerprint import digest
from bench.store.run_request import RunRequest
from bench.store.store import Store
from bench.view.results import stamps

if TYPE_CHECKING:
    from bench.launch.slurm.queue import Hint
    from bench.launch.slurm.states import CellState

_PAUSE = 1.0
_CLUSTER_PAUSE = 10.0
"""The least seconds between two looks, and between two questions to Slurm."""
_STEP = 0.2
"""So many seconds after the server's end, at most, its events end."""
_PATIENCE = 10
"""The pause is so many times what a look took."""
_HEARTBEAT = 15.0
_SHOWN = 60
"""How many cells of each state are listed; the counts hold all."""
_LOG_BYTES = 64 * 1024


class CellView(TypedDict):
    """A cell as the page lists it; the progress is of one that runs."""

    cell: str
    name: str
    state: str
    why: str
    stage: NotRequired[str]
    what: NotRequired[str]
    done: NotRequired[int]
    total: NotRequired[int]
    figures: NotRequired[dict[str, float]]
    left: NotRequired[float | None]
    curve: NotRequired[list[tuple[int, dict[str, float]]]]
    host: NotRequired[str]


class RunView(TypedDict):
    """A run as the page shows it; ``left`` are the expected seconds of what is not done, None if unknown."""

    name: str
    task: str
    dataset: str
    models: list[str]
    place: str
    counts: dict[str, int]
    cells: list[CellView]
    left: float | None


class StoreView(TypedDict):
    """What one look at a store saw; ``results`` differs from the last one's if a record came or changed."""

    store: str
    runs: list[RunView]
    results: str
    records: int
    error: str


class StoreWatch:
    """Looks at a store while anybody listens."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._hints: dict[str, Hint] | None = None
        self._asked_at = float("-inf")
        self._latest: StoreView | None = None
        self._looked_at = float("-inf")
        self._cost = 0.0
        self._is_ended = False

    def end(self) -> None:
        """Let every listener's events end."""
        self._is_ended = True

    async def events(self) -> AsyncIterator[str]:
        """Yield server-sent events: the runs whenever they differ, and a comment now and then to keep the line."""
        shown, spoken = "", time.monotonic()
        while not self._is_ended:
            look = await asyncio.to_thread(self.look)
            text = json.dumps(look, ensure_ascii=True, allow_nan=False, default=str)
            if text != shown:
                shown, spoken = text, time.monotonic()
                yield f"event: look\ndata: {text}\n\n"
            elif time.monotonic() - spoken > _HEARTBEAT:
                spoken = time.monotonic()
                yield ": here\n\n"
            until = time.monotonic() + self._pause
            while not self._is_ended and time.monotonic() < until:
                await asyncio.sleep(min(_STEP, self._pause))

    @property
    def _pause(self) -> float:
        return max(_PAUSE, _PATIENCE * self._cost)

    def look(self) -> StoreView:
        """Return what the store shows now, or what it showed a moment ago."""
        with self._lock:
            began = time.monotonic()
            if self._latest is None or began - self._looked_at >= 0.8 * self._pause:
                self._latest = self._seen()
                self._looked_at = time.monotonic()
                self._cost = self._looked_at - began
            return self._latest

    def log(self, cell: str) -> list[str]:
        """Return the last lines of a cell's log; BenchError if there is no such cell."""
        if not cell or Path(cell).name != cell or cell.startswith("."):
            raise BenchError(f"the cell {cell[:60]!r} is no name of a log; reload the page")
        return tail(self._store.log(cell), _LOG_BYTES)

    def _seen(self) -> StoreView:
        now = stamps(self._store)
        look = StoreView(store=str(self._store.root), runs=[], results=digest(now)[:16], records=len(now), error="")
        try:
            look["runs"] = [*self._on_cluster(), *self._on_this_machine()]
        except (BenchError, OSError) as error:  # the store is being made, or gone for a moment
            look["error"] = str(error)
        return look

    def _on_cluster(self) -> list[RunView]:
        if not any((self._store.root / "runs").glob("*/jobs")):
            return []
        from bench.launch.slurm.campaign_status import states_of_runs  # here, because most stores have no such run
        from bench.launch.slurm.queue import queue

        if time.monotonic() - self._asked_at > _CLUSTER_PAUSE:
            self._hints, self._asked_at = queue(), time.monotonic()
        runs, states = states_of_runs(self._store, None, self._hints)
        named = dict(self._store.named_runs())
        return [self._cluster_run(run.folder.name, states[run.folder.name], named.get(run.folder.name)) for run in runs]

    def _cluster_run(self, name: str, states: "list[CellState]", request: RunRequest | None) -> RunView:
        cells = [_of_cluster(state) for state in states]
        for cell in cells:
            if cell["state"] == "running" and (work := activity(self._store, cell["cell"])) is not None:
                cell["curve"] = list(work.curve)
        return _run(name, request, "cluster", cells)

    def _on_this_machine(self) -> list[RunView]:
        runs, _ = own_runs(self._store, None, everything=False)
        return [self._own_run(run) for run in runs]

    def _own_run(self, run: OwnRun) -> RunView:
        return _run(run.name, run.request, "this machine", [self._own_cell(cell) for cell in run.cells])

    def _own_cell(self, cell: OwnCell) -> CellView:
        view = CellView(cell=cell.cell, name=cell.name, state=cell.state, why=cell.why)
        if cell.state in ("missing", "failed") and (work := activity(self._store, cell.cell)) is not None:
            view.update(_progress(work))
            view["state"], view["why"] = "running", ""
        return view


def _progress(work: Activity) -> CellView:
    fields = {name: getattr(work, name) for name in ("stage", "what", "done", "total", "figures", "left")}
    return CellView(**fields, curve=list(work.curve))  # pyright: ignore[reportCallIssue] -- merged into a whole one


def _of_cluster(state: "CellState") -> CellView:
    view = CellView(cell=state.cell, name=state.name, state=state.state, why=state.why)
    report = state.report
    if state.state == "running" and report is not None:
        view.update(
            CellView(  # pyright: ignore[reportCallIssue] -- merged into a whole one
                what=report.what,
                done=report.done,
                total=report.total,
                figures=dict(report.figures),
                left=report.left,
                host=report.host,
            )
        )
    return view


def _run(name: str, request: RunRequest | None, place: str, cells: list[CellView]) -> RunView:
    """Return the view of a run with the cells that say something: of each state so many, the running ones first."""
    order = ("running", "failed", "hangs", "silent", "lost", "preempted", "cancelled")
    counts = Counter(cell["state"] for cell in cells)
    listed: list[CellView] = []
    for state in sorted(counts, key=lambda state: order.index(state) if state in order else len(order)):
        listed += [cell for cell in cells if cell["state"] == state][:_SHOWN]
    return RunView(
        name=name,
        task=request.task if request else "",
        dataset=request.dataset if request else "",
        models=list(request.models) if request else [],
        place=place,
        counts=dict(counts),
        cells=listed,
        left=_left(request, cells) if request else None,
    )


def _left(request: RunRequest, cells: list[CellView]) -> float | None:
    """Return the seconds that what is not done was expected to take, one cell after another; None if unknown."""
    seconds = 0.0
    for cell in cells:
        if cell["state"] in ("done", "stopped", "failed", "cancelled"):
            continue
        expected = [cost.seconds for cost in request.expected.get(cell["cell"], {}).values()]
        if any(each is None for each in expected):
            return None
        seconds += sum(each for each in expected if each is not None)
    return seconds
