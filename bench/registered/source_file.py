"""The file of a module's source, found without any import, because `bench --help` needs it, too."""

import importlib.util
from pathlib import Path

import bench


def source_file(module: str) -> Path | None:
    """Find a module's file by walking its package's folders, so that no package is imported."""
    top, *parts = module.split(".")
    if top == "bench":
        folders = [Path(folder) for folder in bench.__path__]
    else:
        spec = importlib.util.find_spec(top)
        if spec is None:
            return None
        if not parts:
            return Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
        folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    for part in parts[:-1]:
        folders = [folder / part for folder in folders if (folder / part).is_dir()]
    candidates = [folder / name for folder in folders for name in (f"{parts[-1]}.py", f"{parts[-1]}/__init__.py")]
    return next((path for path in candidates if path.is_file()), None)
