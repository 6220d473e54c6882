"""A reader of DM3 and DM4, the formats of Gatan's DigitalMicrograph.

Own code: of the libraries for it, RosettaSciIO is under the GPL and ncempy's metadata names the GPL beside MIT; both
read a whole file, of any declared size, where one frame is wanted. The layout follows the public description by
C. Boothroyd and B. Schaffer (er-c.org/cbb/info/dmformat): a tree of tags, of which the numbers of a picture is one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.data.formats.binary import BinaryFile, require_frame, require_real
from bench.data.frames import PictureFrame, Unreadable, require_size
from bench.data.levels import luma
from bench.data.pixel_size import UNKNOWN, Scale, number_and_unit, require_specimen, scale_of
from bench.errors import shortened

_FORMS = {
    **{2: "h", 3: "i", 4: "H", 5: "I", 6: "f", 7: "d", 8: "?", 9: "b", 10: "B", 11: "q", 12: "Q"},
}
"""The simple types of a tag's value, as forms of ``struct``."""
_STRUCT, _STRING, _ARRAY = 15, 18, 20
_KINDS = {
    **{1: "i2", 2: "f4", 3: "c8", 5: "c8", 6: "u1", 7: "i4", 9: "i1", 10: "u2", 11: "u4", 12: "f8", 13: "c16"},
    **{14: "u1", 39: "i8", 40: "u8"},
}
"""Types of the numbers of a picture by their code; 23 are colours."""
_COLOURS = 23
_MOST_TAGS, _DEEPEST = 1_000_000, 100
_LONGEST_TEXT = 100_000
_GROUP, _DATA = 20, 21


@dataclass(frozen=True)
class _Array:
    """An array that is not read yet: its place in the file, the form of its numbers, and how many they are."""

    place: int
    form: str
    length: int


class _Tags:
    """The tree of tags of a file, flat: path to value, groups without names counted from 0."""

    def __init__(self, file: BinaryFile) -> None:
        file.order = ">"
        version = file.value("i")
        self._wide = {3: "i", 4: "q"}[version]
        file.value(self._wide)
        self._file, self._order = file, "<" if file.value("i") else ">"
        self._count = 0
        self.values: dict[tuple[str | int, ...], Any] = {}
        self._group((), 0)

    def _group(self, path: tuple[str | int, ...], depth: int) -> None:
        if depth > _DEEPEST:
            raise ValueError("its tags are nested without an end")
        self._file.bytes(2)
        for number in range(self._file.value(self._wide)):
            self._count += 1
            if self._count > _MOST_TAGS:
                raise ValueError(f"it has more than {_MOST_TAGS:,} tags")
            kind, length = self._file.values("BH")
            name = self._file.bytes(length).decode("latin-1") if length else number
            if self._wide == "q":
                self._file.value("q")
            if kind == _GROUP:
                self._group((*path, name), depth + 1)
            elif kind == _DATA:
                self.values[*path, name] = self._value()
            else:
                raise ValueError(f"its tag {shortened(name)} is of the unknown kind {kind}")

    def _value(self) -> Any:
        """Return the value of a tag; an array stays in the file."""
        if self._file.bytes(4) != b"%%%%":
            raise ValueError("its tags are damaged")
        length = self._file.value(self._wide)
        if not 1 <= length <= 1000:
            raise ValueError("the type of a tag is damaged")
        types = list(self._file.values(f"{length}{self._wide}"))
        return self._read(types)

    def _read(self, types: list[int]) -> Any:
        kind = types.pop(0)
        if kind == _STRUCT:
            fields = self._fields(types)
            return tuple(self._numbers(form) for form in fields)
        if kind == _STRING:
            return self._text(types.pop(0))
        if kind == _ARRAY:
            form, length = self._element(types), types.pop(0)
            place = self._file.place
            self._file.seek(place + length * np.dtype(",".join(form)).itemsize)
            return _Array(place, form[0] if len(form) == 1 else "", length)
        return self._numbers(_FORMS[kind])

    def _fields(self, types: list[int]) -> list[str]:
        """Return the forms of the fields of a struct, described by its name's length, count, and name and type each."""
        _, count = types.pop(0), types.pop(0)
        pairs = [(types.pop(0), types.pop(0)) for _ in range(count)]
        return [_FORMS[kind] for _, kind in pairs]

    def _element(self, types: list[int]) -> list[str]:
        """Return the numpy types of an element of an array."""
        kind = types.pop(0)
        forms = self._fields(types) if kind == _STRUCT else [_FORMS[kind]]
        return [np.dtype(form).str[1:] for form in forms]

    def _numbers(self, form: str) -> Any:
        self._file.order = self._order
        value = self._file.value(form)
        self._file.order = ">"
        return value

    def _text(self, length: int) -> str:
        return self._file.bytes(length).decode("utf-16-le" if self._order == "<" else "utf-16-be", "replace")

    def get(self, *path: str | int) -> Any:
        """Return the value of a tag, None without one."""
        return self.values.get(path)

    def text(self, *path: str | int) -> str:
        """Return the value of a tag as text, "" without one: texts are arrays of numbers of two bytes."""
        value = self.values.get(path, "")
        if not isinstance(value, _Array):
            return str(value)
        if value.form != "u2" or value.length > _LONGEST_TEXT:
            return ""
        self._file.seek(value.place)
        return self._text(2 * value.length)

    def below(self, *path: str | int) -> Iterator[Any]:
        """Yield the values of a group without names, in order."""
        number = 0
        while (*path, number) in self.values:
            yield self.values[*path, number]
            number += 1


def read(path: Path, number: int = 0) -> PictureFrame:
    """Return a frame of the picture of a DM3 or DM4, thumbnails apart."""
    with BinaryFile(path) as file:
        tags = _Tags(file)
        image = ("ImageList", _picture_of(tags), "ImageData")
        sides = list(tags.below(*image, "Dimensions"))
        units = [_unit(tags, image, axis) for axis in range(len(sides))]
        require_specimen(*units)
        if len(sides) < 2 or len(sides) > 3 or 1 in sides[:2]:
            shape = " x ".join(map(str, sides))
            raise Unreadable(f"is a spectrum or a data cube of {shape} numbers, no picture; remove it")
        width, height, frames = sides[0], sides[1], sides[2] if len(sides) == 3 else 1
        require_size(width, height)
        require_frame(number, frames)
        data, code = tags.get(*image, "Data"), tags.get(*image, "DataType")
        if not isinstance(data, _Array):
            raise ValueError("it holds no numbers of a picture")
        file.order = "<"
        if code == _COLOURS:
            levels, white, bits = _colours(file, data.place, width, height, number), 255.0, 8
        else:
            kind = np.dtype(require_real(_KINDS.get(code), code))
            levels = file.picture(data.place + number * width * height * kind.itemsize, kind.str, width, height)
            white, bits = None, 8 * kind.itemsize
            if kind == np.uint8:
                levels, white = (levels * 255, 255.0) if code == 14 else (levels, 255.0)
        scale = _scale(tags, image)
        return PictureFrame(levels, white, frames, instrument=_instrument(tags), bit_depth=bits, **scale._asdict())


def _picture_of(tags: _Tags) -> int:
    """Return the number of the image that is shown: the others are thumbnails."""
    images = sorted({path[1] for path in tags.values if path[0] == "ImageList" and isinstance(path[1], int)})
    shown = tags.get("ImageSourceList", 0, "ImageRef")
    thumbnails = {value for path, value in tags.values.items() if path[0] == "Thumbnails" and path[-1] == "ImageIndex"}
    if isinstance(shown, int) and shown in images and shown not in thumbnails:
        return shown
    rest = [image for image in images if image not in thumbnails]
    if not rest:
        raise ValueError("it holds no image")
    return rest[-1]


def _colours(file: BinaryFile, place: int, width: int, height: int, number: int) -> np.ndarray:
    """Return the brightness of colours of 4 bytes each: blue, green, red and one that is unused."""
    require_size(width, height)
    words = file.picture(place + 4 * number * width * height, "u4", width, height)
    return luma(np.stack([words >> 16 & 255, words >> 8 & 255, words & 255], -1))


def _unit(tags: _Tags, image: tuple[str | int, ...], axis: int) -> str:
    return tags.text(*image, "Calibrations", "Dimension", axis, "Units")


def _scale(tags: _Tags, image: tuple[str | int, ...]) -> Scale:
    sizes = [tags.get(*image, "Calibrations", "Dimension", axis, "Scale") for axis in (0, 1)]
    if not all(isinstance(size, float) for size in sizes):
        return UNKNOWN
    return scale_of(sizes[0], _unit(tags, image, 0), sizes[1], _unit(tags, image, 1))


def _instrument(tags: _Tags) -> dict[str, str]:
    """Return what the tags of the microscope say."""
    wanted = {
        "Microscope": "instrument",
        "Voltage": "voltage",
        "Indicated Magnification": "magnification",
        "Acquisition Date": "date",
    }
    fields = {"maker": "Gatan"}
    for path in tags.values:
        name = wanted.get(str(path[-1]))
        if name and path[0] == "ImageList" and "ImageTags" in path:
            text = " ".join(tags.text(*path).split())[:200]
            fields |= {name: f"{text} V" if name == "voltage" and number_and_unit(text) else text} if text else {}
    return fields
