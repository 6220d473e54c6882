"""The state of a training between two of its steps."""

import math
from dataclasses import dataclass, field
from typing import Any

from bench.config.loading import Recipe


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

    def finished(self, recipe: Recipe, epochs: float, steps: int) -> bool:
        """Return whether all ``epochs`` are done, or too many since the best one after the fewest ``steps``."""
        stagnant = self.epoch - 1 - self.best
        is_idle = self.step == 0 and self.epoch > 0 and stagnant >= recipe.stop_after
        return self.epoch >= epochs or (is_idle and steps >= recipe.fewest_steps)
