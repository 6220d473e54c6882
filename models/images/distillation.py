"""Distillation by a token (DeiT, Touvron et al. 2020): a ConvNet is trained first, then teaches a transformer.

The transformer's distillation token learns from the teacher, its class token from the labels; both predict, by the mean
of their scores. The network is timm's, which has no loss for it.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import torch
from timm.models.deit import VisionTransformerDistilled
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, kl_div
from torchvision.models import get_model

from bench.contracts import Context, Micrographs
from bench.models.images.build import check_scores
from bench.models.images.estimator import pictures
from bench.models.images.layers import PatchLayers
from bench.models.images.picture_input import PLAIN
from bench.models.network_classifier import NetworkClassifier, shape_of
from bench.models.supervised import Side, fit_classifier
from bench.specs import Setting

_Teacher = Literal["resnet18", "resnet50", "densenet121", "vgg11_bn", "squeezenet1_1", "alexnet"]


class _OfPictures(NetworkClassifier):
    """Base of teacher and student: both see the same pictures."""

    def side(self, images: Micrographs) -> Side:
        """Return the pictures as both networks' input."""
        return Side(partial(pictures, images, self._context.device, PLAIN), images.labels)


class TeacherNetwork(_OfPictures):
    """A ConvNet of torchvision that is trained first, with the student's recipe and pictures."""

    def __init__(
        self,
        context: Context,
        *,
        teacher: Annotated[
            _Teacher, Setting("network of torchvision that is trained first, on the same pictures")
        ] = "resnet18",
    ) -> None:
        super().__init__(context)
        self._teacher = teacher

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Train by the recipe, judging by the validation side."""
        self.shape = shape_of(train)
        self.network = self._built()
        check_scores(self.network, f"the teacher {self._teacher}", **self.shape)
        self.history = fit_classifier(self.network, self.side(train), self.side(validation), self._context)

    def rebuilt(self, folder: Path) -> nn.Module:
        """Build the ConvNet again; the folder is not needed."""
        return self._built()

    def _built(self) -> nn.Module:
        network = get_model(self._teacher, weights=None, num_classes=self.shape["num_classes"])
        return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] -- its overloads lack it


class DistillationLoss(NamedTuple):
    """DeiT's loss of a student: in the share ``alpha`` of it, the ``teacher`` of pictures to scores (B, C) counts.

    If ``hard``, by its likeliest category, else by all scores over a ``temperature``.
    """

    teacher: Callable[[Tensor], Tensor]
    temperature: float
    alpha: float
    hard: bool

    def __call__(self, student: nn.Module, inputs: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Return the loss (equations 2 and 3) of a student in training, which returns the scores of both tokens."""
        of_class, of_teacher = student(inputs)
        with torch.no_grad():
            taught = self.teacher(inputs)
        if self.hard:
            distilled = cross_entropy(of_teacher, taught.argmax(1))
        else:
            logs, aims = ((scores / self.temperature).log_softmax(1) for scores in (of_teacher, taught))
            distilled = kl_div(logs, aims, reduction="batchmean", log_target=True) * self.temperature**2
        return {"loss": (1 - self.alpha) * cross_entropy(of_class, labels) + self.alpha * distilled}


class Distillation(_OfPictures):
    """Trains the student of a trained ``TeacherNetwork``; a ``Classifier`` of ``bench.contracts``."""

    def __init__(
        self,
        context: Context,
        *,
        layers: PatchLayers,
        temperature: Annotated[
            float, Setting("by which the scores of teacher and student are divided", gt=0, le=1000)
        ] = 3.0,
        alpha: Annotated[float, Setting("share of the teacher's word in the loss", ge=0, le=1)] = 0.5,
        hard: Annotated[bool, Setting("whether the student learns the teacher's likeliest category alone")] = True,
    ) -> None:
        super().__init__(context)
        self._layers = layers
        self._lesson = temperature, alpha, hard

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Train by the recipe, judging by the validation side."""
        pretrained = self._context.pretrained
        assert pretrained is not None, "a student comes after its teacher"
        self.shape = shape_of(train)
        self.network = self._built()
        lesson = DistillationLoss(pretrained().network, *self._lesson)
        self.history = fit_classifier(self.network, self.side(train), self.side(validation), self._context, lesson)

    def rebuilt(self, folder: Path) -> nn.Module:
        """Build the student again; the folder is not needed."""
        return self._built()

    def _built(self) -> nn.Module:
        arguments = self._layers.of_timm(self.shape["image_size"])
        network = VisionTransformerDistilled(num_classes=self.shape["num_classes"], **arguments)
        network.set_distilled_training()
        return network
