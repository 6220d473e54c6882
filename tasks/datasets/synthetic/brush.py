"""What drawers of all categories share: reading facts as lengths and grey levels, textures, defects."""

import numpy as np

from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene


def length(scene: Scene, random: np.random.Generator, small: float, medium: float, large: float) -> float:
    """Return the length that stands for the scene's size, spread by 10 %."""
    middle = {"small": small, "medium": medium, "large": large}[scene.get("size", "medium")]
    return middle * random.uniform(0.9, 1.1)


def spread(scene: Scene, random: np.random.Generator, count: int) -> np.ndarray:
    """Return ``count`` factors about 1: nearly equal where uniform, from a third to twice where varied."""
    if scene.get("uniformity", "uniform") == "uniform":
        return random.normal(1, 0.03, count).clip(0.9, 1.1)
    return np.exp(random.uniform(np.log(0.4), np.log(1.9), count))


def background(scene: Scene, random: np.random.Generator) -> float:
    """Return the substrate's grey level."""
    return random.uniform(0.06, 0.14) if scene.get("background", "dark") == "dark" else random.uniform(0.68, 0.78)


def body(scene: Scene, random: np.random.Generator, count: int) -> np.ndarray:
    """Return grey levels (count,) that stand out from the background; a third bright where there are two phases."""
    two = scene.get("phases", "one") == "two"
    dark = scene.get("background", "dark") == "bright"
    level = random.uniform(0.22, 0.3) if two or dark else random.uniform(0.36, 0.46)
    levels = random.normal(level, 0.025, count)
    if two:
        chosen = random.random(count) < 0.36
        chosen[: min(count, 2)] = [True, False][: min(count, 2)]
        levels[chosen] = random.normal(0.95, 0.03, int(chosen.sum()))
    return levels.clip(0.05, 1.1).astype(np.float32)


def angle(scene: Scene, random: np.random.Generator) -> float:
    """Return the scene's direction as an angle to the x axis, within 6 degrees; either diagonal."""
    wobble = random.uniform(-0.1, 0.1)
    diagonal = np.pi / 4 * random.choice([-1, 1])
    return wobble + {"horizontal": 0.0, "vertical": np.pi / 2, "diagonal": diagonal}[scene.get("direction", "diagonal")]


def textured(canvas: Canvas, scene: Scene, random: np.random.Generator, where: np.ndarray, along: float = 0.0) -> None:
    """Roughen the surface where the mask is true; ridges run at the angle ``along``."""
    texture = scene.get("texture", "smooth")
    if texture == "granular":
        grains = canvas.lattice_noise(random, 40)
        canvas.z[where] += (0.006 * np.abs(grains))[where]
        canvas.albedo[where] *= (1 + 0.2 * grains)[where].clip(0.5, 1.7)
    elif texture == "ridged":
        across = canvas.x * -np.sin(along) + canvas.y * np.cos(along)
        waves = np.sin(2 * np.pi * across / random.uniform(0.034, 0.042) + 0.5 * canvas.lattice_noise(random, 5))
        canvas.z[where] += (0.004 * waves)[where]
        canvas.albedo[where] *= (1 + 0.3 * waves)[where]


def spoiled(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Put the scene's defects on the surface."""
    defect = scene.get("defect", "none")
    if defect == "cracks":
        _cracks(canvas, random)
    elif defect == "pits":
        _pits(canvas, random)
    elif defect == "debris":
        _debris(canvas, random)


def _cracks(canvas: Canvas, random: np.random.Generator) -> None:
    """Cut two to four jagged dark lines with bright lips across the field."""
    paths = []
    for _ in range(int(random.integers(2, 5))):
        turn = random.uniform(0, 2 * np.pi)
        middle = random.uniform(0.2, 0.8, 2)
        steps = np.linspace(-0.75, 0.75, 24)
        jag = np.cumsum(random.normal(0, 0.022, 24))
        across = np.array([-np.sin(turn), np.cos(turn)])
        paths.append(middle + steps[:, None] * np.array([np.cos(turn), np.sin(turn)]) + jag[:, None] * across)
    for widen, level, depth in ((0.019, 0.95, 0.0), (0.0105, 0.0, -0.03)):
        trace = _traces(canvas, paths, widen)
        canvas.albedo[trace] = level
        canvas.z[trace] += depth


def _traces(canvas: Canvas, paths: list[np.ndarray], width: float) -> np.ndarray:
    start = np.concatenate([path[:-1] for path in paths])
    stop = np.concatenate([path[1:] for path in paths])
    probe = Canvas(canvas.size, 0.0)
    probe.capsules(start, stop, np.full(len(start), width), np.ones(len(start), np.float32))
    return probe.albedo > 0


def _pits(canvas: Canvas, random: np.random.Generator) -> None:
    """Sink nine to fifteen round dark holes with bright rims."""
    count = int(random.integers(9, 16))
    centre, radius = random.uniform(0.04, 0.9, (count, 2)), random.uniform(0.022, 0.032, count)
    for scale, level, depth in ((1.35, 0.95, 0.0), (1.0, 0.0, -0.03)):
        hole = _traces_of(canvas, centre, radius * scale)
        canvas.albedo[hole] = level
        canvas.z[hole] += depth


def _traces_of(canvas: Canvas, centre: np.ndarray, radius: np.ndarray) -> np.ndarray:
    probe = Canvas(canvas.size, 0.0)
    probe.capsules(centre, centre, radius, np.ones(len(radius), np.float32))
    return probe.albedo > 0


def _debris(canvas: Canvas, random: np.random.Generator) -> None:
    """Strew nine to fourteen bright angular fragments over everything."""
    count = int(random.integers(9, 15))
    canvas.facets(
        random.uniform(0.06, 0.88, (count, 2)),
        random.uniform(0.026, 0.046, count),
        random.uniform(0, 6.3, count),
        random.uniform(0.85, 1.0, count).astype(np.float32),
        random.integers(3, 6, count),
        lift=0.06 + float(canvas.z.max()),
        stretch=random.uniform(0.6, 1.4, count),
    )
