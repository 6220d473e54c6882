"""Drawings of particles and powder: many separate bodies on a substrate, or a heap of grains."""

import numpy as np

from bench.tasks.datasets.synthetic import brush, placement
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene


def particles(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw spheres, crystals or rods on a flat substrate."""
    canvas.albedo[:] = brush.background(scene, random) * (1 + 0.05 * canvas.lattice_noise(random, 12))
    radius = brush.length(scene, random, 0.017, 0.036, 0.074)
    centre, radii = _places(scene, random, radius)
    levels = brush.body(scene, random, len(centre))
    angles = random.uniform(0, 2 * np.pi, len(centre))
    if scene["shape"] == "spherical":
        canvas.capsules(centre, centre, radii, levels)
    elif scene["shape"] == "faceted":
        corners = random.choice([4, 5, 6], len(centre))
        canvas.facets(centre, radii * 1.1, angles, levels, corners)
    else:
        turn = brush.angle(scene, random) + random.normal(0, 0.12, len(centre))
        half = radii[:, None] * 1.1 * np.stack([np.cos(turn), np.sin(turn)], 1)
        canvas.capsules(centre - half, centre + half, radii * 0.42, levels)


def _places(scene: Scene, random: np.random.Generator, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Return centres and radii for the scene's coverage, arrangement, uniformity and contact, largest first."""
    cover = {"sparse": 0.08, "moderate": 0.22, "dense": 0.5}[scene["coverage"]]
    touching = scene.get("contact", "touching") == "touching"
    count = max(3, round(cover * 1.25 / (np.pi * radius**2)))
    ordered = scene["arrangement"] == "ordered"
    if ordered:
        centre = _grid(random, radius, cover, touching and scene["shape"] != "rod")
    elif scene["arrangement"] == "clustered":
        centre = placement.in_clusters(random, count * 5, cover * (1.25 if touching else 1.7) + 0.01)
    elif touching and scene["shape"] != "rod":
        centre = placement.chained(random, count, radius)
    else:
        centre = random.uniform(-0.06, 1.06, (count * 5, 2))
    radii = radius * brush.spread(scene, random, len(centre))
    if ordered and not touching:
        radii = np.minimum(radii, radius * 0.44 * np.sqrt(np.pi / cover * 2 / np.sqrt(3)))
    # Small bodies are painted over large ones, so that none is hidden.
    order = np.argsort(-radii, kind="stable")
    stays = np.ones(len(radii), bool)
    if not ordered and len(centre) > 1.5 * count:
        fits = placement.apart(centre, radii * (0.86 if touching else 1.14))
        stays = fits & (np.cumsum(fits) <= count)
    order = order[stays[order]]
    return centre[order], radii[order].astype(np.float32)


def _grid(random: np.random.Generator, radius: float, cover: float, touching: bool) -> np.ndarray:
    """Return a hexagonal grid over the whole field, or a raft of bodies that touch over a part of it."""
    turn = random.uniform(-0.3, 0.3)
    if not touching:
        return placement.lattice(random, radius * np.sqrt(np.pi / cover * 2 / np.sqrt(3)), True, turn, 0.02)
    points = placement.lattice(random, 1.96 * radius, True, turn, 0.01)
    far = np.hypot(*(points - random.uniform(0.3, 0.65, 2)).T)
    return points[np.argsort(far, kind="stable")[: max(4, round(cover * 1.1 / (np.pi * radius**2)))]]


def powder(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a heap of fine clumped grains, of flakes or of shards."""
    canvas.albedo[:] = 0.04
    radius = brush.length(scene, random, 0.016, 0.034, 0.075)
    dense = scene["coverage"] == "dense"
    tries = min(2200, round((3.6 if dense else 2.4) / (np.pi * radius**2)))
    centre = random.uniform(-0.05, 1.05, (tries, 2))
    heap = canvas.lattice_noise(random, 4)
    if not dense:
        pixel = (centre.clip(0, 0.999) * canvas.size).astype(int)
        centre = centre[heap[pixel[:, 1], pixel[:, 0]] > 0.12]
    radii = (radius * brush.spread(scene, random, len(centre))).astype(np.float32)
    lift = np.sort(random.uniform(0, 4 * radius, len(centre))).astype(np.float32)
    levels = brush.body(scene, random, len(centre)) * (0.45 + 0.75 * lift / (4 * radius))
    angles = random.uniform(0, 2 * np.pi, len(centre))
    if scene["shape"] == "clumped":
        canvas.capsules(centre, centre, radii, levels, lift)
    elif scene["shape"] == "flaky":
        stretch = random.uniform(0.3, 0.6, len(centre))
        canvas.facets(centre, radii * 1.9, angles, levels, random.integers(6, 9, len(centre)), 0.25, 0.9, lift, stretch)
    else:
        stretch = random.uniform(0.6, 1.0, len(centre))
        canvas.facets(centre, radii * 1.5, angles, levels, random.integers(3, 5, len(centre)), 1.1, 0.15, lift, stretch)
