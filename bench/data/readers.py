"""The reader of a picture file: chosen among those that plugins register, by what the file begins with."""

import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bench.data.frames import Unreadable
from bench.registered.registry import Registry
from bench.specs import Mark, ReaderSpec

HEAD = 512
"""The number of bytes of a file that marks may lie in."""


def readers() -> tuple[ReaderSpec, ...]:
    """Return the registered readers, our own first."""
    return _readers(tuple(sys.path))


@cache
def _readers(path: tuple[str, ...]) -> tuple[ReaderSpec, ...]:
    """Return the readers of the packages on the ``path`` of this process, looked for once."""
    return tuple(Registry().every("reader").values())


EXAMPLES = ".jpg, .png, .tif, .dm3 and the others of `bench list readers`"
"""What files of pictures may end in, for a message."""


def suffixes() -> tuple[str, ...]:
    """Return the suffixes of files that some reader reads, in lower case."""
    return tuple(dict.fromkeys(suffix for reader in readers() for suffix in reader.suffixes))


def reader_of(head: bytes, suffix: str) -> ReaderSpec:
    """Return the reader of a file that begins so; raise Unreadable if there is none."""
    for reader in readers():
        if any(_bears(head, mark) for mark in reader.marks):
            return reader
    for reader in readers():
        if reader.unmarked and suffix.lower() in reader.suffixes:
            return reader
    names = ", ".join(dict.fromkeys(reader.name.upper() for reader in readers()))
    raise Unreadable(f"cannot be decoded (it is none of {names}); convert it to one of these")


def missing(reader: ReaderSpec) -> str:
    """Return the first module that a reader needs and that is not installed, "" if none is missing."""
    return next((name for name in reader.needs if find_spec(name.partition(".")[0]) is None), "")


def _bears(head: bytes, mark: Mark) -> bool:
    return head.startswith(mark.text.encode("latin-1", "replace"), mark.offset)


def head_of(path: Path) -> bytes:
    """Return the bytes of a file in which its marks lie."""
    with path.open("rb") as stream:
        return stream.read(HEAD)
