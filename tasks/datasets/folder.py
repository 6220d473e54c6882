"""The dataset ``folder:PATH``: any folder of category folders of pictures, in any format that a reader reads."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from math import nan
from pathlib import Path
from typing import Annotated, Any, TypedDict

import numpy as np

from bench.contracts import Micrographs
from bench.data.decoding import CONTRAST, picture_reader
from bench.data.formats.side_files import names_beside, note_of
from bench.data.frames import Unreadable
from bench.data.readers import missing
from bench.errors import BenchError
from bench.specs import ReaderSpec, Setting
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest
from bench.tasks.datasets.captions import caption
from bench.tasks.datasets.columns import PIXEL_SIZE, numbers_in
from bench.tasks.datasets.decoded import FolderDecoding, Frames, Index, Picture, frame_id, read_index, read_pixels
from bench.tasks.datasets.file_digests import digests
from bench.tasks.datasets.listing import Listing, listed
from bench.tasks.datasets.subsets import subset_of
from bench.tasks.numbers import NUMBERS
from bench.terminal.progress import Progress

_NO_PICTURES = (
    *(".txt", ".hdr", ".csv", ".tsv", ".json", ".jsonl", ".md", ".rst", ".log", ".ini", ".xml", ".html", ".yaml"),
    *(".yml", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".py", ".ipynb", ".zip", ".m"),
)
"""Suffixes of files that nobody takes for pictures."""
_NO_READER = "is of no format that is read (see `bench list readers`); convert it if it is a picture"


class FileEntry(TypedDict):
    """One file of a folder: what it holds, as of a ``Picture``, or why it is set aside; None is unknown."""

    path: str
    category: str | None
    frames: int | None
    height: int | None
    width: int | None
    bit_depth: int | None
    pixel_size_nm: float | None
    scale_source: str
    scale_note: str
    instrument: Mapping[str, str]
    set_aside: str


class Folder:
    """The user's pictures: a category is the name of a folder, an id the path relative to the root."""

    def __init__(
        self,
        argument: str,
        image_size: int,
        progress: Progress,
        *,
        frames: Annotated[
            Frames, Setting("which frames of a file with several are pictures: the first, or each")
        ] = "first",
        read_bars: Annotated[
            bool, Setting("read scales off data bars where files state none, about 0.1 s each")
        ] = True,
        labels: Annotated[
            str,
            Setting("CSV file with the path and category of each picture, and columns of numbers and for --group-by"),
        ] = "",
        subset: Annotated[
            str, Setting("the pictures of a study, nffa-rs, or of a file with a name in each line; '' is all")
        ] = "",
    ) -> None:
        self.name = f"folder:{os.path.normpath(argument)}"
        self._root, self._listing = self._list(argument, labels)
        self._choose(subset)
        self._image_size, self._progress = image_size, progress
        self._frames: Frames = frames
        self._read_bars = read_bars

    def _choose(self, subset: str) -> None:
        """Keep the pictures of a subset, and note how many of it are not here; '' keeps all."""
        self._lacking = ""
        if not subset:
            return
        own, size = subset_of(subset, self._listing.paths)
        paths = {name: self._listing.paths[name] for name in own}
        categories = {name: self._listing.categories[name] for name in own if name in self._listing.categories}
        self._listing = self._listing._replace(paths=paths, categories=categories)
        self.name = f"{self.name}+{Path(subset).stem}"
        if len(own) < size:
            self._lacking = f"subset {subset}: {size - len(own):,} of its {size:,} pictures are not here"

    def _list(self, argument: str, labels: str) -> tuple[Path, Listing]:
        """Return the folder that the names of the files are relative to, and its files."""
        return listed(argument, labels)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The names of the category folders, in order; BenchError if there are fewer than two, or two alike."""
        if self._listing.flaw:
            raise BenchError(self._listing.flaw)
        return tuple(sorted(set(self._listing.categories.values())))

    def identity(self) -> dict[str, Any]:
        """Return what determines the data: every file's name and sha256, as one digest; decodes nothing.

        With the code of the readers that the files are for, and their packages that are not installed.
        """
        used = {reader.name: reader for reader in self._readers.values()}
        absent = sorted(filter(None, map(missing, used.values())))
        modules = {reader.reads.partition(":")[0] for reader in used.values()}
        return {
            "name": "folder",
            "pictures": len(self._listing.paths),
            "content": digest(self._digests),
            **({"labels": digest(self._listing.categories)} if self._listing.columns else {}),
            **({"numbers": digest(self._known)} if self._known else {}),
            "image size": self._image_size,
            "contrast": CONTRAST,
            "frames": self._frames,
            "data bars read": self._read_bars,
            "code": code_digests("bench.tasks.datasets.folder", *sorted(modules)),
            **({"missing": absent} if absent else {}),
        }

    @cached_property
    def _readers(self) -> dict[str, ReaderSpec]:
        """The reader of each file that has one, by name."""
        readers: dict[str, ReaderSpec] = {}
        for name, path in self._listing.paths.items():
            try:
                readers[name] = picture_reader(path)
            except Unreadable:
                continue
        return readers

    @cached_property
    def _digests(self) -> dict[str, str]:
        """The digest of each picture's file, and of the files beside it in which an instrument describes it."""
        return digests(self._root, {**self._listing.paths, **dict(self._notes())}, self._progress)

    def _notes(self) -> Iterator[tuple[str, Path]]:
        """Yield the files in which instruments describe pictures, each under a name that no picture has."""
        names: dict[Path, set[str]] = {}
        for name, path in self._listing.paths.items():
            if path.parent not in names:
                names[path.parent] = {each.name for each in path.parent.iterdir()}
            for beside in names[path.parent].intersection(names_beside(path)):
                file = path.with_name(beside)
                if file.is_file() and note_of(file) is not None:
                    yield f"{name} <- {beside}", file

    def labels(self) -> np.ndarray:
        """Return the category index of every readable picture (N,)."""
        place = {category: index for index, category in enumerate(self.categories)}
        return np.array([place[self._listing.categories[each["file"]]] for each in self.pictures])

    def load(self) -> Micrographs:
        """Return all readable pictures, decoded once into the cache."""
        names = tuple(each["id"] for each in self.pictures)
        scale = np.array([self._scale(each) for each in self.pictures])
        return Micrographs(
            read_pixels(self._folder), np.arange(len(names)), names, self.labels(), self.categories, pixel_sizes=scale
        )

    def _scale(self, picture: Picture) -> tuple[float, float]:
        """Return the nanometres that a pixel of a picture, as it is resized, is high and wide; NaN if unknown."""
        size = self._known.get(picture["file"], {}).get(PIXEL_SIZE) or picture["pixel_size_nm"] or nan
        return size * picture["height"] / self._image_size, size * picture["width"] / self._image_size

    @cached_property
    def _known(self) -> dict[str, dict[str, float]]:
        """The numbers that a file of labels has of each picture file, by column; BenchError for one that is none."""
        known = {
            name: numbers_in(columns, f"the line of the labels about {name!r}")
            for name, columns in self._listing.columns.items()
        }
        return {name: numbers for name, numbers in known.items() if numbers}

    def numbers(self, position: int) -> Mapping[str, float]:
        """Return the size and number of a picture's structures, as far as a file of labels says them."""
        known = self._known.get(self.pictures[position]["file"], {})
        return {kind: number for kind, number in known.items() if kind in NUMBERS}

    def facts(self, position: int) -> Mapping[str, str]:
        """Return the category, the only known fact of a user's picture."""
        return {"category": self._listing.categories[self.pictures[position]["file"]]}

    def columns(self) -> Mapping[str, list[str]]:
        """Return what is noted about every picture, by column: its file, its folder, and what a file of labels says."""
        noted = self._listing.columns
        files = [each["file"] for each in self.pictures]
        places = {"file": files, "folder": [file.rpartition("/")[0] or "." for file in files]}
        names = dict.fromkeys(name for file in files for name in noted.get(file, ()))
        return {**places, **{name: [noted[file][name] for file in files] for name in names}}

    @property
    def indivisible(self) -> str | None:
        """The column whose values stay on one side of a fold: frames of one file show one specimen."""
        several = self._frames == "each" and any(each["frames"] > 1 for each in self.pictures)
        return "file" if several else None

    def caption(self, label: int) -> str:
        """Return the sentence that names a category."""
        return caption(self.categories[label])

    def paths(self) -> dict[str, Path]:
        """Return the file of every readable picture, by id."""
        return {each["id"]: self._listing.paths[each["file"]] for each in self.pictures}

    def set_aside(self) -> tuple[str, ...]:
        """Return one sentence for each picture that is left out, and for each category without pictures."""
        self._require_categories()
        return (
            *(f"{name}: {reason}" for name, reason in self._index["set_aside"].items()),
            *(
                f"frames 2 to {each['frames']} of {each['file']}: only a file's first is read; read all with "
                "--set folder:.frames=each, or save each apart if it counts"
                for each in self.pictures
                if each["frames"] > 1 and self._frames == "first"
            ),
            *(f"{name}: {reason}" for name, reason in self._listing.passed_over),
            *filter(None, [self._lacking]),
            *self._unknown(),
        )

    def _unknown(self) -> Iterator[str]:
        """Yield a sentence for each suffix of files that may be pictures of a format that no reader reads."""
        first: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for name in self._listing.others:
            suffix = Path(name).suffix.lower()
            if suffix not in _NO_PICTURES:
                counts[suffix] += 1
                first.setdefault(suffix, name)
        for suffix, count in counts.items():
            files = first[suffix] if count == 1 else f"{count:,} files, the first {first[suffix]}"
            yield f"{files}: {_NO_READER}"

    def files(self) -> list[FileEntry]:
        """Return an entry for every file that is not hidden, by path; decodes the pictures once."""
        index, entries = self._index, {}
        for each in (*index["pictures"], *index["copies"]):
            entries.setdefault(each["file"], self._entry(each["file"], index["set_aside"].get(each["file"], ""), each))
        reasons = {**dict.fromkeys(self._listing.others, _NO_READER), **dict(self._listing.passed_over)}
        for name, reason in {**reasons, **index["set_aside"]}.items():
            if not any(name == frame_id(each["file"], each["frame"]) for each in index["copies"]):
                entries.setdefault(name, self._entry(name, reason))
        for _, file in self._notes():
            name = file.relative_to(self._root).as_posix()
            entries[name] = self._entry(name, "describes the picture beside it; its scale is read")
        for name, entry in entries.items():
            if PIXEL_SIZE in self._known.get(name, {}) and entry["frames"]:
                entry["pixel_size_nm"], entry["scale_source"] = self._known[name][PIXEL_SIZE], "labels"
        return [entries[name] for name in sorted(entries)]

    def _entry(self, name: str, set_aside: str, picture: Picture | None = None) -> FileEntry:
        return FileEntry(
            path=name,
            category=self._listing.categories.get(name),
            frames=picture["frames"] if picture else None,
            height=picture["height"] if picture else None,
            width=picture["width"] if picture else None,
            bit_depth=picture["bit_depth"] if picture else None,
            pixel_size_nm=picture["pixel_size_nm"] if picture else None,
            scale_source=picture["scale_source"] if picture else "",
            scale_note=picture["scale_note"] if picture else "",
            instrument=picture["instrument"] if picture else {},
            set_aside=set_aside,
        )

    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Return width and height in pixels of every readable picture, as a viewer shows it."""
        return tuple((each["width"], each["height"]) for each in self.pictures)

    @property
    def pictures(self) -> list[Picture]:
        """What is known of every readable picture, in order; BenchError if a category has none."""
        self._require_categories()
        return self._index["pictures"]

    @property
    def _decoding(self) -> FolderDecoding:
        paths, frames, bars = self._listing.paths, self._frames, self._read_bars
        categories = None if self._listing.flaw else self._listing.categories
        return FolderDecoding(paths, self._digests, categories, self._image_size, frames, bars, self._progress)

    @cached_property
    def _folder(self) -> Path:
        return cached("folder", self.identity(), self._decoding.write)

    @cached_property
    def _index(self) -> Index:
        return read_index(self._folder)

    def _require_categories(self) -> None:
        """Raise BenchError if no picture of a category is left."""
        left = {self._listing.categories.get(each["file"]) for each in self._index["pictures"]}
        for category in self.categories:
            if category not in left:
                raise BenchError(
                    f"no picture of category {category!r} is left"
                    f"{self._first_reason(category, self._index['set_aside'])}; "
                    "repair its pictures or remove the folder"
                )

    def _first_reason(self, category: str, reasons: Mapping[str, str]) -> str:
        """Say why the first picture of a category is set aside."""
        of = self._listing.categories
        sentences = (f": {name} {why}" for name, why in reasons.items() if of.get(name) == category)
        return next((sentence.partition(";")[0] for sentence in sentences), "")
