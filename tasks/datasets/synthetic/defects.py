"""Defects on a surface: cracks, pits, debris."""

import numpy as np

from bench.tasks.datasets.synthetic.bodies import bar_numbers, blobs
from bench.tasks.datasets.synthetic.canvas import WIDE, Canvas
from bench.tasks.datasets.synthetic.crystals import crystals
from bench.tasks.datasets.synthetic.placement import apart
from bench.tasks.datasets.synthetic.scene import Scene


def spoiled(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Put the scene's defects on the surface."""
    defects = {"cracks": _cracks, "pits": _pits, "debris": _debris}
    if scene.get("defect", "none") != "none":
        defects[scene["defect"]](canvas, random)


def _spots(random: np.random.Generator, low: int, high: int, gap: float) -> np.ndarray:
    """Return places (n, 2): between ``low`` and ``high`` of them well inside the field, others beside it."""
    inside = np.stack([random.uniform(0.06, 0.94, 80), random.uniform(0.06, 0.82, 80)], 1)
    beside = np.stack([WIDE[0, 0] + random.uniform(0, 0.25, 4), random.uniform(0, 0.9, 4)], 1)
    return np.concatenate([inside[apart(inside, gap)][: int(random.integers(low, high))], beside])


def _cracks(canvas: Canvas, random: np.random.Generator) -> None:
    """Cut jagged dark lines with bright lips across the field; they fork."""
    start, stop, width = [], [], []
    for _ in range(int(random.integers(2, 4))):
        heading = random.uniform(0, 2 * np.pi)
        middle = random.uniform(0.25, 0.75, 2)
        at = middle - 0.9 * np.array([np.cos(heading), np.sin(heading)])
        thick = random.uniform(0.008, 0.013)
        branches = [(at, heading, 44, thick)]
        while branches:
            at, heading, steps, thick = branches.pop()
            turns = heading + np.clip(np.cumsum(random.normal(0, 0.2, steps)), -0.7, 0.7) + random.normal(0, 0.4, steps)
            path = at + 0.045 * np.cumsum(np.stack([np.cos(turns), np.sin(turns)], 1), 0)
            start += [at[None], path[:-1]]
            stop += [path]
            width.append(thick * random.uniform(0.7, 1.25, steps))
            if steps == 44:
                forks = random.integers(8, 36, 2)
                branches += [
                    (path[fork], heading + side * random.uniform(0.6, 1.1), int(random.integers(5, 11)), 0.6 * thick)
                    for fork, side in zip(forks, (-1, 1), strict=True)
                ]
    _cut(canvas, np.concatenate(start), np.concatenate(stop), np.concatenate(width))


def _cut(canvas: Canvas, start: np.ndarray, stop: np.ndarray, width: np.ndarray) -> None:
    lips = bar_numbers(canvas, start, stop, width + 0.006) > 0
    np.copyto(canvas.albedo, np.maximum(1.5 * canvas.albedo, 0.5), where=lips)
    gap = bar_numbers(canvas, start, stop, width) > 0
    canvas.albedo[gap] *= 0.08
    canvas.z[gap] -= 0.03


def _pits(canvas: Canvas, random: np.random.Generator) -> None:
    """Sink uneven dark holes with bright rims."""
    centre = _spots(random, 9, 15, 0.05)
    radius = random.uniform(0.026, 0.044, len(centre))
    pits = blobs(
        canvas, random, centre, radius, 0.0, lump=0.13, paint=False, stretch=random.uniform(0.7, 1, len(centre))
    )
    within = np.where(pits.item > 0, pits.far, 9).astype(np.float32)
    rim = np.exp(-(((within - 0.88) / 0.12) ** 2))
    hole = np.clip((0.85 - within) / 0.25, 0, 1)
    canvas.albedo[:] = canvas.albedo * (1 - 0.93 * hole) + rim * (0.25 + 0.35 * canvas.albedo)
    canvas.z -= 0.035 * hole


def _debris(canvas: Canvas, random: np.random.Generator) -> None:
    """Strew bright angular fragments over everything, big ones and their crumbs."""
    big = _spots(random, 6, 10, 0.07)
    crumbs = (big[:, None] + random.normal(0, 0.035, (len(big), 3, 2))).reshape(-1, 2)
    top = 0.02 + float(canvas.z.max())
    centre = np.concatenate([crumbs, big])
    large = np.arange(len(centre)) >= len(crumbs)
    radius = np.where(large, random.uniform(0.026, 0.046, len(centre)), random.uniform(0.007, 0.016, len(centre)))
    tone = random.uniform(0.85, 1.05, len(centre))
    crystals(canvas, random, "cube", centre, radius, tone, top, np.pi, uneven=0.3)
