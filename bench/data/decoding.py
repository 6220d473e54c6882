"""Decoding of one picture file to grey levels, and the reason if that is impossible: for everybody who reads one."""

import stat
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from bench.data.frames import HEAD, PictureFrame, PictureReader, Unreadable, require_size
from bench.data.jpeg_png import JPEG, PNG
from bench.data.levels import shares, value_range
from bench.data.tiff import TIFF

_READERS: tuple[PictureReader, ...] = (JPEG, PNG, TIFF)
"""The formats that are read; the content of a file decides, not its suffix."""
SUFFIXES = tuple(suffix for reader in _READERS for suffix in reader.suffixes)


def grey(path: Path, size: int) -> np.ndarray:
    """Return the picture resized to (size, size) uint8 grey, without cropping; raise Unreadable if that fails."""
    return squashed(first_frame(path), size)


def first_frame(path: Path) -> PictureFrame:
    """Return the first frame of a picture file; raise Unreadable if that fails."""
    try:
        reader = _reader(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = reader.read(path)
        require_size(frame.levels.shape[1], frame.levels.shape[0])
        return frame
    except Unreadable:
        raise
    except Exception as error:  # a decoder can raise anything on a damaged file
        reason = " ".join(str(error).split()) or type(error).__name__
        raise Unreadable(f"cannot be decoded ({reason[:200]}); save it again, or remove it") from error


def squashed(frame: PictureFrame, size: int) -> np.ndarray:
    """Return a frame resized to (size, size) uint8, 0 is black and 255 white; raise Unreadable if it has no levels."""
    resampling = Image.Resampling.BILINEAR
    if frame.levels.dtype == np.uint8 and frame.white == 255:
        return np.asarray(Image.fromarray(frame.levels).resize((size, size), resampling))
    try:
        bounds = value_range(frame.levels) if frame.white is None else (0.0, frame.white)
    except ValueError as error:
        raise Unreadable(f"cannot be shown ({error}); remove it") from error
    scaled = shares(frame.levels, bounds) * 255
    small = Image.fromarray(np.ascontiguousarray(scaled)).resize((size, size), resampling)
    return np.clip(np.asarray(small) + 0.5, 0, 255).astype(np.uint8)


def _reader(path: Path) -> PictureReader:
    """Return the reader of a file's format; raise Unreadable for what is no picture file."""
    try:
        state = path.stat()
        # A pipe or a device must not be opened: reading it could block forever.
        if not stat.S_ISREG(state.st_mode):
            raise Unreadable("is not a regular file; remove it")
        if state.st_size == 0:
            raise Unreadable("is empty; copy it again")
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except FileNotFoundError as error:
        raise Unreadable("is not a regular file; remove it") from error
    except OSError as error:
        raise Unreadable(f"cannot be opened ({error.strerror}); correct its permissions or copy it again") from error
    for reader in _READERS:
        if reader.knows(head):
            return reader
    names = ", ".join(reader.name for reader in _READERS)
    raise Unreadable(f"cannot be decoded (it is none of {names}); convert it to one of these")
