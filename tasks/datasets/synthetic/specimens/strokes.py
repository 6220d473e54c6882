"""Common strokes of further specimens: substrates, wandering lines, relief, and edges of masks."""

import numpy as np

from bench.tasks.datasets.synthetic import placement
from bench.tasks.datasets.synthetic.bodies import bars
from bench.tasks.datasets.synthetic.canvas import WIDE, Canvas, blurred
from bench.tasks.datasets.synthetic.structures import Structures, joined


def between(random: np.random.Generator, low: float, high: float) -> float:
    """Return a number whose logarithm is uniform between those of two bounds."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def substrate(canvas: Canvas, random: np.random.Generator, level: float) -> None:
    """Draw a substrate of this grey level: smooth, rough, cloudy or studded with fine grains."""
    kind = random.integers(5)
    canvas.albedo[:] = level
    if kind >= 1:
        rough = canvas.noise(random, "rough", between(random, 0.02, 0.2))
        canvas.albedo *= 1 + np.float32(between(random, 0.01, 0.1)) * rough
        canvas.z += np.float32(between(random, 0.0001, 0.001)) * rough
    if kind >= 3:
        canvas.albedo *= 1 + np.float32(between(random, 0.02, 0.15)) * canvas.noise(random, "cloud", 0.5)
    if kind == 4:
        grain = between(random, 0.01, 0.05)
        canvas.z += np.float32(random.uniform(0.01, 0.08) * grain) * canvas.noise(random, "bumps", grain)


def relief(canvas: Canvas, random: np.random.Generator, grain: float, octaves: int = 3) -> np.ndarray:
    """Return the height of grains on grains: packed bumps ``grain`` wide, and half as wide, and so on."""
    height = np.zeros_like(canvas.z)
    for octave in range(octaves):
        height += np.float32(0.5**octave) * canvas.noise(random, "bumps", grain * 0.55**octave)
    return height


def paths(
    random: np.random.Generator, start: np.ndarray, heading: np.ndarray, steps: int, step: float, wander: float
) -> np.ndarray:
    """Return lines (n, steps + 1, 2) that wander from their starts (n, 2)."""
    ways = heading[:, None] + np.cumsum(random.normal(0, wander, (len(start), steps)), 1)
    moves = step * np.cumsum(np.stack([np.cos(ways), np.sin(ways)], 2), 1)
    return np.concatenate([start[:, None], start[:, None] + moves], 1)


def stroked(
    canvas: Canvas,
    lines: np.ndarray,
    radius: np.ndarray,
    tone: np.ndarray,
    lift: np.ndarray | float = 0.0,
    thin: float = 1.0,
) -> Structures:
    """Paint lines (n, k, 2) as round threads of radius and tone (n,), thinning out to a share ``thin``."""
    count, pieces = len(lines), lines.shape[1] - 1
    narrowing = np.linspace(1, thin, pieces)
    radii = (np.asarray(radius)[:, None] * narrowing).ravel()
    lifts = np.repeat(np.broadcast_to(np.asarray(lift, np.float32), (count,)), pieces)
    start, stop = lines[:, :-1].reshape(-1, 2), lines[:, 1:].reshape(-1, 2)
    drawn = bars(canvas, start, stop, radii, np.repeat(tone, pieces), lifts)
    return Structures(joined(drawn.item, pieces), 2 * narrowing.mean() * np.asarray(radius))


def strewn(canvas: Canvas, random: np.random.Generator, most: int, radius: tuple[float, float]) -> None:
    """Strew up to ``most`` small balls a field over everything."""
    count = int(random.integers(0, most + 1))
    if count:
        centre = placement.anywhere(random, count)
        size = np.exp(random.uniform(np.log(radius[0]), np.log(radius[1]), len(centre)))
        level = float(canvas.albedo.mean()) * random.uniform(0.9, 1.7)
        bars(canvas, centre, centre, size, level, float(canvas.z.mean()))


def edge(mask: np.ndarray, width: float) -> np.ndarray:
    """Return how close each pixel is to the border of a mask, from 0 to 1 within about ``width`` field heights."""
    soft = blurred(mask.astype(np.float32), width, least=0.3)
    return 4 * soft * (1 - soft)


def across_field(random: np.random.Generator, count: int) -> np.ndarray:
    """Return so many random places over all that is drawn, whatever is shown of it."""
    return random.uniform(WIDE[0], WIDE[1], (count, 2))
