"""Drawings of MEMS devices and electrodes: raised layers with straight borders on a substrate."""

import numpy as np
from PIL import Image, ImageDraw

from bench.tasks.datasets.synthetic import brush
from bench.tasks.datasets.synthetic.canvas import Canvas, blurred
from bench.tasks.datasets.synthetic.defects import spoiled
from bench.tasks.datasets.synthetic.scene import Scene

Outline = tuple[np.ndarray, bool]
"""A polygon (n, 2) about the origin, and whether it is material (or else a hole)."""
_FAR = 1.3


def devices(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a comb drive, cantilevers, electrodes with pads, or a gear; some with etch holes, some at a slant."""
    brush.ground(canvas, scene, random)
    turn = brush.angle(scene, random)
    shapes = {"comb": _comb, "cantilever": _cantilever, "electrode": _electrode, "gear": _gear}
    middle = np.array([0.5, 0.47]) + random.uniform(-0.04, 0.04, 2)
    raised = _mask(canvas, shapes[scene["shape"]](scene, random), turn, middle)
    dark = scene["background"] == "bright"
    level = random.uniform(0.24, 0.32) if dark else random.uniform(0.46, 0.6)
    _undercut(canvas, random, raised, level)
    grain = canvas.noise(random, "rough", 0.1)
    canvas.albedo[:] = np.where(raised, level * (1 + random.uniform(0.02, 0.08) * grain), canvas.albedo)
    if random.random() < 0.25:
        _etched(canvas, random, raised, turn)
    if random.random() < 0.45:
        _metal(canvas, random, raised)
    canvas.z += np.float32(0.03) * blurred(raised.astype(np.float32), 0.003)
    brush.textured(canvas, scene, random, raised)
    spoiled(canvas, scene, random)


def _mask(canvas: Canvas, outlines: list[Outline], turn: float, middle: np.ndarray) -> np.ndarray:
    c, s = np.cos(turn), np.sin(turn)
    image = Image.new("L", (canvas.shape[1], canvas.shape[0]), 0)
    pen = ImageDraw.Draw(image)
    for points, material in outlines:
        x, y = points[:, 0], points[:, 1]
        placed = middle + np.stack([x * c - y * s, x * s + y * c], 1)
        pen.polygon(canvas.pixels(placed).ravel().tolist(), fill=255 if material else 0)
    return np.asarray(image) > 0


def _undercut(canvas: Canvas, random: np.random.Generator, raised: np.ndarray, level: float) -> None:
    """Show side walls below the layer's lower borders, and the shadow on the substrate."""
    deep = round(random.choice([0.0, 0.012, 0.028]) * canvas.unit)
    if not deep:
        return
    wall = np.zeros_like(raised)
    for step in range(1, deep + 1, max(1, deep // 4)):
        wall[step:] |= raised[:-step]
    wall &= ~raised
    stripes = 1 + 0.25 * canvas.noise(random, "rough", 0.06)
    canvas.albedo[:] = np.where(wall, 0.62 * level * stripes, canvas.albedo)


def _etched(canvas: Canvas, random: np.random.Generator, raised: np.ndarray, turn: float) -> None:
    """Perforate the layer with the small holes that etching needs, away from its borders."""
    pitch = random.uniform(0.05, 0.075)
    u, v = canvas.turned(turn)
    du, dv = (u / pitch) % 1 - np.float32(0.5), (v / pitch) % 1 - np.float32(0.5)
    inner = blurred(raised.astype(np.float32), 0.02) > 0.97
    holes = inner & (np.maximum(np.abs(du), np.abs(dv)) < 0.14)
    canvas.albedo[holes] *= 0.45
    canvas.z[holes] -= 0.02


def _metal(canvas: Canvas, random: np.random.Generator, raised: np.ndarray) -> None:
    """Lay a second, brighter layer on the first, a little within its borders."""
    inner = blurred(raised.astype(np.float32), random.uniform(0.006, 0.012)) > 0.93
    canvas.albedo *= np.where(inner, np.float32(random.uniform(1.2, 1.45)), 1)
    canvas.z += np.where(inner, np.float32(0.012), 0)


def _box(left: float, top: float, right: float, bottom: float, material: bool = True) -> Outline:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]]), material


def _comb(scene: Scene, random: np.random.Generator) -> list[Outline]:
    """Interlock the fingers of two combs; the fingers run along x."""
    wide = brush.length(scene, random, 0.018, 0.038, 0.08)
    gap = random.uniform(1.7, 2.1)
    reach = random.uniform(0.14, 0.22)
    outlines = [_box(-_FAR, -_FAR, -0.26, _FAR), _box(0.26, -_FAR, _FAR, _FAR)]
    for number, y in enumerate(np.arange(-_FAR, _FAR, gap * wide)):
        left, right = (-0.27, reach) if number % 2 else (-reach, 0.27)
        outlines.append(_box(left, y, right, y + wide))
    return outlines


def _cantilever(scene: Scene, random: np.random.Generator) -> list[Outline]:
    """Stretch beams out from an anchor at one side, each with a square or pointed end."""
    wide = brush.length(scene, random, 0.032, 0.07, 0.15)
    outlines = [_box(-_FAR, -_FAR, -0.3, _FAR)]
    count = {"small": 5, "medium": 3, "large": 2}[scene["size"]]
    pointed = random.random() < 0.4
    for y in (np.arange(3 * count) - (3 * count - 1) / 2) * (0.8 / count):
        reach = random.uniform(0.18, 0.36)
        outlines.append(_box(-0.31, y - wide / 2, reach, y + wide / 2))
        if pointed:
            tip = [[reach - 0.01, y - wide / 2], [reach + 0.7 * wide, y], [reach - 0.01, y + wide / 2]]
            outlines.append((np.array(tip), True))
        else:
            outlines.append(_box(reach - wide, y - 0.8 * wide, reach + 0.4 * wide, y + 0.8 * wide))
    return outlines


def _electrode(scene: Scene, random: np.random.Generator) -> list[Outline]:
    """Lead tracks from pads at two sides to a gap in the middle; tracks run along x. Crosses mark the corners."""
    wide = brush.length(scene, random, 0.018, 0.04, 0.095)
    count = {"small": 6, "medium": 4, "large": 2}[scene["size"]]
    spread = random.uniform(0.95, 1.08)
    outlines = []
    for y in (np.arange(count) - (count - 1) / 2) / count:
        near = y * random.uniform(0.43, 0.47)
        for side in (-1, 1):
            pad = random.uniform(0.32, 0.37) / count
            outlines.append(_pad(side, y * spread, pad))
            ends = [[0.03, near - wide / 2], [0.15, near - wide / 2], [0.34, y * spread - wide / 2]]
            back = [[0.34, y * spread + wide / 2], [0.15, near + wide / 2], [0.03, near + wide / 2]]
            outlines.append((np.array(ends + back) * [side, 1], True))
    for x in (-0.72, 0.72):
        outlines += [_box(x - 0.05, -0.008, x + 0.05, 0.008), _box(x - 0.008, -0.05, x + 0.008, 0.05)]
        outlines += [_pad(side, y, 0.1) for side in (-2, 2) for y in (-0.25, 0.25)]
    return outlines


def _pad(side: int, y: float, half: float) -> Outline:
    return np.array([[0.33, y - half], [0.62, y - half], [0.62, y + half], [0.33, y + half]]) * [side, 1], True


def _gear(scene: Scene, random: np.random.Generator) -> list[Outline]:
    """Draw a toothed wheel with a hub, and a rack beside it that runs along x."""
    radius = brush.length(scene, random, 0.12, 0.2, 0.3)
    teeth = int(random.integers(10, 19))
    turn = np.linspace(0, 2 * np.pi, teeth * 4, endpoint=False)
    rim = radius * np.tile([1.0, 1.0, 0.8, 0.8], teeth)
    wheel = np.stack([rim * np.cos(turn), rim * np.sin(turn)], 1)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    outlines: list[Outline] = [(wheel, True), (circle * radius * 0.42, False), (circle * radius * 0.24, True)]
    holes = int(random.choice([0, 4, 6]))
    for place in np.arange(holes) * 2 * np.pi / max(holes, 1) + random.uniform(0, 1):
        outlines.append((circle * radius * 0.1 + 0.6 * radius * np.array([np.cos(place), np.sin(place)]), False))
    pitch = 2 * np.pi * radius / teeth
    top = radius + 0.02
    outlines.append(_box(-_FAR, top + 0.2 * radius, _FAR, top + 0.2 * radius + 0.07))
    return outlines + [_box(x, top, x + pitch / 2, top + 0.21 * radius) for x in np.arange(-_FAR, _FAR, pitch)]
