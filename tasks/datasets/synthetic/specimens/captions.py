"""What instruments and authors write into a picture: a bar with the specimen going on below, a label in a corner."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image

from bench.tasks.datasets.synthetic.databar import STYLES, Reading, Strip, read_off, strip
from bench.tasks.datasets.synthetic.scene import generator

_KEY = 20180172
_VARIANTS = 160
"""The number of bars of each kind; a picture takes one of them, because text is dear."""
_ROWS, _COLUMNS = 64, 840
_SHARES = {"floating": 0.6, "strip": 0.12, "label": 0.12}
"""How frequent the kinds are; other pictures have nothing written into them."""


class Lettering(NamedTuple):
    """A bar or a label as it is drawn once, and the nanometres that its whole width is by the scale in it."""

    image: Image.Image
    field: float


class Caption(NamedTuple):
    """Where a bar or a label lies in a picture, and the nanometres that the picture is wide by the scale in it."""

    rows: slice
    columns: slice
    field: float


def captioned(picture: np.ndarray, random: np.random.Generator) -> Caption | None:
    """Write a bar or a label into a picture (height, width) uint8, or nothing; None then."""
    kind, number = random.random(), int(random.integers(_VARIANTS))
    height, width = picture.shape
    place = random.uniform(0, 1, 3)
    if kind < _SHARES["floating"]:
        tall = max(4, round((0.065 + 0.03 * place[0]) * height))
        low = round((0.9 + 0.025 * place[1]) * height) if place[2] < 0.85 else height
        return _written(picture, floating(number), slice(low - tall, low), slice(0, width))
    if kind < _SHARES["floating"] + _SHARES["strip"]:
        tall = max(4, round((0.07 + 0.04 * place[0]) * height))
        return _written(picture, at_border(number), slice(height - tall, height), slice(0, width))
    if kind < sum(_SHARES.values()):
        tall, wide = round((0.08 + 0.08 * place[0]) * height), round((0.12 + 0.1 * place[1]) * width)
        top = round((0.02 + 0.9 * (place[2] < 0.8)) * (height - tall))
        left = round(0.02 * width) if number % 2 else width - wide - round(0.02 * width)
        return _written(picture, label(number), slice(top, top + tall), slice(left, left + wide))
    return None


def _written(picture: np.ndarray, lettering: Lettering, rows: slice, columns: slice) -> Caption:
    """Write a bar or a label into these rows and columns of a picture."""
    height, width = picture[rows, columns].shape
    filter_used = Image.Resampling.BOX if height < lettering.image.height else None
    picture[rows, columns] = np.asarray(lettering.image.resize((width, height), filter_used))
    return Caption(rows, columns, lettering.field * picture.shape[1] / width)


def _lettering(drawn: Strip, reading: Reading, share: float) -> Lettering:
    """Return a strip whose scale bar is this share of its width."""
    return Lettering(drawn.image, reading.field * reading.share / share)


@lru_cache(_VARIANTS)
def floating(number: int) -> Lettering:
    """Return a white bar: the scale at the left under its label, two or three rows of small text, a maker's mark."""
    random = generator(_KEY, 1, number)
    reading = read_off(random, long=False)
    drawn = strip(_COLUMNS, _ROWS, light=bool(random.random() < 0.9))
    drawn.text(0.01, 0.02, reading.label, 0.42)
    share = random.uniform(0.05, 0.16)
    drawn.scale(0.012, 0.66, share, 0.4)
    rows = int(random.integers(2, 4))
    words = (
        f"EHT = {reading.volts:5.2f} kV",
        f"Mag = {reading.magnification}",
        f"WD = {reading.distance:.1f} mm",
        f"Signal A = {reading.detector}",
        f"Stage at T = {random.integers(0, 60):4.1f} °",
        f"Date :{reading.date}",
        f"Time :{reading.clock}",
        f"Aperture Size = {random.choice([10, 20, 30, 60]):.2f} um",
        f"Contrast = {random.uniform(20, 60):.1f} %",
    )
    order = random.permutation(len(words))
    columns = np.linspace(0.22, 0.8, len(words) // rows)
    for place, word in enumerate(order[: rows * len(columns)]):
        drawn.text(columns[place // rows], 0.04 + (0.9 / rows) * (place % rows), words[word], 0.8 / rows * 0.75)
    mark = (0.955 * drawn.width, 0.1 * drawn.height, 0.995 * drawn.width, 0.85 * drawn.height)
    drawn.pen.rectangle(mark, fill=drawn.ink if random.random() < 0.6 else None, outline=drawn.ink)
    return _lettering(drawn, reading, share)


@lru_cache(_VARIANTS)
def at_border(number: int) -> Lettering:
    """Return a bar of another maker."""
    random = generator(_KEY, 2, number)
    drawn = strip(_COLUMNS, _ROWS, light=bool(random.random() < 0.4))
    style = STYLES[random.integers(len(STYLES))]
    reading = read_off(random, bool(random.random() < 0.3))
    style(drawn, reading, random.random())
    return _lettering(drawn, reading, reading.share)


@lru_cache(_VARIANTS)
def label(number: int) -> Lettering:
    """Return a small box with a length and its line, as authors put into a corner."""
    random = generator(_KEY, 3, number)
    drawn = strip(160, 96, light=bool(random.random() < 0.3))
    reading = read_off(random, long=False)
    drawn.text(0.16, 0.05, reading.label, 0.48)
    drawn.scale(0.1, 0.72, 0.8, random.choice([0.0, 0.3]))
    return _lettering(drawn, reading, 0.8)
