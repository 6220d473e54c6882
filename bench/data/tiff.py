"""A reader of TIFF: every photometric interpretation, depth, number type and layout that grey pictures are saved in.

Own code around Pillow, which reads the directories and decompresses: it hands on many of these forms inverted, wrapped
or not at all. tifffile reads them only together with imagecodecs, a package of forty compiled decoders.
"""

import io
import lzma
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from bench.data.frames import MOST_PIXELS, PictureFrame, PictureReader, Unreadable, require_size
from bench.data.jpeg_png import frame_of, opened
from bench.data.levels import grey_curve, luma, shares, shown_colours, upright, value_range

_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MOST_PAGES, _MOST_SEGMENTS, _MOST_BYTES = 10_000, 500_000, 8 * MOST_PIXELS
_REDUCED_OR_MASK = 1 | 4
"""Bits of NewSubfileType: a page that is a smaller copy of another, or its mask."""
_BY_PILLOW = {2, 3, 4, 6, 7, 50001}
"""Compressions of pictures, not of bytes: CCITT, JPEG, WebP."""
_OF_BYTES = {5: "LZW", 8: "deflate", 32946: "deflate", 32773: "PackBits", 34925: "LZMA", 50000: "Zstandard"}
_MIN_IS_WHITE, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB, _ICC_LAB = 0, 2, 3, 5, 6, 8, 9
_CHANNELS = {_MIN_IS_WHITE: 1, 1: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _LAB: 3, _ICC_LAB: 3}
"""The channels of each photometric interpretation that is read here, alpha apart."""
_UNREAD = {4: "a transparency mask", 10: "ITU L*a*b*", 32803: "a raw colour mosaic", 34892: "raw colours"}
_ASSOCIATED, _UNASSOCIATED = 1, 2
"""Kinds of ExtraSamples: an alpha that the colours are multiplied with already, and one that they are not."""
_REMEDY = "save it as 8 or 16 bit grey"


class _Page:
    """One directory of a TIFF, its tags as numbers."""

    def __init__(self, directory: ImageFileDirectory_v2, byte_order: str) -> None:
        self._directory, self.byte_order = directory, byte_order
        self.width, self.height = self.number(256), self.number(257)
        self.channels, self.compression = self.number(277, 1), self.number(259, 1)
        # Without the tag: what libtiff assumes.
        self.photometric = self.number(262, _RGB if self.channels in (3, 4) else 1)
        self.is_planar = self.number(284, 1) == 2 and self.channels > 1
        self.orientation = self.number(274, 1)
        depths, formats = self.numbers(258, (1,)), self.numbers(339, (1,))
        self.bits = depths[0] if len(set(depths)) == 1 else 0
        self.format = formats[0] if len(set(formats)) == 1 else 0

    def numbers(self, tag: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Return the whole numbers of a tag."""
        values = self._directory.get(tag, default)
        return tuple(int(value) for value in (values if isinstance(values, tuple | bytes) else (values,))) or default

    def number(self, tag: int, default: int | None = None) -> int:
        """Return the first whole number of a tag; ValueError if there is none."""
        values = self.numbers(tag, () if default is None else (default,))
        if not values:
            raise ValueError(f"its tag {tag} is missing")
        return values[0]

    @property
    def profile(self) -> bytes | None:
        """The ICC profile."""
        data = self._directory.get(34675)
        return data if isinstance(data, bytes) else None

    @property
    def largest(self) -> float:
        """The largest possible number if the file says it; 0 if not, or if it only repeats the number type's."""
        for tag in (281, 341):
            values = self._directory.get(tag, 0)
            value = float(max(values) if isinstance(values, tuple) else values)
            if 0 < value < 2.0**self.bits - 1:
                return value
        return 0.0

    @property
    def pictures(self) -> int:
        """The pictures behind this directory: ImageJ writes a large stack with a directory of the first alone."""
        stated = re.match(r"ImageJ=\S*\s+images=(\d{1,6})\b", str(self._directory.get(270, "")))
        return int(stated[1]) if stated else 1


class _Segment(NamedTuple):
    """A strip or tile: where it lies in the file, and its place and shape in the picture."""

    offset: int
    length: int
    channel: int
    row: int
    column: int
    rows: int
    columns: int


def _read(path: Path) -> PictureFrame:
    with path.open("rb") as stream:
        place, page, frames = _first_page(stream)
        require_size(page.width, page.height)
        if page.compression in _BY_PILLOW or page.photometric == _YCBCR:
            return _by_pillow(path, place, frames)
        _require_known(page)
        levels, white = _grey(_numbers(stream, page), page)
        return PictureFrame(upright(levels, page.orientation), white, frames)


def _first_page(stream: BinaryIO) -> tuple[int, _Page, int]:
    """Return the place and the page that is read, the first that is no smaller copy or mask, and the count of such."""
    header = stream.read(8)
    order = header[:2]
    if b"+" in header[2:4]:
        # Pillow knows a BigTIFF by the first order alone, but reads it in both.
        header = b"II+\0" + header[4:] + stream.read(8)
    chain = ImageFileDirectory_v2(header, order)
    seen: set[int] = set()
    spare: tuple[int, _Page] | None = None
    chosen: tuple[int, _Page] | None = None
    count = 0
    while chain.next and chain.next not in seen and len(seen) < _MOST_PAGES:
        seen.add(chain.next)
        stream.seek(chain.next)
        chain = ImageFileDirectory_v2(header, order)
        chain.next = 0
        chain.load(stream)
        is_whole = not int(chain.get(254, 0)) & _REDUCED_OR_MASK
        count += is_whole
        if chosen is None and (is_whole or spare is None):
            page = (len(seen) - 1, _Page(chain, "<" if order == b"II" else ">"))
            spare, chosen = page, page if is_whole else None
    first = chosen or spare
    if first is None:
        raise ValueError("it holds no picture")
    return *first, max(count, first[1].pictures)


def _by_pillow(path: Path, place: int, frames: int) -> PictureFrame:
    with opened(path, "TIFF") as image:
        image.seek(place)
        require_size(*image.size)
        return frame_of(image, frames)


def _require_known(page: _Page) -> None:
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
    if page.width * page.height * page.channels * max(page.bits, 8) // 8 > _MOST_BYTES:
        raise Unreadable(f"has more than {_MOST_BYTES // 1_000_000} million bytes; make it smaller")


def _numbers(stream: BinaryIO, page: _Page) -> np.ndarray:
    """Return the numbers of a page (H, W, S), decompressed and unpacked."""
    numbers = np.zeros((page.height, page.width, page.channels), _kind(page).newbyteorder("="))
    for segment in _segments(page):
        rows = min(segment.rows, page.height - segment.row)
        columns = min(segment.columns, page.width - segment.column)
        channels = slice(segment.channel, segment.channel + 1) if page.is_planar else slice(None)
        block = _unpacked(_bytes(stream, page, segment), page, segment)
        place = numbers[segment.row : segment.row + rows, segment.column : segment.column + columns, channels]
        place[...] = block[:rows, :columns]
    return numbers


def _segments(page: _Page) -> Iterator[_Segment]:
    """Yield the strips or tiles of a page."""
    if page.numbers(322):
        columns, rows = page.number(322), page.number(323)
        offsets, lengths = page.numbers(324), page.numbers(325)
    else:
        columns, rows = page.width, min(page.number(278, page.height), page.height)
        offsets, lengths = page.numbers(273), page.numbers(279)
    if rows < 1 or columns < 1:
        raise ValueError("its strips are empty")
    across, down = -(-page.width // columns), -(-page.height // rows)
    count = across * down * (page.channels if page.is_planar else 1)
    if count > _MOST_SEGMENTS:
        raise ValueError(f"it is cut into {count:,} pieces")
    if len(offsets) < count or page.compression != 1 and len(lengths) < count:
        raise ValueError(f"it has {len(offsets)} of {count} strips or tiles")
    for number in range(count):
        channel, within = divmod(number, across * down)
        down_to, across_to = divmod(within, across)
        # A strip ends with the picture, a tile is always whole.
        whole = rows if page.numbers(322) else min(rows, page.height - down_to * rows)
        length = lengths[number] if number < len(lengths) else 0
        yield _Segment(offsets[number], length, channel, down_to * rows, across_to * columns, whole, columns)


def _bytes(stream: BinaryIO, page: _Page, segment: _Segment) -> bytes:
    """Return the decompressed bytes of a segment, each row from a byte of its own on."""
    wide = _row_bytes(page, segment)
    needed = segment.rows * wide
    if needed > _MOST_BYTES:
        raise ValueError("a strip or tile is larger than any picture")
    stream.seek(segment.offset)
    # Some writers state a wrong length for what is not compressed.
    data = stream.read(needed if page.compression == 1 else segment.length)
    if page.number(266, 1) == 2:
        data = np.packbits(np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")).tobytes()
    if page.compression in (8, 32946):
        data = zlib.decompressobj().decompress(data, needed)
    elif page.compression == 34925:
        data = lzma.LZMADecompressor().decompress(data, needed)
    elif page.compression != 1:
        data = _decompressed(data, page.compression, wide, segment.rows)
    if len(data) < needed:
        raise ValueError("it is truncated")
    return data[:needed]


def _decompressed(data: bytes, compression: int, width: int, height: int) -> bytes:
    """Return what libtiff decompresses from bytes, handed to it through Pillow as a picture of bytes."""
    tags = [(256, width), (257, height), (258, 8), (259, compression), (262, 1), (273, 8), (277, 1), (278, height)]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in [*tags, (279, len(data))])
    head = struct.pack("<4sI", b"II*\0", 8 + len(data))
    tiff = head + data + struct.pack("<H", len(tags) + 1) + directory + b"\0\0\0\0"
    with Image.open(io.BytesIO(tiff), formats=("TIFF",)) as image:
        return image.tobytes()


def _kind(page: _Page) -> np.dtype:
    """Return the number type of a page in its byte order; that of the next larger number for packed ones."""
    size = next(size for size in (1, 2, 4, 8) if 8 * size >= page.bits)
    return np.dtype(f"{page.byte_order}{ {2: 'i', 3: 'f'}.get(page.format, 'u') }{size}".replace(" ", ""))


def _row_bytes(page: _Page, segment: _Segment) -> int:
    return -(-segment.columns * _together(page) * page.bits // 8)


def _together(page: _Page) -> int:
    """Return the channels of a segment."""
    return 1 if page.is_planar else page.channels


def _unpacked(data: bytes, page: _Page, segment: _Segment) -> np.ndarray:
    """Return the numbers (rows, columns, channels) of a segment, without the differences of a predictor."""
    shape = (segment.rows, segment.columns, _together(page))
    kind, predictor = _kind(page), page.number(317, 1) if page.compression != 1 else 1
    if predictor == 3:
        return _without_float_differences(data, kind, shape)
    if 8 * kind.itemsize == page.bits:
        numbers = np.frombuffer(data, kind).astype(kind.newbyteorder("=")).reshape(shape)
    else:
        numbers = _without_padding(data, page, shape).astype(kind.newbyteorder("="))
    if predictor == 2:
        whole = numbers.view(f"u{kind.itemsize}")
        numbers = np.cumsum(whole, axis=1, dtype=whole.dtype).view(numbers.dtype)
        return numbers & (2**page.bits - 1) if 8 * kind.itemsize != page.bits else numbers
    return numbers


def _without_padding(data: bytes, page: _Page, shape: tuple[int, int, int]) -> np.ndarray:
    """Return numbers that are packed without regard to bytes, the highest bit first; each row begins a byte."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8).reshape(shape[0], -1), axis=1)
    bits = bits[:, : shape[1] * shape[2] * page.bits].reshape(*shape, page.bits)
    numbers = np.zeros(shape, np.int64)
    for place in range(page.bits):
        numbers = numbers << 1 | bits[..., place]
    return np.where(numbers >= 2 ** (page.bits - 1), numbers - 2**page.bits, numbers) if page.format == 2 else numbers


def _without_float_differences(data: bytes, kind: np.dtype, shape: tuple[int, int, int]) -> np.ndarray:
    """Undo predictor 3 (Adobe, TIFF Technical Note 3): rows of differences of bytes, the highest bytes first."""
    rows, columns, channels = shape
    steps = np.frombuffer(data, np.uint8).reshape(rows, -1, channels)
    planes = np.cumsum(steps, axis=1, dtype=np.uint8).reshape(rows, kind.itemsize, columns * channels)
    joined = np.ascontiguousarray(planes.transpose(0, 2, 1))
    return joined.view(kind.newbyteorder(">")).astype(kind.newbyteorder("=")).reshape(shape)


def _grey(numbers: np.ndarray, page: _Page) -> tuple[np.ndarray, float]:
    """Return grey levels (H, W), over black, and which number is white."""
    count = _CHANNELS[page.photometric]
    colours, extra = numbers[..., :count], numbers[..., count:]
    if numbers.dtype == np.uint8 and page.bits == 8 and not extra.size and not page.profile:
        if page.photometric == _RGB:
            return np.asarray(Image.fromarray(numbers).convert("L")), 255.0
        if page.photometric in (_MIN_IS_WHITE, 1):
            return (255 - numbers if page.photometric == _MIN_IS_WHITE else numbers)[..., 0], 255.0
    # Without the tag, a channel too many is taken for alpha, as by libtiff.
    alpha_kind = page.number(338, _UNASSOCIATED) if extra.size else 0
    alpha = shares(extra[..., 0], _bounds(extra, page)) if alpha_kind in (_ASSOCIATED, _UNASSOCIATED) else None
    if page.photometric == _PALETTE:
        levels = _palette(page)[colours[..., 0]]
    else:
        levels = _light(shares(colours, _bounds(colours, page)), page, alpha if alpha_kind == _ASSOCIATED else None)
    return levels * alpha if alpha is not None and alpha_kind == _UNASSOCIATED else levels, 1.0


def _bounds(numbers: np.ndarray, page: _Page) -> tuple[float, float]:
    """Return the numbers of black and white: the file's number of bits if that is no number type's own."""
    if page.format not in (2, 3) and page.bits < 16:
        return 0.0, 2.0**page.bits - 1
    return value_range(numbers, page.largest)


def _light(colours: np.ndarray, page: _Page, multiplied: np.ndarray | None) -> np.ndarray:
    """Return the grey levels, as shares of white, of channels (H, W, S) that are shares of their largest number."""
    if page.photometric == _RGB:
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


def _palette(page: _Page) -> np.ndarray:
    """Return the grey level of each number of a palette, as a share of white."""
    entries = np.array(page.numbers(320), np.float32)
    size = 2**page.bits
    if page.bits > 16 or len(entries) != 3 * size:
        raise ValueError(f"its palette has {len(entries)} numbers")
    # Some writers state 8 bits where the specification wants 16.
    return luma(np.stack(np.split(entries / (255 if entries.max() < 256 else 65535), 3), axis=1))


TIFF = PictureReader("TIFF", (".tif", ".tiff"), lambda head: head.startswith(_STARTS), _read)
