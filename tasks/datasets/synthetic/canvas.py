"""A canvas: the height map and brightness map of a scene, independent of resolution.

All lengths are shares of the field of view, x to the right and y down. The field is the square from 0 to 1; a wider
picture shows more of the same scene at both sides. Drawers place structures over ``WIDE``, whatever is shown.
"""

import numpy as np
from PIL import Image
from scipy import ndimage

from bench.tasks.datasets.synthetic.tiles import REFERENCE, SIDE, Kind, reduced

WIDEST = 1.5
"""The largest aspect ratio of a picture, width to height."""
MARGIN = 0.07
"""How far structures may be outside the widest picture, so that its border cuts some."""
WIDE = np.array([[0.5 - WIDEST / 2 - MARGIN, -MARGIN], [0.5 + WIDEST / 2 + MARGIN, 1 + MARGIN]])
"""Upper left and lower right corner of the area in which structures are placed."""

_SMALL = 56
"""Rows of the small picture that is used to blur surroundings."""


class Canvas:
    """Height ``z`` (field widths) and brightness ``albedo`` of every pixel, both (height, width) float32."""

    def __init__(self, shape: tuple[int, int], albedo: float = 0.1) -> None:
        self.shape = shape
        self.unit = shape[0]
        self.left = 0.5 - 0.5 * shape[1] / shape[0]
        self.z = np.zeros(shape, np.float32)
        self.albedo = np.full(shape, albedo, np.float32)
        self.x = np.broadcast_to(((np.arange(shape[1]) + 0.5) / self.unit + self.left).astype(np.float32), shape)
        self.y = np.broadcast_to(((np.arange(shape[0]) + 0.5) / self.unit).astype(np.float32)[:, None], shape)

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """Return points (..., 2) of the field in pixels, whose centres are whole numbers."""
        return (points - (self.left, 0.0)) * self.unit - 0.5

    def turned(self, angle: float) -> tuple[np.ndarray, np.ndarray]:
        """Return each pixel's coordinates along and across a direction, relative to the middle of the field."""
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        x, y = self.x - np.float32(0.5), self.y - np.float32(0.5)
        return x * c + y * s, y * c - x * s

    def waves(self, random: np.random.Generator, cells: float) -> np.ndarray:
        """Return smooth noise with a standard deviation of about 1 and ``cells`` bumps per field width."""
        extent = WIDE[1] - WIDE[0]
        columns, rows = (max(2, round(cells * float(length))) for length in extent)
        knots = Image.fromarray(random.standard_normal((rows + 4, columns + 4), np.float32))
        per_x, per_y = columns / extent[0], rows / extent[1]
        left, top = 2 + (self.left - WIDE[0, 0]) * per_x, 2 - WIDE[0, 1] * per_y
        box = (left, top, left + per_x * self.shape[1] / self.unit, top + per_y)
        return np.float32(1.3) * enlarged(knots, self.shape, box)

    def noise(self, random: np.random.Generator, kind: Kind, scale: float) -> np.ndarray:
        """Return a section of a noise tile with the longest wavelength ``scale`` and unit standard deviation."""
        step = min(REFERENCE[kind] / scale, (SIDE - 2) / WIDEST)
        corner = random.random(2) * (SIDE - 1 - np.array([WIDEST, 1.0]) * step)
        left = corner[0] + (self.left + (WIDEST - 1) / 2) * step
        halvings = min(5, max(0, round(np.log2(step / self.unit))))
        less = 0.5**halvings
        right = left + step * self.shape[1] / self.unit
        box = (left * less, corner[1] * less, right * less, (corner[1] + step) * less)
        part = np.asarray(
            reduced(kind, halvings).resize((self.shape[1], self.shape[0]), Image.Resampling.BILINEAR, box)
        )
        # Mirror images of a tile are different noise; mirroring about the middle keeps the field of a wider picture.
        return part[:: 1 if random.random() < 0.5 else -1, :: 1 if random.random() < 0.5 else -1]


def enlarged(field: Image.Image, shape: tuple[int, int], box: tuple[float, float, float, float] | None) -> np.ndarray:
    """Return a float picture, or the box of it, drawn smoothly at ``shape``."""
    return np.asarray(field.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box))


def blurred(field: np.ndarray, width: float, least: float = 0.7) -> np.ndarray:
    """Return the field blurred by a Gaussian of this width (field heights), unchanged below ``least`` pixels."""
    if width * field.shape[0] < least:
        return field
    return ndimage.gaussian_filter(field, width * field.shape[0], mode="nearest", truncate=2.5)


def hollows(z: np.ndarray, shift: tuple[float, float], near: float, wide: float) -> np.ndarray:
    """Return how much higher than each pixel its close (times ``near``) and far (times ``wide``) surroundings are.

    The far ones are shifted by ``shift`` (field heights) to the right and down. Small pictures do the blurring.
    """
    rows, columns = _SMALL, round(_SMALL * z.shape[1] / z.shape[0])
    close = Image.fromarray(z).resize((columns, rows), Image.Resampling.BOX)
    small = close.resize((columns // 4, rows // 4), Image.Resampling.BOX)
    padded = Image.fromarray(np.pad(np.asarray(small), 1, mode="edge"))
    left, top = 1 + shift[0] * rows / 4, 1 + shift[1] * rows / 4
    box = (left, top, left + columns // 4, top + rows // 4)
    far = np.asarray(padded.resize((columns, rows), Image.Resampling.BILINEAR, box))
    around = Image.fromarray(np.float32(near) * np.asarray(close) + np.float32(wide) * far)
    return np.asarray(around.resize((z.shape[1], z.shape[0]), Image.Resampling.BILINEAR)) - np.float32(near + wide) * z
