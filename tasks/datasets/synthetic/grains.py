"""Drawings of particles and powder: many separate bodies on a substrate, or a heap of grains."""

import numpy as np

from bench.tasks.datasets.synthetic import brush, placement
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene


def particles(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw spheres, crystals or rods on a flat substrate."""
    canvas.albedo[:] = brush.background(scene, random) * (1 + 0.05 * canvas.lattice_noise(random, 12))
    radius = brush.length(scene, random, 0.02, 0.045, 0.1)
    centre = _places(scene, random, radius)
    radii = (radius * brush.spread(scene, random, len(centre))).astype(np.float32)
    if scene.get("uniformity", "uniform") == "varied":
        order = np.argsort(-radii)
        centre, radii = centre[order], radii[order]
        centre = _unburied(centre, radii)
        radii = radii[: len(centre)]
    levels = brush.body(scene, random, len(centre))
    angles = random.uniform(0, 2 * np.pi, len(centre))
    if scene["shape"] == "spherical":
        canvas.capsules(centre, centre, radii, levels)
    elif scene["shape"] == "faceted":
        corners = random.choice([4, 5, 6], len(centre))
        canvas.facets(centre, radii * 1.15, angles, levels, corners)
    else:
        turn = brush.angle(scene, random) + random.normal(0, 0.12, len(centre))
        half = radii[:, None] * 1.1 * np.stack([np.cos(turn), np.sin(turn)], 1)
        canvas.capsules(centre - half, centre + half, radii * 0.42, levels)


def _unburied(centre: np.ndarray, radii: np.ndarray) -> np.ndarray:
    return centre


def _places(scene: Scene, random: np.random.Generator, radius: float) -> np.ndarray:
    """Return centres for the scene's coverage and arrangement."""
    cover = {"sparse": 0.07, "moderate": 0.22, "dense": 0.5}[scene["coverage"]]
    count = max(2, round(cover * 1.25 / (np.pi * radius**2)))
    if scene["arrangement"] == "ordered":
        pitch = max(radius * np.sqrt(np.pi / cover * 2 / np.sqrt(3)), 2.06 * radius)
        return placement.lattice(random, pitch, True, random.uniform(-0.3, 0.3), 0.02)
    if scene["arrangement"] == "clustered":
        return placement.clustered(random, count, 1.5 * radius, min(cover * 1.3, 0.55))
    return placement.scattered(random, count, 1.9 * radius)


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
