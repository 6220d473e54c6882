"""The pages of a TIFF: its directories, with their tags as numbers, and which of them is read."""

import re
from typing import BinaryIO

from PIL.TiffImagePlugin import ImageFileDirectory_v2

_MOST_PAGES = 10_000
_REDUCED_OR_MASK = 1 | 4
"""Bits of NewSubfileType: a page that is a smaller copy of another, or its mask."""
RGB = 2
"""The photometric interpretation of red, green and blue."""


class TiffPage:
    """One directory of a TIFF, its tags as numbers."""

    def __init__(self, directory: ImageFileDirectory_v2, byte_order: str) -> None:
        self._directory, self.byte_order = directory, byte_order
        self.width, self.height = self.number(256), self.number(257)
        self.channels, self.compression = self.number(277, 1), self.number(259, 1)
        # Without the tag: what libtiff assumes.
        self.photometric = self.number(262, RGB if self.channels in (3, 4) else 1)
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


def first_page(stream: BinaryIO) -> tuple[int, TiffPage, int]:
    """Return the place and the page that is read, the first that is no smaller copy or mask, and the count of such."""
    header = stream.read(8)
    order = header[:2]
    if b"+" in header[2:4]:
        # Pillow knows a BigTIFF by the first order alone, but reads it in both.
        header = b"II+\0" + header[4:] + stream.read(8)
    chain = ImageFileDirectory_v2(header, order)
    seen: set[int] = set()
    spare: tuple[int, TiffPage] | None = None
    chosen: tuple[int, TiffPage] | None = None
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
            page = (len(seen) - 1, TiffPage(chain, "<" if order == b"II" else ">"))
            spare, chosen = page, page if is_whole else None
    first = chosen or spare
    if first is None:
        raise ValueError("it holds no picture")
    return *first, max(count, first[1].pictures)
