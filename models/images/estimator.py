"""The estimator of every network from pictures to categories."""

import json
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import torch
from lightning_fabric import seed_everything
from safetensors.torch import load_model, save_model
from torch import Tensor, nn

from bench.contracts import Context, Micrographs
from bench.models.images.initial import again, initial, keep
from bench.models.supervised import Side, fit_classifier, probabilities
from bench.training import History


class ImageClassifier:
    """Trains the network that the spec's ``builds`` makes; a ``Classifier`` of ``bench.contracts``."""

    network: nn.Module
    history: History

    def __init__(self, context: Context) -> None:
        self._context = context

    def fit(self, train: Micrographs, validation: Micrographs, context: Context) -> None:
        """Train by the recipe, judging by the validation side."""
        seed_everything(context.seed, verbose=False)
        self._shape = {"num_classes": len(train.categories), "image_size": train.pixels.shape[1]}
        self.network = initial(context, **self._shape)
        self.history = fit_classifier(self.network, self._side(train), self._side(validation), context)

    def save(self, folder: Path) -> None:
        """Write model.safetensors, shape.json and history.json, and the config of a network of transformers."""
        save_model(self.network, str(folder / "model.safetensors"))
        (folder / "shape.json").write_text(json.dumps(self._shape), encoding="utf-8")
        self.history.save(folder / "history.json")
        keep(self.network, folder, self._context)

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Build the network again and read its trained weights; pretrained ones are not asked for."""
        estimator = cls(context)
        estimator._shape = json.loads((folder / "shape.json").read_text(encoding="utf-8"))
        estimator.network = again(folder, context, **estimator._shape)
        load_model(estimator.network, str(folder / "model.safetensors"))
        estimator.network.to(context.device).eval()
        return estimator

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C)."""
        return probabilities(self.network, self._side(images), self._context)

    def _side(self, images: Micrographs) -> Side:
        return Side(partial(pictures, images, self._context.device), images.labels)


def pictures(images: Micrographs, device: str, positions: np.ndarray) -> Tensor:
    """Return pictures (B, 3, H, W) about zero, from -1 to 1, their three channels alike."""
    grey = torch.from_numpy(images.batch(positions)).to(device)
    return grey.unsqueeze(1).float().div_(127.5).sub_(1).expand(-1, 3, -1, -1)
