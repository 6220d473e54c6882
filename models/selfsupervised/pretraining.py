"""Pretraining without labels, the first step of every self-supervised row; the last epoch's encoder is kept.

Labels choose only the learning rate, if the recipe tunes it: by the loss of a linear probe on the validation side.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import numpy as np
import torch
from safetensors.torch import load_model, save_model
from torch import Tensor, nn

from bench.contracts import Context, Micrographs
from bench.errors import BenchError
from bench.models.selfsupervised.linear import Labelled, trials
from bench.models.selfsupervised.method import Method, Moment
from bench.models.supervised import ShuffledBatches, Side, computed
from bench.registered.signature import handed
from bench.specs import Setting, resolve
from bench.training.history import FILE, History
from bench.training.loop import train

_PICTURES_PER_ENTRY = 4
"""Training pictures for each entry of a bank, at least."""
_SHAPE, _ENCODER = "shape.json", "encoder.safetensors"


class Draw(NamedTuple):
    """The inputs of a step: positions (B,) of pictures, random numbers for their views, and the step's time."""

    positions: np.ndarray
    random: np.random.Generator
    moment: Moment


class Draws:
    """The draws of every epoch, each a pure function of (seed, epoch, step) and the number of all ``steps``.

    Before the first step that number may be unknown: at the beginning no step is done, whatever it is.
    """

    def __init__(self, count: int, batch_size: int, seed: int) -> None:
        self._batches, self._seed = ShuffledBatches(count, batch_size, seed), seed
        self.steps, self.pictures = len(self._batches), count

    def __len__(self) -> int:
        """Return the number of steps in an epoch."""
        return len(self._batches)

    def __call__(self, epoch: int, step: int) -> Draw:
        """Return the draw of a step; epochs and steps count from 0."""
        done = (epoch * len(self) + step) / self.steps
        random, positions = np.random.default_rng([self._seed, epoch, step]), self._batches(epoch, step)
        return Draw(positions, random, Moment(epoch, done, torch.from_numpy(positions)))


class Pretraining(ABC):
    """Pretrains an encoder with the method that the spec's ``builds`` makes, not at all if it names none.

    ``builds`` gets the encoder and the settings that its signature names. An ``Encoder`` of ``bench.contracts``.
    """

    encoder: nn.Module
    image_size: int
    history: History | None = None

    def __init__(
        self,
        context: Context,
        *,
        pretrain_on: Annotated[
            Literal["labelled", "fold"],
            Setting(
                "pictures that teach the encoder: the labelled ones, or with --fraction all of the fold's training side"
            ),
        ] = "labelled",
    ) -> None:
        self._context, self._pretrain_on = context, pretrain_on

    @abstractmethod
    def built(self) -> nn.Module:
        """Build the encoder for pictures of ``image_size``."""

    @abstractmethod
    def side(self, images: Micrographs) -> Side:
        """Return the encoder's input for whole pictures."""

    @abstractmethod
    def shown(self, images: Micrographs, method: Method) -> Callable[[Draw], Any]:
        """Return the function from a draw to the method's input in a step."""

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Pretrain on the training side, whose labels are not looked at.

        ``pretrain_on=fold`` adds the pictures that a fraction left out of it; those of --unlabelled are added always.
        BenchError if there are none, or if a
        batch has a single picture or more than the side.
        """
        context = self._context
        self.image_size = train.pixels.shape[1]
        self.encoder = self.built()
        if context.model.builds is None:
            self.encoder.to(context.device)
            return
        shown = with_unlabelled(train, context) if self._pretrain_on == "fold" else train
        shown = shown.joined(context.collected) if context.collected else shown
        check_batch(context.recipe.batch_size, len(shown))
        build = resolve(context.model.builds)
        method = build(self.encoder, **handed(build, self._bounded(len(shown)), "encoder"))
        self.history = self._taught(method, shown)
        loss = min(trial.validation for trial in trials(Labelled.of(self, train), Labelled.of(self, validation)))
        self.history = judged(self.history, loss)

    def _bounded(self, count: int) -> Mapping[str, Any]:
        """Return the settings with a bank of at most a quarter of the pictures.

        A larger one would mostly hold pictures that come again before their features have left it.
        """
        settings, most = self._context.settings, max(1, count // _PICTURES_PER_ENTRY)
        if settings.get("bank_size", 0) <= most:
            return settings
        self._context.progress.say(
            f"bank_size {settings['bank_size']} is more than a quarter of {count} training pictures; {most} are kept"
        )
        return {**settings, "bank_size": most}

    def _taught(self, method: Method, images: Micrographs) -> History:
        context, shown = self._context, self.shown(images, method)
        draws = Draws(len(images), context.recipe.batch_size, context.seed)

        def losses(module: nn.Module, draw: Draw) -> Mapping[str, Tensor]:
            return {"loss": module(shown(draw), draw.moment)}

        return train(method, draws, losses, None, context)

    def save(self, folder: Path) -> None:
        """Write encoder.safetensors, shape.json, and history.json if it was pretrained."""
        save_model(self.encoder, str(folder / _ENCODER))
        (folder / _SHAPE).write_text(json.dumps({"image_size": self.image_size}), encoding="utf-8")
        if self.history is not None:
            self.history.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Build the encoder again and read its weights."""
        estimator = cls(context, **settings)
        estimator.image_size = json.loads((folder / _SHAPE).read_text(encoding="utf-8"))["image_size"]
        estimator.encoder = estimator.built()
        load_model(estimator.encoder, str(folder / _ENCODER))
        if (folder / FILE).is_file():
            estimator.history = History.load(folder / FILE)
        estimator.encoder.to(context.device).eval()
        return estimator

    def features(self, images: Micrographs) -> np.ndarray:
        """Return the encoder's features (N, D) of whole pictures."""
        precision = self.history.precision if self.history else "32-true"
        self._context.progress.start("encoding", len(images))
        return computed(self.encoder, self.side(images), self._context, precision).double().numpy()


def with_unlabelled(train: Micrographs, context: Context) -> Micrographs:
    """Return the training side with the pictures that a fraction left out; BenchError if it left out none."""
    rest = context.unlabelled
    if not rest:
        raise BenchError(
            f"pretrain_on=fold: beside the {len(train)} labelled pictures of its training side this fold has none "
            "without labels; train on a --fraction below 1, or set pretrain_on=labelled"
        )
    rows, labels = (np.concatenate([getattr(side, name) for side in (train, rest)]) for name in ("rows", "labels"))
    return replace(train, rows=rows, labels=labels, ids=(*train.ids, *rest.ids))


def check_batch(batch_size: int, count: int) -> None:
    """Raise BenchError for a batch of one picture, which allows no comparison, or one larger than the training side."""
    if not 2 <= batch_size <= count:
        raise BenchError(
            f"batch_size {batch_size} is no batch of a training side of {count} pictures: self-supervised methods "
            f"compare pictures within a batch; choose one from 2 to {count}"
        )


def judged(history: History, loss: float) -> History:
    """Return the history with the validation loss of its last epoch."""
    return replace(history, epochs=(*history.epochs[:-1], replace(history.epochs[-1], validation=loss)))
