"""The estimator of every network over graphs of patches."""

import json
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from lightning_fabric import seed_everything
from safetensors.torch import load_model, save_model

from bench.contracts import Context, Micrographs
from bench.models.graphs.building import Joining, patch_graphs
from bench.models.graphs.network import PatchGraphNetwork, graph_loss
from bench.models.graphs.patches import Patches
from bench.models.supervised import Side, fit_classifier, probabilities
from bench.specs import resolve
from bench.training import History

_JOINING = tuple(field.name for field in fields(Joining))


class GraphClassifier:
    """Trains, between an embedding of patches and a head, the convolutions that the spec's ``builds`` makes.

    ``builds`` gets all settings but those of ``Joining``. A ``Classifier`` of ``bench.contracts``.
    """

    network: PatchGraphNetwork
    history: History

    def __init__(self, context: Context) -> None:
        self._context = context
        self._joining = Joining(**{key: value for key, value in context.settings.items() if key in _JOINING})

    def fit(self, train: Micrographs, validation: Micrographs, context: Context) -> None:
        """Train by the recipe, judging by the validation side; BenchError where patches do not fill a picture."""
        seed_everything(context.seed, verbose=False)
        self._shape = {"num_classes": len(train.categories), "image_size": train.pixels.shape[1]}
        self.network = self._built()
        self.history = fit_classifier(self.network, self._side(train), self._side(validation), context, graph_loss)

    def save(self, folder: Path) -> None:
        """Write model.safetensors, shape.json and history.json."""
        save_model(self.network, str(folder / "model.safetensors"))
        (folder / "shape.json").write_text(json.dumps(self._shape), encoding="utf-8")
        self.history.save(folder / "history.json")

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Build the network again and read its weights."""
        estimator = cls(context)
        estimator._shape = json.loads((folder / "shape.json").read_text(encoding="utf-8"))
        estimator.network = estimator._built()
        load_model(estimator.network, str(folder / "model.safetensors"))
        estimator.network.to(context.device).eval()
        return estimator

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C)."""
        return probabilities(self.network, self._side(images), self._context)

    def _built(self) -> PatchGraphNetwork:
        spec = self._context.model
        assert spec.builds is not None, "a model of this estimator names its convolutions"
        settings = {key: value for key, value in self._context.settings.items() if key not in _JOINING}
        patches = Patches(self._shape["image_size"], self._joining.patch_size)
        return PatchGraphNetwork(
            resolve(spec.builds)(**settings),
            patches,
            settings["embed_dim"],
            settings["dropout"],
            self._shape["num_classes"],
        )

    def _side(self, images: Micrographs) -> Side:
        graphs = patch_graphs(images, self._joining, self._context.progress)
        return Side(partial(graphs.batch, images, self._context.device), images.labels)
