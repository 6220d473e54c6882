"""The state of a training between two of its steps."""

import math
from dataclasses import dataclass, field
from typing import Any

from bench.config.loading import Recipe

_PATIENT = 3
"""A training that gets no better goes on for one in so many of its fewest steps."""


@dataclass
class Standing:
    """The state of a training, without the tensors of module and optimiser.

    ``epoch`` counts those that have ended, ``share`` is that of all steps done; ``flops`` are those of a step, None
    before the first.
    """

    epoch: int = 0
    step: int = 0
    parts: int = 1
    sums: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    epochs: list[dict[str, Any]] = field(default_factory=list)
    best: int = -1
    best_loss: float = math.inf
    flops: float | None = None
    share: float = 0.0

    def finished(self, recipe: Recipe, epochs: float, steps_an_epoch: int) -> bool:
        """Return whether all ``epochs`` are done, or too many since the best one.

        Where epochs are short, these must be a third of the fewest steps, too.
        """
        stagnant = self.epoch - 1 - self.best
        is_idle = self.step == 0 and self.epoch > 0 and stagnant >= recipe.stop_after
        return self.epoch >= epochs or (is_idle and _PATIENT * stagnant * steps_an_epoch >= recipe.fewest_steps)
