"""What a worker in another process is asked for, kept as JSON: from it the worker builds the same plan."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.config.loading import Config
from bench.errors import BenchError
from bench.planning.cell import Cell
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.progress import Progress
from bench.registered.registry import Registry
from bench.store.fingerprint import digest
from bench.store.store import Store


def written(plan: Plan, store: Store, threads: int | None) -> dict[str, Any]:
    """Return a plan's request as JSON data, for workers that compute with so many threads."""
    config = plan.config.model_dump()
    config["machine"]["threads"] = threads
    return {
        "task": plan.request.task,
        "models": list(plan.request.models),
        "config": config,
        "explicit": sorted(plan.request.explicit),
        "store": str(store.root.resolve()),
    }


def planned(request: Mapping[str, Any], progress: Progress) -> Plan:
    """Return the plan of a written request; BenchError where the code at hand is not of one piece."""
    _check_root()
    config = Config.model_validate(request["config"])
    asked = Request(request["task"], tuple(request["models"]), config, frozenset(request["explicit"]))
    return Plan(asked, Registry(), progress)


def stages_digest(cells: Sequence[Cell]) -> str:
    """Digest what is to be computed of cells, to tell whether code or data changed between planning and working."""
    return digest([stage.fingerprint for cell in cells for stage in cell.stages])


def _check_root() -> None:
    """Refuse to mix a copy of the code with the installed one."""
    own = Path(__file__).resolve().parents[1]
    for name in ("bench.models", "bench.tasks"):
        found = Path(import_module(name).__file__ or "").resolve().parents[1]
        if found not in (own, own.parent):
            raise BenchError(f"bench lies in {own}, {name} in {found}; install one copy of the code")
