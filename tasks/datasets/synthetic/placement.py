"""Where structures lie: points (n, 2) in the field of view, ordered, clustered or random."""

import numpy as np
from scipy.spatial import cKDTree

_MARGIN = 0.06
"""How far outside the field structures may lie, so that its border cuts some."""


def lattice(random: np.random.Generator, pitch: float, hexagonal: bool, angle: float, jitter: float) -> np.ndarray:
    """Return a regular grid of points turned by ``angle``; ``jitter`` is a share of the pitch."""
    reach = int(1.5 / pitch) + 2
    i, j = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    x = (i + 0.5 * (j % 2)) if hexagonal else i
    y = j * (np.sqrt(3) / 2 if hexagonal else 1.0)
    grid = np.stack([x.ravel(), y.ravel()], 1) * pitch
    c, s = np.cos(angle), np.sin(angle)
    points = grid @ np.array([[c, s], [-s, c]]) + 0.5 + random.uniform(-0.5, 0.5, 2) * pitch
    points += random.normal(0, jitter * pitch, points.shape)
    inside = np.all((points > -_MARGIN) & (points < 1 + _MARGIN), axis=1)
    return points[inside]


def scattered(random: np.random.Generator, count: int, gap: float) -> np.ndarray:
    """Return up to ``count`` random points, no two closer than ``gap``."""
    candidates = random.uniform(-_MARGIN, 1 + _MARGIN, (max(count * 4, 40), 2))
    return thinned(candidates, gap)[:count]


def clustered(random: np.random.Generator, count: int, gap: float, area: float) -> np.ndarray:
    """Return up to ``count`` points inside two to four round clusters that take ``area`` of the field."""
    clusters = int(random.integers(2, 5))
    reach = np.sqrt(area / clusters / np.pi)
    homes = scattered(random, 60, 2.2 * reach)
    homes = homes[np.all((homes > 0.12) & (homes < 0.88), axis=1)][:clusters]
    if len(homes) == 0:
        homes = np.array([[0.5, 0.5]])
    tries = count * 6
    turn, far = random.uniform(0, 2 * np.pi, tries), np.sqrt(random.random(tries)) * reach
    home = homes[random.integers(0, len(homes), tries)]
    return thinned(home + far[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1), gap)[:count]


def thinned(points: np.ndarray, gap: float) -> np.ndarray:
    """Return the points without those closer than ``gap`` to an earlier one that stays."""
    if gap <= 0 or len(points) == 0:
        return points
    keep = np.ones(len(points), bool)
    pairs = cKDTree(points).query_pairs(gap, output_type="ndarray")
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    for early, late in pairs.tolist():
        if keep[early]:
            keep[late] = False
    return points[keep]
