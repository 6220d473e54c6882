"""Further films: grains with holes, pinholes, sections, islands, dried mud, fine grains."""

import numpy as np

from bench.tasks.datasets.synthetic.bodies import blobs
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.cells import cells
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.specimens.strokes import across_field, between, edge, relief, strewn, substrate
from bench.tasks.datasets.synthetic.structures import Structures


def broken_grains(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw angular grains side by side, tilted, some missing, their borders bright."""
    wide = between(random, 0.02, 0.2)
    level = random.uniform(0.25, 0.5)
    grid = cells(canvas, random, wide, random.uniform(0.3, 0.48))
    slope = random.normal(0, random.uniform(0.1, 0.5), (2, grid.total)).astype(np.float32)
    rise = (random.random(grid.total) * random.uniform(0.1, 0.5) * wide).astype(np.float32)
    tone = random.normal(1, random.uniform(0.03, 0.15), grid.total).astype(np.float32)
    missing = random.random(grid.total) < random.choice([0.0, 0.03, 0.12])
    rise[missing] -= np.float32(0.6 * wide)
    tone[missing] *= 0.25
    at = grid.number
    canvas.z += rise[at] + slope[0][at] * grid.right + slope[1][at] * grid.down
    canvas.z += np.minimum(grid.rim, np.float32(0.1 * wide)) * np.float32(random.uniform(-0.5, 1))
    border = np.exp(-grid.rim / np.float32(random.uniform(0.002, 0.01)))
    canvas.albedo[:] = level * tone[at] * (1 + np.float32(random.uniform(-0.8, 1.2)) * border)
    canvas.z += np.float32(0.0004) * canvas.noise(random, "rough", 0.08)
    return Structures(np.where(missing[at], 0, at + 1), np.full(grid.total, 2 * wide / np.sqrt(np.pi)))


def pinholes(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a nearly even film with small dark holes, drawn out one way, or with blisters."""
    level = random.uniform(0.25, 0.6)
    substrate(canvas, random, level)
    count = round(between(random, 4, 160))
    centre = across_field(random, 2 * count)
    radius = between(random, 0.004, 0.02) * np.exp(random.normal(0, 0.4, 2 * count))
    long, turn = random.uniform(0.35, 1), random.choice([0.0, np.pi / 2, random.uniform(0, 3)])
    holes = blobs(canvas, random, centre, radius, 0, 0.25, 0, long, turn + random.normal(0, 0.3), paint=False)
    depth = np.where(holes.item > 0, np.clip((1 - holes.far) * 3, 0, 1), 0).astype(np.float32)
    if random.random() < 0.75:
        canvas.albedo *= 1 - np.float32(random.uniform(0.4, 0.95)) * depth
        canvas.z -= np.float32(0.02) * depth
    else:
        canvas.z += np.float32(random.uniform(0.01, 0.04)) * depth
    grain = between(random, 0.008, 0.04)
    canvas.z += np.float32(random.uniform(0, 0.06) * grain) * relief(canvas, random, grain, 2)
    return Structures(holes.item, holes.diameters)


def section(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a broken edge: substrate below, one to four layers, and the dark or the coated surface above."""
    turn = random.normal(0, 0.15)
    along, across = canvas.turned(turn)
    rough = canvas.noise(random, "rough", 0.15)
    ragged = across + np.float32(random.uniform(0.001, 0.01)) * rough
    layers = int(random.integers(1, 5))
    top = random.uniform(-0.35, 0.1)
    edges = np.concatenate([[top], top + np.cumsum(np.exp(random.uniform(-3.4, -1.4, layers)))])
    layer = np.searchsorted(edges, ragged.ravel()).reshape(ragged.shape)
    tone = random.uniform(0.2, 0.65, layers + 2).astype(np.float32)
    tone[0] = random.choice([0.04, 0.15, 0.5])
    canvas.albedo[:] = tone[layer]
    canvas.z += random.normal(0, 0.006, layers + 2).astype(np.float32)[layer]
    for number in range(1, layers + 2):
        inside = layer == number
        kind = random.integers(3)
        if kind == 1:
            columns = np.sin(along * np.float32(2 * np.pi / between(random, 0.01, 0.06)) + 2 * rough)
            canvas.albedo *= np.where(inside, 1 + 0.2 * columns, 1)
            canvas.z += np.where(inside, np.float32(0.002) * columns, 0)
        elif kind == 2:
            grain = between(random, 0.008, 0.05)
            canvas.z += np.where(inside, np.float32(0.1 * grain) * relief(canvas, random, grain, 2), 0)
    near = np.exp(-np.abs(across - np.float32(top)) / np.float32(0.006))
    canvas.albedo *= 1 + np.float32(random.uniform(0, 1.2)) * near
    strewn(canvas, random, 20, (0.003, 0.015))


def islands(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a film that has broken up into islands, or covers all but some windows."""
    substrate(canvas, random, random.uniform(0.1, 0.4))
    field = canvas.waves(random, between(random, 3, 30)) + 0.15 * canvas.noise(random, "rough", 0.1)
    film = field > random.uniform(-0.9, 0.9)
    level = random.uniform(0.3, 0.65)
    canvas.albedo[:] = np.where(film, level * (1 + 0.05 * canvas.noise(random, "rough", 0.06)), canvas.albedo)
    canvas.albedo *= 1 + np.float32(random.uniform(0, 0.8)) * edge(film, random.uniform(0.002, 0.006))
    canvas.z += np.where(film, np.float32(random.uniform(0.002, 0.02)), 0)


def dried_mud(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a film that has cracked into plates with dark gaps between."""
    wide = between(random, 0.06, 0.4)
    substrate(canvas, random, random.uniform(0.3, 0.55))
    grid = cells(canvas, random, wide, random.uniform(0.35, 0.48))
    gap = np.float32(wide * random.uniform(0.01, 0.07))
    rim = grid.rim + np.float32(0.02 * wide) * canvas.noise(random, "rough", 0.3 * wide)
    open_gap = rim < gap
    canvas.albedo *= np.where(open_gap, random.uniform(0.1, 0.4), 1)
    canvas.albedo *= 1 + np.float32(0.5) * np.exp(-np.abs(rim - gap) / np.float32(0.004))
    tilt = random.normal(0, 0.08, (2, grid.total)).astype(np.float32)
    canvas.z += tilt[0][grid.number] * grid.right + tilt[1][grid.number] * grid.down
    canvas.z -= np.where(open_gap, np.float32(0.03), 0)
    plate = 2 * (wide - 2 * float(gap)) / np.sqrt(np.pi)
    return Structures(np.where(open_gap, 0, grid.number + 1), np.full(grid.total, plate))


def fine_grains(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a continuous film of fine, even grains, perhaps with a scratch or a bare corner."""
    grain = between(random, 0.008, 0.06)
    canvas.albedo[:] = random.uniform(0.25, 0.55)
    canvas.z += np.float32(random.uniform(0.04, 0.2) * grain) * relief(canvas, random, grain, 2)
    canvas.albedo *= 1 + np.float32(random.uniform(0, 0.12)) * canvas.noise(random, "cloud", 0.4)
    if random.random() < 0.4:
        _, across = canvas.turned(random.uniform(0, np.pi))
        ragged = across + 0.02 * canvas.waves(random, 6) - np.float32(random.uniform(-0.4, 0.4))
        bare = ragged > 0 if random.random() < 0.5 else np.abs(ragged) < np.float32(random.uniform(0.005, 0.04))
        canvas.albedo[:] = np.where(bare, np.float32(random.uniform(0.1, 0.7)), canvas.albedo)
        canvas.z[:] = np.where(bare, -np.float32(0.3 * grain), canvas.z)
    strewn(canvas, random, 30, (0.004, 0.02))
