"""Drawings of fibres: woven cloth, twisted cords, single fibres."""

import numpy as np

from bench.tasks.datasets.synthetic import brush
from bench.tasks.datasets.synthetic.bodies import Bars, bars, spindles
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.structures import Structures, joined


def fibres(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a woven cloth, a twisted cord, or single fibres lying beside each other."""
    brush.ground(canvas, scene, random, random.uniform(0.07, 0.17))
    turn = random.uniform(0, np.pi / 2) if scene["shape"] == "woven" else brush.angle(scene, random)
    structures = {"woven": _woven, "twisted": _twisted, "single": _single}[scene["shape"]](canvas, scene, random, turn)
    canvas.albedo *= 1 + 0.06 * canvas.noise(random, "rough", 0.12)
    return structures


def _filaments(canvas: Canvas, drawn: Bars, random: np.random.Generator, radius: float, count: float) -> None:
    """Split yarns into filaments that run along them, a little wound."""
    wound = random.uniform(-1.5, 1.5)
    around = np.arcsin(drawn.across) * np.float32(count) + drawn.along * np.float32(wound) + drawn.item
    strands = np.abs(np.sin(around + np.float32(0.6) * canvas.waves(random, 0.2 / radius)))
    there = drawn.item > 0
    canvas.albedo *= np.where(there, 0.68 + 0.4 * strands, 1)
    canvas.z += np.where(there, np.float32(0.35 * radius / count) * strands, 0)


def _single(canvas: Canvas, scene: Scene, random: np.random.Generator, turn: float) -> Structures:
    """Lay fibres beside and over each other, the lower ones darker."""
    radius = brush.length(scene, random, 0.026, 0.05, 0.1)
    count = max(4, round(0.62 / radius))
    radii = (radius * random.uniform(0.8, 1.2, count)).astype(np.float32)
    across = np.array([-np.sin(turn), np.cos(turn)])
    middle = (
        0.5
        + (random.permutation(np.linspace(-0.85, 0.85, count)) + random.normal(0, 0.3 * radius, count))[:, None]
        * across
    )
    heading = turn + random.normal(0, 0.07, count)
    half = 1.4 * np.stack([np.cos(heading), np.sin(heading)], 1)
    levels = brush.body(scene, random, count) * np.linspace(0.6, 1.1, count)
    drawn = bars(canvas, middle - half, middle + half, radii, levels, np.linspace(0, 2.5 * radius, count))
    brush.textured(canvas, scene, random, drawn.item > 0, turn + np.pi / 2 * (random.random() < 0.5), 0.036)
    return Structures(drawn.item, 2 * radii)


def _twisted(canvas: Canvas, scene: Scene, random: np.random.Generator, turn: float) -> Structures:
    """Wind strands around each other: slanting short bars of filaments along cords."""
    radius = brush.length(scene, random, 0.022, 0.04, 0.066)
    cord = 3.2 * radius
    c, s = np.cos(turn), np.sin(turn)
    lanes = np.arange(-1.2, 1.21, random.uniform(1.9, 2.5) * cord) + random.uniform(-0.3, 0.3) * cord
    beads = np.arange(-1.1, 1.1, 1.7 * radius)
    lane, bead = (grid.ravel() for grid in np.meshgrid(lanes, beads, indexing="ij"))
    offset = (random.normal(0, 0.5 * radius, len(lanes)))[np.searchsorted(lanes, lane)]
    sway = (
        lane
        + 0.5 * radius * np.sin(bead * random.uniform(4, 8) + lane * 3)
        + random.normal(0, 0.08 * radius, len(lane))
    )
    at = 0.5 + np.stack([(bead + offset) * c - sway * s, (bead + offset) * s + sway * c], 1)
    wound = random.uniform(0.6, 0.95)
    slant = turn + wound * random.choice([-1, 1])
    half = cord * 0.98 * np.array([np.cos(slant), np.sin(slant)])
    levels = brush.body(scene, random, len(lanes))[np.searchsorted(lanes, lane)] * random.normal(1, 0.06, len(lane))
    drawn = spindles(canvas, at - half, at + half, radius * random.normal(1.25, 0.06, len(at)), levels)
    _filaments(canvas, drawn, random, radius, random.uniform(2.5, 5))
    # A cord is as wide as its strands reach across it.
    return Structures(joined(drawn.item, len(beads)), np.full(len(lanes), 2 * 0.98 * cord * np.sin(wound)))


def _woven(canvas: Canvas, scene: Scene, random: np.random.Generator, turn: float) -> Structures:
    """Cross two families of yarns, each over and under in turn, plain or in twill."""
    radius = brush.length(scene, random, 0.026, 0.048, 0.09)
    pitch = random.uniform(2.1, 2.5) * radius
    twill = int(random.choice([2, 2, 3, 4]))
    skew = random.uniform(-0.3, 0.3)
    c, s = np.cos(turn), np.sin(turn)
    count = int(1.2 / pitch) + 1
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(-count, count + 1), np.arange(-count, count + 1)))
    levels = brush.body(scene, random, 2)
    yarns, widths = np.zeros(canvas.shape, np.intp), []
    ways = ((c, s), (-s * np.cos(skew) - c * np.sin(skew), c * np.cos(skew) - s * np.sin(skew)))
    at = 0.5 + pitch * (i[:, None] * np.array(ways[0]) + j[:, None] * np.array(ways[1]))
    at = at + random.normal(0, 0.05 * radius, at.shape)
    for family, way in enumerate(ways):
        # A yarn shows where it lies on top: at every second crossing in plain weave, over all but one in twill.
        over = 1 if family == 0 else twill - 1
        chosen = (i + j) % twill == (0 if family == 0 else 1)
        centre = at[chosen] + 0.5 * (over - 1) * pitch * np.array(way)
        half = (0.5 * over + 0.14) * pitch * np.array(way)
        tone = levels[family] * random.normal(1, 0.06, len(centre))
        fat = radius * random.normal(1.12, 0.05, len(centre))
        drawn = spindles(canvas, centre - half, centre + half, fat, tone, 0.3 * radius, taper=0.45)
        yarns = np.where(drawn.item > 0, drawn.item + sum(map(len, widths)), yarns)
        widths.append(2 * fat)
        _filaments(canvas, drawn, random, radius, random.uniform(3, 6))
    return Structures(yarns, np.concatenate(widths), countable=False)
