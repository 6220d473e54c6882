"""The rows ``probe:WEIGHTS``: a linear probe, or a vote of neighbours, on the features of a frozen backbone."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import torch

from bench.contracts import Context, Micrographs
from bench.models.backbones.backbone import Backbone, BackboneSource
from bench.models.images.estimator import pictures
from bench.models.images.picture_input import InputChoice
from bench.models.selfsupervised.probe import Probed
from bench.models.supervised import Side, computed
from bench.specs import Setting
from bench.store.sealed import read_json, write_json
from bench.training.history import START


class BackboneProbe(Probed):
    """Probes the backbone that the row's name names; a ``Classifier`` of ``bench.contracts``."""

    def __init__(
        self,
        context: Context,
        *,
        architecture: Annotated[
            str, Setting("a file of tensors alone: the network of timm that they are of, such as resnet50")
        ] = "",
        choice: InputChoice,
        **shared: Any,
    ) -> None:
        self._frozen = FrozenEncoder(
            context, BackboneSource(context.model.name.partition(":")[2], architecture), choice
        )
        super().__init__(replace(context, pretrained=lambda: self._frozen), **shared)

    def save(self, folder: Path) -> None:
        """Write the probe and which weights it is of; the backbone stays where it is."""
        super().save(folder)
        self._frozen.save(folder)

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Read the probe; the backbone is opened, at the same commit, when it is needed."""
        estimator = super().load(folder, context, **settings)
        estimator._frozen.pin(folder)
        return estimator


class FrozenEncoder:
    """An encoder that is opened when features are first wanted."""

    def __init__(self, context: Context, source: BackboneSource, choice: InputChoice) -> None:
        self._context, self._source, self._choice = context, source, choice
        self._backbone: Backbone | None = None

    def features(self, images: Micrographs) -> np.ndarray:
        """Return the features (N, D) of pictures."""
        context = self._context
        backbone = self._opened()
        side = Side(partial(pictures, images, context.device, backbone.input), images.labels)
        context.progress.start("encoding", len(images))
        return computed(backbone.network, side, context).double().numpy()

    def save(self, folder: Path) -> None:
        """Write the commit of the weights and how pictures enter them."""
        backbone = self._opened()
        write_json(folder / START, {"revision": backbone.revision, "pictures": str(backbone.input)})

    def pin(self, folder: Path) -> None:
        """Open the weights, from now on, at the commit that ``save`` wrote."""
        revision = (read_json(folder / START) or {}).get("revision")
        if revision:
            self._source = self._source._replace(name=f"{self._source.name.partition('@')[0]}@{revision}")

    def _opened(self) -> Backbone:
        if self._backbone is None:
            self._backbone = self._source.opened(self._choice, self._context.progress)
            self._backbone.network.to(torch.device(self._context.device))
        return self._backbone
