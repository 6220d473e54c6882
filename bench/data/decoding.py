"""Decoding of one picture file to grey levels, and the reason if that is impossible: for everybody who reads one."""

import stat
import struct
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.data.formats.side_files import note_beside
from bench.data.frames import PictureFrame, Unreadable, require_size
from bench.data.levels import shares, stretched_range
from bench.data.readers import head_of, missing, reader_of
from bench.specs import ReaderSpec, resolve

CONTRAST = (
    "0.1 % to 99.9 % of the levels of a picture of more than 8 bits are black to white; 8 bits are as in the file"
)
"""What is done to the contrast of pictures, for a protocol."""
_OF_CODE = (LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, struct.error)
"""Errors of a decoder that met what it was not written for."""
_NO_NUMBER = ("invalid literal for", "could not convert")
"""How Python's sentences about a text begin that is no number."""


def grey(path: Path, size: int) -> np.ndarray:
    """Return the picture resized to (size, size) uint8 grey, without cropping; raise Unreadable if that fails."""
    return squashed(shades(frame_of(path)), size)


def frame_of(path: Path, number: int = 0) -> PictureFrame:
    """Return a frame of a picture file, with what a file beside it says; raise Unreadable if that fails."""
    try:
        reader = picture_reader(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = _checked(_function(reader)(path, number))
            return frame if frame.pixel_size_nm or frame.no_scale else _with_note(frame, path)
    except Unreadable:
        raise
    except Exception as error:  # a decoder can raise anything on a damaged file
        raise Unreadable(f"cannot be decoded ({_damage(error)}); save it again, or remove it") from error


def _damage(error: Exception) -> str:
    """Return what a decoder says of a damaged file, on one line; what Python says of its code helps nobody."""
    words = "".join(filter(str.isprintable, " ".join(str(error).split())))
    of_code = isinstance(error, _OF_CODE) or words.startswith(_NO_NUMBER)
    return words[:200] if words and not of_code else "its content is damaged"


def shades(frame: PictureFrame) -> np.ndarray:
    """Return a frame (H, W) as shades from 0, black, to 255, white: uint8 if it has 8 bits, else float32.

    Raise Unreadable if it has no levels.
    """
    is_deep = (frame.bit_depth or 8) > 8
    if frame.levels.dtype == np.uint8 and frame.white == 255 and not is_deep:
        return frame.levels
    try:
        as_written = frame.white is not None and not is_deep
        bounds = (0.0, frame.white or 1.0) if as_written else stretched_range(frame.levels, frame.white)
    except ValueError as error:
        raise Unreadable(f"cannot be shown ({error}); remove it") from error
    return shares(frame.levels, bounds) * 255


def squashed(shown: np.ndarray, size: int) -> np.ndarray:
    """Return shades (H, W) resized to (size, size) uint8, without cropping."""
    small = np.asarray(Image.fromarray(np.ascontiguousarray(shown)).resize((size, size), Image.Resampling.BILINEAR))
    return small if small.dtype == np.uint8 else np.clip(small + 0.5, 0, 255).astype(np.uint8)


def in_8_bits(shown: np.ndarray) -> np.ndarray:
    """Return shades (H, W) as uint8."""
    return shown if shown.dtype == np.uint8 else (shown + 0.5).astype(np.uint8)


def picture_reader(path: Path) -> ReaderSpec:
    """Return the reader of a file's format; raise Unreadable for what is no picture file."""
    try:
        state = path.stat()
        # A pipe or a device must not be opened: reading it could block forever.
        if not stat.S_ISREG(state.st_mode):
            raise Unreadable("is not a regular file; remove it")
        if state.st_size == 0:
            raise Unreadable("is empty; copy it again")
        return reader_of(head_of(path), path.suffix)
    except FileNotFoundError as error:
        raise Unreadable("is not a regular file; remove it") from error
    except OSError as error:
        raise Unreadable(f"cannot be opened ({error.strerror}); correct its permissions or copy it again") from error


def _function(reader: ReaderSpec) -> Callable[[Path, int], Any]:
    """Return the function that reads a frame; raise Unreadable if a package that it needs is not installed."""
    absent = missing(reader)
    if absent:
        remedy = f"pip install {reader.install or absent}"
        raise Unreadable(f"is {reader.name.upper()}, which needs the package {absent}; {remedy}")
    return resolve(reader.reads)


def _checked(frame: Any) -> PictureFrame:
    """Return what a reader returned if it is a frame of grey levels; ValueError if not."""
    if not isinstance(frame, PictureFrame):
        raise ValueError(f"its reader returned {type(frame).__name__}, which is no PictureFrame")
    if not isinstance(frame.levels, np.ndarray) or frame.levels.ndim != 2 or frame.levels.dtype.kind not in "iufb":
        raise ValueError("its reader returned levels that are no array (H, W) of real numbers")
    require_size(frame.levels.shape[1], frame.levels.shape[0])
    size = frame.pixel_size_nm
    if size is not None and not 0 < size < float("inf"):
        return replace(frame, pixel_size_nm=None, no_scale=f"its pixel size of {size} nm is plainly wrong")
    return frame


def _with_note(frame: PictureFrame, path: Path) -> PictureFrame:
    """Return a frame with the scale and the instrument that the text file beside it states."""
    note = note_beside(path)
    if note is None:
        return frame
    return replace(frame, instrument={**frame.instrument, **note.instrument}, **note.scale._asdict())
