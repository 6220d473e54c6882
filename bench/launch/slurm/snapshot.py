"""A copy of the code at submission; jobs run it even if the installed code changes."""

import shutil
from contextlib import suppress
from pathlib import Path

import bench
from bench.stages import environment
from bench.store.fingerprint import digest, file_digest
from bench.store.sealed import write_json
from bench.store.whole import Overtaken, whole

_ROOMS = ("bench", "models", "tasks", "plugins", "configs", "results")


def snapshot(store: Path) -> Path:
    """Return the folder in the store that holds the present code; each state of the code is copied once."""
    root, commit = _root(), environment.commit()
    files = {path.relative_to(root).as_posix(): path for path in _files(root)}
    named = digest([commit, {name: file_digest(path) for name, path in files.items()}])[:16]
    folder = store / "code" / named
    if folder.is_dir():
        return folder
    with suppress(Overtaken), whole(folder) as part:  # by who has made the same
        for name, path in files.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, part / name)
        write_json(part / environment.COMMIT, commit)
    return folder


def _root() -> Path:
    """Return the folder on ``sys.path`` from which this code is imported."""
    return Path(bench.__file__ or "").resolve().parents[1]


def _files(root: Path) -> list[Path]:
    """Return all files of the code: a checkout's code folders, or the installed package."""
    checkout = (root / "pyproject.toml").is_file() and (root / "plugins").is_dir()
    rooms = _ROOMS if checkout else ("bench",)
    marks = [root / "pyproject.toml"] if checkout else []  # by which bench/__init__.py knows a checkout
    paths = [path for room in rooms for path in (root / room).rglob("*") if path.is_file()]
    return sorted(marks + [path for path in paths if "__pycache__" not in path.parts])
