"""Drawings of films: a coating that fills the field."""

import numpy as np

from bench.tasks.datasets.synthetic import brush
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.cells import Cells, cells
from bench.tasks.datasets.synthetic.defects import spoiled
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.structures import Structures


def films(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures | None:
    """Draw a coating: flat, layered (seen from the side), wrinkled, or made of columns seen from above."""
    brush.ground(canvas, scene, random, random.uniform(0.36, 0.5))
    shapes = {"flat": _flat, "layered": _layered, "wrinkled": _wrinkled, "columnar": _columnar}
    structures = shapes[scene["shape"]](canvas, scene, random)
    if scene["phases"] == "two" and scene["shape"] in ("flat", "wrinkled"):
        _domains(canvas, random)
    spoiled(canvas, scene, random)
    return structures


def _flat(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    patches = cells(canvas, random, random.uniform(0.05, 0.13), 0.45)
    canvas.albedo *= random.normal(1, 0.045, patches.total).astype(np.float32)[patches.number]
    everywhere = np.ones_like(canvas.z, bool)
    brush.textured(canvas, scene, random, everywhere, random.uniform(0, np.pi))


def _layered(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Stack strata of uneven thickness, each with its own grey level and grain, broken along their edges."""
    turn = brush.angle(scene, random)
    thick = brush.length(scene, random, 0.04, 0.09, 0.19)
    along, across = canvas.turned(turn)
    rough = canvas.noise(random, "rough", 0.12)
    across = across + 0.06 * thick * rough + 0.2 * thick * canvas.waves(random, 5) + 1.2
    edges = np.cumsum(thick * random.uniform(0.65, 1.35, int(2.6 / thick)))
    layer = np.searchsorted(edges, across.ravel()).reshape(across.shape)
    count = len(edges) + 1
    levels = np.where(np.arange(count) % 2 == 0, 0.24, 0.5) + random.normal(0, 0.035, count)
    if scene["phases"] == "two":
        levels[::4] = 1.05
    # Strata break into columns or grains, every other one finer.
    fracture = np.sin(along * (2 * np.pi / (0.3 * thick)) + 2.2 * rough) * (layer % 2)
    canvas.albedo *= (levels / 0.43).astype(np.float32)[layer] * (1 + 0.13 * fracture + 0.09 * rough)
    canvas.z += np.float32(0.012) * (layer % 2) + random.normal(0, 0.006, count).astype(np.float32)[layer]
    canvas.z += np.float32(0.0015) * rough


def _wrinkled(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Fold the film into wrinkles that run one way, branch and carry finer ones."""
    turn = brush.angle(scene, random)
    wave = brush.length(scene, random, 0.045, 0.1, 0.21)
    _, across = canvas.turned(turn)
    bent = across * np.float32(2 * np.pi / wave) + 1.4 * canvas.waves(random, 3) + 0.5 * canvas.waves(random, 1 / wave)
    crest = 1 - np.abs(np.sin(0.5 * bent)) ** random.uniform(0.6, 1.3)
    fine = np.sin(3.1 * bent + canvas.waves(random, 8))
    uneven = (0.75 + 0.3 * canvas.waves(random, 4)).clip(0.35, 1.2)
    crest = (crest * uneven + 0.07 * fine).astype(np.float32)
    canvas.z += np.float32(0.35 * wave) * crest
    canvas.albedo *= 0.72 + 0.6 * crest


def _columnar(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Fill the field with grains, each a facet of its own slope, with dark grooves between."""
    wide = brush.length(scene, random, 0.04, 0.085, 0.17)
    grid = cells(canvas, random, wide, 0.32 if scene["uniformity"] == "uniform" else 0.46)
    tone, height, rim = _facets(grid, scene, random, wide)
    item, diameters = grid.number + 1, np.full(grid.total, 2 * wide / np.sqrt(np.pi))
    if scene["uniformity"] == "varied":
        fine = cells(canvas, random, 0.36 * wide, 0.45)
        crowd = canvas.waves(random, 3) > 0
        tone, height, rim = (
            np.where(crowd, small, large)
            for small, large in zip(_facets(fine, scene, random, 0.36 * wide), (tone, height, rim), strict=True)
        )
        item = np.where(crowd, grid.total + fine.number + 1, item)
        diameters = np.concatenate([diameters, np.full(fine.total, 0.36 * diameters[0])])
    canvas.albedo *= tone * np.clip(0.2 + rim / np.float32(0.006), 0.15, 1)
    canvas.z += height + np.minimum(rim, 0.12 * wide) * np.float32(0.7)
    return Structures(item, diameters)


def _facets(
    grid: Cells, scene: Scene, random: np.random.Generator, wide: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return brightness, height and distance to the border of grains."""
    slope = random.normal(0, 0.4, (2, grid.total)).astype(np.float32).clip(-0.9, 0.9)
    tone = random.normal(1.0, 0.13, grid.total).astype(np.float32) - 0.25 * slope[0]
    if scene["phases"] == "two":
        tone[random.random(grid.total) < 0.35] = 2.3
    rise = (random.random(grid.total) * 0.25 * wide).astype(np.float32)
    at = grid.number
    return tone[at], rise[at] + slope[0][at] * grid.right + slope[1][at] * grid.down, grid.rim


def _domains(canvas: Canvas, random: np.random.Generator) -> None:
    """Set bright islands into the film."""
    level = canvas.waves(random, 7) + 0.12 * canvas.noise(random, "rough", 0.1)
    islands = level > 0.75
    canvas.albedo[:] = np.where(islands, 0.34 + 1.05 * canvas.albedo, canvas.albedo)
    canvas.z += np.where(islands, np.float32(0.007), 0)
