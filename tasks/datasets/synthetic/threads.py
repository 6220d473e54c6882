"""Drawings of nanowires, fibres and tips: long bodies."""

import numpy as np

from bench.tasks.datasets.synthetic import brush, placement
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene


def nanowires(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw wires lying straight, lying curved, or standing upright and seen from above at a slant."""
    canvas.albedo[:] = brush.background(scene, random) * (1 + 0.06 * canvas.lattice_noise(random, 12))
    radius = brush.length(scene, random, 0.007, 0.0145, 0.03)
    cover = {"sparse": 0.1, "moderate": 0.3, "dense": 0.75}[scene["coverage"]]
    if scene["shape"] == "upright":
        _upright(canvas, scene, random, radius, 0.65 * cover)
        return
    long = 0.75
    count = max(4, round(-np.log(1 - cover) / (2 * radius * long) * 1.35))
    radii = (radius * brush.spread(scene, random, count)).astype(np.float32)
    levels = brush.body(scene, random, count) * np.linspace(0.8, 1.1, count, dtype=np.float32)
    middle = random.uniform(0.0, 1.0, (count, 2))
    if scene["shape"] == "straight":
        turn = brush.angle(scene, random) + random.normal(0, 0.09, count)
        half = 0.5 * long * random.uniform(0.8, 1.2, count)[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
        canvas.capsules(middle - half, middle + half, radii, levels, np.linspace(0, 2 * radius, count))
    else:
        start, stop = _curves(random, middle, long)
        pieces = len(start) // count
        lift = np.repeat(np.linspace(0, 2 * radius, count), pieces)
        canvas.capsules(start, stop, np.repeat(radii, pieces), np.repeat(levels, pieces), lift)


def _curves(
    random: np.random.Generator, middle: np.ndarray, long: float, pieces: int = 14
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pieces of curved lines of length ``long``, those of one line together."""
    bend = random.uniform(2.5, 6, len(middle)) * random.choice([-1, 1], len(middle))
    grid = np.linspace(-0.5, 0.5, pieces)
    swing = bend[:, None] * grid + 0.8 * np.sin(random.uniform(5, 9, (len(middle), 1)) * grid)
    heading = random.uniform(0, 2 * np.pi, (len(middle), 1)) + swing
    step = np.stack([np.cos(heading), np.sin(heading)], 2) * (long / pieces)
    path = np.cumsum(step, 1)
    path += (middle - path.mean(1))[:, None]
    return path[:, :-1].reshape(-1, 2), path[:, 1:].reshape(-1, 2)


def _upright(canvas: Canvas, scene: Scene, random: np.random.Generator, radius: float, cover: float) -> None:
    """Stand wires on the substrate: a body that leans up the picture and a bright round head."""
    tall = radius * random.uniform(4.5, 5.5)
    count = max(3, round(cover / (2 * radius * tall) * 1.4))
    if scene["arrangement"] == "ordered":
        foot = placement.lattice(random, 1.07 / np.sqrt(count), False, random.uniform(-0.12, 0.12), 0.02)
    else:
        foot = placement.scattered(random, count, 1.6 * radius)
    foot = foot[np.argsort(foot[:, 1])]
    count = len(foot)
    radii = (radius * brush.spread(scene, random, count)).astype(np.float32)
    levels = brush.body(scene, random, count)
    head = foot - np.stack([random.normal(0, 0.05, count) * tall, tall * random.uniform(0.9, 1.1, count)], 1)
    # A wire behind is painted before the wire in front, body and head each time: the order must be kept.
    start = np.stack([foot, head], 1).reshape(-1, 2)
    stop = np.stack([head, head], 1).reshape(-1, 2)
    both = np.repeat(radii, 2) * np.tile([1.0, 1.1], count)
    bright = np.repeat(levels, 2) * np.tile([0.75, 1.6], count)
    canvas.capsules(
        start, stop, both.astype(np.float32), bright.clip(0, 1.15).astype(np.float32), np.tile([0.0, 0.03], count)
    )


def fibres(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a woven cloth, a twisted cord, or single fibres lying beside each other."""
    canvas.albedo[:] = 0.05
    turn = random.uniform(0, np.pi / 2) if scene["shape"] == "woven" else brush.angle(scene, random)
    {"woven": _woven, "twisted": _twisted, "single": _single}[scene["shape"]](canvas, scene, random, turn)
    brush.textured(canvas, scene, random, canvas.z > 1e-4, turn)


def _single(canvas: Canvas, scene: Scene, random: np.random.Generator, turn: float) -> None:
    radius = brush.length(scene, random, 0.026, 0.05, 0.1)
    count = max(3, round(0.42 / radius))
    radii = (radius * random.uniform(0.92, 1.08, count)).astype(np.float32)
    across = np.array([-np.sin(turn), np.cos(turn)])
    middle = 0.5 + random.permutation(np.linspace(-0.62, 0.62, count))[:, None] * across
    heading = turn + random.normal(0, 0.05, count)
    half = 1.1 * np.stack([np.cos(heading), np.sin(heading)], 1)
    levels = brush.body(scene, random, count) * random.uniform(0.8, 1.1, count)
    canvas.capsules(middle - half, middle + half, radii, levels.astype(np.float32), np.linspace(0, radius, count))


def _twisted(canvas: Canvas, scene: Scene, random: np.random.Generator, turn: float) -> None:
    """Wind strands around each other: slanting short bars along cords."""
    radius = brush.length(scene, random, 0.02, 0.036, 0.06)
    cord = 3.4 * radius
    c, s = np.cos(turn), np.sin(turn)
    lanes = np.arange(-0.8, 0.81, 2.2 * cord) + random.uniform(-0.3, 0.3) * cord
    beads = np.arange(-0.85, 0.85, 1.75 * radius)
    lane, bead = (grid.ravel() for grid in np.meshgrid(lanes, beads, indexing="ij"))
    at = 0.5 + np.stack([bead * c - lane * s, bead * s + lane * c], 1)
    slant = turn + 0.85
    half = cord * 0.95 * np.array([np.cos(slant), np.sin(slant)])
    levels = brush.body(scene, random, len(lanes))[np.searchsorted(lanes, lane)]
    canvas.capsules(at - half, at + half, np.full(len(at), radius, np.float32), levels)


def _woven(canvas: Canvas, scene: Scene, random: np.random.Generator, turn: float) -> None:
    """Cross two families of yarns, each over and under in turn."""
    radius = brush.length(scene, random, 0.024, 0.045, 0.085)
    pitch = 2.3 * radius
    c, s = np.cos(turn), np.sin(turn)
    count = int(0.8 / pitch) + 1
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(-count, count + 1), np.arange(-count, count + 1)))
    levels = brush.body(scene, random, 2)
    for over in (False, True):
        for family, (ux, uy) in enumerate(((c, s), (-s, c))):
            chosen = ((i + j + family) % 2 == 0) == over
            at = 0.5 + pitch * np.stack([i * c - j * s, i * s + j * c], 1)[chosen]
            half = pitch * (0.78 if over else 1.0) * np.array([ux, uy])
            bars = np.full(len(at), radius, np.float32)
            tone = levels[family] * (1.0 if over else 0.6)
            canvas.capsules(at - half, at + half, bars, np.full(len(at), tone, np.float32), 0.6 * radius * over)


def tips(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw one sharp probe that comes in from a border: a cone, a pyramid on its lever, or a thin wire."""
    shade = canvas.lattice_noise(random, 3)
    canvas.albedo[:] = brush.background(scene, random) * (1 + 0.08 * shade)
    turn = brush.angle(scene, random) + np.pi * (random.random() < 0.5)
    heading = np.array([np.cos(turn), np.sin(turn)])
    apex = 0.5 + 0.16 * heading + random.uniform(-0.06, 0.06, 2)
    dx, dy = canvas.x - apex[0], canvas.y - apex[1]
    back, side = -(dx * heading[0] + dy * heading[1]), -dx * heading[1] + dy * heading[0]
    base = brush.length(scene, random, 0.05, 0.1, 0.19)
    dark = scene["background"] == "bright"
    level = random.uniform(0.2, 0.28) if dark else random.uniform(0.4, 0.5)
    width = _profile(scene["shape"], back, base)
    where = (back > 0) & (np.abs(side) < width)
    share = side[where] / width[where]
    if scene["shape"] == "pyramid":
        height = 0.9 * width[where] * (1 - np.abs(share))
        tone = np.where(share > 0, 1.25, 0.75) * level
    else:
        height = width[where] * np.sqrt(1 - share**2)
        tone = np.full(height.shape, level)
    canvas.paint(where, 0.1 + height, tone)
    brush.textured(canvas, scene, random, where, turn + np.pi / 2)
    _dusted(canvas, scene, random, apex, heading, base)


def _profile(shape: str, back: np.ndarray, base: float) -> np.ndarray:
    """Return the half width of a tip at a distance ``back`` behind its apex."""
    behind = np.maximum(back, 0)
    if shape == "wire":
        return np.minimum(0.2 * base + 0.6 * np.maximum(behind - 0.3, 0), base) * np.sqrt(np.minimum(behind / 0.015, 1))
    if shape == "pyramid":
        return np.where(behind < 0.34, behind * base * 1.9 / 0.34, base * 1.3 + 0.12)
    return np.minimum(0.012 + behind * base / 0.4, base + 0.1 * behind)


def _dusted(
    canvas: Canvas, scene: Scene, random: np.random.Generator, apex: np.ndarray, heading: np.ndarray, base: float
) -> None:
    """Put debris on the shaft."""
    if scene["defect"] != "debris":
        return
    count = 9
    across = np.array([-heading[1], heading[0]])
    back, side = random.uniform(0.05, 0.45, count), random.uniform(-0.7, 0.7, count)
    centre = apex - back[:, None] * heading + (side * base * np.minimum(back / 0.3, 1))[:, None] * across
    radius = random.uniform(0.014, 0.026, count)
    corners = random.integers(3, 6, count)
    canvas.facets(centre, radius, random.uniform(0, 6, count), np.full(count, 0.95, np.float32), corners, lift=0.35)
