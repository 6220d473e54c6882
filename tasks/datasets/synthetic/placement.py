"""Positions of structures: points (n, 2) in ``WIDE``, ordered, clustered or random; counts are per field."""

from collections.abc import Callable

import numpy as np
from scipy.spatial import KDTree

from bench.tasks.datasets.synthetic.canvas import WIDE

AREA = float(np.prod(WIDE[1] - WIDE[0]))
"""The size of the placed area in fields."""


def anywhere(random: np.random.Generator, count: float, inset: float = 0.0) -> np.ndarray:
    """Return random points: exactly ``count`` in the field, at least ``inset`` inside, and as densely around it."""
    count = max(1, round(count))
    around = random.uniform(WIDE[0], WIDE[1], (round(count * AREA), 2))
    around = around[((around < inset) | (around > 1 - inset)).any(1)]
    return random.permutation(np.concatenate([random.uniform(inset, 1 - inset, (count, 2)), around]))


def within(points: np.ndarray) -> np.ndarray:
    """Return the mask of points that lie in the placed area."""
    return ((points > WIDE[0]) & (points < WIDE[1])).all(1)


def lattice(
    random: np.random.Generator, pitch: float, hexagonal: bool, angle: float, jitter: float, squash: float = 1.0
) -> np.ndarray:
    """Return a regular grid of points turned by ``angle``; ``jitter`` is a share of the pitch.

    ``squash`` foreshortens it up the picture.
    """
    reach = int(1.2 / (pitch * squash)) + 2
    i, j = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    x = (i + 0.5 * (j % 2)) if hexagonal else i
    y = j * (np.sqrt(3) / 2 if hexagonal else 1.0)
    x, y = x.ravel() * pitch, y.ravel() * pitch
    c, s = np.cos(angle), np.sin(angle)
    points = np.stack([x * c - y * s, (x * s + y * c) * squash], 1) + 0.5 + random.uniform(-0.5, 0.5, 2) * pitch
    points = points[within(points)]
    return points + random.normal(0, jitter * pitch, points.shape)


def scattered(random: np.random.Generator, count: float, gap: float) -> np.ndarray:
    """Return up to ``count`` random points per field, no two closer than ``gap``."""
    candidates = anywhere(random, max(count * 2.2, 30))
    return candidates[apart(candidates, gap / 2)][: max(1, round(count * AREA))]


def in_clusters(random: np.random.Generator, count: float, area: float) -> np.ndarray:
    """Return ``count`` points per field in clusters, two or three in the field, that cover ``area`` of it."""
    clusters = int(random.integers(2, 4))
    reach = np.sqrt(area / clusters / np.pi)
    far = min(reach, 0.3)
    middle = np.stack([random.uniform(far, 1 - far, 60), random.uniform(far, 0.9 - far, 60)], 1)
    middle = middle[apart(middle, 1.15 * reach)][:clusters]
    wings = np.array([[-0.3, 0.4], [1.3, 0.5]]) + random.uniform(-0.05, 0.05, (2, 2))
    homes = np.concatenate([middle, wings])
    number = round(count * len(homes) / len(middle))
    turn, out = random.random(number) * (2 * np.pi), random.random(number) ** 0.6 * reach
    # A cluster is not round: it is longer in one direction.
    home = random.integers(0, len(homes), number)
    swell = 1 + 0.3 * np.cos(2 * (turn - (random.random(len(homes)) * np.pi)[home]))
    return homes[home] + (out * swell)[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)


def chained(
    random: np.random.Generator, count: float, radius: float, spread: Callable[[int], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return about ``count`` points a field in chains of four that touch, the chains at random, and their radii.

    ``spread`` draws the factors by which that many radii differ from ``radius``.
    """
    heads = max(2, round(count / 4))
    head = anywhere(random, 2 * heads, 0.12)
    head = head[apart(head, 2.5 * radius)]
    head = head[np.cumsum(((head > 0) & (head < 1)).all(1)) <= heads]
    radii = radius * spread(4 * len(head)).reshape(4, -1)
    turn = random.random(len(head)) * (2 * np.pi)
    points = [head]
    for reach in 0.94 * (radii[1:] + radii[:-1]):
        points.append(points[-1] + reach[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1))
        turn = turn + random.uniform(-0.9, 0.9, len(head))
    return np.concatenate(points), radii.ravel()


def apart(points: np.ndarray, reach: np.ndarray | float) -> np.ndarray:
    """Return the mask of points that stay: none within the sum of both reaches of an earlier one that stays."""
    reach = np.broadcast_to(np.asarray(reach, float), len(points))
    if len(points) < 2:
        return np.ones(len(points), bool)
    pairs = KDTree(points).query_pairs(2 * float(reach.max()), output_type="ndarray")
    away = points[pairs[:, 0]] - points[pairs[:, 1]]
    pairs = pairs[(away**2).sum(1) < reach[pairs].sum(1) ** 2]
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    stays = [True] * len(points)
    for early, late in zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True):
        if stays[early]:
            stays[late] = False
    return np.array(stays)
