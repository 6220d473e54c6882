"""A reader of TIFF: every photometric interpretation, depth, number type and layout that grey pictures are saved in.

tifffile reads the directories and what instruments write there, the numbers are decoded here, with Pillow's codecs:
tifffile decodes only together with imagecodecs, a package of forty compiled decoders and 79 MB. Without it, 16 of the
84 forms of tests/test_picture_forms.py cannot be read, LZW and packed 12 bits among them.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from bench.data.formats.bitmaps import frame_of, opened
from bench.data.formats.tiff_instrument import description
from bench.data.formats.tiff_numbers import MOST_BYTES, numbers_of
from bench.data.formats.tiff_pages import RGB, Page, opened_pages
from bench.data.frames import PictureFrame, Unreadable, require_size
from bench.data.levels import grey_curve, luma, shares, shown_colours, upright, value_range

_BY_PILLOW = {2, 3, 4, 6, 7, 50001}
"""Compressions of pictures, not of bytes: CCITT, JPEG, WebP."""
_OF_BYTES = {5: "LZW", 8: "deflate", 32946: "deflate", 32773: "PackBits", 34925: "LZMA", 50000: "Zstandard"}
_MIN_IS_WHITE, _MIN_IS_BLACK, _PALETTE, _CMYK, _YCBCR, _LAB, _ICC_LAB = 0, 1, 3, 5, 6, 8, 9
_CHANNELS = {_MIN_IS_WHITE: 1, _MIN_IS_BLACK: 1, RGB: 3, _PALETTE: 1, _CMYK: 4, _LAB: 3, _ICC_LAB: 3}
"""The channels of each photometric interpretation that is read here, alpha apart."""
_UNREAD = {4: "a transparency mask", 10: "ITU L*a*b*", 32803: "a raw colour mosaic", 34892: "raw colours"}
_ASSOCIATED, _UNASSOCIATED = 1, 2
"""Kinds of ExtraSamples: an alpha that the colours are multiplied with already, and one that they are not."""
_REMEDY = "save it as 8 or 16 bit grey"


def read(path: Path, number: int = 0) -> PictureFrame:
    """Return a frame of a TIFF: of its pictures, smaller copies and masks apart, the one of this number."""
    with opened_pages(path) as pages:
        place, page, behind = pages.frame(number)
        require_size(page.width, page.height)
        instrument, scale = description(page, pages.imagej)
        if page.compression in _BY_PILLOW or page.photometric == _YCBCR:
            frame = _by_pillow(path, place, pages.frames)
        else:
            _require_known(page)
            with path.open("rb") as stream:
                levels, white = _grey(numbers_of(stream, page, behind), page)
            frame = PictureFrame(upright(levels, page.orientation), white, pages.frames)
        return replace(frame, bit_depth=page.bits or None, instrument=instrument, **scale._asdict())


def _by_pillow(path: Path, place: int, frames: int) -> PictureFrame:
    with opened(path, "TIFF") as image:
        image.seek(place)
        require_size(*image.size)
        return frame_of(image, frames)


def _require_known(page: Page) -> None:
    """Raise Unreadable for a form that this reader does not know, before anything is decoded."""
    if page.compression != 1 and page.compression not in _OF_BYTES:
        raise Unreadable(f"has the unsupported TIFF compression {page.compression}; save it without compression")
    needed = _CHANNELS.get(page.photometric)
    if needed is None or page.photometric == _CMYK and page.number(332, 1) != 1:
        kind = _UNREAD.get(page.photometric, f"of photometric interpretation {page.photometric}")
        raise Unreadable(f"is {kind}, which is not supported; {_REMEDY}")
    extra = page.channels - needed
    if not 0 <= extra <= 1:
        raise Unreadable(
            f"has {page.channels} channels where {needed} are known; save the one that counts, or {_REMEDY}"
        )
    floating = page.format == 3
    if page.format not in (1, 2, 3, 4) or page.bits not in ((16, 32, 64) if floating else (*range(1, 33), 64)):
        raise Unreadable(f"has numbers of {page.bits or 'different'} bits of an unsupported type; {_REMEDY}")
    if page.width * page.height * page.channels * max(page.bits, 8) // 8 > MOST_BYTES:
        raise Unreadable(f"has more than {MOST_BYTES // 1_000_000} million bytes; make it smaller")


def _grey(numbers: np.ndarray, page: Page) -> tuple[np.ndarray, float | None]:
    """Return grey levels (H, W), over black, and which number is white; None if the file does not say."""
    count = _CHANNELS[page.photometric]
    colours, extra = numbers[..., :count], numbers[..., count:]
    if numbers.dtype == np.uint8 and page.bits == 8 and not extra.size and not page.profile:
        if page.photometric == RGB:
            return np.asarray(Image.fromarray(numbers).convert("L")), 255.0
        if page.photometric in (_MIN_IS_WHITE, _MIN_IS_BLACK):
            return (255 - numbers if page.photometric == _MIN_IS_WHITE else numbers)[..., 0], 255.0
    if page.photometric == _MIN_IS_BLACK and page.bits >= 16 and not extra.size and not page.profile:
        return numbers[..., 0], page.largest or None
    # Without the tag, a channel too many is taken for alpha, as by libtiff.
    alpha_kind = page.number(338, _UNASSOCIATED) if extra.size else 0
    alpha = shares(extra[..., 0], _bounds(extra, page)) if alpha_kind in (_ASSOCIATED, _UNASSOCIATED) else None
    if page.photometric == _PALETTE:
        levels = _palette(page)[colours[..., 0]]
    else:
        levels = _light(shares(colours, _bounds(colours, page)), page, alpha if alpha_kind == _ASSOCIATED else None)
    return levels * alpha if alpha is not None and alpha_kind == _UNASSOCIATED else levels, 1.0


def _bounds(numbers: np.ndarray, page: Page) -> tuple[float, float]:
    """Return the numbers of black and white: the file's number of bits if that is no number type's own."""
    if page.format not in (2, 3) and page.bits < 16:
        return 0.0, 2.0**page.bits - 1
    return value_range(numbers, page.largest)


def _light(colours: np.ndarray, page: Page, multiplied: np.ndarray | None) -> np.ndarray:
    """Return the grey levels, as shares of white, of channels (H, W, S) that are shares of their largest number."""
    if page.photometric == RGB:
        if not page.profile:
            return luma(colours)
        return np.asarray(shown_colours(_eight_bits(colours, "RGB"), page.profile).convert("L"), np.float32) / 255
    if page.photometric == _CMYK:
        return np.asarray(shown_colours(_eight_bits(colours, "CMYK"), page.profile).convert("L"), np.float32) / 255
    levels = colours[..., 0]
    if page.photometric in (_LAB, _ICC_LAB):
        return _of_lightness(levels)
    if page.photometric == _MIN_IS_WHITE:
        levels = (1 if multiplied is None else multiplied) - levels
    curve = grey_curve(page.profile) if page.profile else None
    return levels if curve is None else np.interp(levels, np.linspace(0, 1, 256), curve).astype(np.float32)


def _eight_bits(colours: np.ndarray, mode: str) -> Image.Image:
    return Image.frombytes(mode, colours.shape[1::-1], np.round(colours * 255).astype(np.uint8).tobytes())


def _of_lightness(lightness: np.ndarray) -> np.ndarray:
    """Return the grey level, on sRGB's curve (IEC 61966-2-1), of a share of CIE lightness L*."""
    lightness = lightness * 100
    luminance = np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness / 903.3)
    return np.where(luminance > 0.0031308, 1.055 * luminance ** (1 / 2.4) - 0.055, 12.92 * luminance).astype(np.float32)


def _palette(page: Page) -> np.ndarray:
    """Return the grey level of each number of a palette, as a share of white."""
    entries = np.array(page.numbers(320), np.float32)
    size = 2**page.bits
    if page.bits > 16 or len(entries) != 3 * size:
        raise ValueError(f"its palette has {len(entries)} numbers")
    # Some writers state 8 bits where the specification wants 16.
    return luma(np.stack(np.split(entries / (255 if entries.max() < 256 else 65535), 3), axis=1))
