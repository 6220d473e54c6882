"""bench: which model reads electron micrographs best.

A plugin needs the names exported here and an entry point in the group ``bench``; ``from_pretrained`` reads a model
that `bench export` wrote.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.errors import BenchError
    from bench.exports.trained import from_pretrained
    from bench.hookspecs import hookimpl
    from bench.specs import DatasetSpec, FamilySpec, ModelSpec, Setting, SuiteSpec, TableSpec, TaskSpec, TeacherSpec

__all__ = [
    "BenchError",
    "DatasetSpec",
    "FamilySpec",
    "ModelSpec",
    "Setting",
    "SuiteSpec",
    "TableSpec",
    "TaskSpec",
    "TeacherSpec",
    "from_pretrained",
    "hookimpl",
]

_checkout = Path(__file__).resolve().parent.parent
if (_checkout / "plugins").is_dir() and (_checkout / "pyproject.toml").is_file():
    # In a checkout, models/, tasks/ ... lie beside bench/: one root must give all of them, or a copy
    # of the code run from elsewhere would mix its own bench with the installed bench.models.
    __path__.append(str(_checkout))


def __getattr__(name: str) -> Any:
    """Import an exported name when it is first asked for: `bench --help` needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module 'bench' has no attribute {name!r}")
    homes = {"BenchError": "bench.errors", "hookimpl": "bench.hookspecs", "from_pretrained": "bench.exports.trained"}
    home = homes.get(name, "bench.specs")
    return getattr(import_module(home), name)
