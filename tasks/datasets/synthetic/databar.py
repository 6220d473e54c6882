"""The data bar: instrument text and a scale bar in the styles of several makers, the same for every category.

Label, field width and magnification agree with each other; fields go over three decades.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.tasks.datasets.synthetic.scene import Scene

STEPS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
"""The possible lengths of a scale bar, in nanometres."""
_VOLTS = (1.0, 2.0, 3.0, 5.0, 5.0, 7.0, 10.0, 15.0, 20.0)
_DETECTORS = ("SE2", "InLens", "ETD", "TLD", "LEI", "SE(U)", "BSE")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Reading(NamedTuple):
    """The instrument's text for one picture; ``share`` is the scale bar's share of the width."""

    share: float
    label: str
    volts: float
    distance: float
    magnification: str
    width: str
    detector: str
    date: str
    clock: str
    field: float
    """The nanometres that the picture is wide."""


class Bar(NamedTuple):
    """A data bar in a picture: its first row, the row after its last, and what it says."""

    first: int
    end: int
    reading: Reading


class Strip(NamedTuple):
    """A pen on a strip of ``height`` x ``width`` pixels, and its ink."""

    image: Image.Image
    pen: ImageDraw.ImageDraw
    height: int
    width: int
    ink: int

    def text(self, x: float, y: float, text: str, size: float) -> None:
        """Write at a place in shares of the strip, ``size`` its share of the height."""
        place = (round(x * self.width), round(y * self.height))
        self.image.paste(self.ink, place, _written(text, round(max(5.0, size * self.height))))

    def scale(self, x: float, y: float, share: float, ticks: float) -> None:
        """Draw the scale bar from x at the height y; ``ticks`` is the height of its ends."""
        left, right, middle = round(x * self.width), round((x + share) * self.width), round(y * self.height)
        thick = max(1, round(0.09 * self.height))
        self.pen.rectangle((left, middle, right, middle + thick - 1), fill=self.ink)
        half, end = round(ticks * self.height / 2), max(1, self.width // 300)
        for place in (left, right - end + 1):
            self.pen.rectangle((place, middle - half, place + end - 1, middle + thick - 1 + half), fill=self.ink)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


@lru_cache(4096)
def _written(text: str, size: int) -> Image.Image:
    """Return a text in white on black, just large enough."""
    font, plain = _font(size), text.replace("µ", "u")
    _, _, right, bottom = font.getbbox("p" + plain)
    image = Image.new("L", (int(right) + 1, int(bottom) + 1), 0)
    pen = ImageDraw.Draw(image)
    pen.text((0, 0), plain, font=font, fill=255)
    if "µ" in text:
        # The font lacks the letter: a u with a tail at its left.
        left, base = font.getlength(plain[: text.index("µ")]) + 0.085 * size, font.getbbox("u")[3]
        pen.rectangle((left, base - size / 4, left + 0.06 * size, base + size / 6), fill=255)
    return image


def strip(width: int, height: int, light: bool) -> Strip:
    """Return an empty strip, black on white or white on black."""
    image = Image.new("L", (width, height), 255 if light else 0)
    return Strip(image, ImageDraw.Draw(image), height, width, 0 if light else 255)


def draw_bar(picture: np.ndarray, scene: Scene, random: np.random.Generator) -> Bar | None:
    """Draw a scene's data bar into its picture, at its lower border or floating close above it; None without one."""
    if scene["bar"] == "absent":
        return None
    reading = read_off(random, scene["bar"] == "long")
    height, width = picture.shape
    drawn = strip(width, max(6, round(random.uniform(0.085, 0.105) * height)), light=bool(random.random() < 0.6))
    STYLES[random.integers(len(STYLES))](drawn, reading, random.random())
    low = height - (round(0.06 * height) if random.random() < 0.2 else 0)
    picture[low - drawn.height : low] = np.asarray(drawn.image)
    return Bar(low - drawn.height, low, reading)


def read_off(random: np.random.Generator, long: bool) -> Reading:
    """Draw the data bar."""
    share = random.uniform(0.36, 0.5) if long else random.uniform(0.08, 0.17)
    stands_for = STEPS[random.integers(len(STEPS))]
    field = stands_for / share
    times = 1.27e8 / field
    return Reading(
        share,
        f"{stands_for} nm" if stands_for < 1000 else f"{stands_for // 1000} µm",
        _VOLTS[random.integers(len(_VOLTS))],
        random.uniform(2.5, 18),
        f"{times / 1000:.2f} K X" if times >= 1000 else f"{times:.0f} X",
        f"{field:.0f} nm" if field < 1000 else f"{field / 1000:.{1 if field >= 1e5 else 2}f} µm",
        _DETECTORS[random.integers(len(_DETECTORS))],
        f"{random.integers(1, 29)} {_MONTHS[random.integers(12)]} 20{random.integers(10, 19)}",
        f"{random.integers(8, 19)}:{random.integers(10, 60)}:{random.integers(10, 60)}",
        field,
    )


def _with_ruler(strip: Strip, reading: Reading, text: float) -> None:
    """Scale bar at the left under its label, two lines of text to the right, a maker's mark."""
    strip.text(0.02, 0.02, reading.label, 0.46)
    strip.scale(0.02, 0.74, reading.share, 0.3)
    left = max(0.26, 0.06 + reading.share)
    right = (left + 0.93) / 2 + 0.02
    rows = [f"EHT = {reading.volts:.2f} kV", f"WD = {reading.distance:.1f} mm"]
    if text < 0.5:
        rows.reverse()
    more = [f"Mag = {reading.magnification}", f"Signal A = {reading.detector}"]
    for number in range(2):
        strip.text(left, 0.06 + 0.46 * number, rows[number], 0.34)
        strip.text(right, 0.06 + 0.46 * number, more[number], 0.34)
    strip.pen.rectangle(
        (0.95 * strip.width, 0.2 * strip.height, 0.985 * strip.width, 0.75 * strip.height), fill=strip.ink
    )


def _with_cells(strip: Strip, reading: Reading, text: float) -> None:
    """Cells with headings over their values, the scale bar at the right, its label above it."""
    cells = [
        ("HV", f"{reading.volts:.2f} kV"),
        ("mag", f"{reading.magnification.replace(' K X', ' kx')}"),
        ("det", reading.detector),
        ("WD", f"{reading.distance:.1f} mm"),
        ("HFW", reading.width),
    ]
    room = 0.9 - reading.share
    shown = cells[: 3 if room < 0.6 else 5]
    if text < 0.5:
        shown = shown[1:] + shown[:1]
    step = room / len(shown)
    for number, (heading, value) in enumerate(shown):
        strip.text(0.015 + number * step, 0.04, heading, 0.34)
        strip.text(0.015 + number * step, 0.48, value, 0.34)
        edge = round((0.005 + (number + 1) * step) * strip.width)
        strip.pen.line((edge, 0, edge, strip.height), fill=strip.ink)
    strip.text(0.94 - reading.share / 2 - 0.05, 0.0, reading.label, 0.46)
    strip.scale(0.96 - reading.share, 0.76, reading.share, 0.34)


def _in_one_line(strip: Strip, reading: Reading, text: float) -> None:
    """All in one line of text, a plain thick bar beside its label."""
    line = f"{reading.detector}  {reading.volts:.1f}kV  X{reading.magnification.replace(' K X', 'k').replace(' X', '')}"
    strip.text(0.03, 0.3, reading.label, 0.46)
    strip.scale(0.2, 0.5, reading.share, 0.0)
    strip.text(0.24 + reading.share, 0.32, line if text < 0.5 else f"{line} WD {reading.distance:.1f}", 0.38)


def _with_marks(strip: Strip, reading: Reading, text: float) -> None:
    """Text at the left, the scale as a row of eleven marks at the right with its label below."""
    strip.text(0.015, 0.06, f"{reading.volts:.1f}kV {reading.distance:.1f}mm x{reading.magnification[:-2]}", 0.38)
    strip.text(0.015, 0.5, f"{reading.detector} {reading.date if text < 0.5 else reading.clock}", 0.38)
    left = 0.96 - reading.share
    for number in range(11):
        place = round((left + reading.share * number / 10) * strip.width)
        strip.pen.rectangle(
            (place, 0.1 * strip.height, place, (0.42 if number % 5 else 0.52) * strip.height), fill=strip.ink
        )
    strip.scale(left, 0.1, reading.share, 0.0)
    strip.text(left + reading.share / 2 - 0.05, 0.52, reading.label, 0.44)


STYLES: tuple[Callable[[Strip, Reading, float], None], ...] = (_with_ruler, _with_cells, _in_one_line, _with_marks)
