"""A reader of MRC, the format of electron tomography (Cheng et al. 2015, MRC2014, doi:10.1016/j.jsb.2015.04.002).

Own code of a page: the package mrcfile reads MRC2014 alone, and instruments still write the form before it.
"""

from pathlib import Path

import numpy as np

from bench.data.formats.binary import BinaryFile, require_frame, require_real
from bench.data.frames import PictureFrame, Unreadable
from bench.data.pixel_size import UNKNOWN, Scale, scale_of

_KINDS = {0: "i1", 1: "i2", 2: "f4", 3: "c8", 4: "c8", 6: "u2", 7: "i4", 12: "f2"}
_HEAD, _EXTRA_FEI = 1024, (b"FEI1", b"FEI2")
_MOST_FRAMES = 1_000_000


def read(path: Path, number: int = 0) -> PictureFrame:
    """Return a section of an MRC file."""
    with BinaryFile(path) as file:
        width, height, frames, mode = _sizes(file)
        kind = np.dtype(require_real(_KINDS.get(mode), mode))
        file.seek(92)
        start = _HEAD + file.value("i")
        require_frame(number, frames)
        numbers = file.picture(start + number * width * height * kind.itemsize, kind.str, width, height)
        if mode == 0 and not _is_signed(file):
            numbers = numbers.view(np.uint8)
        white = 255.0 if numbers.dtype == np.uint8 else None
        file.seek(104)
        instrument = {"maker": "FEI"} if file.bytes(4) in _EXTRA_FEI else {}
        return PictureFrame(
            numbers, white, frames, bit_depth=8 * kind.itemsize, instrument=instrument, **_scale(file)._asdict()
        )


def _sizes(file: BinaryFile) -> tuple[int, int, int, int]:
    """Return width, height, sections and mode, and set the byte order in which they are possible."""
    for order in "<>":
        file.order = order
        file.seek(0)
        width, height, frames, mode = file.values("4i")
        if min(width, height, frames) > 0 and frames <= _MOST_FRAMES and 0 <= mode <= 200:
            return width, height, frames, mode
    raise Unreadable("is no MRC file; remove it, or save it again")


def _is_signed(file: BinaryFile) -> bool:
    """Return whether bytes are signed: IMOD says so in a flag of its own, MRC2014 has no other."""
    file.seek(152)
    stamp, flags = file.values("ii")
    return not (stamp == 1146047817 and not flags & 1)


def _scale(file: BinaryFile) -> Scale:
    """Return the size of a pixel: the cell's sides in angstroms, divided by the samples along them."""
    file.seek(28)
    (across, down, _), (width, height) = file.values("3i"), file.values("2f")
    return scale_of(width / across, "Å", height / down) if across > 0 and down > 0 else UNKNOWN
