"""Random views cropped from the uint8 cache: the same as lightly's transforms for grey pictures, but faster.

Hue, saturation and the dropping of colours change nothing in a grey picture and are left out. The rest is drawn from
the distributions of lightly's transforms and computed on one channel instead of three, in bytes: brightness and
contrast by look-up tables, blur by small integers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import numpy as np
import torch
from torch.nn.functional import interpolate

Interpolation = Literal["bilinear", "bicubic"]
_LEVELS = np.arange(256, dtype=np.float32)
_BOXES = 3
"""The number of boxes that approximate a Gaussian."""
_ATTEMPTS = 10
"""The number of attempts to draw a crop before the whole picture is used, as in torchvision."""
_RATIOS = (3 / 4, 4 / 3)
_LOG_RATIOS = math.log(_RATIOS[0]), math.log(_RATIOS[1])


@dataclass(frozen=True)
class ImageView:
    """How one view of a picture is drawn; ``size`` is in pixels, None means the encoder's size.

    ``scale`` is the range of the crop's area, in areas of the picture; ``brightness`` and ``contrast`` how far from 1
    their factors may be, in the share ``jitter`` of views; ``blur``, ``solarise`` and ``flip`` the shares of views that
    are blurred by a Gaussian of ``sigmas`` pixels, inverted above half grey, and flipped.
    """

    scale: tuple[float, float] = (0.08, 1.0)
    brightness: float = 0.8
    contrast: float = 0.8
    jitter: float = 0.8
    blur: float = 0.5
    sigmas: tuple[float, float] = (0.1, 2.0)
    solarise: float = 0.0
    flip: float = 0.5
    size: int | None = None
    interpolation: Interpolation = "bilinear"


def drawn(pictures: np.ndarray, view: ImageView, size: int, random: np.random.Generator) -> np.ndarray:
    """Return one view of each picture: (B, H, W) uint8 to (B, S, S) uint8, S being the view's own size or ``size``."""
    count, height, width = pictures.shape
    size = view.size or size
    boxes = crops(count, height, width, view.scale, random)
    flipped = random.random(count) < view.flip
    exposed = random.random(count) < view.jitter
    sigmas = np.where(random.random(count) < view.blur, random.uniform(*view.sigmas, count), 0.0).tolist()
    solarised = random.random(count) < view.solarise
    views = np.empty((count, size, size), np.uint8)
    for place, (top, left, high, wide) in enumerate(boxes):
        pixels = resized(pictures[place, top : top + high, left : left + wide], size, view.interpolation)
        for step, factor in _exposure(view, random) if exposed[place] else ():
            pixels = step(pixels, factor)
        pixels = blurred(pixels, sigmas[place])
        if solarised[place]:
            pixels = np.where(pixels < 128, pixels, 255 - pixels)
        views[place] = pixels[:, ::-1] if flipped[place] else pixels
    return views


def crops(count: int, height: int, width: int, scale: tuple[float, float], random: np.random.Generator) -> np.ndarray:
    """Return top, left, height and width (B, 4) of random crops, drawn as torchvision's RandomResizedCrop draws them.

    The area is uniform in ``scale``, the logarithm of width to height uniform; a crop that does not fit is drawn again.
    """
    areas = height * width * random.uniform(*scale, (count, _ATTEMPTS))
    ratios = np.exp(random.uniform(*_LOG_RATIOS, (count, _ATTEMPTS)))
    sides = np.rint(np.stack([np.sqrt(areas / ratios), np.sqrt(areas * ratios)], axis=-1)).astype(int)
    fits = np.asarray(((sides > 0) & (sides <= (height, width))).all(-1))
    first, misfits = fits.argmax(1), ~fits.any(1)
    chosen = sides[np.arange(count), first]
    chosen[misfits] = min(height, round(width / _RATIOS[0])), min(width, round(height * _RATIOS[1]))
    room = np.array([height, width]) - chosen
    corners = random.integers(0, room + 1)
    corners[misfits] = room[misfits] // 2
    return np.concatenate([corners, chosen], axis=1)


def brightened(pixels: np.ndarray, factor: float) -> np.ndarray:
    """Return a picture (H, W) uint8 with multiplied grey levels, as in Pillow."""
    return _blended(0, pixels, factor)


def contrasted(pixels: np.ndarray, factor: float) -> np.ndarray:
    """Return a picture (H, W) uint8 with multiplied differences from the mean grey level, as in Pillow."""
    return _blended(int(pixels.sum(dtype=np.int64) / pixels.size + 0.5), pixels, factor)


def _blended(level: int, pixels: np.ndarray, factor: float) -> np.ndarray:
    table = np.clip(level + np.float32(factor) * (_LEVELS - level), 0, 255).astype(np.uint8)
    return np.frombuffer(pixels.tobytes().translate(table.tobytes()), np.uint8).reshape(pixels.shape)


def blurred(pixels: np.ndarray, sigma: float) -> np.ndarray:
    """Return a picture (H, W) uint8 blurred by a Gaussian of ``sigma`` pixels, with weights in whole 256ths."""
    shares = _gaussian(sigma)
    weights = np.rint(256 * shares[len(shares) // 2 :]).astype(np.uint16)
    weights = weights[weights > 0]
    if len(weights) == 1:
        return pixels
    weights[0] = 256 - 2 * weights[1:].sum()
    return _mixed(_mixed(pixels, weights, 0), weights, 1)


def _gaussian(sigma: float) -> np.ndarray:
    """Return the weights of Pillow's Gaussian: a box with fractional edges, applied three times.

    The box of half-width l and edges a has a third of the variance (Gwosdek et al. 2011, extended box filtering).
    """
    variance = sigma**2 / _BOXES
    half = int((math.sqrt(12 * variance + 1) - 1) / 2)
    edge = (2 * half + 1) * (half * (half + 1) - 3 * variance) / (6 * (variance - (half + 1) ** 2))
    box = np.array([edge, *[1.0] * (2 * half + 1), edge]) / (2 * half + 1 + 2 * edge)
    return reduce(np.convolve, [box] * _BOXES)


def _mixed(pixels: np.ndarray, weights: np.ndarray, axis: int) -> np.ndarray:
    """Average each pixel with its neighbours, weighted by distance; no sum exceeds 16 bits."""
    reach, length = len(weights) - 1, pixels.shape[axis]
    rim = [(0, 0), (0, 0)]
    rim[axis] = (reach, reach)
    padded = np.pad(pixels.astype(np.uint16), rim, mode="edge")

    def moved(by: int) -> np.ndarray:
        return padded[reach + by : reach + by + length] if axis == 0 else padded[:, reach + by : reach + by + length]

    mixed = moved(0) * weights[0]
    mixed += np.uint16(128)
    pair = np.empty_like(mixed)
    for distance in range(1, reach + 1):
        np.add(moved(-distance), moved(distance), out=pair)
        pair *= weights[distance]
        mixed += pair
    mixed >>= 8
    return mixed.astype(np.uint8)


def resized(pixels: np.ndarray, size: int, interpolation: Interpolation = "bilinear") -> np.ndarray:
    """Return a picture (H, W) uint8 resized to (S, S), as in Pillow."""
    tensor = torch.from_numpy(np.ascontiguousarray(pixels))[None, None]
    return interpolate(tensor, (size, size), mode=interpolation, antialias=True)[0, 0].numpy()


def _exposure(view: ImageView, random: np.random.Generator) -> Sequence[tuple[Callable[..., np.ndarray], float]]:
    """Draw the factors of brightness and contrast, and which is applied first."""
    steps = [
        (step, random.uniform(max(0.0, 1 - reach), 1 + reach))
        for step, reach in ((brightened, view.brightness), (contrasted, view.contrast))
    ]
    return steps if random.random() < 0.5 else steps[::-1]
