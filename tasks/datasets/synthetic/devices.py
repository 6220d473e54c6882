"""Drawings of MEMS devices and electrodes: flat raised layers with straight borders on a substrate."""

import numpy as np
from PIL import Image, ImageDraw

from bench.tasks.datasets.synthetic import brush
from bench.tasks.datasets.synthetic.canvas import Canvas, blurred
from bench.tasks.datasets.synthetic.scene import Scene


def devices(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a comb drive, cantilevers, electrodes with pads, or a gear."""
    canvas.albedo[:] = brush.background(scene, random) * (1 + 0.05 * canvas.lattice_noise(random, 10))
    turn = brush.angle(scene, random)
    shapes = {"comb": _comb, "cantilever": _cantilever, "electrode": _electrode, "gear": _gear}
    outlines = shapes[scene["shape"]](scene, random)
    raised = _mask(canvas, outlines, turn, 0.5 + random.uniform(-0.04, 0.04, 2))
    dark = scene["background"] == "bright"
    level = random.uniform(0.24, 0.3) if dark else random.uniform(0.5, 0.6)
    canvas.albedo[raised] = level
    canvas.z += 0.03 * blurred(raised.astype(np.float32), 0.003)
    brush.textured(canvas, scene, random, raised)
    brush.spoiled(canvas, scene, random)


Outline = tuple[np.ndarray, bool]
"""A polygon (n, 2) about the origin, and whether it is material (or else a hole)."""


def _mask(canvas: Canvas, outlines: list[Outline], turn: float, middle: np.ndarray) -> np.ndarray:
    c, s = np.cos(turn), np.sin(turn)
    image = Image.new("L", (canvas.size, canvas.size), 0)
    pen = ImageDraw.Draw(image)
    for points, material in outlines:
        placed = middle + points @ np.array([[c, s], [-s, c]])
        pen.polygon((placed * canvas.size - 0.5).ravel().tolist(), fill=255 if material else 0)
    return np.asarray(image) > 0


def _box(left: float, top: float, right: float, bottom: float, material: bool = True) -> Outline:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]]), material


def _comb(scene: Scene, random: np.random.Generator) -> list[Outline]:
    """Interlock the fingers of two combs; the fingers run along x."""
    wide = brush.length(scene, random, 0.022, 0.042, 0.085)
    outlines = [_box(-0.9, -0.9, -0.26, 0.9), _box(0.26, -0.9, 0.9, 0.9)]
    for number, y in enumerate(np.arange(-0.9, 0.9, 1.9 * wide)):
        left, right = (-0.27, 0.2) if number % 2 else (-0.2, 0.27)
        outlines.append(_box(left, y, right, y + wide))
    return outlines


def _cantilever(scene: Scene, random: np.random.Generator) -> list[Outline]:
    """Stretch beams out from an anchor at one side, each with a square end."""
    wide = brush.length(scene, random, 0.035, 0.075, 0.15)
    outlines = [_box(-0.95, -0.9, -0.3, 0.9)]
    count = {"small": 5, "medium": 3, "large": 2}[scene["size"]]
    for y in (np.arange(count) - (count - 1) / 2) * (0.8 / count):
        reach = random.uniform(0.18, 0.36)
        outlines += [
            _box(-0.31, y - wide / 2, reach, y + wide / 2),
            _box(reach - wide, y - 0.8 * wide, reach + 0.4 * wide, y + 0.8 * wide),
        ]
    return outlines


def _electrode(scene: Scene, random: np.random.Generator) -> list[Outline]:
    """Lead tracks from pads at two sides to a gap in the middle; tracks run along x."""
    wide = brush.length(scene, random, 0.02, 0.045, 0.1)
    count = {"small": 6, "medium": 4, "large": 2}[scene["size"]]
    outlines = []
    for y in (np.arange(count) - (count - 1) / 2) / count:
        near = y * 0.45
        for side in (-1, 1):
            pad = 0.36 / count
            outlines.append(_pad(side, y * 1.05, pad))
            ends = [[0.03, near - wide / 2], [0.15, near - wide / 2], [0.34, y * 1.05 - wide / 2]]
            back = [[0.34, y * 1.05 + wide / 2], [0.15, near + wide / 2], [0.03, near + wide / 2]]
            outlines.append((np.array(ends + back) * [side, 1], True))
    return outlines


def _pad(side: int, y: float, half: float) -> Outline:
    return np.array([[0.33, y - half], [0.62, y - half], [0.62, y + half], [0.33, y + half]]) * [side, 1], True


def _gear(scene: Scene, random: np.random.Generator) -> list[Outline]:
    """Draw a toothed wheel with a hub, and a rack beside it that runs along x."""
    radius = brush.length(scene, random, 0.13, 0.21, 0.31)
    teeth = int(random.integers(10, 15))
    turn = np.linspace(0, 2 * np.pi, teeth * 4, endpoint=False)
    rim = radius * np.tile([1.0, 1.0, 0.8, 0.8], teeth)
    wheel = np.stack([rim * np.cos(turn), rim * np.sin(turn)], 1)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    rack = [_box(-0.9, radius + 0.03, 0.9, radius + 0.1)]
    return [(wheel, True), (circle * radius * 0.42, False), (circle * radius * 0.24, True), *rack]
