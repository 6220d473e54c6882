"""Drawings of biological samples: cells, neurites, pollen and diatoms on a substrate."""

import numpy as np

from bench.tasks.datasets.synthetic import brush, placement
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene


def organisms(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw what the scene's shape says."""
    canvas.albedo[:] = 0.8 * brush.background(scene, random) * (1 + 0.1 * canvas.lattice_noise(random, 20))
    shapes = {"cell": _cells, "neurite": _neurites, "pollen": _pollen, "diatom": _diatoms}
    shapes[scene["shape"]](canvas, scene, random)


def _centres(scene: Scene, random: np.random.Generator, radius: float) -> np.ndarray:
    cover = 0.12 if scene["coverage"] == "sparse" else 0.38
    count = max(1, round(cover / (np.pi * radius**2)))
    points = random.uniform(0.12, 0.82, (400, 2)) if count < 4 else random.uniform(0, 0.95, (400, 2))
    return points[placement.apart(points, 1.03 * radius)][:count]


def _tone(scene: Scene, random: np.random.Generator, count: int) -> np.ndarray:
    return brush.body(scene, random, count) * 1.1


def _cells(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw lumpy rounded bodies with thin processes that hold on to the substrate."""
    radius = brush.length(scene, random, 0.06, 0.11, 0.2)
    centre = _centres(scene, random, radius)
    count = len(centre)
    turn = random.uniform(0, 2 * np.pi, (count, 9))
    feet = centre[:, None] + radius * random.uniform(1.2, 1.6, (count, 9, 1)) * np.stack(
        [np.cos(turn), np.sin(turn)], 2
    )
    tone = _tone(scene, random, count)
    hair = np.full(9 * count, 0.006, np.float32)
    canvas.capsules(np.repeat(centre, 9, 0), feet.reshape(-1, 2), hair, np.repeat(tone, 9))
    edge = (1 + 0.14 * canvas.lattice_noise(random, 9)).clip(0.6, 1.5)
    for place, level in zip(centre, tone, strict=True):
        window = canvas.around(place, 1.9 * radius)
        far = np.hypot(canvas.x[window] - place[0], canvas.y[window] - place[1]) * edge[window] / radius
        body = far < 1
        canvas.paint(body, 0.02 + 0.7 * radius * np.sqrt(1 - far[body] ** 2), level, window)
    brush.textured(canvas, scene, random, canvas.z > 0.02, random.uniform(0, np.pi))


def _neurites(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw cell bodies with long branching processes."""
    radius = brush.length(scene, random, 0.045, 0.09, 0.16)
    count = 3 if scene["size"] == "small" else 2 if scene["size"] == "medium" else 1
    soma = random.uniform(0.2, 0.75, (60, 2))
    soma = soma[placement.apart(soma, 0.15)][:count]
    count = len(soma)
    start, stop, width = [], [], []
    for place in soma:
        for first in random.uniform(0, 2 * np.pi) + np.arange(5) * 2 * np.pi / 5:
            heading, at, thick = first, place, 0.011
            for _ in range(12):
                heading += random.normal(0, 0.28)
                after = at + 0.06 * np.array([np.cos(heading), np.sin(heading)])
                start, stop, width = [*start, at], [*stop, after], [*width, thick]
                branch = after + 0.09 * np.array([np.cos(heading + 0.9), np.sin(heading + 0.9)])
                if random.random() < 0.25:
                    start, stop, width = [*start, after], [*stop, branch], [*width, 0.006]
                at, thick = after, thick * 0.95
    tone = float(_tone(scene, random, 1)[0])
    levels = np.full(len(start), tone, np.float32)
    canvas.capsules(np.array(start), np.array(stop), np.array(width, np.float32), levels)
    canvas.capsules(soma, soma, np.full(count, radius, np.float32), np.full(count, tone * 0.9, np.float32))
    canvas.z += 0.006 * canvas.lattice_noise(random, 30) * (canvas.z > 0.04)


def _pollen(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw balls studded with spikes."""
    radius = brush.length(scene, random, 0.065, 0.115, 0.2)
    centre = _centres(scene, random, radius)
    tone = _tone(scene, random, len(centre))
    canvas.capsules(centre, centre, np.full(len(centre), radius, np.float32), tone)
    golden = np.pi * (3 - np.sqrt(5))
    number = np.arange(60)
    up = 1 - (number + 0.5) / 60
    flat = np.sqrt(1 - up**2)
    turn = golden * number + random.uniform(0, 6, (len(centre), 1))
    out = radius * flat[:, None] * np.stack([np.cos(turn), np.sin(turn)], 2)
    # Pollen by pollen would hide one's spikes under its neighbour; they do not overlap by more than a spike.
    spot = (centre[:, None] + 1.02 * out).reshape(-1, 2)
    thorn = np.full(len(spot), 0.075 * radius, np.float32)
    bright = np.repeat(np.minimum(1.0, tone * 1.7), 60)
    canvas.capsules(spot, spot + 0.2 * out.reshape(-1, 2), thorn, bright, np.tile((1 + up) * radius, len(centre)))


def _diatoms(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw long boat-shaped shells with ribs across and a seam along."""
    half = brush.length(scene, random, 0.1, 0.19, 0.36)
    count = {"small": 7, "medium": 3, "large": 1}[scene["size"]]
    centre = random.uniform(0.15, 0.8, (200, 2))
    centre = centre[placement.apart(centre, 0.6 * half)][:count]
    if count == 1:
        centre = 0.47 + random.uniform(-0.05, 0.05, (1, 2))
    tone = _tone(scene, random, len(centre))
    turns = brush.angle(scene, random) + random.normal(0, 0.1, len(centre))
    for place, turn, level in zip(centre, turns, tone, strict=True):
        c, s = np.cos(turn), np.sin(turn)
        window = canvas.around(place, half)
        dx, dy = (canvas.x[window] - place[0]) / half, (canvas.y[window] - place[1]) / half
        along, side = dx * c + dy * s, -dx * s + dy * c
        width = 0.3 * np.clip(1 - along**2, 1e-6, 1) ** 0.7
        body = (np.abs(along) < 1) & (np.abs(side) < width)
        ribs = np.sin(along[body] * np.pi * 22) * (np.abs(side[body]) > 0.04)
        dome = 0.24 * half * np.sqrt(1 - (side[body] / width[body]) ** 2)
        canvas.paint(body, 0.02 + dome + 0.003 * ribs, level * (1 + 0.35 * ribs), window)
