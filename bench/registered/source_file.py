"""The file of a module's source, found without any import, because `bench --help` needs it, too."""

import ast
import importlib.util
from pathlib import Path

import bench
from bench.errors import BenchError

LARGEST = 5_000_000
"""The most bytes of a module that is read: the syntax tree of more takes gigabytes."""


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


def source_tree(path: Path) -> ast.Module:
    """Return the syntax tree of a module's file; BenchError if it is too large or not Python."""
    try:
        if path.stat().st_size > LARGEST:
            raise BenchError(
                f"{path.name} has {path.stat().st_size / 1e6:.0f} MB, and a module may have {LARGEST / 1e6:.0f}; "
                "keep its data in a file of another kind"
            )
        return ast.parse(path.read_bytes(), path.name)
    except (SyntaxError, ValueError) as error:
        raise BenchError(f"{path.name} does not parse ({error}); fix it or uninstall its package") from error
    except (RecursionError, MemoryError) as error:
        raise BenchError(f"{path.name} is nested too deeply to be read; write it with fewer brackets") from error
    except OSError as error:
        raise BenchError(f"{path.name} cannot be read ({error.strerror}); check its permissions") from error
