"""Readers of PNG, JPEG and the other formats that Pillow decodes.

Own are the steps that a decoder leaves to its caller: orientation, ICC profile, gamma, transparency, and the lower byte
of 16-bit colours, which Pillow drops.
"""

import io
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageFile

from bench.data.frames import MOST_PIXELS, PictureFrame, Unreadable, require_size
from bench.data.levels import grey_curve, luma, shares, shown_colours, upright, value_range

_ENCODING_GAMMA = 0.45455
"""The gamma of pictures that are shown as they are (PNG specification, gAMA)."""
_GAMMA_TOLERANCE = 0.01
_WHOLE = ("JPEG", "BMP", "WEBP", "GIF", "JPEG2000", "PPM")


def opened(path: Path, *formats: str) -> ImageFile.ImageFile:
    """Return a picture of one of these formats, its header read and its size checked."""
    try:
        image = Image.open(path, formats=formats)
    except Image.DecompressionBombError as error:
        raise Unreadable(f"has more than {MOST_PIXELS // 1_000_000} million pixels; make it smaller") from error
    require_size(*image.size)
    return image


def frame_of(image: Image.Image, frames: int = 1) -> PictureFrame:
    """Return what Pillow decoded, 8 bits or a single channel of more, as a frame."""
    image.load()
    orientation, curve = _orientation_of(image), _curve(image)  # after load(): a PNG may hold them behind the pixels
    if image.mode == "F" or image.mode.startswith("I"):
        numbers, transparent = np.asarray(image), image.info.get("transparency")
        opaque = numbers != transparent if isinstance(transparent, int) else None
        return _shown(numbers, None, curve, opaque, orientation, frames)
    profile, alpha = image.info.get("icc_profile"), None
    if image.mode in ("PA", "LA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A"), np.float32) / 255
        image = image.convert("RGB")
    if profile and curve is None and image.mode in ("RGB", "CMYK"):
        image = shown_colours(image, profile)
    return _shown(np.asarray(image.convert("L")), 255.0, curve, alpha, orientation, frames)


def _orientation_of(image: Image.Image) -> object:
    """Return the EXIF orientation, 1 to 8; a damaged EXIF says nothing, as in viewers."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # its parser can raise anything
        return 1


def _shown(
    levels: np.ndarray,
    white: float | None,
    curve: np.ndarray | None,
    opaque: np.ndarray | None,
    orientation: object,
    frames: int,
) -> PictureFrame:
    """Return the frame of grey levels, on a curve of shares of white, over black, upright."""
    if curve is not None:
        white = white or value_range(levels)[1]
        levels = np.interp(levels / max(white, 1.0), np.linspace(0, 1, len(curve)), curve).astype(np.float32)
        white = 1.0
    if opaque is not None:
        levels = levels * opaque
    return PictureFrame(upright(levels, orientation), white, frames)


def _curve(image: Image.Image) -> np.ndarray | None:
    """Return the shares of white as which equal steps of the file's levels are shown, None if as they are."""
    profile, gamma = image.info.get("icc_profile"), image.info.get("gamma")
    if profile:
        return grey_curve(profile) if image.mode in ("1", "L", "LA") or image.mode.startswith("I") else None
    if "srgb" in image.info or not gamma or abs(gamma / _ENCODING_GAMMA - 1) < _GAMMA_TOLERANCE:
        return None
    return np.linspace(0, 1, 1024) ** (_ENCODING_GAMMA / gamma)


def read_bitmap(path: Path, number: int = 0) -> PictureFrame:
    """Return a frame of a file of a format that Pillow decodes whole: JPEG, BMP, WebP, GIF, JPEG 2000, PNM."""
    with opened(path, *_WHOLE) as image:
        frames = getattr(image, "n_frames", 1)
        image.seek(number)
        return replace(frame_of(image, frames), bit_depth=_depth(image))


def _depth(image: Image.Image) -> int:
    """Return the number of bits of a number of what Pillow decoded."""
    return {"1": 1, "I;16": 16, "I;16B": 16, "I": 32, "F": 32}.get(image.mode, 8)


def read_png(path: Path, number: int = 0) -> PictureFrame:
    """Return a frame of a PNG, an animated one may have several."""
    with path.open("rb") as stream:
        depth, colour = stream.read(26)[24:26]
    return replace(_png(path, number, depth, colour), bit_depth=depth)


def _png(path: Path, number: int, depth: int, colour: int) -> PictureFrame:
    with opened(path, "PNG") as image:
        frames = getattr(image, "n_frames", 1)
        image.seek(number)
        image.load()
        transparent = image.info.get("transparency")
        if depth == 16 and colour in (2, 4, 6):
            return _deep_colours(_all_bytes(path, image, colour), image, transparent, frames)
        if depth in (2, 4) and isinstance(transparent, int) and image.mode == "L":
            image.info["transparency"] = transparent * 255 // (2**depth - 1)
        return frame_of(image, frames)


def _deep_colours(numbers: np.ndarray, image: Image.Image, transparent: object, frames: int) -> PictureFrame:
    """Return the frame of numbers (H, W, S) of 16 bits: of colours, of grey and alpha, or of colours and alpha."""
    channels = numbers.shape[2]
    colours = numbers[..., : 1 if channels == 2 else 3]
    alpha = numbers[..., -1] / 65535 if channels in (2, 4) else None
    if isinstance(transparent, tuple):
        alpha = np.any(colours != np.array(transparent), axis=-1)
    scaled = shares(colours, value_range(colours))
    profile = image.info.get("icc_profile")
    curve = grey_curve(profile) if profile and channels == 2 else _curve(image)
    if channels == 2:
        levels = scaled[..., 0]
    elif profile and curve is None:
        eight_bits = Image.fromarray(np.round(scaled * 255).astype(np.uint8))
        levels = np.asarray(shown_colours(eight_bits, profile).convert("L"), np.float32) / 255
    else:
        levels = luma(scaled)
    return _shown(levels, 1.0, curve, alpha, _orientation_of(image), frames)


def _all_bytes(path: Path, image: Image.Image, colour: int) -> np.ndarray:
    """Return the numbers (H, W, S) of a PNG of 16 bits per colour, of which Pillow returns one byte at a time."""
    if colour == 4:
        # Two numbers of 16 bits lie in the file as four of 8 do.
        data = bytearray(path.read_bytes())
        data[24:26] = 8, 6
        data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
        with Image.open(io.BytesIO(data), formats=("PNG",)) as halves:
            pairs = np.asarray(halves).astype(np.uint16)
        return pairs[..., ::2] << 8 | pairs[..., 1::2]
    with opened(path, "PNG") as lower:
        # In the other byte order, Pillow takes the lower bytes.
        lower.tile = [tile._replace(args=f"{image.mode};16L") for tile in lower.tile]
        return np.asarray(image).astype(np.uint16) << 8 | np.asarray(lower)
