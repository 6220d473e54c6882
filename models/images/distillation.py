"""Distillation by a token (DeiT, Touvron et al. 2020): a ConvNet is trained first, then teaches a transformer.

The transformer's distillation token learns from the teacher's scores, its class token from the labels; only the class
token predicts. Networks and loss are vit-pytorch's.
"""

from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from torch import Tensor, nn
from torchvision.models import get_model
from vit_pytorch.distill import DistillableViT, DistillWrapper

from bench.contracts import Context, Micrographs
from bench.models.images.build import check_scores
from bench.models.images.estimator import pictures
from bench.models.images.layers import PatchLayers
from bench.models.network_classifier import NetworkClassifier, shape_of
from bench.models.supervised import Side, fit_classifier
from bench.specs import Setting

_Teacher = Literal["resnet18", "resnet50", "densenet121", "vgg11_bn", "squeezenet1_1", "alexnet"]


class _OfPictures(NetworkClassifier):
    """Base of teacher and student: both see the same pictures."""

    def side(self, images: Micrographs) -> Side:
        """Return the pictures as both networks' input."""
        return Side(partial(pictures, images, self._context.device), images.labels)


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


class _Lesson(DistillWrapper):
    """The student's loss given its teacher; outside training the student's scores."""

    def forward(self, pixels: Tensor, labels: Tensor | None = None) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride] -- labels only in training
        """Return the loss for pictures (B, 3, H, W) and labels (B,), or without labels scores (B, C)."""
        return self.student(pixels) if labels is None else super().forward(pixels, labels)


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
        hard: Annotated[bool, Setting("whether the student learns the teacher's likeliest category alone")] = False,
    ) -> None:
        super().__init__(context)
        self._layers = layers
        self._lesson = {"temperature": temperature, "alpha": alpha, "hard": hard}

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Train by the recipe, judging by the validation side."""
        pretrained = self._context.pretrained
        assert pretrained is not None, "a student comes after its teacher"
        self.shape = shape_of(train)
        self.network = self._built()
        lesson = _Lesson(
            teacher=partial(pretrained().network),  # no module of the lesson: neither trained nor saved with it
            student=self.network,
            **self._lesson,
        )
        self.history = fit_classifier(lesson, self.side(train), self.side(validation), self._context, _lesson_loss)

    def rebuilt(self, folder: Path) -> nn.Module:
        """Build the student again: only the student predicts."""
        return self._built()

    def _built(self) -> nn.Module:
        arguments = self._layers.on_patches(self.shape["image_size"])
        return DistillableViT(num_classes=self.shape["num_classes"], **arguments)


def _lesson_loss(lesson: nn.Module, inputs: Any, labels: Tensor) -> dict[str, Tensor]:
    return {"loss": lesson(inputs, labels)}
