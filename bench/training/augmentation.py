"""Augmentation: pictures of a training step mirrored, turned by quarters and cropped, as the recipe says.

Whatever is drawn keeps a picture's category. Statements about a picture are another matter: a turn exchanges horizontal
and vertical, a crop changes sizes relative to the field of view and may cut the data bar off; so a picture with
questions is at most mirrored left to right, which leaves all of these, and the bar at the lower edge, as they are.
"""

import math
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

Augment = Literal["nothing", "turns", "crops"]
_SMALLEST = 0.5
"""The smallest area of a crop, in areas of the picture."""


def drawn_maps(augment: Augment, count: int, random: np.random.Generator) -> Tensor:
    """Draw how each of so many pictures is altered: maps (B, 2, 3) from places of the result to places of the picture.

    A place is (x, y, 1), with x and y from -1 to 1. Each picture is turned by 0 to 3 quarters and mirrored or not, all
    equally likely; "crops" also takes a square of a side that is uniform between whole and that of half the area, at a
    place that is uniform among those that fit.
    """
    quarters, mirrors = random.integers(4, size=count), random.choice([-1.0, 1.0], count)
    cosine, sine = np.array([1.0, 0.0, -1.0, 0.0])[quarters], np.array([0.0, 1.0, 0.0, -1.0])[quarters]
    turns = np.stack([mirrors * cosine, -sine, mirrors * sine, cosine], axis=1).reshape(-1, 2, 2)
    sides, centres = np.ones(count), np.zeros((count, 2))
    if augment == "crops":
        sides = random.uniform(math.sqrt(_SMALLEST), 1, count)
        centres = random.uniform(-1, 1, (count, 2)) * (1 - sides)[:, None]
    maps = np.concatenate([sides[:, None, None] * turns, centres[:, :, None]], axis=2)
    return torch.from_numpy(maps.astype(np.float32))


def altered(pictures: Tensor, maps: Tensor) -> Tensor:
    """Return square pictures (B, H, W) uint8, altered by maps (B, 2, 3); a turn or a mirror moves pixels exactly."""
    grid = affine_grid(maps.to(pictures.device), [len(pictures), 1, *pictures.shape[1:]], align_corners=False)
    values = grid_sample(pictures[:, None].float(), grid, padding_mode="border", align_corners=False)
    return values.squeeze(1).round_().to(torch.uint8)


def mirrored(pictures: np.ndarray, which: np.ndarray | None) -> np.ndarray:
    """Return pictures (B, H, W), those that ``which`` (B,) names mirrored left to right."""
    if which is None:
        return pictures
    return np.where(which[:, None, None], pictures[:, :, ::-1], pictures)
