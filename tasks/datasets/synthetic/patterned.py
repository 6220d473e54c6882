"""Drawings of patterned surfaces: a lithographic pattern that repeats, seen from above or at a slant."""

from typing import NamedTuple

import numpy as np

from bench.tasks.datasets.synthetic import brush
from bench.tasks.datasets.synthetic.canvas import Canvas, blurred
from bench.tasks.datasets.synthetic.defects import spoiled
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.structures import Structures

_SQUARE = 5
"""Blocks of this many cells have square pillars."""


class _Grid(NamedTuple):
    """How the pattern lies: pitch, turn, shift, slant (1 from above), narrowing to the far side, line roughness."""

    pitch: float
    turn: float
    shift: np.ndarray
    slant: float
    narrowing: float
    ragged: np.ndarray
    blocks: int


def patterned(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures | None:
    """Draw lines, holes, pillars or a checkerboard."""
    brush.ground(canvas, scene, random)
    dark = scene.get("background", "dark") == "bright"
    top = random.uniform(0.2, 0.28) if dark else random.uniform(0.42, 0.56)
    wide = random.uniform(0.26, 0.32)
    grid = _laid_out(canvas, scene, random)
    steep = float(random.choice([0.0, 0.03, 0.3]))
    deep = steep * grid.pitch * (1 if grid.slant < 1 or scene["shape"] == "pillars" else 0.15)
    u, v = _places(canvas, grid, deep)
    raised = _raised(scene["shape"], u, v, grid.blocks, wide)
    if deep > 0:
        _walls(canvas, scene["shape"], grid, wide, deep, raised, top)
    tone = random.normal(top, 0.05 * top, 1024).astype(np.float32)
    every = v if scene["shape"] == "lines" else u + v if scene["shape"] == "pillars" else u
    if scene["phases"] == "two":
        tone[::3] = 0.95
    number = np.floor(every) if scene["shape"] != "pillars" else np.floor(u) + np.floor(v)
    np.copyto(canvas.albedo, tone.take(number.astype(np.intp) % 1023), where=raised)
    canvas.z += np.float32(0.022) * blurred(raised.astype(np.float32), 0.003)
    canvas.albedo *= 1 + random.uniform(0.03, 0.1) * canvas.noise(random, "rough", 0.1)
    spoiled(canvas, scene, random)
    return _structures(scene["shape"], grid, wide, u, v, raised) if grid.slant == 1 else None


def _structures(shape: str, grid: _Grid, wide: float, u: np.ndarray, v: np.ndarray, raised: np.ndarray) -> Structures:
    """Return the lines, holes, pillars or squares of a pattern that is seen from above."""
    column, row = np.floor(u).astype(np.intp), np.floor(v).astype(np.intp)
    column, row = column - column.min(), row - row.min()
    item = 1 + (row if shape == "lines" else row * (column.max() + 1) + column)
    square = 2 / np.sqrt(np.pi)  # the diameter of a disc as large as the unit square
    pillar = 2 * wide * square if grid.blocks == _SQUARE else 2 * wide * 1.12
    diameter = {"lines": 1.5 * wide, "holes": 2 * wide, "pillars": pillar, "checkerboard": square}[shape]
    return Structures(np.where(raised != (shape == "holes"), item, 0), np.full(item.max(), diameter * grid.pitch))


def _laid_out(canvas: Canvas, scene: Scene, random: np.random.Generator) -> _Grid:
    lines = scene["shape"] == "lines"
    slanted = random.random() < 0.35 and not lines
    return _Grid(
        pitch=brush.length(scene, random, 0.05, 0.11, 0.24),
        turn=brush.angle(scene, random) if lines else float(random.normal(0, random.choice([0.05, 0.3]))),
        shift=random.random(2),
        slant=random.uniform(0.6, 0.8) if slanted else 1.0,
        narrowing=random.uniform(0.1, 0.35) if slanted else 0.0,
        ragged=random.uniform(0.006, 0.03) * canvas.noise(random, "rough", 0.12),
        blocks=int(random.choice([0, 0, _SQUARE, 7])),
    )


def _places(canvas: Canvas, grid: _Grid, lift: float) -> tuple[np.ndarray, np.ndarray]:
    """Return each pixel's place in the grid, in pitches, on a plane raised by ``lift`` up the picture."""
    x, y = canvas.x - np.float32(0.5), canvas.y + np.float32(lift - 0.5)
    if grid.slant < 1:
        near = 1 / (1 + np.float32(grid.narrowing) * y[:, :1])
        x, y = x * near, y * (near * np.float32(1 / grid.slant))
    c, s = np.float32(np.cos(grid.turn) / grid.pitch), np.float32(np.sin(grid.turn) / grid.pitch)
    u = x * c + y * s + (grid.ragged + np.float32(grid.shift[0] + 60))
    v = y * c - x * s + (grid.ragged + np.float32(grid.shift[1] + 60))
    return u, v


def _raised(shape: str, u: np.ndarray, v: np.ndarray, blocks: int, wide: float) -> np.ndarray:
    """Return where the pattern is raised; nothing is exposed between blocks of cells."""
    column, row = np.floor(u), np.floor(v)
    if shape == "checkerboard":
        half = (column + row) * np.float32(0.5)
        return half == np.floor(half)
    dv = np.abs(v - row - np.float32(0.5))
    if shape == "lines":
        return dv < 0.75 * wide
    du = np.abs(u - column - np.float32(0.5))
    if shape == "pillars" and blocks == _SQUARE:
        inside = np.maximum(du, dv) < wide
    else:
        inside = du * du + dv * dv < (wide * (1.12 if shape == "pillars" else 1.0)) ** 2
    if blocks:
        inside &= (np.floor(column / blocks) * blocks != column) & (np.floor(row / blocks) * blocks != row)
    return inside if shape == "pillars" else ~inside


def _walls(canvas: Canvas, shape: str, grid: _Grid, wide: float, deep: float, raised: np.ndarray, top: float) -> None:
    """Show the side walls of what is raised, darker to the foot."""
    foot = raised
    for share in (0.0, 0.5):
        foot = _raised(shape, *_places(canvas, grid, share * deep), grid.blocks, wide) & ~raised
        np.copyto(canvas.albedo, np.float32(top * (0.45 + 0.35 * share)), where=foot)
    canvas.z += np.float32(0.004) * foot
