"""Files and folders that are whole or absent: written beside their place under another name, then renamed.

Own code: libraries of atomic files, such as atomicwrites or fsspec's local file system, know no folders, and most of
what is kept here are folders.
"""

import errno
import glob
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Overtaken(OSError):
    """Another has finished the folder meanwhile; theirs stays."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Hand out a free path beside ``path`` at which to write a file or make a folder; it is renamed when all went well.

    A file is on the disk then and takes the place of an older one; a folder takes that of none or an empty one,
    Overtaken where one stands with something in it. What ends in an error leaves ``path`` as it was and nothing beside
    it; what is killed leaves a part that ``sweep`` removes.
    """
    part = _part(path)
    try:
        yield part
        if part.is_dir():
            _settle(part, path)
        else:
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
            part.replace(path)
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Remove what killed processes left beside a path; for its only writer alone."""
    for left in path.parent.glob(f"{glob.escape(f'.{path.name}.part-')}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def discard(folder: Path) -> None:
    """Remove a folder, renamed first, so that nobody takes a half of it for the whole; ``sweep`` finds what is left."""
    gone = _part(folder)
    folder.rename(gone)
    shutil.rmtree(gone)


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part-{uuid.uuid4().hex[:8]}")


def _settle(part: Path, folder: Path) -> None:
    try:
        part.rename(folder)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise Overtaken(error.errno, "there is such a folder already", str(folder)) from error
        raise
