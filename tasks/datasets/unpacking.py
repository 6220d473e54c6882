"""Unpacking of tars of category folders: nothing is written outside the folder, and nothing is left half done."""

import bz2
import gzip
import io
import lzma
import shutil
import tarfile
import uuid
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO, cast

from bench.data.readers import suffixes
from bench.errors import BenchError

MOST_FILES = 500_000
MOST_BYTES = 2**36
"""64 GiB; the published tars have at most 4."""
MOST_RATIO = 100
"""Pictures hardly shrink: what unpacks to more than this many times its size, and is not small, fills a disk."""
_SMALL = 2**26
_LARGEST_HEADER = 2**20
"""The longest extended header, which tarfile reads at once; it holds names."""


class _LimitedStream(io.RawIOBase):
    """A tar's bytes, decompressed; reading beyond a limit is an error, before the bytes exist."""

    def __init__(self, tar: Path) -> None:
        size = tar.stat().st_size
        self._limit = min(MOST_BYTES, max(_SMALL, MOST_RATIO * size))
        with tar.open("rb") as stream:
            head = stream.read(6)
        openers = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
        opener = next((opener for magic, opener in openers.items() if head.startswith(magic)), open)
        self._stream: IO[bytes] = cast(IO[bytes], opener(tar, "rb"))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET:
            self._require(offset)
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LARGEST_HEADER:
            raise tarfile.ReadError(f"one of its headers has {size:,} bytes")
        self._require(self._stream.tell())
        return self._stream.read(size)

    def close(self) -> None:
        self._stream.close()

    def _require(self, end: int) -> None:
        if end > self._limit:
            raise tarfile.ReadError(f"it unpacks to more than {self._limit:,} bytes, more than pictures do")


def unpack(tar: Path, folder: Path, categories: Iterable[str]) -> int:
    """Move a tar's pictures into ``folder/CATEGORY`` and return their number.

    A picture's category is its nearest folder that is a category, or else the tar's own name. BenchError if the tar is
    broken or too large, or holds a link, a device, a name that leads outside, or two pictures for one place; then
    nothing is unpacked.
    """
    if not tar.is_file():
        raise BenchError(f"{tar.name} is not a regular file; remove it and fetch it again")
    staging = folder / f".unpacking-{uuid.uuid4().hex[:8]}"
    staging.mkdir(parents=True)
    try:
        _extract(tar, staging)
        moves = _placed(staging, tar, set(categories))
        for (category, name), source in moves.items():
            (folder / category).mkdir(exist_ok=True)
            source.replace(folder / category / name)
        return len(moves)
    except OSError as error:
        raise BenchError(
            f"{tar.name} cannot be unpacked into {str(folder)!r} ({error}); choose another folder"
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _extract(tar: Path, staging: Path) -> None:
    try:
        with _LimitedStream(tar) as stream, tarfile.open(fileobj=cast(IO[bytes], stream), mode="r:") as archive:
            members = []
            for member in archive:
                if len(members) >= MOST_FILES:
                    raise tarfile.ReadError(f"it holds more than {MOST_FILES:,} files")
                _require_harmless(member, tar)
                members.append(member)
            _require_end(archive)
            archive.extractall(staging, members, filter="data")
    except (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError) as error:
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
    elif member.issparse():
        what = "is a sparse file"
    elif not (member.isreg() or member.isdir()):
        what = "is a device or a pipe"
    else:
        return
    raise BenchError(f"{tar.name} is refused: its member {member.name!r} {what}; get it from its publisher")


def _placed(staging: Path, tar: Path, categories: set[str]) -> dict[tuple[str, str], Path]:
    """Return each picture by category and name; hidden files and other types are left out."""
    pictures: dict[tuple[str, str], Path] = {}
    for path in sorted(staging.rglob("*")):
        inside = path.relative_to(staging).parts
        if path.suffix.lower() not in suffixes() or not path.is_file() or any(name.startswith(".") for name in inside):
            continue
        named = [name for name in (tar.name.partition(".")[0], *inside[:-1]) if name in categories]
        if named and pictures.setdefault((named[-1], path.name), path) != path:
            raise BenchError(
                f"{tar.name} is refused: it holds two pictures {path.name!r} of {named[-1]}; get it from its publisher"
            )
    return pictures
