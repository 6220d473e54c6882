"""A request to workers in other processes, stored as JSON: each worker builds the same plan from it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from bench.config.loading import Config
from bench.errors import BenchError
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.specs.json_data import JSONObject
from bench.store.cell import Cell
from bench.store.fingerprint import digest
from bench.store.store import Store
from bench.terminal.progress import Progress
from bench.watching.watcher import Chosen, chosen_watchers
from bench.watching.watchers import Watchers, watching


def written(plan: Plan, store: Store, threads: int | None) -> JSONObject:
    """Return a plan's request as JSON data, for workers that use this many threads."""
    config = plan.config.model_dump()
    config["machine"]["threads"] = threads
    return {
        "task": plan.request.task,
        "models": list(plan.request.models),
        "config": config,
        "explicit": sorted(plan.request.explicit),
        "store": str(store.root.resolve()),
    }


def planned(request: JSONObject, progress: Progress) -> Plan:
    """Return the plan of a stored request; BenchError if the imported code comes from several copies."""
    _check_root()
    config = Config.model_validate(request["config"])
    rebuilt = Request(request["task"], tuple(request["models"]), config, frozenset(request["explicit"]))
    return Plan(rebuilt, Registry(), progress)


@contextmanager
def watching_worker(plan: Plan, folder: Path, store: Path, worker: str, progress: Progress) -> Iterator[Watchers]:
    """Yield the watchers of a worker of the run whose ``folder`` this is; one that is not usable here is left out."""
    chosen: list[Chosen] = []
    for name in plan.config.watch:
        try:
            chosen += chosen_watchers(plan.config.model_copy(update={"watch": (name,)}), Registry())
        except BenchError as error:
            progress.say(f"note: {error}; the run goes on without it")
    run = folder.resolve().relative_to((store / "runs").resolve()).parts[0]
    with watching(chosen, store, run, worker, progress) as watchers:
        yield watchers


def stages_digest(cells: Sequence[Cell]) -> str:
    """Digest the stages of cells, to detect code or data that changed between planning and working."""
    return digest([stage.fingerprint for cell in cells for stage in cell.stages])


def _check_root() -> None:
    """Refuse to mix a copy of the code with the installed one."""
    own = Path(__file__).resolve().parents[1]
    for name in ("bench.models", "bench.tasks"):
        root = Path(import_module(name).__file__ or "").resolve().parents[1]
        if root not in (own, own.parent):
            raise BenchError(f"bench lies in {own}, {name} in {root}; install one copy of the code")
