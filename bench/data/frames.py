"""What a file of a picture holds, whoever reads it: a frame of grey levels, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

MOST_PIXELS = 89_000_000
"""The largest picture that is read: a file of a few bytes can claim to hold any number of pixels."""


class Unreadable(Exception):
    """A picture that is set aside; the message gives the reason and the remedy."""


@dataclass(frozen=True)
class PictureFrame:
    """One picture as a viewer shows it: upright, more light is a larger number, transparent pixels are black.

    ``levels`` (H, W) real numbers from 0 to ``white``; None if the file does not say which number is white. ``frames``
    is the number of pictures in the file, of which this is one. ``pixel_size_nm`` is the side of one of its own pixels
    on the specimen, in nanometres; None if it is unknown or pixels are not square, for the reason ``no_scale`` if the
    file states one that cannot be used. ``instrument`` says what the file does of the instrument, in words and units.
    ``bit_depth`` is the number of bits that one number takes in the file; None if the reader does not say.
    """

    levels: np.ndarray
    white: float | None = None
    frames: int = 1
    pixel_size_nm: float | None = None
    instrument: Mapping[str, str] = field(default_factory=dict)
    bit_depth: int | None = None
    no_scale: str = ""


def require_size(width: int, height: int) -> None:
    """Raise Unreadable for a picture that is too small to show anything, or too large to decode."""
    if width < 2 or height < 2:
        raise Unreadable(f"has only {width} x {height} pixels; remove it")
    if width * height > MOST_PIXELS:
        raise Unreadable(f"has more than {MOST_PIXELS // 1_000_000} million pixels; make it smaller")
