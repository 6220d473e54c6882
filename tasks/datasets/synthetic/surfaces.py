"""Drawings of films, patterned surfaces and porous sponges: one surface that fills the field."""

import numpy as np

from bench.tasks.datasets.synthetic import brush, placement
from bench.tasks.datasets.synthetic.canvas import Canvas, blurred
from bench.tasks.datasets.synthetic.scene import Scene


def films(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a coating: flat, layered (seen from the side), wrinkled, or made of columns seen from above."""
    canvas.albedo[:] = random.uniform(0.36, 0.48) * (1 + 0.07 * canvas.lattice_noise(random, 6))
    shapes = {"flat": _flat, "layered": _layered, "wrinkled": _wrinkled, "columnar": _columnar}
    shapes[scene["shape"]](canvas, scene, random)
    if scene["phases"] == "two" and scene["shape"] in ("flat", "wrinkled"):
        _domains(canvas, random)
    brush.spoiled(canvas, scene, random)


def _flat(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    everywhere = np.ones_like(canvas.z, bool)
    brush.textured(canvas, scene, random, everywhere, random.uniform(0, np.pi))


def _layered(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    turn = brush.angle(scene, random)
    thick = brush.length(scene, random, 0.045, 0.1, 0.2)
    across = -canvas.x * np.sin(turn) + canvas.y * np.cos(turn) + 0.004 * canvas.lattice_noise(random, 6) + 2
    layer = (across / thick + random.random()).astype(int)
    levels = np.where(np.arange(layer.max() + 1) % 2 == 0, 0.24, 0.46) + random.normal(0, 0.02, layer.max() + 1)
    if scene["phases"] == "two":
        levels[::4] = 1.0
    canvas.albedo *= (levels[layer] / 0.42).astype(np.float32)
    canvas.z += (0.008 * (layer % 2)).astype(np.float32) + 0.002 * canvas.lattice_noise(random, 50)


def _wrinkled(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    turn = brush.angle(scene, random)
    wave = brush.length(scene, random, 0.045, 0.1, 0.21)
    across = -canvas.x * np.sin(turn) + canvas.y * np.cos(turn)
    swing = np.sin(2 * np.pi * across / wave + 0.9 * canvas.lattice_noise(random, 4))
    canvas.z += (0.16 * wave * swing).astype(np.float32)
    canvas.albedo *= (1 + 0.35 * swing).astype(np.float32)


def _columnar(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Fill the field with grains: cells nearest to points, raised, with dark borders."""
    wide = brush.length(scene, random, 0.045, 0.09, 0.18)
    points = placement.scattered(random, round(1.3 / wide**2), 0.75 * wide)
    if scene["uniformity"] == "varied":
        points = np.concatenate([points[: len(points) // 6], _crowd(random, points, wide)])
    near, item = canvas.nearest(points, 2)
    rim = canvas.enlarged(near[..., 1] - near[..., 0])
    item = item[..., 0].repeat(2, 0).repeat(2, 1)[: canvas.size, : canvas.size]
    levels = random.normal(0.42, 0.05, len(points))
    if scene["phases"] == "two":
        levels[random.random(len(points)) < 0.35] = 1.0
    canvas.albedo[:] = levels[item] * np.clip(rim / 0.012, 0.15, 1)
    canvas.z += np.minimum(rim, 0.2 * wide).astype(np.float32) * 0.6
    canvas.z += (random.random(len(points)) * 0.015)[item].astype(np.float32)


def _crowd(random: np.random.Generator, points: np.ndarray, wide: float) -> np.ndarray:
    """Return many points close together in a part of the field."""
    home = random.uniform(0.2, 0.8, (3, 2))
    crowd = home[random.integers(0, 3, 120)] + random.normal(0, 0.13, (120, 2))
    return crowd[placement.apart(crowd, 0.19 * wide)]


def _domains(canvas: Canvas, random: np.random.Generator) -> None:
    """Set bright islands into the film."""
    islands = canvas.lattice_noise(random, 7) > 0.75
    canvas.albedo[islands] = 0.5 * canvas.albedo[islands] + 0.62
    canvas.z[islands] += 0.006


def patterned(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a lithographic pattern that repeats: lines, holes, pillars or a checkerboard."""
    ground = brush.background(scene, random)
    top = random.uniform(0.2, 0.26) if scene.get("background", "dark") == "bright" else random.uniform(0.42, 0.52)
    pitch = brush.length(scene, random, 0.06, 0.125, 0.25)
    turn = brush.angle(scene, random) if scene["shape"] == "lines" else random.uniform(-0.12, 0.12)
    c, s = np.cos(turn), np.sin(turn)
    shift = random.random(2)
    u = (canvas.x * c + canvas.y * s) / pitch + shift[0] + 20
    v = (-canvas.x * s + canvas.y * c) / pitch + shift[1] + 20
    wide = random.uniform(0.27, 0.31)
    raised, cell = _motif(scene["shape"], u, v, wide)
    canvas.albedo[:] = np.where(raised, top, ground)
    canvas.z += 0.02 * blurred(raised.astype(np.float32), 0.003)
    if scene["phases"] == "two":
        canvas.albedo[raised & (cell % 3 == 0)] = 1.05
    canvas.albedo *= 1 + 0.05 * canvas.lattice_noise(random, 40)
    brush.spoiled(canvas, scene, random)


def _motif(shape: str, u: np.ndarray, v: np.ndarray, wide: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where the pattern is raised, and the number of the column or row of cells."""
    du, dv = u % 1 - 0.5, v % 1 - 0.5
    if shape == "lines":
        return np.abs(dv) < wide * 0.7, v.astype(int)
    if shape == "holes":
        return np.hypot(du, dv) > wide, u.astype(int)
    if shape == "pillars":
        return np.hypot(du, dv) < wide * 1.15, u.astype(int) + v.astype(int)
    return (u.astype(int) + v.astype(int)) % 2 == 0, u.astype(int)


def porous(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a sponge: round pores at random, hexagonal cells, or a winding network."""
    wide = brush.length(scene, random, 0.05, 0.1, 0.2)
    open_share = {"sparse": 0.25, "moderate": 0.45, "dense": 0.66}[scene["coverage"]]
    pores = {"foam": _foam, "honeycomb": _honeycomb, "labyrinth": _labyrinth}
    wall = pores[scene["shape"]](canvas, scene, random, wide, open_share)
    level = random.uniform(0.4, 0.5)
    solid = wall > 0
    depth = canvas.lattice_noise(random, round(1.4 / wide))
    canvas.albedo[:] = np.where(solid, level, 0.08 + 0.04 * depth.clip(0, 2))
    canvas.z += 0.35 * wide * np.clip(wall / (0.25 * wide), -1, 1).astype(np.float32) * 0.4
    if scene["phases"] == "two":
        count = 26
        centre, radius = random.uniform(0, 1, (count, 2)), random.uniform(0.014, 0.024, count)
        canvas.capsules(centre, centre, radius.astype(np.float32), np.full(count, 1.1, np.float32), 0.1)


def _foam(canvas: Canvas, scene: Scene, random: np.random.Generator, wide: float, open_share: float) -> np.ndarray:
    """Return the distance to the nearest pore's rim, positive in the wall."""
    cell = 0.5 * wide * np.sqrt(np.pi / open_share)
    points = placement.scattered(random, round(2.5 / cell**2), 0.85 * cell)
    radii = 0.5 * wide * brush.spread(scene, random, len(points))
    near, item = canvas.nearest(points, min(4, len(points)))
    return canvas.enlarged((near - radii[item]).min(2))


def _honeycomb(canvas: Canvas, scene: Scene, random: np.random.Generator, wide: float, open_share: float) -> np.ndarray:
    """Return how far a place is outside the hexagonal pore it is nearest to."""
    points = placement.lattice(random, wide, True, random.uniform(0, np.pi / 3), 0.03)
    near, _ = canvas.nearest(points, 2)
    return canvas.enlarged(0.5 * wide * (1 - np.sqrt(open_share)) - 0.5 * (near[..., 1] - near[..., 0]))


def _labyrinth(canvas: Canvas, scene: Scene, random: np.random.Generator, wide: float, open_share: float) -> np.ndarray:
    """Return a network: the places where smooth noise is near zero hang together."""
    field = np.abs(canvas.lattice_noise(random, max(4, round(0.9 / wide))))
    return wide * 0.4 * (np.quantile(field, 1 - open_share) - field)
