"""Tars of category folders, unpacked so that nothing lands outside and nothing stays half done."""

import shutil
import tarfile
import uuid
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from bench.errors import BenchError
from bench.tasks.datasets.listing import SUFFIXES


def unpack(tar: Path, folder: Path, categories: Iterable[str]) -> int:
    """Move a tar's pictures into ``folder/CATEGORY`` and return how many they are.

    A picture belongs to the nearest of its folders that is a category, without any to the tar's own name. BenchError
    where the tar is broken, or holds a link, a device, or a name that leads out of it: then nothing is unpacked.
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
    """Raise where no end follows the last member: tarfile passes over a header that is cut off."""
    assert archive.fileobj is not None, "it is open"
    archive.fileobj.seek(archive.offset)
    if archive.fileobj.read(512).strip(b"\0"):
        raise tarfile.ReadError("it is cut off")


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
    raise BenchError(f"{tar.name} is refused: its member {member.name!r} {what}; get it from where it was published")


def _placed(staging: Path, tar: Path, categories: set[str]) -> list[tuple[Path, str]]:
    """Return each picture with its category, hidden files and other types left out."""
    found = []
    for path in sorted(staging.rglob("*")):
        inside = path.relative_to(staging).parts
        if path.suffix.lower() not in SUFFIXES or not path.is_file() or any(part.startswith(".") for part in inside):
            continue
        named = [part for part in (tar.name.partition(".")[0], *inside[:-1]) if part in categories]
        if named:
            found.append((path, named[-1]))
    return found
