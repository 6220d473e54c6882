"""The sha256 of many files, cached by path, size and time, so that an unchanged file is read once."""

import contextlib
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.progress import Progress
from bench.store.cache import cache_folder
from bench.store.fingerprint import digest, file_digest
from bench.store.store import write_text

_SETTLED_SECONDS = 2.0
"""A file written this shortly before it was read may change again within the same time stamp: it is not cached."""

Known = dict[str, tuple[int, int, str]]


def digests(root: Path, names: Mapping[str, Path], progress: Progress) -> dict[str, str]:
    """Return name to sha256 of a folder's files, ``unreadable`` for a file that cannot be read."""
    store = cache_folder() / "digests" / f"{digest(str(root))[:32]}.json"
    known, now = _read(store), time.time()
    fresh: Known = {}
    progress.start("checking files", len(names))
    for number, (name, path) in enumerate(names.items(), start=1):
        fresh[name] = _one(path, known.get(name))
        progress.advance(number)
    settled = {name: entry for name, entry in fresh.items() if entry[1] / 1e9 < now - _SETTLED_SECONDS}
    if settled != known:
        _write(store, settled)
    return {name: entry[2] for name, entry in fresh.items()}


def unchanged(path: Path, expected: str) -> bool:
    """Return whether a file still has this sha256."""
    return _one(path, None)[2] == expected


def _one(path: Path, known: tuple[int, int, str] | None) -> tuple[int, int, str]:
    try:
        state = path.stat()
        if known is not None and tuple(known[:2]) == (state.st_size, state.st_mtime_ns):
            return known
        # A pipe or a device with a picture's name must not be opened: reading it could block forever.
        return state.st_size, state.st_mtime_ns, file_digest(path) if path.is_file() else "unreadable"
    except OSError:
        return 0, 0, "unreadable"


def _read(store: Path) -> Known:
    try:
        entries: Iterable[tuple[str, list]] = json.loads(store.read_text(encoding="utf-8")).items()
        return {name: (int(size), int(stamp), str(sha)) for name, (size, stamp, sha) in entries}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(store: Path, known: Known) -> None:
    # If the cache cannot be written, only time is lost; storing the pictures there will report the error.
    with contextlib.suppress(OSError):
        store.parent.mkdir(parents=True, exist_ok=True)
        write_text(store, json.dumps(known))
