"""Common functions of all drawers: facts as lengths and grey levels, substrates, surface textures."""

import numpy as np

from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene

GIANT = 2.0
"""The size factor above which a structure stands out among others of its scene."""


def length(scene: Scene, random: np.random.Generator, small: float, medium: float, large: float) -> float:
    """Return a length for the scene's size, random within 12 %."""
    middle = {"small": small, "medium": medium, "large": large}[scene.get("size", "medium")]
    return middle * random.uniform(0.88, 1.12) * scene.magnification


def spread(scene: Scene, random: np.random.Generator, count: int) -> np.ndarray:
    """Return ``count`` size factors: nearly 1 if uniform; if varied, many small ones and a few giants."""
    if scene.get("uniformity", "uniform") == "uniform":
        return random.normal(1, 0.04, count).clip(0.9, 1.1)
    factors = np.exp(random.uniform(np.log(0.35), 0, count))
    giants = random.choice(count, max(1, round(0.06 * count)), replace=False)
    factors[giants] = random.uniform(GIANT, 2.9, len(giants))
    return factors


def background(scene: Scene, random: np.random.Generator) -> float:
    """Return the substrate's grey level."""
    return random.uniform(0.1, 0.26) if scene.get("background", "dark") == "dark" else random.uniform(0.58, 0.68)


def body(scene: Scene, random: np.random.Generator, count: int) -> np.ndarray:
    """Return grey levels (count,) that stand out from the background; a third bright with two phases."""
    two = scene.get("phases", "one") == "two"
    dark = scene.get("background", "dark") == "bright"
    level = random.uniform(0.15, 0.22) if dark else random.uniform(0.24, 0.32) if two else random.uniform(0.38, 0.54)
    levels = random.normal(level, 0.035, count)
    if two:
        chosen = random.random(count) < 0.36
        chosen[: min(count, 2)] = [True, False][: min(count, 2)]
        levels[chosen] = random.normal(0.9, 0.05, int(chosen.sum()))
    return levels.clip(0.05, 1.15).astype(np.float32)


def angle(scene: Scene, random: np.random.Generator) -> float:
    """Return the scene's direction as an angle to the x axis, within 8 degrees; either diagonal."""
    wobble = random.uniform(-0.13, 0.13)
    diagonal = np.pi / 4 * random.choice([-1, 1])
    return wobble + {"horizontal": 0.0, "vertical": np.pi / 2, "diagonal": diagonal}[scene.get("direction", "diagonal")]


def ground(canvas: Canvas, scene: Scene, random: np.random.Generator, level: float | None = None) -> None:
    """Draw the substrate: slightly rough, lighter on one side."""
    level = background(scene, random) if level is None else level
    rough = canvas.noise(random, "rough", random.uniform(0.04, 0.12))
    slope = random.uniform(-0.2, 0.2, 2).astype(np.float32)
    shade = 1 + slope[0] * (canvas.x[:1] - np.float32(0.5)) + slope[1] * (canvas.y[:, :1] - np.float32(0.5))
    canvas.albedo[:] = level * (shade + random.uniform(0.02, 0.08) * rough)
    canvas.z += random.uniform(0.0002, 0.0008) * rough


def textured(
    canvas: Canvas,
    scene: Scene,
    random: np.random.Generator,
    where: np.ndarray,
    angle: float = 0.0,
    pitch: float = 0.046,
) -> None:
    """Give the surface inside a mask the scene's texture.

    ``pitch`` is the distance of ridges, which run at this angle; grains are about two thirds as wide.
    """
    texture = scene.get("texture", "smooth")
    if texture == "smooth":
        return
    pitch *= random.uniform(0.9, 1.1)
    if texture == "granular":
        relief = canvas.noise(random, "bumps", 0.65 * pitch)
    else:
        _, across = canvas.turned(angle)
        bent = across * np.float32(2 * np.pi / pitch) + np.float32(1.1) * canvas.waves(random, 4)
        relief = np.float32(1.2) * np.sin(bent) + np.float32(0.3) * np.sin(np.float32(2.1) * bent)
    canvas.z += np.where(where, np.float32(0.092 * pitch) * relief, 0)
    canvas.albedo *= np.where(where, (1 + np.float32(0.23) * relief).clip(0.3, 1.6), 1)
