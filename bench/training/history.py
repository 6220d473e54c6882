"""How a training went, epoch by epoch."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NotRequired, Self, TypedDict

PARTS = {"pretrain": "pretraining", "train": "training"}
"""The key of a record under which the training of a stage is."""
NEAR_CHANCE = 0.98
"""A loss that no epoch brought below this share of chance level has taught nothing."""
FILE = "history.json"
"""The name under which a saved model keeps its history."""
START = "start.json"
"""The file of a saved model that started from pretrained weights: what its record says of them."""
TUNING = "tuning.json"
"""The file of a saved model with its trials and their validation losses: a list, one mapping per trial."""


class TrainingDiverged(RuntimeError):
    """A loss that is no longer a number, after so many ``flops``."""

    def __init__(self, sentence: str, flops: float) -> None:
        super().__init__(sentence)
        self.flops = flops


class TriedTraining(TypedDict):
    """One training on trial: what it tried, its validation loss and cost, and its ``share`` of a training in full.

    ``validation`` is None if it diverged, or if the model has no such loss.
    """

    learning_rate: float
    settings: NotRequired[dict[str, Any]]
    validation: float | None
    training_flops: float
    share: float
    chosen: NotRequired[bool]


@dataclass(frozen=True)
class Epoch:
    """One epoch's figures: mean training ``losses`` by name, ``validation`` loss, wall-clock ``seconds``.

    ``validation`` is None if it was not measured.
    """

    losses: Mapping[str, float]
    validation: float | None
    learning_rate: float
    seconds: float


@dataclass(frozen=True)
class History:
    """How a training went; ``best`` is the index of the epoch whose weights were kept.

    ``parts`` is the number of pieces that the last batches were cut into: above 1 after memory ran out; ``precision``
    is Lightning's word for the network's precision. ``chance`` is the level, by name, of the losses of a model that
    knows nothing, as far as it is known. ``revision`` is that of the hub from which pretrained weights were downloaded.
    ``flops`` are those of all training steps together, forward and backward, as counted in the first; ``passes`` is the
    most passes through the training side that the recipe allowed.
    """

    epochs: tuple[Epoch, ...]
    best: int
    parts: int = 1
    precision: str = "32-true"
    chance: Mapping[str, float] = field(default_factory=dict)
    revision: str = ""
    flops: float = 0.0
    passes: float = 1.0

    @property
    def at_chance(self) -> list[str]:
        """The names of the losses that never left chance."""
        return [
            name
            for name, level in self.chance.items()
            if min(epoch.losses[name] for epoch in self.epochs) > NEAR_CHANCE * level
        ]

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @property
    def summary(self) -> dict[str, Any]:
        """A record's account of it: epochs run, the kept one, counted from 1, and its validation loss."""
        best = self.epochs[self.best]
        return {
            "epochs": len(self.epochs),
            "best_epoch": self.best + 1,
            "validation": best.validation,
            "parts": self.parts,
            "precision": self.precision,
            "training_flops": self.flops,
            **({"at_chance": self.at_chance} if self.at_chance else {}),
            **({"revision": self.revision} if self.revision else {}),
        }

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote."""
        fields = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**fields, "epochs": tuple(Epoch(**figures) for figures in fields["epochs"])})
