"""Averaging of what a classifier says of several views of a picture: the picture, crops of it, and their mirrors."""

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
import torch
from torch import Tensor

from bench.specs import Setting
from bench.training.augmentation import Alterations

_CROP = 0.85
"""The side of a view that is a crop, in sides of the picture."""
Views = Annotated[
    Literal["one", "ten"],
    Setting(
        "what probabilities are averaged over: the picture, or also four crops of it, each as it is and mirrored",
        stage="predict",
    ),
]


def over_views(chosen: Views, probabilities: Callable[[Tensor | None], np.ndarray]) -> np.ndarray:
    """Return probabilities (N, C), the mean over all views; ``probabilities`` gets a view's map (2, 3) or None."""
    if chosen == "one":
        return probabilities(None)
    return np.mean([probabilities(view) for view in views()], axis=0)


def views() -> Tensor:
    """Return maps (10, 2, 3) to the whole picture and to crops in its four corners, each as it is and mirrored."""
    centres = (1 - _CROP) * np.array([[0, 0], [-1, -1], [-1, 1], [1, -1], [1, 1]])
    sides = np.array([1.0, *[_CROP] * 4])
    maps = [
        [[mirror * side, 0, x], [0, side, y]] for side, (x, y) in zip(sides, centres, strict=True) for mirror in (1, -1)
    ]
    return torch.tensor(maps, dtype=torch.float32)


def viewed(view: Tensor | None, count: int) -> Alterations | None:
    """Return the alterations that show so many pictures in one view, None for the pictures as they are."""
    return None if view is None else Alterations(view.expand(count, 2, 3))
