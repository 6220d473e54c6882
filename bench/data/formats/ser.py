"""A reader of SER, the format of FEI's TIA (ES Vision), and of the EMI beside it.

Own code, because the two libraries for it are under the GPL, or name it. The layout follows the public description by
C. Boothroyd (er-c.org/cbb/info/TIAformat).
"""

from pathlib import Path

from bench.data.formats.binary import BinaryFile, require_frame, require_real
from bench.data.frames import PictureFrame, Unreadable
from bench.data.pixel_size import scale_of

_SPECTRA, _PICTURES = 0x4120, 0x4122
_WIDE_OFFSETS = 0x220
"""From this version on, places in the file have 8 bytes."""
_KINDS = {1: "u1", 2: "u2", 3: "u4", 4: "i1", 5: "i2", 6: "i4", 7: "f4", 8: "f8", 9: "c8", 10: "c16"}
_MOST_FRAMES = 1_000_000


def read(path: Path, number: int = 0) -> PictureFrame:
    """Return a frame of a series of pictures."""
    with BinaryFile(path) as file:
        _, _, version, kind, _, _, frames = file.values("HHHIIii")
        if kind == _SPECTRA:
            raise Unreadable("is a spectrum, no picture; remove it")
        if kind != _PICTURES or not 1 <= frames <= _MOST_FRAMES:
            raise ValueError(f"it holds no pictures, but {frames} of kind {kind:#x}")
        form = "q" if version >= _WIDE_OFFSETS else "i"
        require_frame(number, frames)
        file.seek(file.value(form) + number * (8 if form == "q" else 4))
        file.seek(file.value(form))
        _, width_m, _, _, height_m, _ = file.values("ddiddi")
        code, width, height = file.values("hii")
        numbers = file.picture(file.place, require_real(_KINDS.get(code), code), width, height)
        # The first row is the lowest.
        levels, white = numbers[::-1], 255.0 if numbers.dtype.itemsize == 1 and code == 1 else None
        scale = scale_of(width_m, "m", height_m)
        return PictureFrame(
            levels, white, frames, bit_depth=8 * numbers.dtype.itemsize, instrument={"maker": "FEI"}, **scale._asdict()
        )


def read_emi(path: Path, number: int = 0) -> PictureFrame:
    """Raise Unreadable: an EMI describes the SER files of its name, which hold the numbers."""
    beside = sorted(file.name for file in path.parent.glob(f"{_escaped(path.stem)}_*.[sS][eE][rR]"))
    if beside:
        raise Unreadable(f"describes {beside[0]}, which holds the numbers; nothing needs to be done")
    raise Unreadable(f"holds no numbers, they are in {path.stem}_1.ser; copy that, too")


def _escaped(name: str) -> str:
    """Return a name as a pattern for itself."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
