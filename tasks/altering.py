"""Pictures altered: one function per alteration, of a picture (H, W) uint8 and a random generator.

The generator is seeded by the picture's id, so that every model sees the same pixels.
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from PIL import Image

from bench.data.databar import find_bars, without_bars
from bench.specs import resolve
from bench.tasks.alterations import Alteration

_NOISE = 22.0
"""Standard deviation of the noise, in grey levels."""
_BLUR = 0.007
"""Standard deviation of the blur as a share of the side: that of the drawn pictures that count as blurred."""
_CONTRAST = 0.4
"""Share of the distance from mid-grey that remains: that of the drawn pictures of low contrast."""
_MAGNIFIED = 1.3
_STREAKS = (4, 7)
"""Fewest and most streaks of charging."""
_STRENGTH = (70.0, 110.0)
"""Least and most brightness that a streak adds, in grey levels."""


def add_noise(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Add grain, as of a short exposure."""
    return _grey(picture + random.normal(0, _NOISE, picture.shape))


def blur(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Take the picture out of focus."""
    from scipy.ndimage import gaussian_filter

    return _grey(gaussian_filter(picture.astype(np.float32), _BLUR * picture.shape[1]))


def flatten(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Lower the contrast: move every grey level towards mid-grey."""
    return _grey(127.5 + _CONTRAST * (picture - 127.5))


def magnify(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Enlarge the centre of the picture to the whole field."""
    height, width = picture.shape
    top, left = (side * (1 - 1 / _MAGNIFIED) / 2 for side in (height, width))
    centre = (left, top, width - left, height - top)
    image = Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC, box=centre)
    return np.asarray(image)


def add_streaks(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Add streaks along the scan lines: bright where the specimen charged up, with a fading tail."""
    height, width = picture.shape
    row, column = np.arange(height)[:, None] / height, np.arange(width)[None] / width
    streaks = np.zeros(picture.shape)
    for _ in range(int(random.integers(_STREAKS[0], _STREAKS[1] + 1))):
        place, start, reach = random.uniform(0.05, 0.85), random.uniform(-0.1, 0.5), random.uniform(0.3, 0.7)
        across = np.exp(-(((row - place) / random.uniform(0.006, 0.013)) ** 4))
        along = np.where(column > start, np.exp(-(column - start) / reach), 0)
        streaks += random.uniform(*_STRENGTH) * across * along
    return _grey(picture + streaks)


def remove_bar(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Fill the data bar, if there is one, with the mean of the rest."""
    return without_bars(picture[None], find_bars(picture[None]))[0]


def turn(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Turn the picture by a quarter, counterclockwise; an oblong one keeps its format."""
    image = Image.fromarray(np.rot90(picture))
    return np.asarray(image.resize(picture.shape[::-1], Image.Resampling.BICUBIC))


def alter(alteration: Alteration, pictures: np.ndarray, ids: Iterable[str]) -> np.ndarray:
    """Return the pictures (N, H, W) uint8 altered, each with the random numbers of its id and the alteration."""
    results = np.empty_like(pictures)
    change = resolve(f"{__name__}:{alteration.alters}")
    for result, picture, name in zip(results, pictures, ids, strict=True):
        result[:] = change(picture, _random(alteration.name, name))
    if alteration.spares_bar:
        for result, picture, (top, end) in zip(results, pictures, find_bars(pictures), strict=True):
            result[top:end] = picture[top:end]
    return results


def _random(alteration: str, name: str) -> np.random.Generator:
    seed = blake2b(f"{alteration}\n{name}".encode(errors="surrogatepass"), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(seed, "big"))


def _grey(picture: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
