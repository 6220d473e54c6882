"""Unpacking of tars of category folders: nothing is written outside the folder, and nothing is left half done."""

import shutil
import tarfile
import uuid
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from bench.errors import BenchError
from bench.tasks.datasets.listing import SUFFIXES


def unpack(tar: Path, folder: Path, categories: Iterable[str]) -> int:
    """Move a tar's pictures into ``folder/CATEGORY`` and return their number.

    A picture's category is its nearest folder that is a category, or else the tar's own name. BenchError if the tar is
    broken or holds a link, a device, or a name that leads outside; then nothing is unpacked.
    """
    staging = folder / f".unpacking-{uuid.uuid4().hex[:8]}"
    staging.mkdir(parents=True)
    try:
        _extract(tar, staging)
        moves = _placed(staging, tar, set(categories))
        for source, category in moves:
            (folder / category).mkdir(exist_ok=True)
            source.replace(folder / category / source.name)
        return len(moves)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _extract(tar: Path, staging: Path) -> None:
    try:
        with tarfile.open(tar) as archive:
            members = archive.getmembers()
            _require_end(archive)
            for member in members:
                _require_harmless(member, tar)
            archive.extractall(staging, members, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BenchError(f"{tar.name} cannot be unpacked ({error}); remove it and fetch it again") from error


def _require_end(archive: tarfile.TarFile) -> None:
    """Raise if no end follows the last member, because tarfile ignores a truncated header."""
    assert archive.fileobj is not None, "it is open"
    archive.fileobj.seek(archive.offset)
    if archive.fileobj.read(512).strip(b"\0"):
        raise tarfile.ReadError("it is truncated")


def _require_harmless(member: tarfile.TarInfo, tar: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name:
        what = "leads out of the folder"
    elif member.issym() or member.islnk():
        what = "is a link"
    elif not (member.isreg() or member.isdir()):
        what = "is a device or a pipe"
    else:
        return
    raise BenchError(f"{tar.name} is refused: its member {member.name!r} {what}; get it from its publisher")


def _placed(staging: Path, tar: Path, categories: set[str]) -> list[tuple[Path, str]]:
    """Return each picture with its category; hidden files and other types are left out."""
    pictures = []
    for path in sorted(staging.rglob("*")):
        inside = path.relative_to(staging).parts
        if path.suffix.lower() not in SUFFIXES or not path.is_file() or any(name.startswith(".") for name in inside):
            continue
        named = [name for name in (tar.name.partition(".")[0], *inside[:-1]) if name in categories]
        if named:
            pictures.append((path, named[-1]))
    return pictures
