"""Numbers at a place of a file, read only after what the file declares was compared with what it holds."""

import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from bench.data.frames import Unreadable, require_size


class BinaryFile:
    """A file that is read at stated places, in one byte order."""

    def __init__(self, path: Path, order: str = "<") -> None:
        self._stream, self.order = path.open("rb"), order
        self.size = os.fstat(self._stream.fileno()).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    @property
    def place(self) -> int:
        """The place that is read next."""
        return self._stream.tell()

    def seek(self, place: int) -> None:
        """Go to a place; ValueError if the file ends before it."""
        if not 0 <= place <= self.size:
            raise ValueError(f"it names the place {place:,} of {self.size:,}")
        self._stream.seek(place)

    def bytes(self, count: int) -> bytes:
        """Return the next bytes; ValueError if the file ends before."""
        if not 0 <= count <= self.size - self.place:
            raise ValueError(f"it is truncated: {count:,} bytes are missing at {self.place:,}")
        return self._stream.read(count)

    def values(self, form: str) -> tuple[Any, ...]:
        """Return the next values of a form of ``struct``."""
        return struct.unpack(self.order + form, self.bytes(struct.calcsize(self.order + form)))

    def value(self, form: str) -> Any:
        """Return the next value."""
        return self.values(form)[0]

    def picture(self, place: int, kind: str, width: int, height: int) -> np.ndarray:
        """Return the numbers (H, W) of a type of numpy at a place, row by row; raise Unreadable for a wrong size."""
        require_size(width, height)
        self.seek(place)
        form = np.dtype(f"{self.order}{np.dtype(kind).str[1:]}")
        numbers = np.frombuffer(self.bytes(width * height * form.itemsize), form).reshape(height, width)
        return numbers.astype(form.newbyteorder("="))


def require_frame(number: int, frames: int) -> None:
    """Raise Unreadable for a frame that a file does not hold."""
    if not 0 <= number < frames:
        raise Unreadable(f"has {frames} frames, of which number {number + 1} was wanted; copy it again")


def require_real(kind: str | None, code: object) -> str:
    """Return a type of numbers of a picture; raise Unreadable for complex and for unknown ones."""
    if kind is None:
        raise Unreadable(f"has numbers of the unknown type {code}; save it as TIFF of 16 bits")
    if kind.startswith("c"):
        raise Unreadable("holds complex numbers (a Fourier transform or a wave), no picture; remove it")
    return kind
