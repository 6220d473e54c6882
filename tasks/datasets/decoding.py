"""Decoding of one picture file to grey levels, and the reason if that is impossible."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image

FORMATS = ("JPEG", "PNG", "TIFF")
_BIT_DEPTHS = (8, 10, 12, 14, 16)


class Unreadable(Exception):
    """A picture that is set aside; the message gives the reason and the remedy."""


def grey(path: Path, size: int) -> np.ndarray:
    """Return the picture resized to (size, size) uint8 grey, without cropping; raise Unreadable if that fails.

    Of several frames the first is used; transparent pixels are shown over black.
    """
    if not path.is_file():
        raise Unreadable("is not a regular file; remove it")
    if path.stat().st_size == 0:
        raise Unreadable("is empty; copy it again")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Pillow warns above its limit of pixels and raises above twice the limit: both are refused unread.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                return _squashed(image, size)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        limit = (Image.MAX_IMAGE_PIXELS or 0) // 1_000_000
        raise Unreadable(f"has more than {limit} million pixels; make it smaller") from error
    except Exception as error:  # a decoder can raise anything on a damaged file
        raise Unreadable(f"cannot be decoded ({' '.join(str(error).split()) or type(error).__name__})") from error


def _squashed(image: Image.Image, size: int) -> np.ndarray:
    if image.width < 2 or image.height < 2:
        raise ValueError(f"only {image.width} x {image.height} pixels")
    if image.mode == "F" or image.mode.startswith("I"):
        return _deep(np.asarray(image, np.float32), size)
    if image.mode in ("P", "PA", "LA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        opaque = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", opaque.size, (0, 0, 0, 255)), opaque)
    return np.asarray(image.convert("L").resize((size, size), Image.Resampling.BILINEAR))


def _deep(levels: np.ndarray, size: int) -> np.ndarray:
    """Scale more than 8 bits to 8.

    Whole numbers are divided by the range of the smallest common bit depth that holds 99.9 % of them: a camera's
    12 bits in a 16-bit file keep their brightness, and so does a full 16-bit picture. Other numbers are stretched
    between their 0.1 and 99.9 % quantiles.
    """
    levels = np.nan_to_num(levels, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = (float(bound) for bound in np.percentile(levels, (0.1, 99.9)))
    whole = bool(levels.min() >= 0 and high < 2 ** _BIT_DEPTHS[-1] and np.all(levels == np.round(levels)))
    if whole:
        low, high = 0.0, float(next(2**bits - 1 for bits in _BIT_DEPTHS if high < 2**bits))
    scaled = np.clip((levels - low) / max(high - low, 1e-12), 0, 1) * 255
    small = Image.fromarray(scaled.astype(np.float32)).resize((size, size), Image.Resampling.BILINEAR)
    return np.clip(np.asarray(small) + 0.5, 0, 255).astype(np.uint8)
