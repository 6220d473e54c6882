"""Drawings of porous sponges: round pores, hexagonal cells, or a winding network, deeper layers seen through."""

import numpy as np

from bench.tasks.datasets.synthetic import brush, placement
from bench.tasks.datasets.synthetic.bodies import blobs
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.cells import cells
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.structures import Structures

_Pores = tuple[np.ndarray, Structures | None]
"""How far each pixel is from the rim of a pore (height, width), positive in the wall, and the pores."""


def porous(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures | None:
    """Draw the wall that the shape leaves, the depth behind it, and bright inclusions if there are two phases."""
    brush.ground(canvas, scene, random, random.uniform(0.4, 0.54))
    wide = brush.length(scene, random, 0.045, 0.095, 0.2)
    open_share = {"sparse": 0.22, "moderate": 0.43, "dense": 0.66}[scene["coverage"]]
    pores = {"foam": _foam, "honeycomb": _honeycomb, "labyrinth": _labyrinth}
    wall, holes = pores[scene["shape"]](canvas, scene, random, wide, open_share)
    wall = wall + np.float32(0.02 * wide) * canvas.noise(random, "rough", 1.2 * wide)
    solid = wall > 0
    # A deeper layer of the sponge shows through its pores.
    behind = np.abs(canvas.waves(random, 1.3 / wide)) < random.uniform(0.15, 0.35)
    depth = np.clip(-wall / np.float32(0.3 * wide), 0, 1)
    canvas.albedo *= np.where(solid, 1, (0.16 + 0.42 * behind) * (1 - 0.45 * depth))
    canvas.z += np.float32(0.16 * wide) * np.clip(wall / np.float32(0.22 * wide), -1, 1)
    canvas.z += np.where(behind & ~solid, np.float32(0.03 * wide), 0)
    if scene["phases"] == "two":
        centre, top = placement.anywhere(random, 24), 0.2 * wide
        blobs(canvas, random, centre, random.uniform(0.014, 0.026, len(centre)), 1.1, lump=0.15, lift=top)
    return holes and holes._replace(item=np.where(solid, 0, holes.item))


def _foam(canvas: Canvas, scene: Scene, random: np.random.Generator, wide: float, open_share: float) -> _Pores:
    """Return round pores and the distance to the nearest one's rim."""
    radius = 0.5 * wide
    pitch = radius * np.sqrt(np.pi / open_share * 2 / np.sqrt(3))
    centre = placement.lattice(random, pitch, True, random.uniform(0, np.pi), random.choice([0.1, 0.17]))
    factor = brush.spread(scene, random, len(centre))
    radii = np.minimum(radius * factor * (0.9 if scene["uniformity"] == "varied" else 1.0), 0.66 * pitch)
    order = np.argsort(radii, kind="stable")
    count, lump = len(order), random.uniform(0.05, 0.13)
    # The outlines are filled a little wider than the pore, so that its rim can be told from the flat wall.
    stretch, turn = random.uniform(0.72, 1, count), random.random(count) * 3
    pores = blobs(canvas, random, centre[order], 1.25 * radii[order], 0, lump, 0, stretch, turn, paint=False)
    at = np.concatenate([[radius], radii[order]]).astype(np.float32).take(pores.item)
    wall = np.where(pores.item > 0, (1.25 * pores.far - 1) * at, np.float32(0.3 * wide))
    return wall, Structures(pores.item, pores.diameters / 1.25)


def _honeycomb(canvas: Canvas, scene: Scene, random: np.random.Generator, wide: float, open_share: float) -> _Pores:
    """Return hexagonal pores and each pixel's distance outside the nearest."""
    pores = cells(canvas, random, wide, random.uniform(0.03, 0.11), hexagonal=True)
    rim = 0.5 * wide * 0.95 * (1 - np.sqrt(open_share))
    diameter = 2 * np.sqrt(0.866 / np.pi) * (wide - 2 * rim)
    return np.float32(rim) - pores.rim, Structures(pores.number + 1, np.full(pores.total, diameter))


def _labyrinth(canvas: Canvas, scene: Scene, random: np.random.Generator, wide: float, open_share: float) -> _Pores:
    """Return a network, in which no pores can be told apart: pixels where smooth noise is near zero are connected."""
    field = np.abs(canvas.waves(random, 0.9 / wide) + 0.18 * canvas.waves(random, 2.4 / wide))
    return np.float32(wide * 0.4) * (np.quantile(field[:: max(1, canvas.unit // 112)], 1 - open_share) - field), None
