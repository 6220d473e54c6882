"""How a training went, epoch by epoch."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

PARTS = {"pretrain": "pretraining", "train": "training"}
"""Under which key a record tells of the training in a stage."""
FILE = "history.json"
"""The name under which a saved model keeps its history."""


def by_epochs(record: Mapping[str, Any], stage: str) -> bool:
    """Tell whether the training in this stage of a record's cell went by epochs."""
    return "epochs" in (record.get(PARTS.get(stage, "")) or {})


@dataclass(frozen=True)
class Epoch:
    """One epoch's figures: mean training ``losses`` by name, ``validation`` loss, wall-clock ``seconds``.

    ``validation`` is None where nobody looked.
    """

    losses: Mapping[str, float]
    validation: float | None
    learning_rate: float
    seconds: float


@dataclass(frozen=True)
class History:
    """How a training went; ``best`` is the index of the epoch whose weights were kept.

    ``parts`` is the number of pieces a batch went in at last: above 1 after memory ran out; ``precision`` that of
    Lightning's words in which the network computed.
    """

    epochs: tuple[Epoch, ...]
    best: int
    parts: int = 1
    precision: str = "32-true"

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @property
    def summary(self) -> dict[str, Any]:
        """What a record tells of it: epochs run, the one kept, counted from 1, and its validation loss."""
        kept = self.epochs[self.best]
        return {
            "epochs": len(self.epochs),
            "best_epoch": self.best + 1,
            "validation": kept.validation,
            "parts": self.parts,
            "precision": self.precision,
        }

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**kept, "epochs": tuple(Epoch(**figures) for figures in kept["epochs"])})
