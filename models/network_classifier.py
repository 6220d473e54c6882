"""What estimators of one classifying network share: saving, loading and predicting."""

import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np
from safetensors.torch import load_model, save_model
from torch import nn

from bench.contracts import Context, Micrographs
from bench.models.supervised import Side, probabilities
from bench.training.history import FILE, History
from bench.training.linear import speed_up_linears


class NetworkClassifier(ABC):
    """A ``Classifier`` of ``bench.contracts`` but for its ``fit``, which sets ``network``, ``history``, ``shape``.

    ``shape`` holds num_classes and image_size, from which the network is built again.
    """

    network: nn.Module
    history: History
    shape: dict[str, Any]

    def __init__(self, context: Context) -> None:
        self._context = context

    @abstractmethod
    def rebuilt(self, folder: Path) -> nn.Module:
        """Build the network again from ``shape`` and the folder of ``save``; its weights do not matter."""

    @abstractmethod
    def side(self, images: Micrographs) -> Side:
        """Return the network's input for pictures."""

    def save(self, folder: Path) -> None:
        """Write model.safetensors, shape.json and history.json."""
        save_model(self.network, str(folder / "model.safetensors"))
        (folder / "shape.json").write_text(json.dumps(self.shape), encoding="utf-8")
        self.history.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Build the network again and read its weights."""
        estimator = cls(context, **settings)
        estimator.shape = json.loads((folder / "shape.json").read_text(encoding="utf-8"))
        estimator.network = estimator.rebuilt(folder)
        speed_up_linears(estimator.network)
        load_model(estimator.network, str(folder / "model.safetensors"))
        estimator.history = History.load(folder / FILE)
        estimator.network.to(context.device).eval()
        return estimator

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C), computed in the precision of validation."""
        return probabilities(self.network, self.side(images), self._context, self.history.precision)


def shape_of(images: Micrographs) -> dict[str, int]:
    """Return what a network for these pictures must fit: num_classes and image_size."""
    return {"num_classes": len(images.categories), "image_size": images.pixels.shape[1]}
