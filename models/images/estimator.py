"""The estimator of every network from pictures to categories."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from torch import Tensor, nn

from bench.contracts import Context, Micrographs
from bench.models.images.initial import again, initial, keep
from bench.models.network_classifier import NetworkClassifier, shape_of
from bench.models.supervised import Side, fit_classifier, probabilities
from bench.models.views import Views, over_views, viewed
from bench.specs import SCRATCH, Setting
from bench.training.augmentation import Alterations, altered
from bench.training.resident import grey_levels


class ImageClassifier(NetworkClassifier):
    """Trains the network that the spec's ``builds`` makes; a ``Classifier`` of ``bench.contracts``."""

    def __init__(
        self,
        context: Context,
        *,
        weights: Annotated[
            str,
            Setting(
                "scratch, a file or folder of tensors, or a pretrained torchvision:NAME, timm:NAME[@REVISION] or "
                "transformers:NAME[@REVISION]"
            ),
        ] = SCRATCH,
        memory_format: Annotated[
            Literal["channels_last", "contiguous"], Setting("how pictures lie in memory")
        ] = "contiguous",
        views: Views = "one",
    ) -> None:
        super().__init__(context)
        self._views: Views = views
        self._weights, self._memory_format = weights, memory_format

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Train by the recipe, judging by the validation side."""
        self.shape = shape_of(train)
        self.network = self._laid_out(initial(self._weights, self._context, **self.shape))
        history = fit_classifier(self.network, self.side(train), self.side(validation), self._context)
        self.history = replace(history, revision=getattr(self.network, "revision", ""))

    def save(self, folder: Path) -> None:
        """Write what is needed to build the network again, with the config of a network of transformers."""
        super().save(folder)
        keep(self.network, folder, self._weights)

    def rebuilt(self, folder: Path) -> nn.Module:
        """Build the network again, without pretrained weights."""
        return self._laid_out(again(folder, self._weights, self._context, **self.shape))

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C), the mean over all views of a picture."""
        side = self.side(images)

        def of_view(view: Tensor | None) -> np.ndarray:
            shown = replace(side, inputs=partial(_viewed, side.inputs, view))
            return probabilities(self.network, shown, self._context, self.history.precision)

        return over_views(self._views, of_view)

    def side(self, images: Micrographs) -> Side:
        """Return the pictures as the network's input."""
        return Side(partial(pictures, images, self._context.device), images.labels)

    def _laid_out(self, network: nn.Module) -> nn.Module:
        if self._memory_format == "channels_last":
            return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] -- its overloads lack it
        return network


def _viewed(inputs: Callable[..., Tensor], view: Tensor | None, positions: np.ndarray) -> Tensor:
    """Return the network's input for one view of the pictures at these positions."""
    return inputs(positions, viewed(view, len(positions)))


def pictures(images: Micrographs, device: str, positions: np.ndarray, alterations: Alterations | None = None) -> Tensor:
    """Return the pictures at these positions, altered or as they are, as a network's input (B, 3, H, W)."""
    grey = grey_levels(images, positions, device)
    return normalised(grey if alterations is None else altered(grey, alterations))


def normalised(grey: Tensor) -> Tensor:
    """Return grey pictures (B, H, W) uint8, scaled to -1 to 1, in three equal channels (B, 3, H, W)."""
    return grey.unsqueeze(1).float().div_(127.5).sub_(1).expand(-1, 3, -1, -1)
