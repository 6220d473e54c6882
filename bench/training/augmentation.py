"""Augmentation: pictures of a training step mirrored, turned, cropped and toned anew, as the recipe says.

Whatever is drawn keeps a picture's category. Statements about a picture are another matter: a turn exchanges horizontal
and vertical, a crop changes sizes relative to the field of view and may cut the data bar off; so a picture with
questions is at most mirrored left to right, which leaves all of these, and the bar at the lower edge, as they are.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import affine_grid, conv2d, grid_sample, pad

Augment = Literal["nothing", "turns", "crops", "strong"]
_SMALLEST = {"crops": 0.5, "strong": 0.3}
"""The smallest area of a crop, in areas of the picture."""
_STRETCH = 0.2
"""strong: the largest logarithm of a crop's width over its height, halved."""
_TILE = 1024
_REACH = 2.5
"""The width of a blur's kernel to each side, in its standard deviations."""


class Tones(NamedTuple):
    """How the grey levels of each picture (B,) are altered, in this order.

    Raised to ``gamma``, blurred by so many sides, stretched by ``gain`` about their mean, shifted, and covered with
    ``noise``, which begins at a ``place`` (B, 2) of a tile of noise.
    """

    gamma: Tensor
    gain: Tensor
    shift: Tensor
    blur: Tensor
    noise: Tensor
    place: Tensor


@dataclass(frozen=True)
class Alterations:
    """How each picture of a batch is altered: ``maps`` (B, 2, 3) from places of the result to places of the picture.

    A place is (x, y, 1), with x and y from -1 to 1.
    """

    maps: Tensor
    tones: Tones | None = None

    def __getitem__(self, which: np.ndarray) -> "Alterations":
        """Return the alterations of some pictures of the batch."""
        rows = torch.from_numpy(which)
        return Alterations(self.maps[rows], self.tones and Tones(*(values[rows] for values in self.tones)))


def drawn(augment: Augment, count: int, random: np.random.Generator) -> Alterations:
    """Draw how each of so many pictures is altered; "strong" also alters their grey levels."""
    maps = drawn_maps(augment, count, random)
    return Alterations(maps, _tones(count, random) if augment == "strong" else None)


def drawn_maps(augment: Augment, count: int, random: np.random.Generator) -> Tensor:
    """Draw the maps (B, 2, 3) of so many pictures.

    Each picture is turned by 0 to 3 quarters and mirrored or not, all equally likely; "crops" also takes a square of a
    side that is uniform between whole and that of half the area, at a place that is uniform among those that fit;
    "strong" takes a smaller part, and one that is not square.
    """
    quarters, mirrors = random.integers(4, size=count), random.choice([-1.0, 1.0], count)
    cosine, sine = np.array([1.0, 0.0, -1.0, 0.0])[quarters], np.array([0.0, 1.0, 0.0, -1.0])[quarters]
    turns = np.stack([mirrors * cosine, -sine, mirrors * sine, cosine], axis=1).reshape(-1, 2, 2)
    sides, centres = np.ones((count, 1)), np.zeros((count, 2))
    if augment in _SMALLEST:
        sides = random.uniform(math.sqrt(_SMALLEST[augment]), 1, count)[:, None]
        centres = random.uniform(-1, 1, (count, 2))
        if augment == "strong":
            stretch = np.exp(random.uniform(-_STRETCH, _STRETCH, (count, 1)))
            sides = np.minimum(sides * np.concatenate([stretch, 1 / stretch], 1), 1)
        centres = centres * (1 - sides)
    maps = np.concatenate([sides[:, :, None] * turns, centres[:, :, None]], axis=2)
    return torch.from_numpy(maps.astype(np.float32))


def _tones(count: int, random: np.random.Generator) -> Tones:
    """Draw the tones of so many pictures: half of them blurred, two thirds with noise."""
    gamma, gain = np.exp(random.uniform(-0.35, 0.35, count)), np.exp(random.uniform(-0.4, 0.3, count))
    shift = random.uniform(-0.08, 0.08, count)
    blur = random.uniform(0.002, 0.012, count) * (random.random(count) < 1 / 2)
    noise = np.exp(random.uniform(math.log(0.005), math.log(0.08), count)) * (random.random(count) < 2 / 3)
    place = torch.from_numpy(random.integers(_TILE, size=(count, 2)))
    gamma, gain, shift, blur, noise = (
        torch.from_numpy(each.astype(np.float32)) for each in (gamma, gain, shift, blur, noise)
    )
    return Tones(gamma, gain, shift, blur, noise, place)


def altered(pictures: Tensor, alterations: Alterations) -> Tensor:
    """Return square pictures (B, H, W) uint8, altered; a turn or a mirror alone moves pixels exactly."""
    maps = alterations.maps.to(pictures.device)
    grid = affine_grid(maps, [len(pictures), 1, *pictures.shape[1:]], align_corners=False)
    values = grid_sample(pictures[:, None].float(), grid, padding_mode="border", align_corners=False).squeeze(1)
    if alterations.tones is not None:
        values = _toned(values, Tones(*(each.to(pictures.device) for each in alterations.tones)))
    return values.round_().to(torch.uint8)


def _toned(pictures: Tensor, tones: Tones) -> Tensor:
    """Return pictures (B, H, W) from 0 to 255 with other grey levels, blur and noise."""
    gamma, gain, shift, noise = (each[:, None, None] for each in (tones.gamma, tones.gain, tones.shift, tones.noise))
    levels = _blurred((pictures / 255).clamp_(0, 1) ** gamma, tones.blur)
    mean = levels.mean((1, 2), keepdim=True)
    levels = mean + (levels - mean) * gain + shift
    down, right = (
        (torch.arange(side, device=pictures.device) + tones.place[:, axis, None]) % _TILE
        for axis, side in enumerate(pictures.shape[1:])
    )
    levels += noise * _noise(str(pictures.device))[down[:, :, None], right[:, None, :]]
    return levels.clamp_(0, 1) * 255


def _blurred(pictures: Tensor, blur: Tensor) -> Tensor:
    """Return pictures (B, H, W) blurred by Gaussians of these widths (B,), shares of the side."""
    widths = (blur * pictures.shape[1]).clamp(min=1e-3)
    reach = max(1, math.ceil(_REACH * float(widths.max())))
    steps = torch.arange(-reach, reach + 1, device=pictures.device)
    kernels = torch.exp(-0.5 * (steps / widths[:, None]) ** 2)
    kernels /= kernels.sum(1, keepdim=True)
    padded = pad(pictures[None], (reach, reach, reach, reach), mode="replicate")
    across = conv2d(padded, kernels[:, None, None, :], groups=len(pictures))
    return conv2d(across, kernels[:, None, :, None], groups=len(pictures)).squeeze(0)


@cache
def _noise(device: str) -> Tensor:
    """Return white noise (_TILE, _TILE) of unit spread: a picture's noise is a part of it, the same on every device."""
    tile = np.random.default_rng(20180172).standard_normal((_TILE, _TILE), np.float32)
    return torch.from_numpy(tile).to(device)


def mirrors(which: np.ndarray) -> Alterations:
    """Return the alterations that mirror left to right those of a batch's pictures that ``which`` (B,) names."""
    maps = np.zeros((len(which), 2, 3), np.float32)
    maps[:, 0, 0], maps[:, 1, 1] = np.where(which, -1, 1), 1
    return Alterations(torch.from_numpy(maps))


def shown(pictures: np.ndarray, alterations: Alterations | None) -> np.ndarray:
    """Return pictures (B, H, W) uint8 in memory, altered or as they are."""
    return pictures if alterations is None else altered(torch.from_numpy(pictures), alterations).numpy()
