"""Where structures lie: points (n, 2) in the field of view, ordered, clustered or random."""

import numpy as np
from scipy.spatial import KDTree

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
    return candidates[apart(candidates, gap / 2)][:count]


def in_clusters(random: np.random.Generator, count: int, area: float) -> np.ndarray:
    """Return ``count`` points inside two to four round clusters that take ``area`` of the field."""
    clusters = int(random.integers(2, 5))
    reach = np.sqrt(area / clusters / np.pi)
    homes = random.uniform(0.1, 0.85, (80, 2))
    homes = homes[apart(homes, 1.08 * reach)][:clusters]
    turn, far = random.uniform(0, 2 * np.pi, count), np.sqrt(random.random(count)) * reach
    home = homes[random.integers(0, len(homes), count)]
    return home + far[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)


def chained(random: np.random.Generator, count: int, radius: float) -> np.ndarray:
    """Return ``count`` points in chains of three that touch, the chains at random."""
    head = scattered(random, -(-count // 3), 3.4 * radius)
    turn = random.uniform(0, 2 * np.pi, len(head))
    bend = turn + np.pi + random.uniform(-1.0, 1.0, len(head))
    step = 1.85 * radius
    arms = [head + step * np.stack([np.cos(way), np.sin(way)], 1) for way in (turn, bend)]
    return np.concatenate([head, *arms])


def apart(points: np.ndarray, reach: np.ndarray | float) -> np.ndarray:
    """Return the mask of points that stay: none within the sum of both reaches of an earlier one that stays."""
    reach = np.broadcast_to(np.asarray(reach, float), len(points))
    keep = np.ones(len(points), bool)
    if len(points) < 2:
        return keep
    pairs = KDTree(points).query_pairs(2 * reach.max(), output_type="ndarray")
    near = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T) < reach[pairs].sum(1)
    pairs = pairs[near]
    for early, late in pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].tolist():
        if keep[early]:
            keep[late] = False
    return keep
