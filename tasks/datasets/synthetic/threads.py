"""Drawings of nanowires: lying straight, lying curved, standing upright."""

import numpy as np

from bench.tasks.datasets.synthetic import brush, placement
from bench.tasks.datasets.synthetic.bodies import bars
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.structures import Structures, joined


def nanowires(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw wires lying straight, lying curved, or standing upright and seen from above at a slant."""
    brush.ground(canvas, scene, random)
    radius = brush.length(scene, random, 0.0045, 0.0095, 0.021)
    cover = {"sparse": 0.12, "moderate": 0.36, "dense": 0.8}[scene["coverage"]]
    if scene["shape"] == "upright":
        return _upright(canvas, scene, random, radius, 0.65 * cover)
    long = 0.75
    middle = placement.anywhere(random, max(4, -np.log(1 - cover) / (2 * radius * long) * 1.2))
    count = len(middle)
    radii = (radius * random.normal(1, 0.13, count).clip(0.6, 1.4)).astype(np.float32)
    levels = brush.body(scene, random, count) * np.linspace(0.6, 1.15, count, dtype=np.float32)
    lift = np.linspace(0, 5 * radius, count)
    if scene["shape"] == "straight":
        turn = brush.angle(scene, random) + random.normal(0, 0.1, count)
        half = 0.5 * long * random.uniform(0.5, 1.3, count)[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
        item = bars(canvas, middle - half, middle + half, radii, levels, lift).item
        _capped(canvas, random, middle + half, radii, lift)
    else:
        start, stop = _curves(random, middle, long, round(8 + 400 * radius))
        pieces = len(start) // count
        drawn = bars(canvas, start, stop, np.repeat(radii, pieces), np.repeat(levels, pieces), np.repeat(lift, pieces))
        item = joined(drawn.item, pieces)
    canvas.albedo *= 1 + 0.05 * canvas.noise(random, "rough", 0.1)
    return Structures(item, 2 * radii)


def _capped(canvas: Canvas, random: np.random.Generator, ends: np.ndarray, radii: np.ndarray, lift: np.ndarray) -> None:
    """Put a catalyst's bright ball on the ends of some pictures' wires."""
    if random.random() < 0.35:
        bars(canvas, ends, ends, 1.5 * radii, 0.95, lift)


def _curves(random: np.random.Generator, middle: np.ndarray, long: float, pieces: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pieces of curved lines of length ``long``, those of one line together."""
    bend = random.uniform(2.5, 6, len(middle)) * random.choice([-1, 1], len(middle))
    grid = np.linspace(-0.5, 0.5, pieces)
    swing = bend[:, None] * grid + 0.8 * np.sin(random.uniform(5, 9, (len(middle), 1)) * grid)
    heading = random.uniform(0, 2 * np.pi, (len(middle), 1)) + swing
    step = np.stack([np.cos(heading), np.sin(heading)], 2) * (long / pieces)
    path = np.cumsum(step, 1)
    path += (middle - path.mean(1))[:, None]
    return path[:, :-1].reshape(-1, 2), path[:, 1:].reshape(-1, 2)


def _upright(canvas: Canvas, scene: Scene, random: np.random.Generator, radius: float, cover: float) -> Structures:
    """Stand wires on the substrate: a body that leans up the picture, darker to its foot, and a bright head."""
    tall = max(0.1, radius * random.uniform(6, 9))
    count = max(4, round(cover / (2 * radius * tall) * 1.5))
    if scene["arrangement"] == "ordered":
        foot = placement.lattice(random, 1.07 / np.sqrt(count), False, random.uniform(-0.12, 0.12), 0.015)
    else:
        foot = placement.scattered(random, count, 1.3 * radius)
    foot = foot[np.argsort(foot[:, 1], kind="stable")]
    count = len(foot)
    radii = (radius * brush.spread(scene, random, count)).astype(np.float32)
    levels = brush.body(scene, random, count)
    length = tall * np.sqrt(radii / radius) * random.uniform(0.85, 1.15, count)
    lean = random.normal(0, random.choice([0.02, 0.12]), count) * tall
    head = foot - np.stack([lean, length], 1)
    # A wire behind is painted before the wire in front, body and head each time: the order must be kept.
    start = np.stack([foot, head], 1).reshape(-1, 2)
    stop = np.stack([head, head], 1).reshape(-1, 2)
    wide = np.repeat(radii, 2) * np.tile([1.0, 1.12], count)
    bright = (np.repeat(levels, 2) * np.tile([0.85, 1.7], count)).clip(0, 1.15)
    drawn = bars(canvas, start, stop, wide, bright, np.tile([0.0, 0.02], count) + np.linspace(0, 0.03, 2 * count))
    share = np.clip(drawn.along / tall, 0, 1)
    canvas.albedo *= np.where((drawn.item % 2 == 1), 0.5 + 0.6 * share, 1)
    return Structures(joined(drawn.item, 2), 2 * radii)
