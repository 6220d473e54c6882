"""Drawings of biological samples: cells, neurites, pollen and diatoms on a substrate."""

import numpy as np

from bench.tasks.datasets.synthetic import brush, placement
from bench.tasks.datasets.synthetic.bodies import bars, blobs
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.structures import Structures


def organisms(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw what the scene's shape says, on a medium's uneven residue."""
    brush.ground(canvas, scene, random)
    residue = canvas.noise(random, "rough", random.uniform(0.1, 0.2))
    canvas.z += np.float32(random.uniform(0.0005, 0.002)) * residue
    shapes = {"cell": _cells, "neurite": _neurites, "pollen": _pollen, "diatom": _diatoms}
    return shapes[scene["shape"]](canvas, scene, random)


def _centres(scene: Scene, random: np.random.Generator, radius: float, gap: float) -> np.ndarray:
    """Return places: one at least well inside the field, as many as the coverage asks for."""
    cover = 0.12 if scene["coverage"] == "sparse" else 0.38
    count = max(1, round(cover / (np.pi * radius**2)))
    first = random.uniform(0.25, 0.7, (1, 2))
    points = np.concatenate([first, placement.anywhere(random, 4 * count + 20)])
    points = points[placement.apart(points, gap * radius)]
    home = np.all((points > 0) & (points < 1), axis=1)
    return points[np.cumsum(home) <= count]


def _threads(
    random: np.random.Generator, start: np.ndarray, heading: np.ndarray, steps: int, step: float, wander: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pieces (n, steps, 2) of threads that wander from their starts."""
    ways = heading[:, None] + np.cumsum(random.normal(0, wander, (len(start), steps)), 1)
    path = start[:, None] + step * np.cumsum(np.stack([np.cos(ways), np.sin(ways)], 2), 1)
    return np.concatenate([start[:, None], path[:, :-1]], 1), path


def _tapered(canvas: Canvas, start: np.ndarray, stop: np.ndarray, thick: np.ndarray, thin: float, tone: float) -> None:
    """Paint threads that thin out to a share ``thin`` of their thickness (n,)."""
    steps = start.shape[1]
    radii = (thick[:, None] * np.linspace(1, thin, steps)).ravel()
    bars(canvas, start.reshape(-1, 2), stop.reshape(-1, 2), radii, tone, 0.002)


def _cells(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw lumpy spread-out bodies with thin processes that hold on to the substrate."""
    radius = brush.length(scene, random, 0.055, 0.105, 0.2)
    centre = _centres(scene, random, radius, 1.03)
    count, feet = len(centre), 8
    tone = brush.body(scene, random, count) * 1.05
    start, stop = _threads(
        random, np.repeat(centre, feet, 0), random.random(feet * count) * 2 * np.pi, 6, radius * 0.33, 0.22
    )
    _tapered(canvas, start, stop, np.full(feet * count, 0.05 * radius + 0.003), 0.35, float(tone.mean()))
    flat = random.uniform(0.6, 1.0, count)
    turn = random.random(count) * 3
    drawn = blobs(canvas, random, centre, radius / np.sqrt(flat), tone, 0.13, 0.0, flat, turn)
    body = drawn.item > 0
    soft = canvas.noise(random, "cloud", radius * 2)
    canvas.z += np.where(body, np.float32(0.06 * radius) * soft, 0)
    canvas.albedo *= np.where(body, 1 + 0.1 * soft, 1)
    brush.textured(canvas, scene, random, body, random.uniform(0, np.pi), np.clip(0.42 * radius, 0.028, 0.05))
    return Structures(drawn.item, drawn.diameters)


def _neurites(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw cell bodies with long branching processes, over a web of thin ones."""
    radius = brush.length(scene, random, 0.038, 0.075, 0.145)
    count = {"small": 4, "medium": 2, "large": 1}[scene["size"]]
    inside = random.uniform(0.18, 0.75, (60, 2))
    soma = inside[placement.apart(inside, max(0.12, 1.3 * radius))][:count]
    soma = np.concatenate([soma, random.uniform(0.2, 0.8, (1, 2)) + [[random.choice([-0.95, 0.95]), 0]]])
    tone = float(brush.body(scene, random, 1)[0])
    web = placement.anywhere(random, random.uniform(6, 24))
    start, stop = _threads(random, web, random.random(len(web)) * 2 * np.pi, 14, 0.06, 0.16)
    _tapered(canvas, start, stop, np.full(len(web), 0.0034), 0.8, 0.85 * tone)
    arms = 6
    heading = (np.arange(arms) * 2 * np.pi / arms + random.uniform(-0.4, 0.4, (len(soma), arms))).ravel()
    start, stop = _threads(random, np.repeat(soma, arms, 0), heading, 14, 0.055, 0.24)
    forks = stop[:, 3:12:3].reshape(-1, 2)
    turned = np.repeat(heading, 3) + random.choice([-1, 1], len(forks)) * random.uniform(0.5, 1.1, len(forks))
    twig, end = _threads(random, forks, turned, 6, 0.05, 0.25)
    _tapered(canvas, twig, end, np.full(len(forks), 0.0055), 0.5, tone)
    _tapered(canvas, start, stop, np.full(len(heading), 0.0115), 0.4, tone)
    drawn = blobs(canvas, random, soma, radius, tone * 0.95, 0.14, 0.01, random.uniform(0.65, 1, len(soma)), 1.0)
    lumps = canvas.noise(random, "bumps", 0.04)
    canvas.z += np.where(drawn.item > 0, np.float32(0.004) * lumps, 0)
    return Structures(drawn.item, drawn.diameters)


def _pollen(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw balls studded with spikes."""
    radius = brush.length(scene, random, 0.06, 0.11, 0.2)
    centre = _centres(scene, random, radius, 1.16)
    count, spikes = len(centre), 70
    tone = brush.body(scene, random, count)
    radii = radius * random.uniform(0.92, 1.05, count)
    drawn = blobs(canvas, random, centre, radii, tone, 0.02, 0.3 * radius)
    number = np.arange(spikes)
    up = 1 - (number + 0.5) / spikes
    turn = np.pi * (3 - np.sqrt(5)) * number + random.uniform(0, 6, (count, 1))
    out = (radii[:, None] * np.sqrt(1 - up**2))[..., None] * np.stack([np.cos(turn), np.sin(turn)], 2)
    canvas.z += np.where(
        drawn.item > 0, np.float32(0.02 * radius) * canvas.noise(random, "bumps", 0.35 * radius + 0.01), 0
    )
    spot = (centre[:, None] + 0.98 * out).reshape(-1, 2)
    thorn, long = random.uniform(0.05, 0.085) * radius, random.uniform(0.14, 0.3)
    bright = np.minimum(1.05, np.repeat(tone, spikes) * 1.5)
    lift = (0.5 + np.tile(up, count)) * radius
    tip = spot + long * out.reshape(-1, 2)
    bars(canvas, spot, tip, thorn, bright, lift)
    return Structures(drawn.item, drawn.diameters)


def _diatoms(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw boat-shaped shells, perforated in rows, with a seam along."""
    half = brush.length(scene, random, 0.095, 0.18, 0.36)
    count = {"small": 8, "medium": 3, "large": 1}[scene["size"]]
    inside = random.uniform(0.13, 0.82, (300, 2))
    centre = inside[placement.apart(inside, 0.55 * half)][:count]
    if count == 1:
        centre = 0.47 + random.uniform(-0.06, 0.06, (1, 2))
    beside = np.array([[-0.2, 0.3], [1.2, 0.7]]) + random.uniform(-0.1, 0.1, (2, 2))
    centre = np.concatenate([centre, beside + (beside > 0.5) * 0.3 * half - (beside < 0) * 0.3 * half])
    tone = brush.body(scene, random, len(centre)) * 1.05
    turn = brush.angle(scene, random) + random.normal(0, 0.1, len(centre))
    slim, sharp = random.uniform(0.22, 0.38), random.uniform(0.55, 0.9)
    item = np.zeros(canvas.shape, np.intp)
    for number, (place, way, level) in enumerate(zip(centre, turn, tone, strict=True), start=1):
        item[_shell(canvas, place, way, half, float(level), slim, sharp)] = number
    profile = (1 - np.linspace(-1, 1, 201) ** 2) ** sharp
    return Structures(item, np.full(len(centre), 2 * half * np.sqrt(4 * slim * profile.mean() / np.pi)))


def _shell(
    canvas: Canvas, place: np.ndarray, turn: float, half: float, level: float, slim: float, sharp: float
) -> np.ndarray:
    """Paint a shell and return where it is (height, width)."""
    c, s = np.float32(np.cos(turn) / half), np.float32(np.sin(turn) / half)
    dx, dy = canvas.x - np.float32(place[0]), canvas.y - np.float32(place[1])
    along, side = dx * c + dy * s, dy * c - dx * s
    width = np.float32(slim) * np.clip(1 - along**2, 1e-6, 1) ** np.float32(sharp)
    body = (np.abs(along) < 1) & (np.abs(side) < width)
    share = side / width
    ribs = np.sin(along * np.float32(2 * np.pi * 11))
    pores = np.where(np.abs(share) > 0.14, ribs * (0.6 + 0.4 * np.cos(side * np.float32(150))), 0.6)
    rim = np.abs(share) > 0.85
    dome = np.float32(0.22 * half) * np.sqrt(np.clip(1 - share**2, 0, 1))
    canvas.z[:] = np.where(body, 0.02 + dome + 0.0035 * pores, canvas.z)
    canvas.albedo[:] = np.where(body, level * np.where(rim, 1.25, 1 + 0.33 * pores), canvas.albedo)
    return body
