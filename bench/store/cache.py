"""Folders keyed by content: made once, safe for many processes, checked by digest when opened.

Own code, because joblib's Memory keys by a function's arguments and source and pickles the result; here the key of a
folder of files is all that decides it, in clear.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock

from bench.errors import BenchError
from bench.store.fingerprint import digest, file_digest
from bench.store.whole import sweep, whole

_DIGESTS = "digests.json"


def cache_folder() -> Path:
    """Return the root of all caches: ``$BENCH_CACHE``, else the user's cache directory."""
    return Path(os.environ.get("BENCH_CACHE") or platformdirs.user_cache_dir("mvaema-bench"))


def cached(kind: str, clear: Mapping[str, Any], make: Callable[[Path], None]) -> Path:
    """Return the folder that ``make`` fills, keyed by the digest of its inputs in clear.

    One process makes it while others wait; a folder whose files no longer have their original digests is made again.
    BenchError if the cache cannot be written.
    """
    folder = cache_folder() / kind / digest(clear)[:32]
    if _intact(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not _intact(folder):
                _make(folder, clear, make)
    except OSError as error:
        raise BenchError(
            f"the cache {str(cache_folder())!r} cannot be used ({error}); set BENCH_CACHE to a writable folder"
        ) from error
    return folder


def standing(kind: str, clear: Mapping[str, Any]) -> Path | None:
    """Return the folder made from these inputs if it exists already, else None."""
    folder = cache_folder() / kind / digest(clear)[:32]
    return folder if _intact(folder) else None


def _make(folder: Path, clear: Mapping[str, Any], make: Callable[[Path], None]) -> None:
    sweep(folder)
    with whole(folder) as part:
        part.mkdir()
        make(part)
        digests = {path.name: file_digest(path) for path in sorted(part.iterdir())}
        (part / _DIGESTS).write_text(json.dumps({"made from": clear, "files": digests}, indent=1))
        shutil.rmtree(folder, ignore_errors=True)
    _checked.cache_clear()


def _intact(folder: Path) -> bool:
    index = folder / _DIGESTS
    return index.is_file() and _checked(folder, index.stat().st_mtime_ns)


@cache
def _checked(folder: Path, stamp: int) -> bool:
    try:
        files = json.loads((folder / _DIGESTS).read_text())["files"]
        return all(file_digest(folder / name) == recorded for name, recorded in files.items())
    except (OSError, ValueError, KeyError):
        return False
