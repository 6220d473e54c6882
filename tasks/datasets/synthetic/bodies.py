"""Bodies painted onto a canvas: round bars, lumpy blobs and crystals.

Outlines are filled once into a picture of body numbers, later bodies over earlier ones. The heights of thousands of
bodies then take one pass over the pixels, each looking up the values of its body.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from bench.tasks.datasets.synthetic.canvas import Canvas

Numbers = np.ndarray | float


class Bars(NamedTuple):
    """The bars on a canvas: body number (0 none), position along the bar (field widths) and across it (-1 to 1)."""

    item: np.ndarray
    along: np.ndarray
    across: np.ndarray


class Blobs(NamedTuple):
    """The blobs on a canvas: body number (0 none), distance from the centre, 1 on the rim, and diameters (n,)."""

    item: np.ndarray
    far: np.ndarray
    diameters: np.ndarray


def many(value: Numbers, count: int) -> np.ndarray:
    """Return one number per body (count,)."""
    return np.broadcast_to(np.asarray(value, np.float32), (count,))


def polygons(canvas: Canvas, rings: np.ndarray) -> np.ndarray:
    """Return the number, from 1, of the last of the rings (n, k, 2) that covers each pixel, 0 for none."""
    placed = canvas.pixels(rings)
    height, width = canvas.shape
    low, high = placed.min(1), placed.max(1)
    shown = np.flatnonzero((high > -1).all(1) & (low[:, 0] < width) & (low[:, 1] < height))
    image = Image.new("I", (width, height), 0)
    draw = ImageDraw.Draw(image).polygon
    for number, ring in zip(
        (shown + 1).tolist(), placed[shown].reshape(len(shown), 2 * rings.shape[1]).tolist(), strict=True
    ):
        draw(ring, fill=number)
    return np.asarray(image).astype(np.intp)


def look_up(values: np.ndarray, item: np.ndarray, nothing: float = 0.0) -> np.ndarray:
    """Return for each pixel the value of its body, from the bodies' values (n,)."""
    return np.concatenate([[nothing], values]).astype(np.float32).take(item)


def laid(canvas: Canvas, item: np.ndarray, height: np.ndarray, albedo: np.ndarray) -> None:
    """Replace height and brightness where there is a body."""
    there = item > 0
    np.copyto(canvas.z, height, where=there)
    np.copyto(canvas.albedo, albedo, where=there)


def bars(
    canvas: Canvas, start: np.ndarray, stop: np.ndarray, radius: Numbers, albedo: Numbers, lift: Numbers = 0.0
) -> Bars:
    """Paint round bars from ``start`` to ``stop`` (n, 2), or balls if both are equal."""
    count = len(start)
    radius, albedo, lift = many(radius, count), many(albedo, count), many(lift, count)
    item = bar_numbers(canvas, start, stop, radius)
    along = stop - start
    length = np.maximum(np.sqrt((along**2).sum(1)), 1e-6)
    ux, uy = along[:, 0] / length, along[:, 1] / length
    px, py = canvas.x - look_up(start[:, 0], item), canvas.y - look_up(start[:, 1], item)
    ux, uy = look_up(ux, item), look_up(uy, item)
    way, side = px * ux + py * uy, py * ux - px * uy
    over = way - np.clip(way, 0, look_up(length, item))
    inverse = look_up(1 / radius, item)
    dome = np.sqrt(np.maximum(1 - (side * side + over * over) * inverse * inverse, 0.02))
    laid(canvas, item, look_up(lift + radius, item) + dome * look_up(radius, item), look_up(albedo, item))
    return Bars(item, way, np.clip(side * inverse, -1, 1))


_CAP = np.linspace(0.5, 1.5, 5) * np.pi
_ROUND = np.concatenate([np.stack([np.cos(_CAP), np.sin(_CAP)], 1), -np.stack([np.cos(_CAP), np.sin(_CAP)], 1)])
"""The outline of a bar around its two ends, a semicircle each, in coordinates along and across."""


def bar_numbers(canvas: Canvas, start: np.ndarray, stop: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Return the number, from 1, of the last of the bars that covers each pixel, 0 for none."""
    along = stop - start
    length = np.sqrt((along**2).sum(1))
    way = np.where(length[:, None] > 0, along / np.maximum(length, 1e-9)[:, None], (1.0, 0.0)) * radius[:, None]
    side = np.stack([-way[:, 1], way[:, 0]], 1)
    ring = _ROUND[:, :1] * way[:, None] + _ROUND[:, 1:] * side[:, None]
    ring[:, : len(_CAP)] += start[:, None]
    ring[:, len(_CAP) :] += stop[:, None]
    return polygons(canvas, ring)


def spindles(
    canvas: Canvas,
    start: np.ndarray,
    stop: np.ndarray,
    radius: Numbers,
    albedo: Numbers,
    lift: Numbers = 0.0,
    taper: float = 1.0,
) -> Bars:
    """Paint bodies whose ends dip under others, as in yarn, and narrow by ``taper``; ``along`` is from -1 to 1."""
    count = len(start)
    radius, albedo, lift = many(radius, count), many(albedo, count), many(lift, count)
    middle, half = (start + stop) / 2, (stop - start) / 2
    long = np.sqrt((half**2).sum(1))
    way = half / long[:, None]
    side = np.stack([-way[:, 1], way[:, 0]], 1) * radius[:, None]
    edge = np.linspace(-1, 1, 9)
    wide = 1 - taper * (1 - _spindle(edge))
    out, back = edge[:, None] * half[:, None] + wide[:, None] * side[:, None], edge[::-1]
    home = back[:, None] * half[:, None] - wide[::-1, None] * side[:, None]
    item = polygons(canvas, middle[:, None] + np.concatenate([out, home], 1))
    dx, dy = canvas.x - look_up(middle[:, 0], item), canvas.y - look_up(middle[:, 1], item)
    ux, uy = look_up(way[:, 0], item), look_up(way[:, 1], item)
    along = np.clip((dx * ux + dy * uy) / look_up(long, item, 1.0), -1, 1)
    top = _spindle(along)
    width = 1 - taper * (1 - top)
    across = np.clip((dy * ux - dx * uy) / (look_up(radius, item, 1.0) * np.maximum(width, 0.05)), -1, 1)
    rise = np.sqrt(np.maximum(1 - across * across, 0.02)) * (0.35 + 0.65 * top) + top
    laid(canvas, item, look_up(lift, item) + look_up(radius, item) * rise, look_up(albedo, item) * (0.35 + 0.65 * top))
    return Bars(item, along, across)


def _spindle(along: np.ndarray) -> np.ndarray:
    square = along * along
    return 1 - square * (0.25 + 0.55 * square)


_TURNS = 18
_CIRCLE = np.arange(_TURNS) * (2 * np.pi / _TURNS)


def blobs(
    canvas: Canvas,
    random: np.random.Generator,
    centre: np.ndarray,
    radius: Numbers,
    albedo: Numbers,
    lump: float = 0.0,
    lift: Numbers = 0.0,
    stretch: Numbers = 1.0,
    turn: Numbers = 0.0,
    paint: bool = True,
) -> Blobs:
    """Paint domes around ``centre`` (n, 2); ``lump`` is the deviation from an ellipse of relative width ``stretch``.

    Without ``paint``, only return where they are.
    """
    count = len(centre)
    radius, stretch, turn = many(radius, count), many(stretch, count), many(turn, count)
    table = np.ones((count, _TURNS), np.float32)
    for order in (2, 3, 5):
        phase, size = (
            random.random((count, 1)) * (2 * np.pi),
            random.standard_normal((count, 1)) * lump / np.sqrt(order),
        )
        table += (size * np.cos(order * _CIRCLE + phase)).astype(np.float32)
    table = np.clip(table, 0.45, 1.7)
    c, s = np.cos(turn), np.sin(turn)
    u, v = table * np.cos(_CIRCLE) * stretch[:, None], table * np.sin(_CIRCLE)
    ring = np.stack([u * c[:, None] - v * s[:, None], u * s[:, None] + v * c[:, None]], 2)
    item = polygons(canvas, centre[:, None] + radius[:, None, None] * ring)
    dx, dy = canvas.x - look_up(centre[:, 0], item), canvas.y - look_up(centre[:, 1], item)
    inverse = look_up(1 / radius, item)
    c, s = look_up(c, item), look_up(s, item)
    u, v = (dx * c + dy * s) * inverse / look_up(stretch, item, 1.0), (dy * c - dx * s) * inverse
    far = np.sqrt(u * u + v * v)
    if lump:
        place = (np.arctan2(v, u) * (_TURNS / (2 * np.pi)) + _TURNS).astype(np.intp) % _TURNS
        far = far / np.concatenate([np.ones((1, _TURNS), np.float32), table]).ravel().take(item * _TURNS + place)
    if paint:
        dome = np.sqrt(np.maximum(1 - far * far, 0.02))
        radii = look_up(radius * np.minimum(stretch, 1), item)
        laid(canvas, item, look_up(many(lift, count), item) + radii * dome, look_up(many(albedo, count), item))
    return Blobs(item, far, 2 * radius * np.sqrt(stretch * (table**2).mean(1)))
