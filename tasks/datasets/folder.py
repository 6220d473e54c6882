"""The dataset ``folder:PATH``: any folder of category folders of jpg, png or tif pictures."""

import hashlib
import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from bench.contracts import Micrographs
from bench.data.decoding import first_frame, squashed
from bench.data.frames import Unreadable
from bench.errors import BenchError
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest
from bench.tasks.datasets.captions import caption
from bench.tasks.datasets.file_digests import digests, unchanged
from bench.tasks.datasets.listing import listed
from bench.terminal.progress import Progress

_PIXELS, _INDEX = "pixels.npy", "index.json"


class _Index(TypedDict):
    """What was decoded: id, row in the array, and width and height, of every picture that is readable.

    ``frames`` is the number of frames of files with several; ``set_aside`` the reason of every other picture.
    """

    pictures: list[str]
    rows: list[int]
    sizes: list[tuple[int, int]]
    frames: dict[str, int]
    set_aside: dict[str, str]


class Folder:
    """The user's pictures: a category is the name of a folder, an id the path relative to the root."""

    def __init__(self, argument: str, image_size: int, progress: Progress) -> None:
        self.name = f"folder:{os.path.normpath(argument)}"
        self._root, self._listing = listed(argument)
        self.categories = tuple(sorted(set(self._listing.categories.values())))
        self._image_size, self._progress = image_size, progress

    def identity(self) -> dict[str, Any]:
        """Return what determines the data: every file's name and sha256, as one digest; decodes nothing."""
        return {
            "name": "folder",
            "pictures": len(self._digests),
            "content": digest(self._digests),
            "image size": self._image_size,
            "code": code_digests("bench.tasks.datasets.folder"),
        }

    @cached_property
    def _digests(self) -> dict[str, str]:
        return digests(self._root, self._listing.paths, self._progress)

    def labels(self) -> np.ndarray:
        """Return the category index of every readable picture (N,)."""
        place = {category: index for index, category in enumerate(self.categories)}
        return np.array([place[self._listing.categories[name]] for name in self._index["pictures"]])

    def load(self) -> Micrographs:
        """Return all readable pictures, decoded once into the cache."""
        names = tuple(self._index["pictures"])
        pixels = np.load(self._folder / _PIXELS, mmap_mode="r")
        return Micrographs(pixels, np.array(self._index["rows"]), names, self.labels(), self.categories)

    def facts(self, position: int) -> Mapping[str, str]:
        """Return the category, the only known fact of a user's picture."""
        return {"category": self._listing.categories[self._index["pictures"][position]]}

    def caption(self, label: int) -> str:
        """Return the sentence that names a category."""
        return caption(self.categories[label])

    def paths(self) -> dict[str, Path]:
        """Return the file of every readable picture, by id."""
        return {name: self._listing.paths[name] for name in self._index["pictures"]}

    def set_aside(self) -> tuple[str, ...]:
        """Return one sentence for each picture that is left out, and for each category without pictures."""
        frames = self._index["frames"]
        return (
            *(f"{name}: {reason}" for name, reason in self._index["set_aside"].items()),
            *(
                f"frames 2 to {count} of {name}: only a file's first is read; save each apart if it counts"
                for name, count in frames.items()
            ),
            *self._listing.passed_over,
        )

    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Return width and height in pixels of every readable picture, as a viewer shows it."""
        return tuple((width, height) for width, height in self._index["sizes"])

    @cached_property
    def _folder(self) -> Path:
        return cached("folder", self.identity(), self._decode_all)

    @cached_property
    def _index(self) -> _Index:
        index: _Index = json.loads((self._folder / _INDEX).read_text(encoding="utf-8"))
        left = {self._listing.categories[name] for name in index["pictures"]}
        for category in self.categories:
            if category not in left:
                raise BenchError(
                    f"no picture of category {category!r} is left{self._first_reason(category, index['set_aside'])}; "
                    "repair its pictures or remove the folder"
                )
        return index

    def _first_reason(self, category: str, reasons: Mapping[str, str]) -> str:
        """Say why the first picture of a category is set aside."""
        sentences = (f": {name} {why}" for name, why in reasons.items() if self._listing.categories[name] == category)
        return next((sentence.partition(";")[0] for sentence in sentences), "")

    def _decode_all(self, folder: Path) -> None:
        names = list(self._digests)
        self._progress.start("decoding pictures", len(names))
        shape = (len(names), self._image_size, self._image_size)
        pixels = np.lib.format.open_memmap(folder / _PIXELS, "w+", np.uint8, shape)
        rows: list[int] = []
        sizes: list[tuple[int, int]] = []
        aside: dict[str, str] = {}
        frames: dict[str, int] = {}
        first_of: dict[str, str] = {}
        for row, name in enumerate(names):
            try:
                frame = first_frame(self._listing.paths[name])
                pixels[row] = squashed(frame, self._image_size)
                self._require_first(name, first_of.setdefault(hashlib.sha256(pixels[row]).hexdigest(), name))
                rows.append(row)
                height, width = frame.levels.shape
                sizes.append((width, height))
                if frame.frames > 1:
                    frames[name] = frame.frames
            except Unreadable as reason:
                aside[name] = str(reason)
            self._require_unchanged(name)
            self._progress.advance(row + 1)
        pixels.flush()
        pictures = [names[row] for row in rows]
        index = _Index(pictures=pictures, rows=rows, sizes=sizes, frames=frames, set_aside=aside)
        (folder / _INDEX).write_text(json.dumps(index, indent=1), encoding="utf-8")

    def _require_first(self, name: str, first: str) -> None:
        """Raise Unreadable for a copy of an earlier picture: one could be in training and the other in the test."""
        if name != first:
            alike = self._listing.categories[name] == self._listing.categories[first]
            remedy = "remove one" if alike else "decide to which of the two categories it belongs"
            raise Unreadable(f"shows the same as {first}; {remedy}")

    def _require_unchanged(self, name: str) -> None:
        """Raise BenchError if a file has changed since its digest was computed: the cache would be wrong."""
        if not unchanged(self._listing.paths[name], self._digests[name]):
            raise BenchError(
                f"{name!r} changed while it was read; run the same command again when nobody is writing to the folder"
            )
