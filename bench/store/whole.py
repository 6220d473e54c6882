"""Files and folders that are whole or absent: written next to their place under another name, then renamed.

Own code, because libraries of atomic files, such as atomicwrites or fsspec's local file system, do not support folders,
which most products are.
"""

import errno
import glob
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Overtaken(OSError):
    """Another process has finished the folder meanwhile; its folder stays."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a free path next to ``path`` for a file or folder; on success it is renamed to ``path``.

    A file is then on the disk and replaces an older one; a folder replaces none or an empty one, Overtaken if there is
    one that is not empty. An error leaves ``path`` as it was and nothing next to it; a killed process leaves a part
    that ``sweep`` removes.
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


@contextmanager
def new_folder(folder: Path) -> Iterator[None]:
    """Create a folder and those above it; an error removes those that it created and that are empty."""
    created = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for each in created:
            with suppress(OSError):
                each.rmdir()
        raise


def sweep(path: Path) -> None:
    """Remove the parts that killed processes left next to a path; only its sole writer may call this."""
    for part in path.parent.glob(f"{glob.escape(f'.{path.name}.part-')}*"):
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink()


def discard(path: Path) -> None:
    """Remove a file or folder, renamed first so that no reader takes a part for the whole; ``sweep`` removes a rest."""
    part = _part(path)
    set_aside(path, part)
    if part.is_dir() and not part.is_symlink():
        shutil.rmtree(part)
    else:
        part.unlink()


def set_aside(path: Path, place: Path) -> None:
    """Move a file or folder to a free place of the same file system."""
    path.rename(place)


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part-{uuid.uuid4().hex[:8]}")


def _settle(part: Path, folder: Path) -> None:
    try:
        part.rename(folder)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise Overtaken(error.errno, "there is such a folder already", str(folder)) from error
        raise
