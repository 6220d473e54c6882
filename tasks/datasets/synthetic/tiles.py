"""Tiles of noise, made once per process from a fixed seed: each picture uses its own section of a tile.

New fractal noise for each picture would cost more than everything else. A tile wraps around at its borders and is made
only by Pillow's resizing, which depends on no linear algebra library.
"""

from functools import cache
from typing import Literal

import numpy as np
from PIL import Image
from scipy.spatial import KDTree

Kind = Literal["cloud", "rough", "bumps"]
SIDE = 1024
REFERENCE: dict[Kind, int] = {"cloud": 256, "rough": 64, "bumps": 20}
"""The longest wavelength of each kind, in pixels of its tile."""
_KEY = 20180172
_OCTAVES: dict[str, tuple[tuple[int, ...], float]] = {
    "cloud": ((256, 128, 64, 32, 16, 8), 0.9),
    "rough": ((64, 32, 16, 8, 4, 2), 0.35),
}


def _generator(number: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((_KEY, number))))


@cache
def tile(kind: Kind) -> Image.Image:
    """Return a tile (SIDE, SIDE) of unit spread: soft clouds, roughness down to single pixels, or packed bumps."""
    field = _bumps() if kind == "bumps" else _octaves(*_OCTAVES[kind])
    return Image.fromarray(((field - field.mean()) / field.std()).astype(np.float32))


@cache
def reduced(kind: Kind, halvings: int) -> Image.Image:
    """Return a tile reduced by a power of two, so that no picture is resampled from many times its pixels."""
    return tile(kind).reduce(2**halvings) if halvings else tile(kind)


@cache
def white() -> np.ndarray:
    """Return white noise of unit spread (2 SIDE, 2 SIDE), for the detector."""
    return _generator(0).standard_normal((2 * SIDE, 2 * SIDE), np.float32)


def _octaves(waves: tuple[int, ...], roughness: float) -> np.ndarray:
    random = _generator(len(waves) * 100 + waves[0])
    total = np.zeros((SIDE, SIDE), np.float32)
    for wave in waves:
        knots = random.standard_normal((SIDE // wave, SIDE // wave), np.float32)
        padded = Image.fromarray(np.pad(knots, 2, mode="wrap"))
        box = (2, 2, 2 + SIDE // wave, 2 + SIDE // wave)
        total += wave**roughness * np.asarray(padded.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box))
    return total


def _bumps() -> np.ndarray:
    """Pack domes of uneven size side by side, as grains are."""
    pitch = REFERENCE["bumps"]
    points = _generator(7).uniform(0, SIDE, (round(1.15 * (SIDE / pitch) ** 2), 2))
    half = np.arange(0, SIDE, 2) + 0.5
    near, _ = KDTree(points, boxsize=SIDE).query(np.stack(np.meshgrid(half, half), 2).reshape(-1, 2))
    dome = np.sqrt(np.clip(1 - (near.reshape(len(half), -1) / (0.72 * pitch)) ** 2, 0, 1)).astype(np.float32)
    coarse = np.asarray(Image.fromarray(dome).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    # Grains are grainy themselves, half as large.
    return coarse + 0.3 * np.tile(np.asarray(Image.fromarray(coarse).reduce(2)), (2, 2))
