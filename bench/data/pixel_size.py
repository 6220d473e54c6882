"""The size of a pixel in nanometres from numbers and units as instruments write them, or why there is none."""

import re
from typing import NamedTuple

from bench.data.frames import Unreadable

_METRES = {
    **dict.fromkeys(("pm", "picometer", "picometre"), 1e-12),
    **dict.fromkeys(("å", "angstrom", "angstroms", "a", "ang", "ångström"), 1e-10),
    **dict.fromkeys(("nm", "nanometer", "nanometers", "nanometre", "nanometres"), 1e-9),
    **dict.fromkeys(("µm", "um", "micron", "microns", "micrometer", "micrometers", "micrometre", "micrometres"), 1e-6),
    **dict.fromkeys(("mm", "millimeter", "millimetre"), 1e-3),
    **dict.fromkeys(("cm", "centimeter", "centimetre"), 1e-2),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1.0),
    **dict.fromkeys(("inch", "inches", "in"), 0.0254),
}
_RECIPROCAL = re.compile(r"1/.+|.+(\^-1|-1|⁻¹)|m?rad|mradian|degrees?|deg")
_ENERGY = re.compile(r"[kM]?eV|wavelength", re.IGNORECASE)
_SMALLEST_NM, _LARGEST_NM = 5e-4, 5e4
"""No microscope divides an atom into hundreds of pixels, and none shows five centimetres in a thousand of them."""
_ALIKE = 0.01
"""Sides of a pixel that differ by this share at most are taken for the same: instruments round them."""
NOT_SQUARE = "its pixels are not square"
"""How the reason begins why a picture of such pixels has no scale: none is right across and down."""
_NUMBER = re.compile(r"\s*([-+]?[0-9]*[.,]?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*(\S*)")


class Scale(NamedTuple):
    """The side of a pixel on the specimen in nanometres; None if unknown, for the reason ``no_scale`` if there is one.

    Fields are called as in a ``PictureFrame``.
    """

    pixel_size_nm: float | None = None
    no_scale: str = ""


UNKNOWN = Scale()
DAMAGED = Scale(None, "what its instrument wrote of it is damaged")


def in_nanometres(value: float, unit: str) -> float | None:
    """Return a length in nanometres; None for a unit that is no length."""
    metres = _METRES.get(_plain(unit))
    return None if metres is None else value * metres / 1e-9


def number_and_unit(text: object) -> tuple[float, str] | None:
    """Return the number and unit that a text begins with, such as "9.92 nm" or "1,5E-8"; None if there is none."""
    match = _NUMBER.match(str(text))
    return (float(match[1].replace(",", ".")), match[2]) if match else None


def scale_of(width: float, unit: str, height: float | None = None, height_unit: str | None = None) -> Scale:
    """Return the scale of pixels of this width and height, each in its unit.

    Raise Unreadable if the unit is no length of a specimen but an angle, a frequency or an energy.
    """
    sides = [(width, unit), (width if height is None else height, unit if height_unit is None else height_unit)]
    require_specimen(*(each for _, each in sides))
    lengths = [in_nanometres(abs(value), each) for value, each in sides]
    if not any(value for value, _ in sides):
        return UNKNOWN
    across, down = lengths
    if across is None or down is None:
        named = sides[0][1] if across is None else sides[1][1]
        return Scale(None, f"the unit {named!r} of its pixel size is unknown" if named.strip() else "")
    if not (_SMALLEST_NM <= across <= _LARGEST_NM and _SMALLEST_NM <= down <= _LARGEST_NM):  # NaN is in no range
        return Scale(None, f"its pixel size of {across:.3g} nm is plainly wrong")
    if abs(across - down) > _ALIKE * max(across, down):
        return Scale(None, f"{NOT_SQUARE}: {across:.6g} nm wide, {down:.6g} nm high")
    return Scale(across)


def require_specimen(*units: str) -> None:
    """Raise Unreadable for the units of axes of a diffraction pattern or a spectrum."""
    for unit in units:
        if _ENERGY.fullmatch(unit.strip()):
            raise Unreadable(f"is a spectrum (an axis is in {unit.strip()}), no picture; remove it")
        if _RECIPROCAL.fullmatch(unit.strip()):
            raise Unreadable(f"is a diffraction pattern (an axis is in {unit.strip()}), no picture; remove it")


def _plain(unit: str) -> str:
    """Return a unit in lower case, with one of the letters that are written for micro."""
    text = unit.strip().lower().replace("μ", "µ").replace("\\u00b5", "µ")
    return text.replace("Å".lower(), "å")
