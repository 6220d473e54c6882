"""DINO, Caron et al. 2021: from a small crop, predict a momentum teacher's output for a large one."""

import warnings
from copy import deepcopy
from typing import Annotated, cast

import torch
from lightly.loss import DINOLoss
from lightly.models.modules import DINOProjectionHead
from torch import Tensor, nn

from bench.models.images.sizes import divides
from bench.models.selfsupervised.images.encoders import ViT
from bench.models.selfsupervised.images.views import ImageView
from bench.models.selfsupervised.method import Follower, Method, Moment, rising
from bench.models.selfsupervised.settings import HiddenDim, Momentum, OutputDim
from bench.specs import Setting

_LARGE = 2
"""The number of large views: they come first, and the teacher sees only these."""


class DINO(Method):
    """Heads, loss and views of DINO, from lightly. The head's input is the class token.

    BenchError if patches do not fill a local view.
    """

    encoder: ViT

    def __init__(
        self,
        encoder: ViT,
        momentum: Momentum = 0.996,
        local_views: Annotated[int, Setting("how many small crops the student sees", ge=0, le=100)] = 6,
        local_size: Annotated[int, Setting("side of a small crop in pixels", ge=1, le=4096)] = 96,
        hidden_dim: HiddenDim = 256,
        bottleneck_dim: Annotated[int, Setting("width before the last layer", ge=1, le=65_536)] = 64,
        output_dim: OutputDim = 1024,
    ) -> None:
        super().__init__(encoder)
        network = encoder.network
        divides(local_size, "local_size", network.patch_embed.patch_size[0], "patch_size")
        self.views = _views(local_views, local_size)
        self.student, teacher = (
            _head(network.embed_dim, hidden_dim, bottleneck_dim, output_dim) for _ in ("student", "teacher")
        )
        self.teacher = Follower(network, deepcopy(network))
        self.teacher_head = Follower(self.student, teacher)
        self.distance = DINOLoss(output_dim)
        self.momentum, self._first_epoch = momentum, True
        last = cast(nn.Parameter, self.student.last_layer.weight_v)
        last.register_hook(self._frozen_at_first)

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the teacher's outputs for the large views (2, B, K) and the student's for all (V, B, K)."""
        self._first_epoch = moment.epoch == 0
        momentum = rising(self.momentum, moment.done)
        self.teacher.follow(self.encoder.network, momentum)
        self.teacher_head.follow(self.student, momentum)
        large, local = shown[:_LARGE], shown[_LARGE:]
        predicted = [self.student(self.encoder.network(torch.cat(views))) for views in (large, local) if views]
        targets = self.teacher_head(self.teacher(torch.cat(large)))
        count = len(large[0])
        return targets.unflatten(0, (-1, count)), torch.cat(predicted).unflatten(0, (-1, count))

    def loss(self, targets: Tensor, predictions: Tensor) -> Tensor:
        """Return the cross-entropy of student and teacher over different views; update the teacher's centre."""
        return self.distance(list(targets), list(predictions))

    def _frozen_at_first(self, gradient: Tensor) -> Tensor:
        """Freeze the last layer in the first epoch, as the authors do."""
        return torch.zeros_like(gradient) if self._first_epoch else gradient


def _views(local_views: int, local_size: int) -> tuple[ImageView, ...]:
    def view(scale: tuple[float, float], blur: float, solarise: float = 0.0, size: int | None = None) -> ImageView:
        return ImageView(scale, 0.4, 0.4, blur=blur, solarise=solarise, size=size, interpolation="bicubic")

    large = view((0.4, 1.0), 1.0), view((0.4, 1.0), 0.1, solarise=0.2)
    return *large, *(view((0.05, 0.4), 0.5, size=local_size),) * local_views


def _head(embed_dim: int, hidden_dim: int, bottleneck_dim: int, output_dim: int) -> DINOProjectionHead:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", FutureWarning
        )  # torch warns about lightly's weight normalisation of the last layer
        return DINOProjectionHead(embed_dim, hidden_dim, bottleneck_dim, output_dim)
