"""Text files beside pictures in which instruments write what they know: Hitachi's and JEOL's .txt, Tescan's .hdr."""

import re
from pathlib import Path
from typing import NamedTuple

from bench.data.pixel_size import UNKNOWN, Scale, in_nanometres, number_and_unit, scale_of

_LARGEST = 1_000_000
"""No side file has more bytes."""
_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class Note(NamedTuple):
    """What a side file says: fields of the instrument in words, and the scale."""

    instrument: dict[str, str]
    scale: Scale


def names_beside(path: Path) -> list[str]:
    """Return the names that a side file of a picture may have: a.txt, a.hdr, a-tif.hdr, a.tif.hdr or a.tif.txt."""
    names = [f"{path.stem}.txt", f"{path.stem}.hdr", f"{path.stem}-{path.suffix[1:]}.hdr"]
    names += [f"{path.name}.hdr", f"{path.name}.txt"]
    return [each for name in names for each in (name, f"{name[:-4]}{name[-4:].upper()}")]


def note_beside(path: Path) -> Note | None:
    """Return what the side files of a picture say of it, None if there is none that an instrument wrote."""
    files = (path.with_name(name) for name in names_beside(path))
    return next((note for file in files if file.is_file() and (note := note_of(file)) is not None), None)


def note_of(file: Path) -> Note | None:
    """Return what a side file says, None if no instrument known here wrote it."""
    with file.open("rb") as stream:
        data = stream.read(_LARGEST)
    text = data.decode(_ENCODINGS.get(data[:3], _ENCODINGS.get(data[:2], "latin-1")), "replace")
    return of_hitachi_or_tescan(text) or _of_jeol(text)


def of_hitachi_or_tescan(text: str) -> Note | None:
    """Return what lines of NAME=VALUE say, None without a pixel size: Hitachi in nanometres, Tescan in metres."""
    values = dict(re.findall(r"^[ \t]*(\w+)[ \t]*=[ \t]*([^\r\n]*)", text.replace("\0", "\n"), re.MULTILINE))

    def number(name: str) -> tuple[float, str]:
        return number_and_unit(values.get(name)) or (0.0, "")

    if "PixelSizeX" in values:
        (width, unit), (height, _) = number("PixelSizeX"), number("PixelSizeY")
        scale = scale_of(width, unit or "m", height or None)
        fields = {"instrument": "Device", "voltage": "HV", "working distance": "WD", "detector": "Detector0"}
        units, maker = {"voltage": " V", "working distance": " m"}, "Tescan"
    elif "PixelSize" in values and ("[SemImageFile]" in text or "InstructName" in values):
        width, unit = number("PixelSize")
        scale, maker = scale_of(width, unit or "nm"), "Hitachi"
        fields = {"instrument": "InstructName", "voltage": "AcceleratingVoltage", "working distance": "WorkingDistance"}
        fields |= {"magnification": "Magnification", "detector": "SignalName", "date": "Date"}
        units = {}
    else:
        return None
    known = {name: values[key].strip()[:200] + units.get(name, "") for name, key in fields.items() if values.get(key)}
    return Note({"maker": maker, **known}, scale)


def _of_jeol(text: str) -> Note | None:
    """Return what JEOL's lines of $NAME VALUE say, None without any: the length of the scale's bar, and its pixels."""
    values = dict(re.findall(r"^\$\$?(\w+)[ \t]+([^\r\n]*)", text, re.MULTILINE))
    if not any(name.startswith(("CM_", "SM_")) for name in values):
        return None
    pixels = number_and_unit(values.get("SM_MICRON_BAR"))
    length = number_and_unit(values.get("SM_MICRON_MARKER"))
    scale = UNKNOWN
    if pixels and length and pixels[0] > 0 and in_nanometres(1.0, length[1]) is not None:
        scale = scale_of(length[0] / pixels[0], length[1])
    fields = {"instrument": "CM_INSTRUMENT", "voltage": "CM_ACCEL_VOLT", "magnification": "CM_MAG"}
    fields |= {"detector": "CM_SIGNAL", "working distance": "SM_WD", "date": "CM_DATE"}
    units = {"voltage": " kV", "working distance": " mm"}
    known = {name: values[key].strip()[:200] + units.get(name, "") for name, key in fields.items() if values.get(key)}
    return Note({"maker": "JEOL", **known}, scale)
