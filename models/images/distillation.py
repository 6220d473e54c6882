"""Distillation by a token (DeiT, Touvron et al. 2020): a ConvNet is trained first, then teaches a transformer.

The transformer's distillation token learns from the teacher's scores, its class token from the labels; it alone
predicts. Networks and loss are vit-pytorch's.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import seed_everything
from safetensors.torch import load_model, save_model
from torch import Tensor, nn
from torchvision.models import get_model
from vit_pytorch.distill import DistillableViT, DistillWrapper

from bench.contracts import Context, Micrographs
from bench.models.images.build import check_scores
from bench.models.images.estimator import pictures
from bench.models.images.one_width import of_vit_pytorch
from bench.models.network_classifier import NetworkClassifier, shape_of
from bench.models.supervised import Side, fit_classifier

_LAYERS = ("patch_size", "embed_dim", "depth", "num_heads", "mlp_ratio", "dropout")


class _Lesson(DistillWrapper):
    """The loss of a student beside its teacher; outside training the student's scores."""

    def forward(self, pixels: Tensor, labels: Tensor | None = None) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride] -- labels only in training
        """Return the loss for pictures (B, 3, H, W) and labels (B,), or without labels scores (B, C)."""
        return self.student(pixels) if labels is None else super().forward(pixels, labels)


class Distillation(NetworkClassifier):
    """Trains the teacher, then the student; a ``Classifier`` of ``bench.contracts``."""

    teacher_history: str

    def fit(self, train: Micrographs, validation: Micrographs, context: Context) -> None:
        """Train both by the recipe; a teacher that was finished before an interruption is read, not trained again."""
        self.shape = shape_of(train)
        sides = self.side(train), self.side(validation)
        teacher = self._teacher(*sides)
        seed_everything(context.seed, verbose=False)
        self.network = self._new_student()
        settings = context.settings
        lesson = _Lesson(
            teacher=partial(teacher),  # no module of the lesson: it is neither trained nor saved with it
            student=self.network,
            temperature=settings["temperature"],
            alpha=settings["alpha"],
            hard=settings["hard"],
        )
        context.progress.say("the teacher is trained; now its student")
        self.history = fit_classifier(lesson, *sides, context, _lesson_loss)

    def save(self, folder: Path) -> None:
        """Write the student as any network, and the teacher's history as teacher.json."""
        super().save(folder)
        (folder / "teacher.json").write_text(self.teacher_history, encoding="utf-8")

    def rebuilt(self, folder: Path) -> nn.Module:
        """Build the student again: it alone predicts."""
        return self._new_student()

    def side(self, images: Micrographs) -> Side:
        """Return the pictures as both networks see them."""
        return Side(partial(pictures, images, self._context.device), images.labels)

    def _teacher(self, learning: Side, held_out: Side) -> nn.Module:
        """Return the trained teacher: what a finished training left in the work folder, else trained now."""
        context = self._context
        folder = context.folder / "teacher"
        folder.mkdir(parents=True, exist_ok=True)
        weights, history = folder / "model.safetensors", folder / "history.json"
        seed_everything(context.seed, verbose=False)
        name = context.settings["teacher"]
        teacher = get_model(name, weights=None, num_classes=self.shape["num_classes"])
        check_scores(teacher, f"the teacher {name}", **self.shape)
        teacher.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] -- its overloads lack it
        if weights.exists():
            load_model(teacher, str(weights))
            context.progress.say(f"the teacher {name} is trained already")
        else:
            context.progress.say(f"the teacher {name} is trained first")
            fit_classifier(teacher, learning, held_out, replace(context, folder=folder)).save(history)
            _write_at_once(teacher, weights)
        self.teacher_history = history.read_text(encoding="utf-8")
        return teacher.to(context.device).eval()

    def _new_student(self) -> nn.Module:
        layers = {name: self._context.settings[name] for name in _LAYERS}
        arguments = of_vit_pytorch(self.shape["image_size"], **layers)
        return DistillableViT(num_classes=self.shape["num_classes"], **arguments)


def _write_at_once(network: nn.Module, file: Path) -> None:
    """Write a network's tensors so that the file, where it stands, is whole."""
    part = file.with_suffix(".part")
    save_model(network, str(part))
    part.replace(file)


def _lesson_loss(lesson: nn.Module, inputs: Any, labels: Tensor) -> dict[str, Tensor]:
    return {"loss": lesson(inputs, labels)}
