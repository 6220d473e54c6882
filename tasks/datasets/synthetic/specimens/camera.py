"""The varied look: one scene under many microscopes, from detector and focus to the file that somebody saved.

The plain look draws every picture with nearly the same detector, square and as fine as it is shown. Here the relief's
and the material's shares of the signal, shadows, edges, focus, tone, noise and charging vary over wide ranges; pictures
are drawn at other finenesses and proportions and then brought to the size asked for, as files are.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from bench.tasks.datasets.synthetic.canvas import WIDEST, Canvas, blurred, hollows
from bench.tasks.datasets.synthetic.microscope import charged, noisy, slopes
from bench.tasks.datasets.synthetic.scene import INSTRUMENT, LOOK, NOISE, Scene
from bench.tasks.datasets.synthetic.specimens.captions import Caption, captioned
from bench.tasks.datasets.synthetic.specimens.strokes import between

_FINENESS = (0.75, 1.6)
"""Rows of a drawn picture, as a share of the rows of the picture asked for."""


class Exposure(NamedTuple):
    """The picture (height, width) uint8 of a canvas, and what is written into it, in the canvas's own pixels."""

    picture: np.ndarray
    caption: Caption | None


def native(scene: Scene, shape: tuple[int, int]) -> tuple[int, int]:
    """Return the (height, width) at which the scene is drawn before it is brought to a shape."""
    random = scene.stream(LOOK)
    rows = round(shape[0] * random.uniform(*_FINENESS))
    kind, free = random.random(), random.uniform(1, WIDEST)
    aspect = 4 / 3 if kind < 0.65 else 1.0 if kind < 0.8 else free
    return rows, round(rows * aspect)


def pictured(canvas: Canvas, scene: Scene, shape: tuple[int, int]) -> Exposure:
    """Return the picture of a canvas, squeezed to ``shape``."""
    random = scene.stream(INSTRUMENT)
    signal = _toned(_focused(_signal(canvas, random), canvas, random), canvas, random)
    if random.random() < 0.1:
        signal = charged(signal, canvas, random)
    dose, lines = between(random, 0.003, 0.1), random.choice([0.0, random.uniform(0, 0.015)])
    grain = random.choice([0.0, 0.0, random.uniform(0.4, 1.0)])
    exact = noisy(np.zeros_like(signal) + np.clip(signal, 0, 1), dose, lines, scene.stream(NOISE))
    if grain:
        exact = signal + 2 * grain * ndimage.gaussian_filter(exact - signal, grain)
    picture = (np.clip(exact, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)
    caption = captioned(picture, random)
    if picture.shape != shape:
        picture = np.asarray(Image.fromarray(picture).resize((shape[1], shape[0]), Image.Resampling.BICUBIC))
    return Exposure(picture, caption)


def _signal(canvas: Canvas, random: np.random.Generator) -> np.ndarray:
    """Return what the detector counts: material, tilt, shadow and edges in random shares."""
    height = blurred(canvas.z * np.float32(between(random, 0.35, 2.5)), between(random, 0.0008, 0.004))
    right, down = slopes(height, canvas.unit)
    tilt = np.sqrt(1 + right * right + down * down)
    light = random.uniform(0, 2 * np.pi)
    facing = (right * np.float32(-np.cos(light)) - down * np.float32(np.sin(light))) / tilt
    shift = (0.03 * float(np.cos(light)), 0.03 * float(np.sin(light)))
    hollow = hollows(height, shift, near=random.uniform(5, 30), wide=random.uniform(3, 14))
    open_sky = np.minimum(np.maximum(1 - hollow, random.uniform(0.15, 0.5)), 1.5)
    even = canvas.albedo.mean()
    material = even + np.float32(random.uniform(0.35, 1.0)) * (canvas.albedo - even)
    glow = random.uniform(0.0, 0.4) + random.uniform(0.0, 0.7) * material
    edges = np.minimum(tilt - 1, 1.3) * np.float32(1 / 1.8)
    return material * (1 + np.float32(random.uniform(0, 0.6)) * facing) * open_sky + edges * glow


def _focused(signal: np.ndarray, canvas: Canvas, random: np.random.Generator) -> np.ndarray:
    """Blur the picture a little or a lot, along one way, or towards its upper or lower border."""
    width = between(random, 0.0007, 0.002) if random.random() < 0.7 else between(random, 0.002, 0.01)
    kind = random.random()
    if kind < 0.1:
        along = int(random.integers(2))
        return ndimage.gaussian_filter1d(signal, width * 2.5 * canvas.unit, axis=along, mode="nearest")
    sharp = blurred(signal, width, least=0.2)
    if kind < 0.25:
        soft = blurred(signal, between(random, 0.005, 0.015))
        near = canvas.y if random.random() < 0.5 else 1 - canvas.y
        return sharp + np.clip(near * np.float32(1.5) - np.float32(0.5), 0, 1) * (soft - sharp)
    return sharp


def _toned(signal: np.ndarray, canvas: Canvas, random: np.random.Generator) -> np.ndarray:
    """Set brightness, contrast and gamma: by the darkest and brightest places, or by mean and spread."""
    slope = random.normal(0, random.choice([0.03, 0.12]), 2).astype(np.float32)
    signal = signal * (1 + slope[0] * (canvas.x[:1] - np.float32(0.5)) + slope[1] * (canvas.y[:, :1] - np.float32(0.5)))
    if random.random() < 0.5:
        low, high = np.quantile(signal[::2, ::2], (0.01, 0.99))
        dark, bright = random.uniform(0, 0.25), random.uniform(0.5, 1.15)
        span = max(float(high - low), 0.08)
        signal = dark + (signal - low) * np.float32((bright - dark) / span)
    else:
        spread = max(float(signal[::2, ::2].std()), 0.02)
        gain = np.float32(between(random, 0.03, 0.28) / spread)
        signal = random.uniform(0.12, 0.68) + (signal - signal.mean()) * gain
    return np.clip(signal, 0, 1) ** np.float32(between(random, 0.7, 1.5))
