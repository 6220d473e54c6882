"""Drawings of tips: one sharp probe that comes in from a border."""

import numpy as np

from bench.tasks.datasets.synthetic import brush
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene


def tips(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a cone, a pyramid on its lever, or a thin etched wire."""
    brush.ground(canvas, scene, random)
    turn = brush.angle(scene, random) + np.pi * (random.random() < 0.5)
    heading = np.array([np.cos(turn), np.sin(turn)])
    apex = np.array([0.5, 0.46]) + random.uniform(0.08, 0.2) * heading + random.uniform(-0.06, 0.06, 2)
    dx, dy = canvas.x - np.float32(apex[0]), canvas.y - np.float32(apex[1])
    back = -(dx * np.float32(heading[0]) + dy * np.float32(heading[1]))
    side = dy * np.float32(heading[0]) - dx * np.float32(heading[1])
    base = brush.length(scene, random, 0.05, 0.1, 0.2)
    dark = scene["background"] == "bright"
    level = random.uniform(0.22, 0.32) if dark else random.uniform(0.4, 0.56)
    width = _profile(scene["shape"], back, base, random) * (1 + 0.03 * canvas.waves(random, 9))
    where = (back > 0) & (np.abs(side) < width)
    share = np.clip(side / np.maximum(width, 1e-4), -1, 1)
    if scene["shape"] == "pyramid":
        height, tone = _edged(share, width, back, base, level, random)
    else:
        height, tone = width * np.sqrt(1 - share**2), np.full(width.shape, level, np.float32)
    canvas.z[:] = np.where(where, 0.08 + height, canvas.z)
    marks = canvas.noise(random, "rough", 0.15)
    # The shaft is darker where it is thick, the apex glows.
    tone = tone * (0.8 + 0.5 * np.exp(back * np.float32(-9)))
    canvas.albedo[:] = np.where(where, tone * (1 + 0.1 * marks), canvas.albedo)
    canvas.z += np.where(where, np.float32(random.uniform(0.0004, 0.0016)) * marks, 0)
    brush.textured(canvas, scene, random, where)


def _edged(
    share: np.ndarray, width: np.ndarray, back: np.ndarray, base: float, level: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return height and brightness of two faces that meet in a ridge, and of the flat lever behind them."""
    ridge = random.uniform(-0.35, 0.35)
    face = np.where(share > ridge, (1 - share) / (1 - ridge), (1 + share) / (1 + ridge))
    lever = back > 0.34
    tone = np.where(share > ridge, 1.3, 0.72) * level
    height = np.where(lever, 0.5 * base, 0.9 * width * face)
    return height, np.where(lever, level * 0.95, tone).astype(np.float32)


def _profile(shape: str, back: np.ndarray, base: float, random: np.random.Generator) -> np.ndarray:
    """Return the half width of a tip at a distance ``back`` behind its apex."""
    behind = np.maximum(back, 0)
    blunt = np.float32(random.uniform(0.006, 0.016))
    if shape == "wire":
        neck = random.uniform(0.24, 0.34)
        thin = 0.18 * base + 0.5 * np.maximum(behind - neck, 0) + 4 * np.maximum(behind - neck, 0) ** 2
        return np.minimum(thin, base) * np.sqrt(np.minimum(behind / 0.02, 1))
    if shape == "pyramid":
        return np.where(behind < 0.34, behind * base * 1.9 / 0.34, base * 1.3 + 0.12)
    power = random.uniform(0.8, 1.15)
    tapered = base * (np.minimum(behind, 0.42) / 0.42) ** np.float32(power) + 0.12 * np.maximum(behind - 0.42, 0)
    return np.maximum(tapered, np.sqrt(np.clip(blunt**2 - (blunt - np.minimum(behind, blunt)) ** 2, 0, None)))
