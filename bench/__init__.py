"""bench: which model reads electron micrographs best.

A plugin needs the names exported here and an entry point in the group ``bench``.
"""

from pathlib import Path

_checkout = Path(__file__).resolve().parent.parent
if (_checkout / "plugins").is_dir() and (_checkout / "pyproject.toml").is_file():
    # In a checkout, models/, tasks/ ... lie beside bench/: one root must give all of them, or a copy
    # of the code run from elsewhere would mix its own bench with the installed bench.models.
    __path__.append(str(_checkout))

from bench.errors import BenchError  # noqa: E402  (after the path is whole)
from bench.hookspecs import hookimpl  # noqa: E402
from bench.specs import (  # noqa: E402
    DatasetSpec,
    FamilySpec,
    ModelSpec,
    Setting,
    TableSpec,
    TaskSpec,
    TeacherSpec,
)

__all__ = [
    "BenchError",
    "DatasetSpec",
    "FamilySpec",
    "ModelSpec",
    "Setting",
    "TableSpec",
    "TaskSpec",
    "TeacherSpec",
    "hookimpl",
]
