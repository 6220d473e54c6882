"""Pretraining of encoders of pictures, on random views of them."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor

from bench.contracts import Context, Micrographs
from bench.models.images.layers import PatchLayers
from bench.models.images.picture_input import PLAIN
from bench.models.selfsupervised.images.encoders import ResNet, ViT
from bench.models.selfsupervised.images.views import drawn, resized
from bench.models.selfsupervised.method import Method
from bench.models.selfsupervised.pretraining import Draw, Pretraining
from bench.models.supervised import Side
from bench.specs import Setting


class _OfImages(Pretraining):
    """The common base of encoders of pictures: views of ``view_size`` pixels; whole pictures are resized to it too."""

    def __init__(
        self,
        context: Context,
        *,
        view_size: Annotated[
            int, Setting("side in pixels of what the encoder sees; 0 for that of the pictures", ge=0, le=4096)
        ] = 0,
        **shared: Any,
    ) -> None:
        super().__init__(context, **shared)
        self._view_size = view_size

    @property
    def size(self) -> int:
        """The side of the encoder's input in pixels."""
        return self._view_size or self.image_size

    def side(self, images: Micrographs) -> Side:
        """Return whole pictures at the size of a view."""
        return Side(partial(self._whole, images), images.labels)

    def shown(self, images: Micrographs, method: Method) -> Callable[[Draw], list[Tensor]]:
        """Return the function that draws the method's views, each (B, 3, S, S) from -1 to 1."""

        def show(draw: Draw) -> list[Tensor]:
            pictures = images.batch(draw.positions)
            return [self._fed(drawn(pictures, view, self.size, draw.random)) for view in method.views]

        return show

    def _whole(self, images: Micrographs, positions: np.ndarray) -> Tensor:
        pictures = images.batch(positions)
        if pictures.shape[1] != self.size:
            pictures = np.stack([resized(picture, self.size) for picture in pictures])
        return self._fed(pictures)

    def _fed(self, pictures: np.ndarray) -> Tensor:
        return PLAIN(torch.from_numpy(pictures).to(self._context.device))


class ResNetPretraining(_OfImages):
    """Pretrains a residual network."""

    def __init__(
        self,
        context: Context,
        *,
        encoder: Annotated[Literal["resnet18", "resnet34", "resnet50"], Setting("network")] = "resnet18",
        **shared: Any,
    ) -> None:
        super().__init__(context, **shared)
        self._name = encoder

    def built(self) -> ResNet:
        """Build the network that the settings name."""
        return ResNet(self._name)


class ViTPretraining(_OfImages):
    """Pretrains a vision transformer; BenchError if its patches do not fill a view."""

    def __init__(
        self,
        context: Context,
        *,
        layers: PatchLayers,
        **shared: Any,
    ) -> None:
        super().__init__(context, **shared)
        self._layers = layers

    def built(self) -> ViT:
        """Build the transformer of the settings."""
        return ViT(self.size, self._layers)
