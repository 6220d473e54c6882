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
from bench.models.images.picture_input import PLAIN, InputChoice, PictureInput
from bench.models.network_classifier import NetworkClassifier, shape_of
from bench.models.supervised import Side, fit_classifier, probabilities
from bench.models.views import Views, over_views, viewed
from bench.specs import SCRATCH, Setting
from bench.store.sealed import write_json
from bench.training.augmentation import Alterations, altered
from bench.training.history import START
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
        choice: InputChoice,
        memory_format: Annotated[
            Literal["channels_last", "contiguous"], Setting("how pictures lie in memory")
        ] = "contiguous",
        views: Views = "one",
    ) -> None:
        super().__init__(context)
        self._views: Views = views
        self._weights, self._memory_format = weights, memory_format
        self._choice, self._input = choice, PLAIN

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Train by the recipe, judging by the validation side."""
        self.shape = shape_of(train)
        network, self._input = initial(self._weights, self._context, **self.shape, choice=self._choice)
        self.network = self._laid_out(network)
        history = fit_classifier(self.network, self.side(train), self.side(validation), self._context)
        self.history = replace(history, revision=getattr(self.network, "revision", ""))

    def save(self, folder: Path) -> None:
        """Write what is needed to build the network again, with the config of a network of transformers."""
        super().save(folder)
        keep(self.network, folder, self._weights)
        if self._weights != SCRATCH:
            self._input.save(folder)
            write_json(folder / START, {"pictures": str(self._input)})

    def rebuilt(self, folder: Path) -> nn.Module:
        """Build the network again, without pretrained weights."""
        self._input = PictureInput.load(folder)
        size = self._input.side or self.shape["image_size"]
        return self._laid_out(again(folder, self._weights, self._context, self.shape["num_classes"], size))

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C), the mean over all views of a picture."""
        side = self.side(images)

        def of_view(view: Tensor | None) -> np.ndarray:
            shown = replace(side, inputs=partial(_viewed, side.inputs, view))
            return probabilities(self.network, shown, self._context, self.history.precision)

        return over_views(self._views, of_view)

    def side(self, images: Micrographs) -> Side:
        """Return the pictures as the network's input."""
        return Side(partial(pictures, images, self._context.device, self._input), images.labels)

    def _laid_out(self, network: nn.Module) -> nn.Module:
        if self._memory_format == "channels_last":
            return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] -- its overloads lack it
        return network


def _viewed(inputs: Callable[..., Tensor], view: Tensor | None, positions: np.ndarray) -> Tensor:
    """Return the network's input for one view of the pictures at these positions."""
    return inputs(positions, viewed(view, len(positions)))


def pictures(
    images: Micrographs,
    device: str,
    entering: PictureInput,
    positions: np.ndarray,
    alterations: Alterations | None = None,
) -> Tensor:
    """Return the pictures at these positions, altered or as they are, as a network's input (B, 3, H, W)."""
    grey = grey_levels(images, positions, device)
    return entering(grey if alterations is None else altered(grey, alterations))
