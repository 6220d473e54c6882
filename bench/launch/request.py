"""A request to workers in other processes, stored as JSON: each worker builds the same plan from it."""

from collections.abc import Sequence
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
