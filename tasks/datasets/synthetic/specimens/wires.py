"""Further nanowires: forests seen from the side, tangles in depth, broken edges, lone wires, tufts."""

import numpy as np

from bench.tasks.datasets.synthetic import placement
from bench.tasks.datasets.synthetic.bodies import bars
from bench.tasks.datasets.synthetic.canvas import WIDE, Canvas
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
from bench.tasks.datasets.synthetic.structures import Structures, joined, stacked


def forest(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw many parallel wires that stand or lie, the far ones first and darker, heads bright or not."""
    dark = random.uniform(0.02, 0.15)
    substrate(canvas, random, dark)
    radius, long = between(random, 0.0025, 0.014), between(random, 0.12, 0.8)
    count = round(min(2500, random.uniform(0.4, 1.6) * placement.AREA / (2 * radius * long)))
    foot = across_field(random, count)
    foot = foot[np.argsort(foot[:, 1], kind="stable")]
    turn = random.choice([np.pi / 2, np.pi / 2, random.uniform(0, np.pi)])
    turn = turn + random.normal(0, random.choice([0.01, 0.06, 0.2]), count)
    length = long * np.exp(random.normal(0, random.choice([0.05, 0.3]), count))
    head = foot - length[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    radii = radius * np.exp(random.normal(0, random.choice([0.03, 0.3]), count))
    depth = np.linspace(random.uniform(0.4, 0.9), 1, count) * random.normal(1, 0.12, count)
    level = random.uniform(0.3, 0.8) * depth
    start, stop = np.stack([foot, head], 1).reshape(-1, 2), np.stack([head, head], 1).reshape(-1, 2)
    glow, cap = random.choice([1.0, 1.5, 2.0]), random.choice([1.0, 1.0, 1.4])
    tone = (np.repeat(level, 2) * np.tile([1.0, glow], count)).clip(0, 1.2)
    wide = np.repeat(radii, 2) * np.tile([1.0, cap], count)
    drawn = bars(canvas, start, stop, wide, tone, np.repeat(np.linspace(0, 0.05, count), 2))
    # Wires are dark at their feet, deep in the forest.
    share = np.clip(drawn.along / long, 0, 1)
    fade = np.float32(random.uniform(0.2, 1.0))
    canvas.albedo *= np.where(drawn.item % 2 == 1, fade + (1 - fade) * share, 1)
    return Structures(joined(drawn.item, 2), 2 * radii)


def tangle(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw thin wires that lie anyhow or roughly one way, layer over layer, brighter to the top."""
    substrate(canvas, random, random.uniform(0.02, 0.25))
    radius = between(random, 0.0018, 0.014)
    cover = between(random, 0.25, 2.5)
    long = random.uniform(0.3, 1.6)
    count = round(min(900, cover * placement.AREA / (2 * radius * long)))
    turn = random.uniform(0, np.pi) + random.normal(0, random.choice([0.08, 0.3, 2.0, 2.0]), count)
    start = across_field(random, count) - 0.5 * long * np.stack([np.cos(turn), np.sin(turn)], 1)
    pieces = int(random.choice([1, 1, 6]))
    lines = paths(random, start, turn, pieces, long / pieces, 0.0 if pieces == 1 else random.uniform(0.05, 0.4))
    tone = random.uniform(0.3, 0.75) * np.linspace(random.uniform(0.3, 0.9), 1, count) * random.normal(1, 0.1, count)
    radii = radius * np.exp(random.normal(0, random.choice([0.05, 0.4]), count))
    return stroked(canvas, lines, radii, tone, np.linspace(0, random.uniform(2, 12) * radius, count))


def cleaved(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a broken edge: substrate below, a row of wires that stand on it, more wires or emptiness behind."""
    substrate(canvas, random, random.uniform(0.02, 0.2))
    ground = random.uniform(0.55, 0.9)
    tall, radius = random.uniform(0.15, 0.7), between(random, 0.003, 0.02)
    tilt = random.normal(0, 0.08)
    rows = int(random.integers(1, 4))
    drawn: list[Structures] = []
    for row in range(rows):
        count = round(random.uniform(0.5, 1.2) * (WIDE[1, 0] - WIDE[0, 0]) / (2.2 * radius))
        x = np.sort(random.uniform(WIDE[0, 0], WIDE[1, 0], count))
        foot = np.stack([x, ground + tilt * (x - 0.5) - 0.08 * (rows - 1 - row) + 0 * x], 1)
        lean = random.normal(0, random.choice([0.01, 0.08]), count)
        length = tall * np.exp(random.normal(0, random.choice([0.03, 0.25]), count))
        head = foot - length[:, None] * np.stack([lean, np.ones(count)], 1)
        tone = random.uniform(0.3, 0.65) * random.normal(1, 0.12, count) * (0.6 + 0.4 * (row + 1) / rows)
        radii = radius * np.exp(random.normal(0, 0.2, count))
        wires = bars(canvas, foot, head, radii, tone, 0.02 * row)
        drawn.append(Structures(wires.item, 2 * radii))
    below = canvas.y - np.float32(tilt) * (canvas.x - np.float32(0.5)) > np.float32(ground)
    below &= canvas.noise(random, "rough", 0.1) * np.float32(0.004) + canvas.y > ground
    canvas.albedo[:] = np.where(below, np.float32(random.uniform(0.25, 0.85)), canvas.albedo)
    grain = between(random, 0.02, 0.1)
    rugged = relief(canvas, random, grain, 2)
    canvas.z[:] = np.where(below, np.float32(random.uniform(0.02, 0.2) * grain) * rugged, canvas.z)
    every = stacked(drawn)
    return every._replace(item=np.where(below, 0, every.item))


def lone_wires(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw few thin wires on an even substrate, straight, bent or curled, some bits of dirt beside."""
    level = random.uniform(0.04, 0.45)
    substrate(canvas, random, level)
    count = round(between(random, 1, 50))
    radius = between(random, 0.0015, 0.012)
    long = between(random, 0.05, 0.9)
    start = across_field(random, 3 * count)
    turn = random.uniform(0, 2 * np.pi, 3 * count)
    bend = random.choice([0.0, 0.15, 0.6])
    lines = paths(random, start, turn, 10, long / 10, bend)
    tone = level * random.uniform(1.4, 2.6) + random.uniform(0, 0.15)
    drawn = stroked(canvas, lines, np.full(3 * count, radius), np.full(3 * count, tone), 0.0, random.choice([1.0, 0.4]))
    strewn(canvas, random, 60, (0.0015, 0.006))
    return drawn


def tufts(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw wires that lean together in tufts or grow from common roots in all directions."""
    substrate(canvas, random, random.uniform(0.02, 0.25))
    radius, long = between(random, 0.002, 0.01), between(random, 0.06, 0.35)
    roots = placement.scattered(random, between(random, 2, 60), 0.5 * long)
    each = int(random.integers(5, 30))
    count = len(roots) * each
    start = np.repeat(roots, each, 0) + random.normal(0, random.choice([0.02, 0.3]) * long, (count, 2))
    turn = random.uniform(0, 2 * np.pi, count)
    if random.random() < 0.5:
        towards = np.repeat(roots, each, 0) - np.array([0, 0.6 * long]) - start
        turn = np.arctan2(towards[:, 1], towards[:, 0]) + random.normal(0, 0.1, count)
    lines = paths(random, start, turn, 3, long / 3, 0.05)
    tone = random.uniform(0.35, 0.7) * random.normal(1, 0.12, count)
    return stroked(canvas, lines, np.full(count, radius), tone, np.linspace(0, 0.03, count), random.choice([1.0, 0.3]))
