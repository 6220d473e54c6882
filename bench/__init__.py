"""bench: which model reads electron micrographs best.

A notebook calls ``run``, ``table``, ``records``, ``compare``, ``ask`` and the other verbs; ``from_pretrained`` reads a
model that ``export`` wrote. A plugin needs the other names exported here, and an entry point in group ``bench``.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.api.asking import ask
    from bench.api.audits import audit
    from bench.api.costs import costs
    from bench.api.datasets import load_dataset
    from bench.api.gates import gate, save_scores
    from bench.api.judges import marking_sheet, rater_agreement
    from bench.api.listing import listing
    from bench.api.publishing import publish
    from bench.api.records import items, records
    from bench.api.results import compare, export, gallery, why
    from bench.api.runs import forecast, run
    from bench.api.status import status
    from bench.api.tables import table
    from bench.api.upkeep import inventory
    from bench.api.verdicts import power, verdict
    from bench.errors import BenchError
    from bench.exports.trained import from_pretrained
    from bench.specs import (
        CheckSpec,
        DatasetSpec,
        FamilySpec,
        Mark,
        ModelSpec,
        PublishedWeights,
        ReaderSpec,
        Setting,
        SuiteSpec,
        TableSpec,
        TaskSpec,
        TeacherSpec,
        WatcherSpec,
    )
    from bench.specs.hookspecs import hookimpl

__all__ = [
    "BenchError",
    "CheckSpec",
    "DatasetSpec",
    "FamilySpec",
    "Mark",
    "ModelSpec",
    "PublishedWeights",
    "ReaderSpec",
    "Setting",
    "SuiteSpec",
    "TableSpec",
    "TaskSpec",
    "TeacherSpec",
    "WatcherSpec",
    "ask",
    "audit",
    "compare",
    "costs",
    "export",
    "forecast",
    "from_pretrained",
    "gallery",
    "gate",
    "hookimpl",
    "inventory",
    "items",
    "listing",
    "load_dataset",
    "marking_sheet",
    "power",
    "publish",
    "rater_agreement",
    "records",
    "run",
    "save_scores",
    "status",
    "table",
    "verdict",
    "why",
]
_HOMES = {
    "BenchError": "errors",
    "hookimpl": "specs.hookspecs",
    "from_pretrained": "exports.trained",
    **{"run": "api.runs", "forecast": "api.runs", "table": "api.tables", "ask": "api.asking"},
    "audit": "api.audits",
    **dict.fromkeys(("compare", "export", "gallery", "why"), "api.results"),
    **dict.fromkeys(("power", "verdict"), "api.verdicts"),
    **dict.fromkeys(("marking_sheet", "rater_agreement"), "api.judges"),
    **{"status": "api.status", "costs": "api.costs", "listing": "api.listing", "inventory": "api.upkeep"},
    **{"publish": "api.publishing", "gate": "api.gates", "save_scores": "api.gates"},
    **{"records": "api.records", "items": "api.records", "load_dataset": "api.datasets"},
}
"""The modules of exported names, below ``bench``; all other names are in ``specs``."""

_checkout = Path(__file__).resolve().parent.parent
if (_checkout / "plugins").is_dir() and (_checkout / "pyproject.toml").is_file():
    # In a checkout, models/, tasks/ ... are next to bench/. One root must provide all of them; otherwise a copy of
    # the code that runs from elsewhere would mix its own bench with the installed bench.models.
    __path__.append(str(_checkout))


def __getattr__(name: str) -> Any:
    """Import an exported name at its first use, because `bench --help` needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module 'bench' has no attribute {name!r}")
    return getattr(import_module(f"bench.{_HOMES.get(name, 'specs')}"), name)
