"""A canvas: the height map and brightness map of a scene, and the primitives painted onto it.

All lengths are shares of the field of view, x to the right and y down, both from 0 to 1. A primitive is
rasterised once into a buffer of indices, so that heights of thousands of them come from one pass over the pixels.
"""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import KDTree

Window = tuple[slice, slice]
ALL: Window = (slice(None), slice(None))


class Canvas:
    """Height ``z`` (field widths) and brightness ``albedo`` of every pixel, both (size, size) float32."""

    def __init__(self, size: int, albedo: float, height: float = 0.0) -> None:
        self.size = size
        self.z = np.full((size, size), height, np.float32)
        self.albedo = np.full((size, size), albedo, np.float32)
        line = (np.arange(size, dtype=np.float32) + 0.5) / size
        self.x, self.y = np.meshgrid(line, line)

    def paint(self, where: np.ndarray, height: np.ndarray, albedo: np.ndarray | float, window: Window = ALL) -> None:
        """Replace height and brightness where the mask is true; it covers the window's rows and columns."""
        self.z[window][where] = height
        self.albedo[window][where] = albedo

    def capsules(
        self,
        start: np.ndarray,
        stop: np.ndarray,
        radius: np.ndarray,
        albedo: np.ndarray,
        lift: np.ndarray | float = 0.0,
    ) -> None:
        """Paint round bars from ``start`` to ``stop`` (n, 2), later ones over earlier; balls where both agree."""
        lift = np.broadcast_to(np.asarray(lift, np.float32), radius.shape)
        buffer = Image.new("I", (self.size, self.size), 0)
        pen = ImageDraw.Draw(buffer)
        along = stop - start
        length = np.hypot(*along.T)
        side = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(length, 1e-9)[:, None] * radius[:, None]
        corners = np.concatenate([start + side, stop + side, stop - side, start - side], 1) * self.size - 0.5
        caps = np.concatenate([start, stop], 1) * self.size - 0.5
        reach = radius * self.size
        # A bar that goes on where the one before stopped gets no cap there: it would show as a seam.
        goes_on = np.zeros(len(start), bool)
        goes_on[1:] = np.all(start[1:] == stop[:-1], 1) & (length[1:] > 0)
        for number, (corner, cap, r, bar, joined) in enumerate(
            zip(corners.tolist(), caps.tolist(), reach.tolist(), (length > 0).tolist(), goes_on.tolist(), strict=True),
            start=1,
        ):
            if not joined:
                pen.ellipse((cap[0] - r, cap[1] - r, cap[0] + r, cap[1] + r), fill=number)
            if bar:
                pen.polygon(corner, fill=number)
                pen.ellipse((cap[2] - r, cap[3] - r, cap[2] + r, cap[3] + r), fill=number)
        where, item = _items(buffer)
        px, py = self.x[where] - start[item, 0], self.y[where] - start[item, 1]
        ux, uy = along[item, 0], along[item, 1]
        share = np.clip((px * ux + py * uy) / np.maximum(length[item] ** 2, 1e-12), 0, 1)
        distance = np.hypot(px - share * ux, py - share * uy) / radius[item]
        dome = np.sqrt(np.clip(1 - distance**2, 0.02, 1)) * radius[item]
        self.paint(where, lift[item] + radius[item] + dome, albedo[item])

    def facets(
        self,
        centre: np.ndarray,
        radius: np.ndarray,
        angle: np.ndarray,
        albedo: np.ndarray,
        corners: np.ndarray,
        steepness: float = 0.8,
        flat: float = 0.45,
        lift: np.ndarray | float = 0.0,
        stretch: np.ndarray | float = 1.0,
    ) -> None:
        """Paint polygonal crystals with ``corners`` (n,) sides, a flat top of share ``flat``, sloping facets."""
        lift = np.broadcast_to(np.asarray(lift, np.float32), radius.shape)
        stretch = np.broadcast_to(np.asarray(stretch, np.float32), radius.shape)
        buffer = Image.new("I", (self.size, self.size), 0)
        pen = ImageDraw.Draw(buffer)
        for number in range(len(radius)):
            turn = np.arange(corners[number]) * (2 * np.pi / corners[number]) + np.pi / corners[number]
            u, v = np.cos(turn) * stretch[number], np.sin(turn)
            c, s = np.cos(angle[number]), np.sin(angle[number])
            ring = centre[number] + radius[number] * np.stack([u * c - v * s, u * s + v * c], 1)
            pen.polygon((ring * self.size - 0.5).ravel().tolist(), fill=number + 1)
        where, item = _items(buffer)
        dx, dy = (self.x[where] - centre[item, 0]) / radius[item], (self.y[where] - centre[item, 1]) / radius[item]
        c, s = np.cos(angle[item]), np.sin(angle[item])
        u, v = (dx * c + dy * s) / stretch[item], -dx * s + dy * c
        sector = 2 * np.pi / corners[item]
        turn = np.arctan2(v, u)
        nearest = np.round(turn / sector) * sector
        out = np.hypot(u, v) * np.cos(turn - nearest) / np.cos(sector / 2)
        rise = np.clip((1 - out) / (1 - flat), 0, 1) * steepness
        # Facets that face different ways differ in yield, which shows their edges.
        facing = np.where(out > flat, 1 + 0.22 * np.cos(nearest + angle[item] - 0.8), 1.0)
        self.paint(where, lift[item] + radius[item] * (0.25 + rise), albedo[item] * facing)

    def nearest(self, points: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return distance to and number of the ``count`` nearest points, at half the resolution: (h, h, count)."""
        half = -(-self.size // 2)
        line = (np.arange(half) * 2 + 1) / self.size
        near, item = KDTree(points).query(np.stack(np.meshgrid(line, line), 2).reshape(-1, 2), k=count)
        return near.reshape(half, half, count), item.reshape(half, half, count)

    def enlarged(self, field: np.ndarray) -> np.ndarray:
        """Return a field of half the resolution at the full one."""
        return enlarged(Image.fromarray(field.astype(np.float32)), self.size)

    def around(self, centre: np.ndarray, reach: float) -> Window:
        """Return the rows and columns within ``reach`` of a point."""
        low = np.clip(np.floor((centre - reach) * self.size), 0, self.size).astype(int)
        high = np.clip(np.ceil((centre + reach) * self.size), 0, self.size).astype(int)
        return slice(low[1], high[1]), slice(low[0], high[0])

    def lattice_noise(
        self, random: np.random.Generator, cells: int, stretch: tuple[float, float] = (1.0, 1.0)
    ) -> np.ndarray:
        """Return smooth noise (size, size) of about unit spread with ``cells`` bumps a side, free of resolution.

        ``stretch`` makes bumps longer along x, along y. Enlarged by Pillow: a product of matrices would hang on
        the machine's linear algebra library in its last bits.
        """
        rows, columns = max(2, round(cells / stretch[1])), max(2, round(cells / stretch[0]))
        knots = Image.fromarray(random.standard_normal((rows + 4, columns + 4), np.float32))
        return 1.3 * enlarged(knots, self.size, (2, 2, columns + 2, rows + 2))


def enlarged(field: Image.Image, size: int, box: tuple[int, int, int, int] | None = None) -> np.ndarray:
    """Return a float picture, or the box of it, drawn smoothly at (size, size)."""
    return np.asarray(field.resize((size, size), Image.Resampling.BICUBIC, box))


def _items(buffer: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    """Return the mask of painted pixels and, for each of them, the position of its primitive."""
    numbers = np.asarray(buffer)
    where = numbers > 0
    return where, numbers[where] - 1


def blurred(field: np.ndarray, width: float) -> np.ndarray:
    """Return the field blurred by a Gaussian of this width (field widths)."""
    return ndimage.gaussian_filter(field, width * field.shape[0], mode="nearest", truncate=3.0)
