"""Cells: the parts of a surface that are nearest to the points of an uneven grid."""

from typing import NamedTuple

import numpy as np

from bench.tasks.datasets.synthetic.canvas import WIDE, Canvas


class Cells(NamedTuple):
    """Each pixel's cell number, distance to the cell's border and place about the cell's point (field widths)."""

    number: np.ndarray
    rim: np.ndarray
    right: np.ndarray
    down: np.ndarray
    total: int


def cells(canvas: Canvas, random: np.random.Generator, pitch: float, jitter: float, hexagonal: bool = False) -> Cells:
    """Divide the canvas into cells about ``pitch`` wide; ``jitter`` is how far points leave their grid, in pitches."""
    tall = np.float32(pitch * (0.866 if hexagonal else 1.0))
    extent = WIDE[1] - WIDE[0]
    columns, rows = int(extent[0] / pitch) + 6, int(extent[1] / tall) + 6
    place = random.uniform(-jitter, jitter, (2, rows, columns)).astype(np.float32)
    place[0] += np.arange(columns, dtype=np.float32)
    if hexagonal:
        place[0] += 0.5 * (np.arange(rows, dtype=np.float32)[:, None] % 2)
    place[1] += np.arange(rows, dtype=np.float32)[:, None]
    px, py = place[0].ravel() * np.float32(pitch), place[1].ravel() * tall
    x, y = canvas.x - np.float32(WIDE[0, 0] - 2.5 * pitch), canvas.y - np.float32(WIDE[0, 1] - 2.5 * pitch)
    row = np.rint(y / tall).astype(np.int32)
    shift = 0.5 * (row % 2) if hexagonal else np.float32(0)
    home = row * columns + np.rint(x / np.float32(pitch) - shift).astype(np.int32)
    first, second = np.full(canvas.shape, 9, np.float32), np.full(canvas.shape, 9, np.float32)
    number = home
    for step in [down * columns + right for down in (-1, 0, 1) for right in (-1, 0, 1)]:
        other = home + step
        dx, dy = x - px.take(other), y - py.take(other)
        far = dx * dx + dy * dy
        second = np.minimum(second, np.maximum(first, far))
        number = np.where(far < first, other, number)
        first = np.minimum(first, far)
    rim = np.float32(0.5) * (np.sqrt(second) - np.sqrt(first))
    return Cells(number.astype(np.intp), rim, x - px.take(number), y - py.take(number), rows * columns)
