"""Training through the harness against a bare loop over the same module and tensors."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Adam

from bench.config.loading import Recipe
from bench.contracts import Context
from bench.models.mvaema.batch import Batch
from bench.models.mvaema.losses import LossWeights
from bench.specs import ModelSpec
from bench.terminal.progress import NoProgress, Progress
from bench.training.loop import train
from benchmarks.measurement import Row, in_turns
from benchmarks.visual_questions import Size, batch, mvaema

EPOCHS = 2
FULL = Size()


def rows() -> list[Row]:
    """Return the one row."""
    return [training_loop()]


def training_loop(size: Size = FULL, steps: int = 8, repetitions: int = 5) -> Row:
    """Measure two epochs with their validation, on one batch of 48 questions about 12 pictures."""
    given = batch(size, 12)
    timing = in_turns(lambda: harness(size, given, steps), lambda: _bare(size, given, steps), repetitions)
    what = f"training through the harness, {EPOCHS} epochs of {steps} steps"
    return Row(what, "a bare loop on the same module and tensors", timing, "of its time", 1.03)


class _Always:
    """The same batch in every step."""

    def __init__(self, batch: Batch, steps: int) -> None:
        self._batch, self._steps = batch, steps

    def __len__(self) -> int:
        return self._steps

    def __call__(self, epoch: int, step: int) -> Batch:
        """Return the batch."""
        return self._batch


def harness(size: Size, given: Batch, steps: int, progress: Progress | None = None) -> None:
    """Train through the harness."""
    model = mvaema(size)

    def losses(module: nn.Module, drawn: Batch) -> Mapping[str, Tensor]:
        parts = module(drawn)
        return {"loss": LossWeights().total(parts), **parts}

    def validate(module: nn.Module) -> float:
        return model.language_loss(given).item()

    with tempfile.TemporaryDirectory() as folder:
        spec, recipe = ModelSpec("mvaema", "MVaEMa", "mvaema"), Recipe(epochs=EPOCHS)
        context = Context(spec, {}, recipe, 0, "cpu", progress or NoProgress(), Path(folder))
        train(model, _Always(given, steps), losses, validate, context)


def _bare(size: Size, given: Batch, steps: int) -> None:
    model: Any = mvaema(size)
    optimiser = Adam(model.parameters(), lr=Recipe().learning_rate)
    for _ in range(EPOCHS):
        model.train()
        for _ in range(steps):
            optimiser.zero_grad()
            LossWeights().total(model(given)).backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            model.language_loss(given).item()
