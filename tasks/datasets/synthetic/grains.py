"""Drawings of particles and powder: many separate bodies on a substrate, or a heap of grains."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench.tasks.datasets.synthetic import brush, placement
from bench.tasks.datasets.synthetic.bodies import bars, blobs
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.crystals import Form, crystals
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.structures import Structures

_CRYSTALS: tuple[Form, ...] = ("cube", "octahedron", "prism")


def particles(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw spheres, crystals or rods on a flat substrate."""
    brush.ground(canvas, scene, random)
    radius = brush.length(scene, random, 0.016 if scene["shape"] == "faceted" else 0.0125, 0.027, 0.052)
    centre, radii = _places(scene, random, radius)
    levels = brush.body(scene, random, len(centre))
    if scene["shape"] == "spherical":
        lump = random.choice([0.02, 0.02, 0.09])
        drawn = blobs(canvas, random, centre, radii, levels, lump=lump, lift=0.5 * radii)
        structures = Structures(drawn.item, drawn.diameters)
    elif scene["shape"] == "faceted":
        form = _CRYSTALS[random.integers(2 if scene["size"] == "small" else 3)]
        drawn = crystals(canvas, random, form, centre, radii * 1.12, levels, tilt=random.uniform(0.5, 1.4))
        structures = Structures(drawn.item, drawn.diameters)
    else:
        turn = brush.angle(scene, random) + random.normal(0, 0.12, len(centre))
        half = radii[:, None] * 1.15 * np.stack([np.cos(turn), np.sin(turn)], 1)
        rods = bars(canvas, centre - half, centre + half, radii * 0.4, levels, 0.1 * radii)
        # As large as a bar 2.3 long and 0.8 wide with its two half discs.
        structures = Structures(rods.item, 2 * radii * np.sqrt(2.3 * 0.8 / np.pi + 0.4**2))
    if random.random() < 0.6:
        canvas.albedo *= 1 + random.uniform(0.03, 0.1) * canvas.noise(random, "rough", 0.1)
    return structures


@dataclass(frozen=True)
class _Crowd:
    """Bodies to be placed: ``count`` of ``radius`` take ``cover`` of the field; ``spread`` draws factors of it."""

    radius: float
    cover: float
    touching: bool
    spread: Callable[[int], np.ndarray]

    @property
    def count(self) -> int:
        return max(6, round(self.cover / (np.pi * self.radius**2)))


def _places(scene: Scene, random: np.random.Generator, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Return centres and radii for the scene's coverage, arrangement, uniformity and contact, largest first."""
    cover = {"sparse": 0.07, "moderate": 0.19, "dense": 0.4}[scene["coverage"]]
    touching = scene.get("contact", "touching") == "touching" and scene["shape"] != "rod"
    crowd = _Crowd(radius, cover, touching, partial(brush.spread, scene, random))
    if scene["arrangement"] == "ordered":
        centre, radii = (_raft if touching else _grid)(random, crowd)
    elif scene["arrangement"] == "clustered":
        area = cover * (1.3 if touching else 1.75) + 0.01
        centre, radii = _packed(placement.in_clusters(random, crowd.count * 2.3, area), crowd)
    elif touching:
        centre, radii = placement.chained(random, crowd.count, radius, crowd.spread)
    else:
        centre, radii = _packed(placement.anywhere(random, crowd.count * 2.3), crowd)
    # Small bodies are painted over large ones, so that none is hidden.
    order = np.argsort(-radii, kind="stable")
    return centre[order], radii[order].astype(np.float32)


def _packed(centre: np.ndarray, crowd: _Crowd) -> tuple[np.ndarray, np.ndarray]:
    """Return those of the points that find room, up to the crowd's count in the field."""
    centre, radii = _giants_first(centre, crowd)
    fits = placement.apart(centre, radii * (0.84 if crowd.touching else 1.16))
    home = np.all((centre > 0) & (centre < 1), axis=1)
    stays = fits & (np.cumsum(fits & home) <= crowd.count)
    return centre[stays], radii[stays]


def _grid(random: np.random.Generator, crowd: _Crowd) -> tuple[np.ndarray, np.ndarray]:
    """Return a grid of separate bodies over the whole field."""
    pitch = crowd.radius * np.sqrt(np.pi / crowd.cover * 2 / np.sqrt(3))
    centre = placement.lattice(random, pitch, True, random.uniform(-0.3, 0.3), 0.02)
    return centre, np.minimum(crowd.radius * crowd.spread(len(centre)), 0.42 * pitch)


def _raft(random: np.random.Generator, crowd: _Crowd) -> tuple[np.ndarray, np.ndarray]:
    """Return an ordered raft of bodies that touch over a part of the field."""
    factors = crowd.spread(2000)
    points = placement.lattice(random, 1.93 * crowd.radius * np.median(factors), True, random.uniform(-0.3, 0.3), 0.012)
    away = points - random.uniform(0.35, 0.6, 2)
    far = np.sqrt((away**2).sum(1)) * (1 + 0.25 * np.cos(3 * np.arctan2(away[:, 1], away[:, 0]) + random.uniform(0, 6)))
    count = max(7, round(crowd.count * 1.1 / np.median(factors) ** 2))
    centre, radii = _giants_first(points[np.argsort(far, kind="stable")[:count]], crowd)
    stays = placement.apart(centre, 0.6 * radii)
    return centre[stays], radii[stays]


def _giants_first(centre: np.ndarray, crowd: _Crowd) -> tuple[np.ndarray, np.ndarray]:
    """Return the points and their radii, giants first: among many others they would find no place later."""
    radii = crowd.radius * crowd.spread(len(centre))
    first = np.argsort(radii < brush.GIANT * crowd.radius, kind="stable")
    return centre[first], radii[first]


def hills(random: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """Return a smooth random height of about unit spread for any points (n, 2)."""
    turn, wave = random.random(7) * 2 * np.pi, random.uniform(4, 15, 7)
    phase = random.random(7) * 2 * np.pi
    ways = np.stack([np.cos(turn), np.sin(turn)]) * wave
    return lambda points: (
        (np.sin(points[:, :1] * ways[0] + points[:, 1:] * ways[1] + phase) * np.sqrt(5 / wave)).sum(1) / 2
    )


def powder(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw a heap of fine clumped grains, of flakes or of shards."""
    brush.ground(canvas, scene, random, random.uniform(0.12, 0.24))
    # Between the grains lie finer ones, deep down.
    dust = canvas.noise(random, "rough", random.uniform(0.04, 0.1))
    canvas.albedo *= (1 + 0.3 * dust).clip(0.3, 2)
    canvas.z += np.float32(0.003) * dust
    radius = brush.length(scene, random, 0.016, 0.031, 0.064)
    dense = scene["coverage"] == "dense"
    layers = 2.3 if scene["size"] != "small" else 1.2
    centre = placement.anywhere(random, (layers if dense else 0.75 * layers) / (np.pi * radius**2))
    hill = hills(random)
    if not dense:
        centre = centre[hill(centre) > -0.1]
    radii = (radius * np.exp(random.normal(0, 0.28, len(centre)))).clip(0.5 * radius, 1.7 * radius)
    depth = 0.55 * hill(centre) + random.normal(0, 0.8, len(centre))
    order = np.argsort(depth, kind="stable")
    centre, radii, depth = centre[order], radii[order].astype(np.float32), depth[order]
    lift = (0.02 + (depth + 2.5) * 0.5 * radius).astype(np.float32)
    levels = brush.body(scene, random, len(centre)) * (0.72 + 0.14 * depth).clip(0.35, 1.15)
    return _heaped(canvas, scene, random, centre, radii, levels, lift)


def _heaped(
    canvas: Canvas,
    scene: Scene,
    random: np.random.Generator,
    centre: np.ndarray,
    radii: np.ndarray,
    levels: np.ndarray,
    lift: np.ndarray,
) -> Structures:
    count = len(centre)
    if scene["shape"] == "clumped":
        drawn = blobs(
            canvas,
            random,
            centre,
            radii * 1.15,
            levels,
            0.16,
            lift,
            random.uniform(0.7, 1, count),
            random.random(count) * 3,
        )
        grains = canvas.noise(random, "bumps", max(0.02, 0.5 * float(radii.mean())))
        canvas.z += np.where(canvas.z > 0.02, 0.12 * float(radii.mean()) * grains, 0)
    elif scene["shape"] == "flaky":
        thick = random.uniform(0.08, 0.2, count)
        drawn = crystals(canvas, random, "prism", centre, radii * 1.35, levels, lift, 1.35, thick)
    else:
        form: Form = "shard" if random.random() < 0.5 else "cube"
        drawn = crystals(canvas, random, form, centre, radii * 1.45, levels, lift, np.pi, uneven=0.4)
        canvas.albedo *= 1 + 0.05 * canvas.noise(random, "rough", 0.1)
    return Structures(drawn.item, drawn.diameters, countable=False)
