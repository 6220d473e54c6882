"""Grey levels of any number type, depth and orientation as shares of white."""

import io
import warnings

import numpy as np
from PIL import Image, ImageCms

_LARGEST_DEPTH = 64
_NEGATIVE_SHARE = 0.05
"""Negative numbers up to this share of the largest number are noise around black."""
_FILLED_SHARE = 0.25
"""A range that is filled less than this is not the range of fractional numbers."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""The shares of red, green and blue in brightness (ITU-R BT.601, as Pillow converts)."""


def shares(numbers: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    """Return numbers as shares of white, 0 to 1, float32; NaN is black, infinity is black or white.

    ``bounds`` are the numbers of black and white.
    """
    low, high = bounds
    # In place: a picture of a camera takes fifty megabytes in each array.
    scaled = np.array(numbers, np.float64 if numbers.dtype.itemsize > 4 else np.float32)
    # Infinity is clipped to black or white; NaN passes through clip.
    with np.errstate(invalid="ignore", over="ignore"):
        scaled -= low
        scaled /= max(high - low, 1e-12)
        np.clip(scaled, 0, 1, out=scaled)
    if numbers.dtype.kind == "f":
        np.nan_to_num(scaled, copy=False, nan=0.0)
    return scaled.astype(np.float32, copy=False)


def stretched_range(levels: np.ndarray, white: float | None = None) -> tuple[float, float]:
    """Return the levels that are shown as black and white: 0.1 % at both ends are darker or lighter.

    Of a picture whose levels hardly differ, the range that its numbers were written for: it is ``white`` if that is
    known. ValueError if no level is a finite number.
    """
    finite = levels[np.isfinite(levels)] if levels.dtype.kind == "f" else levels
    if finite.size == 0:
        raise ValueError("no pixel is a finite number")
    low, high = _without_wild(finite)
    if high > low:
        return low, high
    return value_range(levels) if white is None else (0.0, white)


def value_range(numbers: np.ndarray, stated: float = 0.0) -> tuple[float, float]:
    """Return the numbers of black and white that a picture's numbers were most likely written for.

    Not one of them is a wild pixel: 0.1 % at both ends do not count. Numbers from 0 on: black is 0, and white the end
    of the smallest common range that holds them (1 for fractions; 8, 10, 12 ... bits), so that a camera's 12 bits in a
    16-bit file keep their brightness, and so does a full 16-bit picture. Signed whole numbers around 0: black and white
    are the ends of the smallest number of bits that holds them. Others are stretched. ``stated`` is the largest
    possible number if the file says it. Unusable are pictures without a finite number: ValueError.
    """
    finite = numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers
    if finite.size == 0:
        raise ValueError("no pixel is a finite number")
    low, high = _without_wild(finite)
    high = max(high, stated)
    whole = numbers.dtype.kind in "iub" or bool(np.all(finite == np.round(finite)))
    if low >= -_NEGATIVE_SHARE * max(high, 0.0) and high >= 0:
        ends = [1.0] if numbers.dtype.kind == "f" else []
        ends += [2.0**bits - 1 for bits in _depths(numbers.dtype)]
        white = next((end for end in ends if high <= end), None)
        if white is not None and (whole or _FILLED_SHARE * white < high <= 2.0**16):
            return 0.0, white
    largest = max(-low, high)
    if numbers.dtype.kind == "i" and low <= -_FILLED_SHARE * largest:
        half = next(2.0 ** (bits - 1) for bits in range(8, _LARGEST_DEPTH + 1, 2) if largest <= 2.0 ** (bits - 1))
        return -half, half - 1
    return low, high


def _without_wild(numbers: np.ndarray) -> tuple[float, float]:
    """Return the smallest and largest number, 0.1 % at both ends apart."""
    if numbers.dtype == np.uint16:  # three times as fast
        below = np.cumsum(np.bincount(numbers.reshape(-1)))
        low, high = np.searchsorted(below, np.array([0.001, 0.999]) * below[-1])
    else:
        low, high = np.percentile(numbers.astype(np.float64, copy=False), (0.1, 99.9))
    return float(low), float(high)


def _depths(kind: np.dtype) -> list[int]:
    """Return the common numbers of bits; a signed number type has an odd one of its own."""
    own = 8 * kind.itemsize - 1
    return [*range(8, own, 2), own] if kind.kind == "i" else [*range(8, _LARGEST_DEPTH + 1, 2)]


def luma(colours: np.ndarray) -> np.ndarray:
    """Return the brightness (H, W) of red, green and blue (H, W, 3), float32."""
    return colours.astype(np.float32, copy=False) @ _LUMA


def upright(levels: np.ndarray, orientation: object) -> np.ndarray:
    """Return a picture turned and mirrored as its TIFF or EXIF orientation says, 1 to 8; others change nothing."""
    turns = {
        2: lambda picture: picture[:, ::-1],
        3: lambda picture: picture[::-1, ::-1],
        4: lambda picture: picture[::-1],
        5: lambda picture: picture.swapaxes(0, 1),
        6: lambda picture: np.rot90(picture, -1),
        7: lambda picture: np.rot90(picture, 2).swapaxes(0, 1),
        8: lambda picture: np.rot90(picture),
    }
    turn = turns.get(orientation) if isinstance(orientation, int) else None
    return turn(levels) if turn else levels


def grey_curve(profile: bytes) -> np.ndarray | None:
    """Return the 256 grey levels, 0 to 1, as which a grey ICC profile's levels are shown; None for another profile."""
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    shown = _shown(ramp, profile, "GRAY")
    return None if shown is None else np.asarray(shown)[0, :, 1].astype(np.float32) / 255


def shown_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a colour picture (RGB or CMYK) as its ICC profile shows it, in RGB; without a profile as it is."""
    space = {"RGB": "RGB ", "CMYK": "CMYK"}.get(image.mode)
    shown = _shown(image, profile, space) if profile and space else None
    return shown or image.convert("RGB")


def _shown(image: Image.Image, profile: bytes, space: str) -> Image.Image | None:
    """Return a picture in sRGB; None if the profile is damaged or of another colour space: viewers ignore it, too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if getattr(source.profile, "xcolor_space", "") != space:
                return None
            # Optimised, a grey curve becomes 33 straight pieces.
            flags = ImageCms.Flags.NOOPTIMIZE if space == "GRAY" else ImageCms.Flags.NONE
            target = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, source, target, outputMode="RGB", flags=flags)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
