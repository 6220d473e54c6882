"""The numbers of a page of a TIFF: its strips or tiles, decompressed and unpacked."""

import io
import lzma
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image

from bench.data.formats.tiff_pages import Page
from bench.data.frames import MOST_PIXELS

MOST_BYTES = 8 * MOST_PIXELS
"""The largest picture, strip or tile."""
_MOST_SEGMENTS = 500_000


class _Segment(NamedTuple):
    """A strip or tile: where it lies in the file, and its place and shape in the picture."""

    offset: int
    length: int
    channel: int
    row: int
    column: int
    rows: int
    columns: int


def numbers_of(stream: BinaryIO, page: Page, behind: int = 0) -> np.ndarray:
    """Return the numbers of a page (H, W, S), decompressed and unpacked.

    With ``behind`` of another picture of a stack that follows the page's own without a directory, byte by byte.
    """
    whole = page.height * page.width * page.channels * page.bits // 8
    if behind and (page.compression != 1 or page.bits % 8):
        raise ValueError("it has no directory of its frames")
    numbers = np.zeros((page.height, page.width, page.channels), _kind(page).newbyteorder("="))
    for segment in _segments(page):
        rows = min(segment.rows, page.height - segment.row)
        columns = min(segment.columns, page.width - segment.column)
        channels = slice(segment.channel, segment.channel + 1) if page.is_planar else slice(None)
        moved = segment._replace(offset=segment.offset + behind * whole)
        block = _unpacked(_bytes(stream, page, moved), page, segment)
        place = numbers[segment.row : segment.row + rows, segment.column : segment.column + columns, channels]
        place[...] = block[:rows, :columns]
    return numbers


def _segments(page: Page) -> Iterator[_Segment]:
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


def _bytes(stream: BinaryIO, page: Page, segment: _Segment) -> bytes:
    """Return the decompressed bytes of a segment, each row from a byte of its own on."""
    wide = _row_bytes(page, segment)
    needed = segment.rows * wide
    if needed > MOST_BYTES:
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


def _kind(page: Page) -> np.dtype:
    """Return the number type of a page in its byte order; that of the next larger number for packed ones."""
    size = next(size for size in (1, 2, 4, 8) if 8 * size >= page.bits)
    return np.dtype(f"{page.byte_order}{ {2: 'i', 3: 'f'}.get(page.format, 'u') }{size}".replace(" ", ""))


def _row_bytes(page: Page, segment: _Segment) -> int:
    return -(-segment.columns * _together(page) * page.bits // 8)


def _together(page: Page) -> int:
    """Return the channels of a segment."""
    return 1 if page.is_planar else page.channels


def _unpacked(data: bytes, page: Page, segment: _Segment) -> np.ndarray:
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


def _without_padding(data: bytes, page: Page, shape: tuple[int, int, int]) -> np.ndarray:
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
