"""Further porous sponges: pores in pores, walls of beads, fine networks in depth."""

import numpy as np

from bench.tasks.datasets.synthetic import placement
from bench.tasks.datasets.synthetic.bodies import blobs
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.specimens.strokes import between, edge, relief, strewn
from bench.tasks.datasets.synthetic.structures import Structures


def open_foam(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw layers of a foam from the deepest to the nearest: round pores, in which smaller windows open.

    Its structures are the pores of the nearest layer.
    """
    wide = between(random, 0.04, 0.28)
    layers = int(random.integers(2, 4))
    canvas.albedo[:] = random.uniform(0.01, 0.08)
    level = random.uniform(0.35, 0.65)
    spread = random.choice([0.15, 0.5])
    beaded = random.random() < 0.4
    nearest = Structures(np.zeros(canvas.shape, np.intp), np.zeros(0))
    for layer in range(layers):
        near = (layer + 1) / layers
        size = wide * (0.45 + 0.55 * near)
        centre = placement.scattered(random, random.uniform(0.7, 1.6) / size**2, size * random.uniform(0.7, 1.0))
        radii = 0.5 * size * np.exp(random.normal(0, spread, len(centre)).clip(-1.2, 0.6))
        flat, turn = random.uniform(0.65, 1, len(centre)), random.random(len(centre)) * 3
        pores = blobs(canvas, random, centre, radii, 0, random.uniform(0.05, 0.15), 0, flat, turn, paint=False)
        wall = ~((pores.item > 0) & (pores.far < 1))
        nearest = Structures(np.where(wall, 0, pores.item), pores.diameters)
        tone = level * near ** random.uniform(1, 3)
        canvas.albedo[:] = np.where(wall, np.float32(tone), canvas.albedo)
        canvas.albedo *= 1 + np.float32(random.uniform(0.3, 1.2) * near) * edge(wall, 0.004 + 0.02 * wide)
        canvas.z[:] = np.where(wall, np.float32(0.1 * wide * near), canvas.z)
        if beaded:
            grain = wide * random.uniform(0.06, 0.25)
            canvas.z += np.where(wall, np.float32(0.12 * grain) * relief(canvas, random, grain, 2), 0)
    canvas.z += np.float32(between(random, 0.0002, 0.002)) * canvas.noise(random, "rough", 0.08)
    strewn(canvas, random, 30, (0.003, 0.015))
    return nearest


def beaded(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a smooth skin with large holes whose walls are heaps of beads, dark in their depth."""
    wide = between(random, 0.06, 0.25)
    level = random.uniform(0.35, 0.65)
    canvas.albedo[:] = level * (1 + 0.06 * canvas.noise(random, "rough", 0.1))
    centre = placement.scattered(random, random.uniform(0.3, 0.8) / wide**2, wide * random.uniform(0.8, 1.3))
    flat, turn = random.uniform(0.6, 1, len(centre)), random.random(len(centre)) * 3
    radii = 0.5 * wide * np.exp(random.normal(0, 0.25, len(centre)))
    holes = blobs(canvas, random, centre, radii, 0, 0.15, 0, flat, turn, paint=False)
    inside = (holes.item > 0) & (holes.far < 1)
    depth = np.where(inside, np.clip(1.2 - holes.far, 0, 1), 0).astype(np.float32)
    empty = np.concatenate([[False], random.random(len(centre)) < 0.5])[holes.item] & (depth > 0.3)
    grain = wide * random.uniform(0.05, 0.2)
    beads = relief(canvas, random, grain, 2)
    canvas.albedo *= np.where(inside, (0.8 - 0.5 * depth) * (1 + 0.25 * beads).clip(0.2, 2), 1)
    canvas.albedo *= np.where(empty, np.float32(0.12), 1)
    canvas.z += np.where(inside, np.float32(0.2 * grain) * beads - np.float32(0.15 * wide) * depth, 0)
    canvas.albedo *= 1 + np.float32(random.uniform(0, 0.8)) * edge(inside, 0.004)
    strewn(canvas, random, 20, (0.003, 0.01))
    return Structures(np.where(inside, holes.item, 0), holes.diameters)


def network(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a fine network of struts over a deeper, darker one, over black."""
    wide = between(random, 0.015, 0.09)
    canvas.albedo[:] = random.uniform(0.02, 0.1)
    level = random.uniform(0.35, 0.65)
    for near in (0.35, 0.6, 1.0)[random.integers(2) :]:
        field = np.abs(canvas.waves(random, (0.5 + 0.5 / near) * 0.55 / wide))
        field = field + np.float32(random.uniform(0.1, 0.3)) * np.abs(canvas.waves(random, 1.5 / wide))
        strut = np.float32(random.uniform(0.35, 0.75)) - field
        solid = strut > 0
        height = np.sqrt(np.maximum(strut, 0))
        canvas.albedo[:] = np.where(solid, level * near * (0.6 + 0.5 * height), canvas.albedo)
        canvas.z[:] = np.where(solid, np.float32(0.35 * wide) * height + np.float32(0.2 * near * wide), canvas.z)
    canvas.z += np.float32(random.uniform(0, 0.03) * wide) * canvas.noise(random, "bumps", 0.3 * wide + 0.004)
