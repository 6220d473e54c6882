"""Further tips: smooth needles before a dark ground, probes above a surface, pyramids on levers."""

import numpy as np

from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.specimens.chips import Sheet
from bench.tasks.datasets.synthetic.specimens.strokes import between, edge, strewn, substrate


def needle(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw one long, smooth needle or cone, sharp or blunt, most often from above, before a dark even ground."""
    substrate(canvas, random, random.choice([random.uniform(0.01, 0.12), random.uniform(0.1, 0.4)]))
    if random.random() < 0.3:
        _surface(canvas, random)
    from_above = random.random() < 0.6
    turn = np.pi / 2 + random.normal(0, 0.2) if from_above else random.uniform(0, 2 * np.pi)
    apex = (
        np.array([random.uniform(0.3, 0.7), random.uniform(0.45, 0.9)]) if from_above else random.uniform(0.3, 0.7, 2)
    )
    heading = np.array([np.cos(turn), np.sin(turn)])
    dx, dy = canvas.x - np.float32(apex[0]), canvas.y - np.float32(apex[1])
    back = -(dx * np.float32(heading[0]) + dy * np.float32(heading[1]))
    side = dy * np.float32(heading[0]) - dx * np.float32(heading[1])
    width = _half_width(random, back) * (1 + np.float32(random.choice([0.0, 0.02])) * canvas.waves(random, 12))
    body = (back > 0) & (np.abs(side) < width)
    share = np.clip(side / np.maximum(width, 1e-4), -1, 1)
    level = random.uniform(0.25, 0.65)
    rim = np.abs(share) ** np.float32(random.uniform(3, 12))
    tone = level * (1 + np.float32(random.uniform(0, 1)) * rim + np.float32(random.uniform(-0.3, 0.3)) * share)
    tone = tone * (1 + np.float32(random.uniform(0, 1)) * np.exp(-back / np.float32(random.uniform(0.03, 0.2))))
    marks = canvas.noise(random, "rough", between(random, 0.03, 0.2))
    canvas.albedo[:] = np.where(body, tone * (1 + np.float32(random.choice([0.0, 0.05, 0.15])) * marks), canvas.albedo)
    dome = width * np.sqrt(np.maximum(1 - share * share, 0))
    canvas.z[:] = np.where(body, 0.05 + dome + np.float32(0.0008) * marks, canvas.z)


def _half_width(random: np.random.Generator, back: np.ndarray) -> np.ndarray:
    """Return half the width of a tip behind its apex: a cone, a waist, or a thin wire on a shaft."""
    behind = np.maximum(back, 0)
    slope, blunt = between(random, 0.06, 0.6), between(random, 0.001, 0.03)
    kind = random.integers(3)
    if kind == 0:
        width = slope * behind
    elif kind == 1:
        width = slope * behind ** np.float32(random.uniform(1.0, 2.2)) + np.float32(0.02) * behind
    else:
        width = np.float32(0.03) * behind + slope * np.maximum(behind - np.float32(random.uniform(0.1, 0.4)), 0)
    widest = random.uniform(0.08, 0.5)
    round_end = np.sqrt(np.clip(blunt**2 - (blunt - np.minimum(behind, blunt)) ** 2, 0, None))
    return np.minimum(np.maximum(width, round_end), np.float32(widest))


def _surface(canvas: Canvas, random: np.random.Generator) -> None:
    """Lay a surface into the lower part of the picture, seen at a slant."""
    line = np.float32(random.uniform(0.6, 0.95))
    below = canvas.y > line
    canvas.albedo[:] = np.where(below, np.float32(random.uniform(0.1, 0.4)), canvas.albedo)
    canvas.albedo *= np.where(below, 1 + np.float32(0.08) * canvas.noise(random, "rough", 0.1), 1)


def lever_tip(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a lever that comes in from a border, with a small pyramid or cone at its end."""
    substrate(canvas, random, random.choice([random.uniform(0.01, 0.12), random.uniform(0.1, 0.45)]))
    turn, level = random.uniform(0, 2 * np.pi), random.uniform(0.3, 0.6)
    sheet = Sheet(canvas, turn, tuple(random.uniform(0.35, 0.65, 2)))
    wide = between(random, 0.06, 0.4)
    pointed = random.choice([0.0, 0.5, 1.0]) * wide
    sheet.area(
        np.array([[-2, -wide], [0, -wide], [pointed, -0.2 * wide], [pointed, 0.2 * wide], [0, wide], [-2, wide]])
    )
    lever = sheet.mask
    canvas.albedo[:] = np.where(lever, level * (1 + 0.03 * canvas.noise(random, "rough", 0.1)), canvas.albedo)
    canvas.albedo *= 1 + np.float32(random.uniform(0.2, 1.2)) * edge(lever, 0.003)
    high = wide * random.uniform(0.6, 1.6)
    apex = np.array([0.1 * wide, -high]) @ np.array([[np.cos(-turn), -np.sin(-turn)], [np.sin(-turn), np.cos(-turn)]])
    foot = 0.55 * wide * np.array([[-1, -0.35], [1, -0.35], [1, 0.35], [-1, 0.35]])
    for number, tone in enumerate(random.uniform(0.6, 1.7, 4)):
        face = Sheet(canvas, turn, sheet.middle)
        face.area(np.stack([foot[number], foot[(number + 1) % 4], apex]))
        canvas.albedo[:] = np.where(face.mask, np.float32(level * tone), canvas.albedo)
    canvas.z += np.where(lever, np.float32(0.02), 0)
    strewn(canvas, random, 10, (0.003, 0.01))


def point(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw the end of a tip seen close: a broad rounded cone that fills much of the field."""
    substrate(canvas, random, random.uniform(0.01, 0.3))
    turn = np.pi / 2 + random.normal(0, 0.5) if random.random() < 0.6 else random.uniform(0, 2 * np.pi)
    u, v = canvas.turned(turn)
    back = np.float32(random.uniform(0.0, 0.4)) - u
    blunt = between(random, 0.02, 0.15)
    slope = random.uniform(0.2, 0.9)
    width = slope * (np.sqrt(np.maximum(back, 0) ** 2 + 2 * blunt * np.maximum(back, 0)))
    body = (back > 0) & (np.abs(v) < width)
    share = np.clip(v / np.maximum(width, 1e-4), -1, 1)
    rough = canvas.noise(random, "rough", between(random, 0.02, 0.15))
    rim = np.exp(-np.maximum(width - np.abs(v), 0) / np.float32(random.uniform(0.005, 0.03)))
    level = random.uniform(0.25, 0.55)
    canvas.albedo[:] = np.where(body, level * (1 + np.float32(random.uniform(0.2, 1)) * rim), canvas.albedo)
    dome = width * np.sqrt(np.maximum(1 - share * share, 0))
    canvas.z[:] = np.where(body, 0.5 * dome + np.float32(between(random, 0.0002, 0.003)) * rough, canvas.z)
