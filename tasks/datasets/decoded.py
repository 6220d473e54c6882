"""Pictures decoded into one array and an index of what is known of each: what the cache holds of a folder."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, TypedDict

import numpy as np

from bench.data.decoding import frame_of, in_8_bits, shades, squashed
from bench.data.frames import PictureFrame, Unreadable
from bench.data.pixel_size import NOT_SQUARE
from bench.data.scale.reading import ReadScale, read_scale
from bench.errors import BenchError
from bench.specs import Setting
from bench.tasks.datasets.file_digests import unchanged
from bench.terminal.progress import Progress

_PIXELS, _INDEX = "pixels.npy", "index.json"
Frames = Literal["first", "each"]
FramesSetting = Annotated[Frames, Setting("which frames of a file with several are pictures: the first, or each")]
BarsSetting = Annotated[bool, Setting("read scales off data bars where files state none, about 0.1 s each")]


class Picture(TypedDict):
    """What is known of a picture that was decoded: its id, its file and place there, and what the file says.

    ``pixel_size_nm`` is the side of one of the file's pixels; ``scale_source`` says where it comes from, "" without
    one; ``scale_note`` why a scale that the file states is not used. ``content`` is a digest of the pixels as they are
    resized.
    """

    id: str
    file: str
    frame: int
    frames: int
    height: int
    width: int
    bit_depth: int | None
    pixel_size_nm: float | None
    scale_source: str
    scale_note: str
    instrument: Mapping[str, str]
    content: str


class Index(TypedDict):
    """The pictures in the order of the array, and why each other file, or frame of a file, is set aside."""

    pictures: list[Picture]
    set_aside: dict[str, str]


def read_pixels(folder: Path) -> np.ndarray:
    """Return the pictures (N, side, side) uint8 that a decoding wrote."""
    return np.load(folder / _PIXELS, mmap_mode="r")


def read_index(folder: Path) -> Index:
    """Return the index that a decoding wrote."""
    return json.loads((folder / _INDEX).read_text(encoding="utf-8"))


def read_native(path: Path, picture: Picture) -> np.ndarray:
    """Return a picture in its own size (H, W) uint8 from its file; BenchError if that cannot be read any more."""
    try:
        return in_8_bits(shades(frame_of(path, picture["frame"])))
    except Unreadable as reason:
        raise BenchError(f"{picture['id']} {reason}") from reason


def frame_id(name: str, number: int) -> str:
    """Return the id of a frame of a file with several, numbered from 0."""
    return f"{name} frame {number + 1}"


@dataclass(frozen=True)
class FolderDecoding:
    """What is decoded and how: files and their digests by name, which frames of each, and whether data bars are read.

    Categories are not among it: whoever corrects a file of labels has nothing decoded again.
    """

    files: Mapping[str, Path]
    digests: Mapping[str, str]
    image_size: int
    frames: Frames
    read_bars: bool
    progress: Progress

    def write(self, folder: Path) -> None:
        """Write array and index into a folder; BenchError if a file changes meanwhile."""
        self.progress.start("decoding pictures", len(self.files))
        index = Index(pictures=[], set_aside={})
        with (folder / _PIXELS).open("wb") as stream:
            _write_head(stream, 0, self.image_size)
            for row, (name, path) in enumerate(self.files.items(), start=1):
                for number, frame in self._frames_of(name, path, index):
                    picture = _picture(name, number, frame, self.frames)
                    try:
                        levels = shades(frame)
                    except Unreadable as reason:
                        index["set_aside"][picture["id"]] = str(reason)
                        continue
                    if self.read_bars:
                        _read_bar(picture, frame, levels)
                    pixels = squashed(levels, self.image_size).tobytes()
                    picture["content"] = hashlib.sha256(pixels).hexdigest()
                    stream.write(pixels)
                    index["pictures"].append(picture)
                self._require_unchanged(name)
                self.progress.advance(row)
            stream.seek(0)
            _write_head(stream, len(index["pictures"]), self.image_size)
        (folder / _INDEX).write_text(json.dumps(index, indent=1), encoding="utf-8")

    def _frames_of(self, name: str, path: Path, index: Index) -> Iterator[tuple[int, PictureFrame]]:
        """Yield the frames of a file that are wanted, with their numbers; note in the index one that is unreadable."""
        number, count = 0, 1
        while number < count:
            try:
                frame = frame_of(path, number)
                count = frame.frames if self.frames == "each" else 1
                yield number, frame
            except Unreadable as reason:
                index["set_aside"][name if number == 0 else frame_id(name, number)] = str(reason)
            number += 1

    def _require_unchanged(self, name: str) -> None:
        """Raise BenchError if a file has changed since its digest was computed: the cache would be wrong."""
        if not unchanged(self.files[name], self.digests[name]):
            raise BenchError(
                f"{name!r} changed while it was read; run the same command again when nobody is writing to the folder"
            )


def _picture(name: str, number: int, frame: PictureFrame, frames: Frames) -> Picture:
    """Return what is known of a frame of the file of this name."""
    height, width = frame.levels.shape
    return Picture(
        id=frame_id(name, number) if frames == "each" and frame.frames > 1 else name,
        file=name,
        frame=number,
        frames=frame.frames,
        height=height,
        width=width,
        bit_depth=frame.bit_depth,
        pixel_size_nm=frame.pixel_size_nm,
        scale_source="metadata" if frame.pixel_size_nm else "",
        scale_note=frame.no_scale,
        instrument=dict(frame.instrument),
        content="",
    )


def bar_scale(frame: PictureFrame, levels: np.ndarray) -> ReadScale | None:
    """Return the scale of a frame's data bar, if its file states none and the bar is read with confidence.

    ``levels`` are the frame's ``shades``.
    """
    if frame.pixel_size_nm is not None or frame.no_scale.startswith(NOT_SQUARE):
        return None
    return read_scale(in_8_bits(levels))


def _read_bar(picture: Picture, frame: PictureFrame, levels: np.ndarray) -> None:
    """Give a picture the scale of its data bar, if its file states none and the bar is read with confidence."""
    scale = bar_scale(frame, levels)
    if scale is not None:
        picture["pixel_size_nm"], picture["scale_source"], picture["scale_note"] = scale.pixel_size_nm, "data bar", ""
        words = f"{scale.label} are {scale.length:.1f} pixels"
        picture["instrument"] = {**picture["instrument"], "scale bar": words}


def _write_head(stream: BinaryIO, count: int, size: int) -> None:
    """Write the head of an array of pictures in numpy's format, which has room for a count of any length."""
    shape = {"descr": "|u1", "fortran_order": False, "shape": (count, size, size)}
    np.lib.format.write_array_header_1_0(stream, shape)
