"""Further powders: rugged heaps of fine grains, agglomerates of them on a dark ground, needles and plates."""

import numpy as np

from bench.tasks.datasets.synthetic import placement
from bench.tasks.datasets.synthetic.bodies import bars, blobs
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.crystals import crystals
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.specimens.strokes import across_field, between, relief, substrate
from bench.tasks.datasets.synthetic.structures import Structures


def fine_heap(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw fine grains that fill the field, heaped into hills and hollows of several sizes."""
    grain = between(random, 0.01, 0.06)
    hills = canvas.waves(random, random.uniform(2, 8)) + 0.6 * canvas.waves(random, random.uniform(8, 25))
    grains = relief(canvas, random, grain, 3) + 0.8 * canvas.noise(random, "bumps", 2.6 * grain)
    level = random.uniform(0.25, 0.5)
    hollow = np.clip(0.9 + np.float32(random.uniform(0.1, 0.5)) * hills + np.float32(0.25) * grains, 0.08, 1.8)
    canvas.albedo[:] = level * hollow
    canvas.z += np.float32(random.uniform(0.15, 0.4) * grain) * grains + np.float32(random.uniform(0, 0.03)) * hills


def clumps(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw irregular agglomerates of fine grains, one large or many small, on a darker ground."""
    substrate(canvas, random, random.uniform(0.02, 0.3))
    radius = between(random, 0.05, 0.4)
    centre = placement.anywhere(random, random.uniform(0.25, 1.0) / (np.pi * radius**2))
    radii = radius * np.exp(random.normal(0, 0.4, len(centre)).clip(-1.2, 0.7))
    order = np.argsort(-radii, kind="stable")
    flat, turn = random.uniform(0.55, 1, len(centre)), random.random(len(centre)) * 3
    level = random.uniform(0.3, 0.6)
    drawn = blobs(canvas, random, centre[order], radii[order], level, 0.3, 0.0, flat, turn)
    body = drawn.item > 0
    grain = between(random, 0.01, 0.05)
    grains = relief(canvas, random, grain, 3)
    body &= drawn.far + np.float32(0.15) * grains < 1
    canvas.z += np.where(body, np.float32(random.uniform(0.15, 0.4) * grain) * grains, 0)
    shade = (1 + np.float32(0.25) * grains).clip(0.15, 1.8)
    canvas.albedo *= np.where(body, shade, 1)
    crumbs = placement.anywhere(random, between(random, 3, 100))
    size = np.exp(random.uniform(np.log(0.002), np.log(0.02), len(crumbs)))
    blobs(canvas, random, crumbs, size, level, 0.2)
    return Structures(np.where(body, drawn.item, 0), drawn.diameters, countable=False)


def loose_grains(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a deep heap of lumps of all sizes, the lower ones dark, each with a rough skin."""
    canvas.albedo[:] = random.uniform(0.02, 0.12)
    radius = between(random, 0.012, 0.09)
    centre = across_field(random, round(min(1500, random.uniform(1.2, 3) * placement.AREA / (np.pi * radius**2))))
    count = len(centre)
    radii = radius * np.exp(random.normal(0, random.uniform(0.15, 0.6), count).clip(-1.3, 1))
    deep = np.linspace(0, 1, count)
    tone = random.uniform(0.35, 0.6) * (random.uniform(0.3, 0.7) + (1 - 0.5) * deep) * random.normal(1, 0.08, count)
    flat, turn = random.uniform(0.6, 1, count), random.random(count) * 3
    drawn = blobs(canvas, random, centre, radii, tone, random.uniform(0.05, 0.22), 3 * radius * deep, flat, turn)
    grain = radius * random.uniform(0.15, 0.7)
    canvas.z += np.float32(random.uniform(0.02, 0.2) * grain) * relief(canvas, random, grain, 2)
    return Structures(drawn.item, drawn.diameters, countable=False)


def plates(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a heap of plates, shards or short needles that lie anyhow."""
    canvas.albedo[:] = random.uniform(0.02, 0.15)
    radius = between(random, 0.02, 0.12)
    count = round(min(1200, random.uniform(0.8, 2.2) * placement.AREA / (np.pi * radius**2)))
    centre, deep = across_field(random, count), np.linspace(0, 1, count)
    radii = radius * np.exp(random.normal(0, 0.35, count).clip(-1, 0.8))
    tone = random.uniform(0.35, 0.6) * (0.45 + 0.55 * deep) * random.normal(1, 0.1, count)
    if random.random() < 0.35:
        turn = random.uniform(0, np.pi, count)
        half = radii[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
        thin = radii * random.uniform(0.1, 0.3)
        needles = bars(canvas, centre - half, centre + half, thin, tone, 2 * radius * deep)
        structures = Structures(needles.item, 2 * thin, countable=False)
    else:
        form = "prism" if random.random() < 0.5 else "shard"
        thick = random.uniform(0.06, 0.5)
        drawn = crystals(canvas, random, form, centre, 1.3 * radii, tone, 2 * radius * deep, np.pi, thick, uneven=0.4)
        structures = Structures(drawn.item, drawn.diameters, countable=False)
    canvas.z += np.float32(0.0006) * canvas.noise(random, "rough", 0.06)
    return structures
