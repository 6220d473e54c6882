"""A reader of EMD (Velox and Berkeley) and of other HDF5 files that hold one picture, by h5py.

Own code around h5py: of the libraries for EMD, RosettaSciIO is under the GPL and ncempy's metadata names it. What a
file refers to elsewhere, in other files or through filters that are not HDF5's own, is not read.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

from bench.data.formats.binary import require_frame
from bench.data.frames import MOST_PIXELS, PictureFrame, Unreadable, require_size
from bench.data.pixel_size import DAMAGED, UNKNOWN, Scale, number_and_unit, require_specimen, scale_of

_MOST_OBJECTS, _DEEPEST = 10_000, 20
_VELOX, _KINDS_OF_VELOX = "Data/Image", "Data"
_LARGEST_METADATA = 10_000_000


class _Picture(NamedTuple):
    """A dataset of pictures, with which of its axes are rows and columns, and which counts the frames, None for one."""

    numbers: h5py.Dataset
    rows: int
    columns: int
    along: int | None
    scale: Scale
    instrument: dict[str, str]

    @property
    def frames(self) -> int:
        """The number of pictures of the dataset."""
        return 1 if self.along is None else self.numbers.shape[self.along]

    def frame(self, number: int) -> np.ndarray:
        """Return the numbers (H, W) of one of the pictures."""
        height, width = self.numbers.shape[self.rows], self.numbers.shape[self.columns]
        require_size(width, height)
        if math.prod(self.numbers.chunks or ()) > MOST_PIXELS:
            raise Unreadable(
                f"is stored in pieces of more than {MOST_PIXELS // 1_000_000} million pixels; save it as TIFF"
            )
        place: list[Any] = [slice(None)] * self.numbers.ndim
        if self.along is not None:
            place[self.along] = number
        numbers = self.numbers[tuple(place)]
        return numbers if self.rows < self.columns else numbers.T


def read(path: Path, number: int = 0) -> PictureFrame:
    """Return a frame of a file, counted through its datasets of pictures."""
    with h5py.File(path, "r") as file:
        pictures = _of_velox(file) or _of_berkeley(file) or _of_others(file)
        frames = sum(picture.frames for picture in pictures)
        require_frame(number, frames)
        for picture in pictures:
            if number < picture.frames:
                levels = picture.frame(number)
                white = 255.0 if levels.dtype == np.uint8 else None
                return PictureFrame(
                    np.ascontiguousarray(levels),
                    white,
                    frames,
                    bit_depth=8 * levels.dtype.itemsize,
                    instrument=picture.instrument,
                    **picture.scale._asdict(),
                )
            number -= picture.frames
    raise AssertionError("a frame of the file is a frame of one of its datasets")


def _child(group: h5py.Group, name: str) -> Any:
    """Return a member of a group that lies in this file, None without one: links elsewhere are not followed."""
    child: Any = group
    for part in name.split("/"):
        if not isinstance(child, h5py.Group) or not isinstance(child.get(part, getlink=True), h5py.HardLink):
            return None
        child = child[part]
    return child


def _of_velox(file: h5py.File) -> list[_Picture]:
    """Return the pictures of a file of Velox; raise Unreadable if it holds spectra alone."""
    images = _child(file, _VELOX)
    if not isinstance(images, h5py.Group):
        others = _child(file, _KINDS_OF_VELOX)
        kinds = sorted(others) if isinstance(others, h5py.Group) and _child(file, "Version") is not None else []
        if any(kind.startswith("Spectr") for kind in kinds):
            raise Unreadable("holds spectra, no picture; remove it")
        return []
    pictures: list[_Picture] = []
    refusal: Unreadable | None = None
    for name in map(str, images):
        numbers = _child(images, f"{name}/Data")
        if isinstance(numbers, h5py.Dataset) and numbers.ndim in (2, 3) and _is_real(numbers):
            try:
                scale, instrument = _velox_metadata(_child(images, f"{name}/Metadata"))
            except Unreadable as reason:
                refusal = reason
                continue
            except Exception:  # damaged metadata are no reason to lose the picture
                scale, instrument = DAMAGED, {}
            pictures.append(_Picture(numbers, 0, 1, 2 if numbers.ndim == 3 else None, scale, instrument))
    if refusal and not pictures:
        raise refusal
    return pictures


def _velox_metadata(data: Any) -> tuple[Scale, dict[str, str]]:
    """Return what the first frame's JSON says: the pixel's size and unit, and the instrument."""
    if not isinstance(data, h5py.Dataset) or data.ndim != 2 or data.shape[0] > _LARGEST_METADATA:
        return UNKNOWN, {"maker": "FEI"}
    frame = json.loads(bytes(data[:, 0]).split(b"\0")[0] or b"{}")
    result, instrument, optics = (frame.get(name, {}) for name in ("BinaryResult", "Instrument", "Optics"))
    size = result.get("PixelSize", {})
    width, height = (number_and_unit(size.get(side)) for side in ("width", "height"))
    unit = str(result.get("PixelUnitX", "m"))
    require_specimen(unit)
    scale = scale_of(width[0], unit, height[0], str(result.get("PixelUnitY", unit))) if width and height else UNKNOWN
    voltage = number_and_unit(optics.get("AccelerationVoltage"))
    fields = {
        "maker": str(instrument.get("Manufacturer", "FEI")),
        "instrument": str(instrument.get("InstrumentModel") or instrument.get("InstrumentClass") or ""),
        "voltage": f"{voltage[0]:g} V" if voltage else "",
        "detector": str(result.get("Detector", "")),
    }
    return scale, {name: text[:200] for name, text in fields.items() if text}


def _of_berkeley(file: h5py.File) -> list[_Picture]:
    """Return the pictures of the groups that Berkeley's EMD marks: an array ``data`` with an array for each axis."""
    groups = [each for each in _objects(file) if isinstance(each, h5py.Group) and "emd_group_type" in each.attrs]
    pictures, other = [], ""
    for group in groups:
        numbers = _child(group, "data")
        if not isinstance(numbers, h5py.Dataset) or numbers.ndim < 1 or not _is_real(numbers):
            continue
        axes = [_axis(_child(group, f"dim{axis + 1}")) for axis in range(numbers.ndim)]
        require_specimen(*(unit for _, unit in axes))
        if numbers.ndim not in (2, 3) or 1 in numbers.shape[-2:]:
            other = " x ".join(map(str, numbers.shape))
            continue
        # The last two axes are the picture's: h5py names the slowest first.
        rows, columns = numbers.ndim - 2, numbers.ndim - 1
        scale = scale_of(axes[columns][0], axes[columns][1], axes[rows][0], axes[rows][1])
        pictures.append(_Picture(numbers, rows, columns, 0 if numbers.ndim == 3 else None, scale, {}))
    if groups and not pictures:
        raise Unreadable(f"holds a spectrum or a data cube{f' of {other} numbers' if other else ''}; remove it")
    return pictures


def _axis(values: Any) -> tuple[float, str]:
    """Return the step of an axis and its unit, 0 without any."""
    if not isinstance(values, h5py.Dataset) or values.ndim != 1:
        return 0.0, ""
    unit = values.attrs.get("units", "")
    text = unit.decode("utf-8", "replace") if isinstance(unit, bytes) else str(unit)
    text = text.strip().strip("[]").replace("_", "")
    step = float(values[1]) - float(values[0]) if len(values) > 1 else 0.0
    return (step, text) if text else (0.0, "")


def _of_others(file: h5py.File) -> list[_Picture]:
    """Return the picture of any HDF5 file, if it is the only array of such a shape; raise Unreadable if not."""
    arrays = [
        each
        for each in _objects(file)
        if isinstance(each, h5py.Dataset) and each.ndim in (2, 3) and min(each.shape) > 1 and _is_real(each)
    ]
    if len(arrays) != 1:
        names = ", ".join(str(each.name) for each in arrays[:3]) or "none"
        raise Unreadable(
            f"is HDF5 with {len(arrays)} arrays that may be pictures ({names}); save the one that counts as TIFF"
        )
    (numbers,) = arrays
    along = None if numbers.ndim == 2 else 0
    return [_Picture(numbers, numbers.ndim - 2, numbers.ndim - 1, along, UNKNOWN, {})]


def _objects(file: h5py.File) -> Iterator[Any]:
    """Yield the groups and datasets that lie in a file, each once."""
    waiting: list[tuple[Any, int]] = [(file, 0)]
    seen: set[Any] = set()
    while waiting and len(seen) < _MOST_OBJECTS:
        each, depth = waiting.pop(0)
        if each.id in seen:
            continue
        seen.add(each.id)
        yield each
        if isinstance(each, h5py.Group) and depth < _DEEPEST:
            waiting += [(child, depth + 1) for name in map(str, each) if (child := _child(each, name)) is not None]


def _is_real(numbers: h5py.Dataset) -> bool:
    """Return whether a dataset holds numbers that are in the file, of a type that a picture may have."""
    return numbers.dtype.kind in "iufb" and not numbers.is_virtual and not numbers.external
