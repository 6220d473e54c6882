"""The pages of a TIFF: its directories, read by tifffile, with tags as numbers, and which of them are pictures."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tifffile

_MOST_PAGES = 10_000
_REDUCED_OR_MASK = 1 | 4
"""Bits of NewSubfileType: a page that is a smaller copy of another, or its mask."""
RGB = 2
"""The photometric interpretation of red, green and blue."""
_OLYMPUS = 33560
"""The tag of the page that Olympus SIS describes: the page before it is a coloured thumbnail of the same size."""


class Page:
    """One directory of a TIFF, its tags as numbers."""

    def __init__(self, directory: tifffile.TiffPage) -> None:
        self.tags, self.byte_order = directory.tags, directory.parent.byteorder
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
        values = self.tags.valueof(tag)
        if values is None:
            return default
        return tuple(int(value) for value in (values if isinstance(values, bytes) else np.ravel(values))) or default

    def number(self, tag: int, default: int | None = None) -> int:
        """Return the first whole number of a tag; ValueError if there is none."""
        values = self.numbers(tag, () if default is None else (default,))
        if not values:
            raise ValueError(f"its tag {tag} is missing")
        return values[0]

    @property
    def profile(self) -> bytes | None:
        """The ICC profile."""
        data = self.tags.valueof(34675)
        return data if isinstance(data, bytes) else None

    @property
    def largest(self) -> float:
        """The largest possible number if the file says it; 0 if not, or if it only repeats the number type's."""
        for tag in (281, 341):
            value = float(np.max(self.tags.valueof(tag, 0)))
            if 0 < value < 2.0**self.bits - 1:
                return value
        return 0.0

    @property
    def is_whole(self) -> bool:
        """Whether the page is a picture of its own, no smaller copy of another and no mask."""
        return not self.number(254, 0) & _REDUCED_OR_MASK

    def text(self, tag: int) -> str:
        """Return the text of a tag, "" without one."""
        value = self.tags.valueof(tag, "")
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


class Pages(NamedTuple):
    """The pictures of a TIFF: ``pages`` by place in the file, and how many frames each stands for.

    ``behind`` is more than 1 where ImageJ wrote a large stack with a directory of the first picture alone: the others
    follow it byte by byte. ``imagej`` is what ImageJ says of the file, by name.
    """

    pages: dict[int, Page]
    behind: int
    imagej: dict[str, object]

    @property
    def frames(self) -> int:
        """The number of pictures in the file."""
        return max(len(self.pages), self.behind)

    def frame(self, number: int) -> tuple[int, Page, int]:
        """Return the place and the page of a frame, and how many frames behind the page's own it lies."""
        places = list(self.pages)
        if len(places) == 1 and self.behind > 1:
            return places[0], self.pages[places[0]], number
        return places[number], self.pages[places[number]], 0


@contextmanager
def opened_pages(path: Path) -> Iterator[Pages]:
    """Yield the pictures of a TIFF; their tags can be read while the file is open."""
    # tifffile reports what it makes of a damaged file: the user gets one sentence, from where it ends.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)
    with tifffile.TiffFile(path) as file:
        every = dict(enumerate(map(Page, _directories(file))))
        described = {place: page for place, page in every.items() if _OLYMPUS in page.tags}
        whole = described or {place: page for place, page in every.items() if page.is_whole}
        if not every:
            raise ValueError("it holds no picture")
        pages = whole or {0: every[0]}
        imagej = dict(file.imagej_metadata or {}) if file.is_imagej else {}
        images = imagej.get("images", 1)
        yield Pages(pages, images if isinstance(images, int) and 1 < images < 1_000_000 else 1, imagej)


def _directories(file: tifffile.TiffFile) -> Iterator[tifffile.TiffPage]:
    """Yield the directories of a file, each once, though a damaged one may name an earlier one as the next."""
    seen: set[int] = set()
    for page in file.pages:
        if not isinstance(page, tifffile.TiffPage) or page.offset in seen or len(seen) >= _MOST_PAGES:
            return
        seen.add(page.offset)
        yield page
