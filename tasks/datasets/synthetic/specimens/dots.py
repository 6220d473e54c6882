"""Further particles: specks on an even ground, packed balls, single bodies, agglomerates, cubes, drops."""

import numpy as np

from bench.tasks.datasets.synthetic import placement
from bench.tasks.datasets.synthetic.bodies import bars, blobs
from bench.tasks.datasets.synthetic.canvas import Canvas, blurred
from bench.tasks.datasets.synthetic.crystals import Form, crystals
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.specimens.strokes import between, paths, relief, strewn, stroked, substrate
from bench.tasks.datasets.synthetic.structures import Structures, stacked

_FORMS: tuple[Form, ...] = ("cube", "octahedron", "prism", "shard")


def _ground(canvas: Canvas, random: np.random.Generator) -> tuple[float, float]:
    """Draw the ground, and return its grey level and one that stands out from it, most often brighter."""
    level = random.uniform(0.03, 0.6)
    substrate(canvas, random, level)
    if level > 0.3 and random.random() < 0.4:
        return level, level * random.uniform(0.1, 0.6)
    return level, level * random.uniform(1.2, 2.0) + random.uniform(0.05, 0.3)


def _groups(random: np.random.Generator, count: float, radius: float) -> np.ndarray:
    """Return places alone, in pairs and chains, or in swarms."""
    kind = random.integers(3)
    if kind == 0:
        return placement.anywhere(random, count)
    home = placement.anywhere(random, max(1, count / random.uniform(2, 8)))
    each = random.integers(1, 6, len(home))
    spread = radius * (2.0 if kind == 1 else random.uniform(4, 20))
    return np.repeat(home, each, 0) + random.normal(0, spread, (int(each.sum()), 2))


def specks(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw small round particles far apart on an even ground, perhaps with scratches and larger dirt."""
    _, tone = _ground(canvas, random)
    radius = between(random, 0.002, 0.02)
    centre = _groups(random, between(random, 2, 300), radius)
    centre = centre[placement.apart(centre, 0.9 * radius)]
    radii = radius * np.exp(random.normal(0, random.choice([0.05, 0.3, 0.6]), len(centre)))
    levels = tone * random.normal(1, 0.06, len(centre))
    drawn = blobs(canvas, random, centre, radii, levels, random.choice([0.02, 0.15]))
    if random.random() < 0.25:
        scratch = paths(random, random.uniform(0, 1, (2, 2)), random.uniform(0, 7, 2), 8, 0.12, 0.03)
        stroked(canvas, scratch, np.full(2, 0.0015), np.full(2, tone))
    strewn(canvas, random, 8, (0.004, 0.02))
    return Structures(drawn.item, drawn.diameters)


def packed_balls(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw balls that fill the field, in one layer or several, even or of all sizes."""
    substrate(canvas, random, random.uniform(0.02, 0.15))
    radius = between(random, 0.008, 0.07)
    layers = int(random.integers(1, 4))
    spread = random.choice([0.03, 0.15, 0.35])
    level = random.uniform(0.3, 0.6)
    drawn: list[Structures] = []
    for layer in range(layers):
        if random.random() < 0.4:
            turn, jitter = random.uniform(0, 1), random.uniform(0.01, 0.08)
            centre = placement.lattice(random, 2.02 * radius, True, turn, jitter)
        else:
            centre = placement.scattered(random, 1.2 / (np.pi * radius**2), 2 * radius * random.uniform(0.8, 1))
        radii = radius * np.exp(random.normal(0, spread, len(centre)).clip(-1, 1))
        tone = level * (0.6 + 0.4 * (layer + 1) / layers) * random.normal(1, 0.1, len(centre))
        lump = float(random.choice([0.01, 0.06]))
        balls = blobs(canvas, random, centre, radii, tone, lump, radii + layer * radius)
        drawn.append(Structures(balls.item, balls.diameters))
    return stacked(drawn)


def bodies_alone(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw one to five large bodies: balls, dented discs or lumps with a skin, their edges often glowing."""
    _, tone = _ground(canvas, random)
    count = int(random.integers(1, 6))
    radius = between(random, 0.04, 0.28) / np.sqrt(count)
    centre = random.uniform(0.1, 0.9, (3 * count, 2))
    centre = centre[placement.apart(centre, 1.05 * radius)][:count]
    radii = radius * np.exp(random.normal(0, 0.2, len(centre)))
    kind = random.integers(3)
    lump, flat = (0.01, 1.0) if kind == 0 else (random.uniform(0.03, 0.2), random.uniform(0.6, 1))
    drawn = blobs(canvas, random, centre, radii, tone, lump, 0.3 * radii, flat, random.random(len(centre)) * 3)
    body = drawn.item > 0
    if kind == 1:
        dent = np.where(body, np.clip(0.8 - drawn.far, 0, 1), 0).astype(np.float32)
        canvas.z -= np.float32(random.uniform(0.5, 1.6) * radius) * dent
    if random.random() < 0.5:
        grain = radius * random.uniform(0.05, 0.5)
        canvas.z += np.where(body, np.float32(random.uniform(0.02, 0.12) * grain) * relief(canvas, random, grain, 2), 0)
    if random.random() < 0.4:
        canvas.albedo += np.float32(random.uniform(0.1, 0.5) * tone) * blurred(body.astype(np.float32), 0.03)
    strewn(canvas, random, 20, (0.002, 0.012))
    return Structures(drawn.item, drawn.diameters)


def agglomerates(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw separate clumps of small grains or crystals, between them nothing or single grains."""
    _, tone = _ground(canvas, random)
    radius = between(random, 0.006, 0.05)
    homes = random.uniform(0, 1, (int(random.integers(1, 8)), 2))
    each = round(between(random, 4, 60))
    spread = radius * np.sqrt(each) * random.uniform(0.5, 1.1)
    centre = np.repeat(homes, each, 0) + spread * random.normal(0, 1, (len(homes) * each, 2)).clip(-1.6, 1.6)
    centre = random.permutation(np.concatenate([centre, placement.anywhere(random, int(random.integers(1, 30)))]))
    radii = radius * np.exp(random.normal(0, random.choice([0.1, 0.5]), len(centre)).clip(-1.2, 1))
    height = np.linspace(0, 3 * radius, len(centre))
    levels = tone * random.normal(1, 0.1, len(centre))
    if random.random() < 0.5:
        drawn = blobs(canvas, random, centre, radii, levels, random.choice([0.02, 0.2]), height)
        canvas.z += np.float32(0.02 * radius) * canvas.noise(random, "rough", 2 * radius)
    else:
        form = _FORMS[random.integers(len(_FORMS))]
        tilt = random.uniform(0.4, np.pi)
        drawn = crystals(canvas, random, form, centre, 1.2 * radii, levels, height, tilt, uneven=0.15)
    return Structures(drawn.item, drawn.diameters, countable=False)


def cubes(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw crystals of one form, apart or touching, most of them lying flat; finer ones fill the ground."""
    _, tone = _ground(canvas, random)
    radius = between(random, 0.015, 0.12)
    form = _FORMS[random.integers(3)]
    if random.random() < 0.4:
        fine = placement.anywhere(random, between(random, 20, 300))
        crystals(canvas, random, form, fine, radius * random.uniform(0.1, 0.3), 0.7 * tone, 0.0, 0.8)
    centre = placement.anywhere(random, between(random, 0.05, 0.5) / (np.pi * radius**2))
    centre = centre[placement.apart(centre, radius * random.uniform(0.5, 1.1))]
    radii = radius * np.exp(random.normal(0, random.choice([0.1, 0.4]), len(centre)).clip(-1, 0.7))
    tilt = random.choice([0.1, 0.5, 1.4])
    levels = tone * random.normal(1, 0.08, len(centre))
    drawn = crystals(canvas, random, form, centre, radii, levels, 0.01, tilt, uneven=0.1)
    return Structures(drawn.item, drawn.diameters)


def drops(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw soft discs or drops drawn out one way, flat in tone, with a faint halo."""
    level, _ = _ground(canvas, random)
    radius = between(random, 0.02, 0.09)
    centre = placement.scattered(random, between(random, 3, 40), 2.2 * radius)
    radii = radius * np.exp(random.normal(0, 0.15, len(centre)))
    tone = level + random.uniform(0.08, 0.3)
    if random.random() < 0.5:
        way = random.uniform(0, 2 * np.pi)
        tail = radii[:, None] * random.uniform(0.8, 1.8) * np.array([np.cos(way), np.sin(way)])
        for share in np.linspace(1, 0.1, 5):
            bars(canvas, centre + share * tail, centre + share * tail, radii * (1 - 0.75 * share), tone, 0.0)
    drawn = blobs(canvas, random, centre, radii, tone, random.choice([0.02, 0.1]))
    body = drawn.item > 0
    # A flat disc: only its border rises.
    canvas.z[:] = np.where(body, np.minimum(canvas.z, np.float32(random.uniform(0.05, 0.9) * radius)), canvas.z)
    canvas.albedo += np.float32(random.uniform(0, 0.3) * tone) * blurred(body.astype(np.float32), 0.02)
    return Structures(drawn.item, drawn.diameters)
