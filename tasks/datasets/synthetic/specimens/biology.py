"""Further biological samples: neurons on a substrate, webs of processes, tissue, soft cells, microbes."""

import numpy as np

from bench.tasks.datasets.synthetic import placement
from bench.tasks.datasets.synthetic.bodies import bars, blobs
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.specimens.strokes import (
    across_field,
    between,
    paths,
    relief,
    strewn,
    stroked,
    substrate,
)
from bench.tasks.datasets.synthetic.structures import Structures


def neuron(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a rugged cell body, often cut by the border, with processes that branch into fine filaments."""
    level = random.uniform(0.15, 0.5)
    substrate(canvas, random, level)
    strewn(canvas, random, 60, (0.002, 0.012))
    bodies = int(random.integers(1, 4))
    radius = between(random, 0.05, 0.2) / np.sqrt(bodies)
    soma = random.uniform(0.0, 1.0, (bodies, 2))
    tone = level * random.uniform(0.95, 1.5)
    thick = radius * random.uniform(0.06, 0.2)
    arms = int(random.integers(2, 9))
    heading = random.uniform(0, 2 * np.pi, bodies * arms)
    main = paths(random, np.repeat(soma, arms, 0), heading, 16, random.uniform(0.02, 0.07), random.uniform(0.1, 0.3))
    twigs = int(random.integers(2, 7))
    forks = main[:, random.integers(2, 16, twigs)].reshape(-1, 2)
    turned = np.repeat(heading, twigs) + random.normal(0, 0.9, len(forks))
    fine = paths(random, forks, turned, 9, random.uniform(0.01, 0.035), random.uniform(0.15, 0.4))
    filaments = np.concatenate([soma[random.integers(0, bodies, 40)], forks[: 2 * len(forks) // 3]])
    ways = random.uniform(0, 2 * np.pi, len(filaments))
    hair = paths(random, filaments, ways, 8, radius * random.uniform(0.15, 0.35), 0.2)
    stroked(canvas, hair, np.full(len(hair), 0.0022), np.full(len(hair), tone))
    stroked(canvas, fine, np.full(len(fine), 0.35 * thick + 0.0015), np.full(len(fine), tone), 0.0, 0.5)
    stroked(canvas, main, np.full(len(main), thick), np.full(len(main), tone), 0.0, random.uniform(0.25, 0.6))
    flat = random.uniform(0.55, 1, bodies)
    drawn = blobs(canvas, random, soma, radius / np.sqrt(flat), tone, 0.2, 0.0, flat, random.random(bodies) * 3)
    rugged = relief(canvas, random, radius * random.uniform(0.1, 0.4))
    canvas.z += np.where(drawn.item > 0, np.float32(0.03 * radius) * rugged, 0)
    return Structures(drawn.item, drawn.diameters)


def web(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a culture: long processes all over the field, cell bodies among them."""
    level = random.uniform(0.15, 0.5)
    substrate(canvas, random, level)
    tone = level * random.uniform(1.1, 1.8)
    count = round(between(random, 8, 120))
    start = across_field(random, count)
    bend = random.uniform(0.03, 0.3)
    lines = paths(random, start, random.uniform(0, 2 * np.pi, count), 24, random.uniform(0.03, 0.06), bend)
    radius = between(random, 0.0015, 0.006) * np.exp(random.normal(0, 0.4, count))
    stroked(canvas, lines, radius, tone * random.normal(1, 0.1, count), np.linspace(0, 0.01, count))
    size = between(random, 0.015, 0.08)
    centre = placement.scattered(random, between(random, 1, 25), 2.2 * size)
    grow = size * np.exp(random.normal(0, 0.25, len(centre)))
    turn = random.random(len(centre)) * 3
    drawn = blobs(canvas, random, centre, grow, tone, 0.2, 0.004, random.uniform(0.5, 1, len(centre)), turn)
    canvas.z += np.where(drawn.item > 0, np.float32(0.04 * size) * relief(canvas, random, 0.4 * size + 0.008), 0)
    strewn(canvas, random, 60, (0.002, 0.01))
    return Structures(drawn.item, drawn.diameters)


def tissue(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a mat of fibrils with holes, and one or two thick vessels or processes over it."""
    wide = between(random, 0.012, 0.06)
    canvas.albedo[:] = random.uniform(0.3, 0.55)
    field = np.abs(canvas.waves(random, 0.8 / wide)) + 0.35 * np.abs(canvas.waves(random, 2.1 / wide))
    mat = np.clip(1 - field * np.float32(random.uniform(0.6, 1.3)), -0.4, 1)
    canvas.albedo *= 0.45 + 0.75 * np.clip(mat, 0, 1)
    canvas.z += np.float32(0.3 * wide) * mat
    threads = round(between(random, 10, 200))
    bend = random.uniform(0.1, 0.4)
    lines = paths(random, across_field(random, threads), random.uniform(0, 7, threads), 12, 1.2 * wide, bend)
    stroked(canvas, lines, np.full(threads, 0.08 * wide + 0.001), np.full(threads, 0.5), 0.3 * wide)
    vessels = int(random.integers(0, 3))
    if vessels:
        start = random.uniform(0, 1, (vessels, 2))
        way = random.uniform(0, 7, vessels)
        there, back = (paths(random, start, way + turn, 12, 0.08, 0.12) for turn in (0.0, np.pi))
        thick = np.full(vessels, between(random, 0.015, 0.09))
        for lines in (there, back):
            stroked(canvas, lines, thick, np.full(vessels, random.uniform(0.4, 0.6)), 0.02)
        canvas.z += np.float32(0.0012) * canvas.noise(random, "rough", 0.06)


def soft_cells(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw spread, wrinkled cells that touch or cover each other, with a rim of fine processes."""
    level = random.uniform(0.15, 0.5)
    substrate(canvas, random, level)
    radius = between(random, 0.05, 0.3)
    centre = placement.anywhere(random, between(random, 0.8, 4) * max(1, 0.15 / radius**2))
    centre = centre[placement.apart(centre, radius * random.uniform(0.5, 1.0))]
    count, tone = len(centre), level * random.uniform(0.8, 1.6)
    hairs = 14
    ways = random.uniform(0, 2 * np.pi, count * hairs)
    fringe = paths(random, np.repeat(centre, hairs, 0), ways, 7, radius * random.uniform(0.17, 0.3), 0.2)
    stroked(canvas, fringe, np.full(len(fringe), 0.0025), np.full(len(fringe), tone), 0.0, 0.6)
    flat = random.uniform(0.45, 1, count)
    height = radius * random.uniform(0.2, 0.9, count)
    turn = random.random(count) * 3
    drawn = blobs(canvas, random, centre, radius, tone * random.normal(1, 0.06, count), 0.18, height, flat, turn)
    body = drawn.item > 0
    folds = canvas.waves(random, random.uniform(0.8, 3) / radius)
    rugged = relief(canvas, random, radius * random.uniform(0.06, 0.3), 2)
    depth = np.float32(random.uniform(0.01, 0.05) * radius)
    canvas.z += np.where(body, depth * rugged + 2 * depth * np.abs(folds), 0)
    return Structures(drawn.item, drawn.diameters)


def microbes(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw bacteria: short rods or balls in groups, with threads of slime."""
    level = random.uniform(0.1, 0.5)
    substrate(canvas, random, level)
    radius = between(random, 0.008, 0.035)
    count = round(between(random, 10, 200))
    centre = np.concatenate(
        [home + random.normal(0, 4 * radius, (count // 4 + 1, 2)) for home in across_field(random, 6)]
    )
    turn = random.uniform(0, np.pi, len(centre))
    long = radius * random.choice([0.3, 1.0, 2.5]) * random.uniform(0.7, 1.3, (len(centre), 1))
    half = long * np.stack([np.cos(turn), np.sin(turn)], 1)
    slime = paths(random, centre[::3], random.uniform(0, 7, len(centre[::3])), 6, 2 * radius, 0.3)
    tone = level * random.uniform(1.1, 1.9)
    stroked(canvas, slime, np.full(len(slime), 0.1 * radius + 0.001), np.full(len(slime), tone))
    drawn = bars(canvas, centre - half, centre + half, radius, tone * random.normal(1, 0.08, len(centre)), 0.3 * radius)
    canvas.z += np.float32(0.02 * radius) * canvas.noise(random, "rough", 0.05)
    # As large as a bar twice ``long`` with its two half discs.
    return Structures(drawn.item, 2 * np.sqrt(radius**2 + 4 * radius * long[:, 0] / np.pi))
