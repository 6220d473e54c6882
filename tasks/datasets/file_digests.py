"""The sha256 of many files, cached by inode, size and times, so that an unchanged file is read once."""

import contextlib
import json
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.store.cache import cache_folder
from bench.store.fingerprint import digest, file_digest
from bench.store.sealed import write_text
from bench.terminal.progress import Progress

_SETTLED_SECONDS = 2.0
"""A file written this shortly before it was read may change again within the same time stamp: it is not cached."""
_UNREADABLE = "unreadable"


class _Entry(NamedTuple):
    """A file's state and its sha256.

    Size and time of writing alone do not tell files apart: an unpacked archive gives many files the same ones, and
    `cp -p`, a backup or `touch` set the time. Nobody can set ``changed_ns``; renaming a file changes the inode that a
    name has.
    """

    size: int
    written_ns: int
    changed_ns: int
    inode: int
    sha: str

    @property
    def last_ns(self) -> int:
        """The later of both times."""
        return max(self.written_ns, self.changed_ns)


def digests(root: Path, names: Mapping[str, Path], progress: Progress) -> dict[str, str]:
    """Return name to sha256 of a folder's files, ``unreadable`` for a file that cannot be read."""
    store = cache_folder() / "digests" / f"{digest(str(root))[:32]}.json"
    known, now = _read(store), time.time()
    fresh: dict[str, _Entry] = {}
    progress.start("checking files", len(names))
    for number, (name, path) in enumerate(names.items(), start=1):
        fresh[name] = _one(path, known.get(name))
        progress.advance(number)
    settled = {name: entry for name, entry in fresh.items() if entry.last_ns / 1e9 < now - _SETTLED_SECONDS}
    if settled != known:
        _write(store, settled)
    return {name: entry.sha for name, entry in fresh.items()}


def unchanged(path: Path, expected: str) -> bool:
    """Return whether a file still has this sha256."""
    return _one(path, None).sha == expected


def _one(path: Path, known: _Entry | None) -> _Entry:
    try:
        state = path.stat()
        identity = (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
        if known is not None and known[:4] == identity:
            return known
        # A pipe or a device with a picture's name must not be opened: reading it could block forever.
        return _Entry(*identity, file_digest(path) if stat.S_ISREG(state.st_mode) else _UNREADABLE)
    except OSError:
        return _Entry(0, 0, 0, 0, _UNREADABLE)


def _read(store: Path) -> dict[str, _Entry]:
    """Return the cached entries; none if they are not as they were written: a wrong digest would be wrong data."""
    try:
        cached = json.loads(store.read_text(encoding="utf-8"))
        if digest(cached["files"]) == cached["digest"]:
            return {name: _Entry(*entry) for name, entry in cached["files"].items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        pass
    return {}


def _write(store: Path, entries: Mapping[str, _Entry]) -> None:
    # If the cache cannot be written, only time is lost; storing the pictures there will report the error.
    with contextlib.suppress(OSError):
        store.parent.mkdir(parents=True, exist_ok=True)
        write_text(store, json.dumps({"files": entries, "digest": digest(entries)}))
