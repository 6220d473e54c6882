"""The pictures of a page: as the models saw them, small enough to hand on."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from bench.contracts import Micrographs
from bench.errors import BenchError
from bench.report.protocol_items import ProtocolItems
from bench.report.shown_protocol import ShownProtocol
from bench.tables.pictures import as_seen

QUALITY = 88
"""WebP's: at 224 pixels no difference from the PNG is seen, and a file is a quarter as large."""
LARGEST = 768
"""The longer side, in pixels, of a picture in its own size."""


class ReportPictures:
    """The pictures of a protocol's items, as WebP; ``limit`` is how many a page holds.

    They are taken from the categories in turn, so that a limited page shows all of them.
    """

    def __init__(self, shown: ShownProtocol, protocol_items: ProtocolItems, limit: int) -> None:
        self._shown, self._protocol_items, self._limit = shown, protocol_items, limit

    @cached_property
    def chosen(self) -> Sequence[int]:
        """The numbers of the pictures that the page holds, in order; none if the dataset is gone."""
        if not self._positions:
            return ()
        turns: dict[str, int] = {}
        ranked: list[tuple[int, int]] = []
        for number, name in enumerate(self._protocol_items.pictures):
            if name in self._positions:
                category = self._categories[number]
                turns[category] = turns.get(category, -1) + 1
                ranked.append((turns[category], number))
        return sorted(number for _, number in sorted(ranked)[: self._limit])

    @cached_property
    def problem(self) -> str:
        """Why the page has no pictures, '' if it has some."""
        try:
            known = self._micrographs
        except BenchError as error:
            return str(error)
        if {*known.ids}.isdisjoint(self._protocol_items.pictures):
            return "the dataset holds none of the pictures that were asked about"
        return ""

    def image(self, number: int) -> bytes:
        """Return a picture as WebP; BenchError if the page has none of this number."""
        from PIL import Image

        if number not in self._held:
            raise BenchError(f"the page has no picture {number}")
        pixels = self._micrographs.shown(self._positions[self._protocol_items.pictures[number]])
        picture = Image.fromarray(np.asarray(pixels))
        picture.thumbnail((LARGEST, LARGEST))
        stream = io.BytesIO()
        picture.save(stream, "WEBP", quality=QUALITY, method=4)
        return stream.getvalue()

    def holds(self, at: int) -> bool:
        """Return whether the page holds the picture of an item."""
        return self._numbers[str(self._protocol_items.item(at)["picture"])] in self._held

    def micrographs_of(self, items: Sequence[int]) -> Micrographs:
        """Return the pictures of items, one for each, as the models saw them."""
        names = [str(self._protocol_items.item(at)["picture"]) for at in items]
        return self._micrographs.take(np.array([self._positions[name] for name in names]))

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {name: number for number, name in enumerate(self._protocol_items.pictures)}

    @cached_property
    def _held(self) -> frozenset[int]:
        return frozenset(self.chosen)

    @cached_property
    def _micrographs(self) -> Micrographs:
        selection = self._shown.selection
        return as_seen(selection.protocol, selection.dataset, self._shown.store, self._shown.registry)[1]

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        if self.problem:
            return {}
        wanted = {*self._protocol_items.pictures}
        return {name: position for position, name in enumerate(self._micrographs.ids) if name in wanted}

    @cached_property
    def _categories(self) -> Mapping[int, str]:
        """The category of each picture, by its number."""
        chunk = self._protocol_items.items()
        values = chunk["fields"].get("category")
        if values is None:
            return dict.fromkeys(range(len(self._protocol_items.pictures)), "")
        return {number: values["values"][of] for number, of in zip(chunk["picture"], values["of"], strict=True)}


def file_name(image: bytes) -> str:
    """Return the name of a picture's file: of its content, so that protocols share what they both show."""
    return f"{hashlib.sha256(image).hexdigest()[:20]}.webp"
