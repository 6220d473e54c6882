"""The learning rate at every step: it rises in the warm-up, then follows the recipe's schedule.

Own code: it is a function of the step alone, unlike torch's schedulers, so that a training can resume at any step and a
forecast needs no torch.
"""

import math
from dataclasses import dataclass
from typing import Self

from bench.config.loading import Recipe, ScheduleName

WARMEST = 10
"""A warm-up takes at most one in so many of a training's steps: a longer one would leave too few to learn."""


def at_once_of(recipe: Recipe, by_records: bool) -> int:
    """Return how many pictures a step sees, of a training on pictures or ``by_records`` on questions about them."""
    return max(1, recipe.batch_size // recipe.questions_per_picture) if by_records else recipe.batch_size


@dataclass(frozen=True)
class Schedule:
    """The course of the learning rate over ``steps`` steps, of which the first ``warmup`` raise it.

    ``requested`` is the number of warm-up steps in the recipe, ``warmup`` the number that fits.
    """

    name: ScheduleName
    steps: int
    requested: int

    @classmethod
    def of(cls, recipe: Recipe, steps: int, watched: bool = True) -> Self:
        """Return a recipe's schedule; a training without a validation loss has no plateau, and falls along a cosine."""
        name = "cosine" if recipe.schedule == "plateau" and not watched else recipe.schedule
        warmup = recipe.warmup * steps if recipe.warmup < 1 else recipe.warmup
        return cls(name, steps, round(warmup))

    @classmethod
    def expected(cls, recipe: Recipe, pictures: float, passes: float, by_records: bool) -> Self:
        """Return the approximate schedule of so many passes through pictures, or ``by_records`` their records."""
        return cls.of(recipe, round(passes * math.ceil(pictures / at_once_of(recipe, by_records))))

    @property
    def warmup(self) -> int:
        """The steps of warm-up that are taken."""
        return min(self.requested, self.steps // WARMEST)

    @property
    def shortened(self) -> str:
        """Say that the requested warm-up does not fit; '' if it does."""
        if self.warmup == self.requested:
            return ""
        return f"a training of {self.steps} steps warms up for {self.warmup}, a tenth of them, not for {self.requested}"

    def share(self, step: int) -> float | None:
        """Return the share of the learning rate after ``step`` steps; None if a plateau decides instead."""
        warm = min(1.0, (step + 1) / max(self.warmup, 1))
        if self.name == "plateau":
            return warm if step < self.warmup or not step else None
        past = step / self.steps
        return warm * ((1 + math.cos(math.pi * past)) / 2 if self.name == "cosine" else 1 - past)
