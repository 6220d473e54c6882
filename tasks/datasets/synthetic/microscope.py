"""The microscope: from a canvas to grey levels as a secondary-electron detector sees them.

Yield grows with the surface's tilt (about 1/cos), hollows are dark, edges bright, the side towards the detector
brighter; then focus, contrast, charging, shot noise and line noise, and the data bar (Goldstein et al., Scanning
Electron Microscopy and X-Ray Microanalysis, 2018, ch. 3).
"""

from typing import NamedTuple

import numpy as np

from bench.tasks.datasets.synthetic.canvas import Canvas, blurred, hollows
from bench.tasks.datasets.synthetic.databar import Bar, draw_bar
from bench.tasks.datasets.synthetic.scene import INSTRUMENT, NOISE, Scene
from bench.tasks.datasets.synthetic.tiles import white


class Photograph(NamedTuple):
    """The picture (height, width) uint8 of a canvas, and its data bar if it has one."""

    picture: np.ndarray
    bar: Bar | None


def photograph(canvas: Canvas, scene: Scene) -> Photograph:
    """Return the picture of a canvas, with its data bar."""
    random = scene.stream(INSTRUMENT)
    signal = _focused(_yield(canvas, random), scene, random)
    signal = _toned(signal, canvas, scene, random)
    if scene["charging"] == "streaks":
        signal = charged(signal, canvas, random)
    dose = np.exp(random.uniform(np.log(0.018), np.log(0.075))) * (1.0 if scene["contrast"] == "high" else 0.6)
    lines = random.uniform(0.0, 0.012)
    # A separate stream: the amount of random numbers depends on the resolution, and the data bar must not.
    signal = noisy(signal, dose, lines, scene.stream(NOISE))
    picture = (np.clip(signal, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)
    return Photograph(picture, draw_bar(picture, scene, random))


def _yield(canvas: Canvas, random: np.random.Generator) -> np.ndarray:
    # Electrons leave from a depth that smooths sharp steps at any resolution.
    height = blurred(canvas.z, 0.0021)
    right, down = slopes(height, canvas.unit)
    tilt = np.sqrt(1 + right * right + down * down)
    edge = np.minimum(tilt - 1, 1.3) * np.float32(1 / 1.8)
    light = random.uniform(-2.6, -0.5)
    facing = (right * np.float32(-np.cos(light)) - down * np.float32(np.sin(light))) / tilt
    # Structures towards the detector cast a soft shadow.
    hollow = hollows(canvas.z, (0.03 * float(np.cos(light)), 0.03 * float(np.sin(light))), near=20, wide=9)
    open_sky = np.minimum(np.maximum(1 - hollow, 0.28), 1.45)
    glow = random.uniform(0.16, 0.34) + random.uniform(0.2, 0.4) * canvas.albedo
    return canvas.albedo * (1 + 0.34 * facing) * open_sky + edge * glow


def slopes(height: np.ndarray, unit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rise of a height (field heights) to the right and down; ``unit`` is the field in pixels."""
    right, down = np.zeros_like(height), np.zeros_like(height)
    right[:, 1:-1] = (height[:, 2:] - height[:, :-2]) * np.float32(0.5 * unit)
    down[1:-1] = (height[2:] - height[:-2]) * np.float32(0.5 * unit)
    return right, down


def _focused(signal: np.ndarray, scene: Scene, random: np.random.Generator) -> np.ndarray:
    width = random.uniform(0.0068, 0.0092) if scene["focus"] == "blurred" else random.uniform(0.0012, 0.002)
    return blurred(signal, width, least=0.2)


def _toned(signal: np.ndarray, canvas: Canvas, scene: Scene, random: np.random.Generator) -> np.ndarray:
    """Set contrast and brightness; low contrast keeps a third of the span. The field is a little uneven."""
    slope = random.uniform(-0.07, 0.07, 2).astype(np.float32)
    signal = signal + (
        random.uniform(-0.03, 0.05) + slope[0] * (canvas.x[:1] - 0.5) + slope[1] * (canvas.y[:, :1] - 0.5)
    )
    if scene["contrast"] == "low":
        centre = random.uniform(0.38, 0.55)
        return centre + (np.clip(signal, 0, 1.2) - 0.42) * random.uniform(0.36, 0.44)
    signal = random.uniform(0.42, 0.5) + (signal - 0.42) * random.uniform(0.92, 1.2)
    # The amplifier saturates softly.
    over = np.maximum(signal - np.float32(0.72), 0)
    return signal - over + over / (1 + np.float32(3.2) * over)


def charged(signal: np.ndarray, canvas: Canvas, random: np.random.Generator) -> np.ndarray:
    """Add bands of scan lines that are bright and fade into a dark tail, where the sample charged up."""
    line, row = canvas.x[0], canvas.y[:, 0]
    for _ in range(int(random.integers(5, 9))):
        y, x = random.uniform(0.03, 0.86), random.uniform(-0.1, 0.6)
        thick = random.uniform(0.005, 0.013)
        reach, strength = random.uniform(0.25, 0.7), random.uniform(0.38, 0.6)
        profile = np.exp(-(((row - y) / thick) ** 4))
        along = np.where(
            line > x, np.exp(-np.maximum(line - x, 0) / reach), -0.75 * np.exp(-np.maximum(x - line, 0) / 0.12)
        )
        signal = signal + (strength * profile)[:, None].astype(np.float32) * along.astype(np.float32)
    return signal


def noisy(signal: np.ndarray, dose: float, lines: float, random: np.random.Generator) -> np.ndarray:
    """Add shot noise, whose variance follows the signal, and an unsteady beam's line noise."""
    height, width = signal.shape
    tile = white()
    if height > tile.shape[0] or width > tile.shape[1]:
        tile = np.tile(tile, (1 + height // tile.shape[0], 1 + width // tile.shape[1]))
    top, left = int(random.random() * (tile.shape[0] - height + 1)), int(random.random() * (tile.shape[1] - width + 1))
    grain = tile[top : top + height, left : left + width]
    unsteady = tile[top : top + height, left - 1, None] * np.float32(lines)
    return signal + grain * (np.float32(dose) * np.sqrt(np.clip(signal, 0.05, 1) + np.float32(0.1))) + unsteady
