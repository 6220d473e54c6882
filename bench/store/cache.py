"""Folders keyed by content: made once, safe for many processes, checked by digest when opened.

Own code, because joblib's Memory keys by a function's arguments and source and pickles the result; here the key of a
folder of files is all that decides it, in clear.
"""

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import platformdirs

from bench.errors import BenchError
from bench.specs.json_data import Clear
from bench.store import claim
from bench.store.fingerprint import digest
from bench.store.sealed import folder_flaw, seal_folder, signature
from bench.store.whole import discard, sweep, whole


def cache_folder() -> Path:
    """Return the root of all caches: ``$BENCH_CACHE``, else the user's cache directory."""
    return Path(os.environ.get("BENCH_CACHE") or platformdirs.user_cache_dir("mvaema-bench"))


def cached(kind: str, clear: Clear, make: Callable[[Path], None]) -> Path:
    """Return the folder that ``make`` fills, keyed by the digest of its inputs in clear.

    One process makes it while others wait; a folder whose files no longer have their original digests is made again.
    BenchError if the cache cannot be written.
    """
    folder = cache_folder() / kind / digest(clear)[:32]
    if _intact(folder, clear):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with claim.awaited(folder.with_name(f"{folder.name}.claim")):
            if not _intact(folder, clear):
                _make(folder, clear, make)
    except OSError as error:
        raise BenchError(
            f"the cache {str(cache_folder())!r} cannot be used ({error}); set BENCH_CACHE to a writable folder"
        ) from error
    return folder


def standing(kind: str, clear: Clear) -> Path | None:
    """Return the folder made from these inputs if it exists already, else None."""
    folder = cache_folder() / kind / digest(clear)[:32]
    return folder if _intact(folder, clear) else None


def _make(folder: Path, clear: Clear, make: Callable[[Path], None]) -> None:
    sweep(folder)
    with whole(folder) as part:
        part.mkdir()
        make(part)
        seal_folder(part, clear)
        if os.path.lexists(folder):
            discard(folder)


def _intact(folder: Path, clear: Clear) -> bool:
    return folder.is_dir() and _checked(folder, json.dumps(clear), signature(folder)[0])


@cache
def _checked(folder: Path, clear: str, mark: str) -> bool:
    """Return whether a folder is as it was made; its bytes are read once a process as long as its ``mark`` stays."""
    return not folder_flaw(folder, json.loads(clear))
