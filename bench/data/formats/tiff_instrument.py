"""What a TIFF says of the instrument and of the size of a pixel, by the maker whose tags it has.

tifffile reads the tags of FEI, Zeiss, Olympus SIS and TVIPS and of ImageJ; the numbers of the others are plain.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bench.data.formats.side_files import of_hitachi_or_tescan
from bench.data.formats.tiff_pages import Page
from bench.data.frames import Unreadable
from bench.data.pixel_size import UNKNOWN, Scale, number_and_unit, scale_of

Instrument = dict[str, str]
_CENTIMETRE, _INCH = 3, 2
_FINEST_PRINT_NM = 1000.0
"""No printer's dots are finer: a resolution beyond is the specimen's, one below it may be the paper's."""


def description(page: Page, imagej: Mapping[str, object]) -> tuple[Instrument, Scale]:
    """Return what a page says of its instrument, and its scale: of the first maker whose tags it has."""
    for read in _MAKERS:
        result = read(page)
        if result is not None:
            return result
    scale = _of_imagej(page, imagej) or _of_ome(page) or _of_resolution(page) or UNKNOWN
    return _named({"maker": page.text(271), "instrument": page.text(272)}.items()), scale


def _named(fields: Iterable[tuple[str, object]]) -> Instrument:
    """Return the fields that say something, as text on one line."""
    texts = {name: " ".join(str(value).replace("\0", " ").split())[:200] for name, value in fields if value is not None}
    return {name: text for name, text in texts.items() if text}


def _fei(page: Page) -> tuple[Instrument, Scale] | None:
    """FEI and Thermo Fisher: sections of names and values, lengths in metres."""
    data = page.tags.valueof(34682) or page.tags.valueof(34680)
    if not isinstance(data, dict):
        return None
    width, height = _first(data, "PixelWidth"), _first(data, "PixelHeight")
    scale = UNKNOWN if width is None else scale_of(width, "m", height)
    system, beam = data.get("System", {}), data.get(str(data.get("Beam", {}).get("Beam", "EBeam")), {})
    fields = {
        "maker": "FEI",
        "instrument": system.get("SystemType"),
        "voltage": _with_unit(beam.get("HV"), "V"),
        "working distance": _with_unit(beam.get("WD"), "m"),
        "detector": data.get("Detectors", {}).get("Name"),
        "date": data.get("User", {}).get("Date"),
    }
    return _named(fields.items()), scale


def _first(sections: Mapping[str, Any], name: str) -> float | None:
    """Return the number of this name in the first section that has one: that of the scan comes first."""
    for section in (sections.get("Scan"), *sections.values()):
        number = number_and_unit(section[name]) if isinstance(section, dict) and name in section else None
        if number is not None:
            return number[0]
    return None


def _with_unit(value: object, unit: str) -> str | None:
    return f"{value} {unit}" if isinstance(value, int | float) else None


def _zeiss(page: Page) -> tuple[Instrument, Scale] | None:
    """Zeiss and LEO: the size of the image's pixels, which differ from the screen's in one saved smaller."""
    data = page.tags.valueof(34118)
    if not isinstance(data, dict):
        return None

    def text(key: str) -> str | None:
        return " ".join(map(str, data[key][1:])) if len(data.get(key, ())) > 1 else None

    size, field = number_and_unit(text("ap_image_pixel_size")), number_and_unit(text("ap_width"))
    scale = scale_of(*size) if size else scale_of(field[0] / page.width, field[1]) if field else UNKNOWN
    fields = {
        "maker": "Zeiss",
        "instrument": text("sv_serial_number") or text("dp_sem"),
        "voltage": text("ap_actualkv") or text("ap_manualkv"),
        "working distance": text("ap_wd"),
        "magnification": text("ap_mag"),
        "detector": text("dp_detector_channel") or text("dp_detector_type"),
        "date": text("ap_date"),
    }
    return _named(fields.items()), scale


def _olympus(page: Page) -> tuple[Instrument, Scale] | None:
    """Olympus SIS: metres, with the errors of a power of ten; rounded to a femtometre, as other readers do."""
    data = page.tags.valueof(33560)
    if not isinstance(data, dict) or "pixelsizex" not in data:
        return None
    scale = scale_of(round(data["pixelsizex"], 15), "m", round(data["pixelsizey"], 15))
    fields = {
        "maker": "Olympus SIS",
        "instrument": page.text(272),
        "magnification": data.get("magnification"),
        "detector": data.get("cameraname"),
    }
    return _named(fields.items()), scale


def _tvips(page: Page) -> tuple[Instrument, Scale] | None:
    """TVIPS: the size of a pixel in nanometres, of reciprocal ones in diffraction."""
    data = page.tags.valueof(37706)
    if not isinstance(data, dict):
        return None
    fields = {
        "maker": "TVIPS",
        "instrument": data.get("TemType"),
        "voltage": _with_unit(data.get("TemHighTension"), "V"),
        "magnification": data.get("TemMagnification"),
    }
    return _named(fields.items()), scale_of(data.get("PixelSizeX", 0.0), "nm", data.get("PixelSizeY"))


def _jeol(page: Page) -> tuple[Instrument, Scale] | None:
    """JEOL's TEM: the camera's resolution on its screen, and the magnification up to there, as XML."""
    text = page.text(270)
    if "<TemReporter" not in text[:200]:
        return None

    def value(name: str) -> str:
        match = re.search(rf"<{name}>([^<]{{0,80}})</{name}>", text)
        return match[1].strip() if match else ""

    if value("SelectorUnitString").lower() in ("cm", "mm", "m"):
        raise Unreadable("is a diffraction pattern (it has a camera length), no picture; remove it")
    magnification, dots = number_and_unit(value("SelectorValue")), _resolution(page)
    scale = UNKNOWN
    if magnification and magnification[0] > 0 and dots:
        scale = scale_of(dots[0] / magnification[0], "nm", dots[1] / magnification[0])
    fields = {
        "maker": "JEOL",
        "instrument": value("Instruments"),
        "voltage": _with_unit((number_and_unit(value("AccelerationVoltage")) or (None,))[0], "V"),
        "magnification": value("SelectorString"),
        "date": value("DateTime"),
    }
    return _named(fields.items()), scale


def _gatan(page: Page) -> tuple[Instrument, Scale] | None:
    """DigitalMicrograph: number and unit of both sides of a pixel."""
    sides = [page.tags.valueof(tag) for tag in (65009, 65010)]
    if not all(isinstance(side, int | float) for side in sides):
        return None
    scale = scale_of(float(sides[0]), page.text(65003), float(sides[1]), page.text(65004) or page.text(65003))
    return {"maker": "Gatan"}, scale


def _tescan(page: Page) -> tuple[Instrument, Scale] | None:
    """Tescan: the text of its side file, within a tag."""
    data = page.tags.valueof(50431)
    return of_hitachi_or_tescan(data.decode("latin-1")) if isinstance(data, bytes) else None


_MAKERS: tuple[Callable[[Page], tuple[Instrument, Scale] | None], ...] = (
    *(_fei, _zeiss, _olympus, _tvips, _jeol, _gatan, _tescan),
)


def _of_imagej(page: Page, imagej: Mapping[str, object]) -> Scale | None:
    """Return the scale that somebody set in ImageJ: pixels per unit; None without one."""
    unit, sides = str(imagej.get("unit", "")), [_ratio(page.tags.valueof(tag)) for tag in (282, 283)]
    if unit.strip().lower() in ("", "pixel", "pixels", "inch") or sides[0] is None:
        return None
    return scale_of(1 / sides[0], unit, None if sides[1] is None else 1 / sides[1])


def _of_ome(page: Page) -> Scale | None:
    """Return the physical size of a pixel in OME's XML, in micrometres without a unit; None without one."""
    text = page.text(270)
    if "<OME" not in text[:2000]:
        return None

    def attribute(name: str) -> str:
        match = re.search(rf'\b{name}="([^"]{{1,40}})"', text)
        return match[1] if match else ""

    width, height = (number_and_unit(attribute(f"PhysicalSize{axis}")) for axis in "XY")
    if width is None:
        return None
    return scale_of(
        width[0], attribute("PhysicalSizeXUnit") or "µm", (height or width)[0], attribute("PhysicalSizeYUnit") or "µm"
    )


def _of_resolution(page: Page) -> Scale | None:
    """Return the resolution as a scale if it is too fine for paper; None if not."""
    dots = _resolution(page)
    return scale_of(dots[0], "nm", dots[1]) if dots and max(dots) < _FINEST_PRINT_NM else None


def _resolution(page: Page) -> tuple[float, float] | None:
    """Return width and height of a pixel by the resolution in nanometres, None without one."""
    unit = {_INCH: 25.4e6, _CENTIMETRE: 1e7}.get(page.number(296, _INCH))
    across, down = (_ratio(page.tags.valueof(tag)) for tag in (282, 283))
    return (unit / across, unit / (down or across)) if unit and across else None


def _ratio(value: object) -> float | None:
    """Return a rational number of a tag, None for what is none or not positive."""
    if not isinstance(value, tuple) or len(value) != 2 or not value[0] or not value[1]:
        return None
    return value[0] / value[1]
