"""Further fibres: bundles that bend, few fibres that cross, knitted yarn, flat ribbons."""

from typing import NamedTuple

import numpy as np

from bench.tasks.datasets.synthetic.bodies import laid, look_up, polygons
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.specimens.strokes import between, strewn, substrate
from bench.tasks.datasets.synthetic.structures import Structures, stacked

_REACH = np.linspace(-1.4, 1.4, 40)


class _Curves(NamedTuple):
    """Curves across the field, turned by ``turn``: offset, slope, bend, and a wave's height, number and phase, (n,)."""

    turn: float
    offset: np.ndarray
    slope: np.ndarray
    bend: np.ndarray
    wave: np.ndarray
    number: float
    phase: np.ndarray

    def at(self, along: np.ndarray, curve: np.ndarray | slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
        """Return distance from the middle and steepness of curves at places ``along`` them."""
        angle = self.number * along + self.phase[curve]
        place = self.offset[curve] + self.slope[curve] * along + self.bend[curve] * along**2
        steep = self.slope[curve] + 2 * self.bend[curve] * along + self.wave[curve] * self.number * np.cos(angle)
        return place + self.wave[curve] * np.sin(angle), steep


class _Tubes(NamedTuple):
    """The tubes on a canvas: number (0 none), place along and, from -1 to 1, across."""

    item: np.ndarray
    along: np.ndarray
    across: np.ndarray


def _tubes(
    canvas: Canvas,
    curves: _Curves,
    pieces: np.ndarray,
    radius: np.ndarray,
    tone: np.ndarray,
    lift: np.ndarray,
) -> _Tubes:
    """Paint round tubes of ``radius`` and ``tone`` (n,) along curves, later pieces over earlier ones.

    ``pieces`` (m, 3) are a curve's number, and start and end along it; ``lift`` (m,) are their heights.
    """
    curve = pieces[:, 0].astype(np.intp)
    along = pieces[:, 1:2] + (pieces[:, 2:] - pieces[:, 1:2]) * np.linspace(-0.05, 1.05, 8)
    place, steep = curves.at(along, curve[:, None])
    wide = radius[curve][:, None] * np.sqrt(1 + steep**2)
    c, s = np.cos(curves.turn), np.sin(curves.turn)
    x, y = np.concatenate([along, along[:, ::-1]], 1), np.concatenate([place + wide, (place - wide)[:, ::-1]], 1)
    covered = polygons(canvas, 0.5 + np.stack([x * c - y * s, x * s + y * c], 2))
    of_piece = np.concatenate([[0], curve + 1])
    item = of_piece[covered]
    u, v = canvas.turned(curves.turn)
    middle, slant = curves.at(u, np.maximum(item - 1, 0))
    across = np.clip((v - middle) / np.sqrt(1 + slant**2) / look_up(radius, item, 1.0), -1, 1).astype(np.float32)
    dome = np.sqrt(np.maximum(1 - across * across, 0.02)) * look_up(radius, item)
    laid(canvas, item, (look_up(lift, covered) + dome).astype(np.float32), look_up(tone, item))
    return _Tubes(item, u, across)


def _whole(count: int) -> np.ndarray:
    """Return one piece for each curve, cut into parts that polygons follow."""
    parts = np.stack([_REACH[:-1], _REACH[1:]], 1)
    return np.concatenate([np.repeat(np.arange(count), len(parts))[:, None], np.tile(parts, (count, 1))], 1)


def bundle(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw smooth round fibres side by side, seen close, straight or bending together, with a few flecks."""
    substrate(canvas, random, random.uniform(0.03, 0.2))
    radius = between(random, 0.025, 0.33)
    count = max(2, round(random.uniform(0.5, 1.3) * 1.1 / radius))
    offsets = (np.arange(count) - count / 2 + random.uniform(0, 1)) * 2 * radius * random.uniform(0.85, 1.4)
    offsets = random.permutation(offsets + random.normal(0, 0.35 * radius, count))
    sway = random.choice([0.01, 0.06, 0.25])
    curves = _Curves(
        random.uniform(0, np.pi),
        offsets,
        random.normal(0, sway, count),
        np.full(count, random.choice([0.0, 0.0, 0.2, 0.5]) * random.choice([-1, 1])),
        np.full(count, random.choice([0.0, 0.5]) * sway),
        random.uniform(2, 5),
        6 * offsets,
    )
    return _laid_down(canvas, random, curves, radius * random.uniform(0.75, 1.2, count))


def crossing(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a few long fibres that cross on a rough substrate, at small or at wide angles."""
    substrate(canvas, random, random.uniform(0.08, 0.4))
    radius = between(random, 0.01, 0.06)
    layers: list[Structures] = []
    for _ in range(int(random.integers(1, 4))):
        count = int(random.integers(1, 5))
        curves = _Curves(
            random.uniform(0, np.pi),
            random.uniform(-0.5, 0.5, count),
            random.normal(0, random.choice([0.05, 0.3]), count),
            random.normal(0, random.choice([0.0, 0.3]), count),
            random.normal(0, random.choice([0.0, 0.03]), count),
            random.uniform(3, 12),
            random.uniform(0, 6, count),
        )
        layers.append(_laid_down(canvas, random, curves, radius * np.exp(random.normal(0, 0.25, count))))
    return stacked(layers)


def _laid_down(canvas: Canvas, random: np.random.Generator, curves: _Curves, radii: np.ndarray) -> Structures:
    """Lay fibres over each other, the lower ones darker, with stripes, a rough skin and dirt, or without."""
    count = len(radii)
    pieces = _whole(count)
    depth = np.linspace(random.uniform(0.4, 1), 1, count)
    level = random.uniform(0.3, 0.6) * random.normal(1, 0.08, count) * depth
    tubes = _tubes(canvas, curves, pieces, radii, level, np.repeat(np.linspace(0, 2 * radii.mean(), count), 39))
    there = tubes.item > 0
    stripes = np.sin(np.arcsin(tubes.across) * np.float32(random.uniform(2, 14)) + canvas.waves(random, 3))
    canvas.albedo *= np.where(there, 1 + np.float32(random.choice([0.0, 0.05, 0.15])) * stripes, 1)
    rough = canvas.noise(random, "rough", between(random, 0.05, 0.3))
    canvas.z += np.where(there, np.float32(between(random, 0.0001, 0.0025)) * rough, 0)
    strewn(canvas, random, 25, (0.003, 0.02))
    return Structures(tubes.item, 2 * radii)


def knitted(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw yarns of many filaments that wind around their neighbours in rows, in front and behind in turn."""
    substrate(canvas, random, random.uniform(0.03, 0.12))
    radius = between(random, 0.03, 0.14)
    pitch = radius * random.uniform(1.4, 2.6)
    offsets = np.arange(-1.4, 1.4, pitch)
    count = len(offsets)
    length = radius * random.uniform(4, 9)
    phase = np.arange(count) * random.choice([0.0, np.pi / 2, np.pi]) + random.normal(0, 0.1, count)
    nothing, wave = np.zeros(count), np.full(count, random.uniform(0.35, 1.1) * pitch)
    number = 2 * np.pi / length
    curves = _Curves(random.uniform(0, np.pi), offsets, nothing, nothing, wave, number, phase)
    ends = np.linspace(-1.4, 1.4, max(40, round(10 * 2.8 / length)))
    parts = np.stack([ends[:-1], ends[1:]], 1)
    pieces = np.concatenate([np.repeat(np.arange(count), len(parts))[:, None], np.tile(parts, (count, 1))], 1)
    # Each yarn is in front where it winds one way and behind where it winds back.
    front = np.sin(number * pieces[:, 1:].mean(1) + phase[pieces[:, 0].astype(np.intp)] + 1.0)
    order = np.argsort(front, kind="stable")
    tone = random.uniform(0.3, 0.55) * random.normal(1, 0.06, count)
    tubes = _tubes(canvas, curves, pieces[order], np.full(count, radius), tone, radius * (1 + front[order]))
    filaments = random.uniform(3, 9)
    wound = tubes.along * np.float32(random.uniform(-1, 1) / radius)
    strands = np.abs(np.sin(np.arcsin(tubes.across) * np.float32(filaments) + wound + canvas.waves(random, 6)))
    there = tubes.item > 0
    canvas.albedo *= np.where(there, 0.65 + 0.45 * strands, 1)
    canvas.z += np.where(there, np.float32(0.5 * radius / filaments) * strands, 0)
    return Structures(tubes.item, np.full(count, 2 * radius), countable=False)


def ribbons(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw flat bands side by side over the whole field, with bright or dark borders and fine lines along."""
    turn = random.uniform(0, np.pi)
    along, across = canvas.turned(turn)
    wide = between(random, 0.04, 0.25)
    fan = np.float32(random.choice([0.0, 0.3, 0.6]))
    across = (across + 0.02 * canvas.waves(random, 2)) / (1 + fan * along) + np.float32(1.5)
    edges = np.cumsum(wide * np.exp(random.normal(0, 0.4, int(3.2 / wide) + 2)))
    band = np.searchsorted(edges, across.ravel()).reshape(across.shape)
    band = np.clip(band, 1, len(edges) - 1)
    low, high = edges.astype(np.float32)[band - 1], edges.astype(np.float32)[band]
    place = np.clip(2 * (across - low) / (high - low) - 1, -1, 1)
    tone = (random.uniform(0.25, 0.5) * random.normal(1, 0.15, len(edges))).clip(0.05, 0.9).astype(np.float32)
    rim = np.abs(place) ** np.float32(random.uniform(4, 20))
    canvas.albedo[:] = tone[band] * (1 + np.float32(random.uniform(-0.7, 1.2)) * rim)
    dome = np.sqrt(np.maximum(1 - place**2, 0.01))
    canvas.z += np.float32(random.uniform(0.05, 0.5) * wide) * dome
    fine = np.sin(across * np.float32(2 * np.pi / between(random, 0.006, 0.03)) + canvas.waves(random, 4))
    canvas.albedo *= 1 + np.float32(random.choice([0.0, 0.06, 0.12])) * fine
    canvas.albedo *= 1 + np.float32(0.05) * canvas.noise(random, "rough", 0.15)
    strewn(canvas, random, 25, (0.003, 0.02))
    return Structures(band, np.diff(edges))
