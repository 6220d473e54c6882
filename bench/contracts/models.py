"""What the harness asks of a model, and what it gives to it besides data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

import numpy as np

from bench.contracts.choices import Choices, Preference
from bench.contracts.instructions import Instructions
from bench.contracts.micrographs import Micrographs
from bench.processes.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from bench.config.loading import Recipe
    from bench.specs import ModelSpec
    from bench.terminal.progress import Progress


@dataclass(frozen=True)
class Context:
    """What a model is given besides data.

    ``settings`` are all of the model's. ``folder`` holds checkpoints until the stage ends. ``pretrained`` loads the
    estimator of the step before training, if the model has one. ``unlabelled`` are, during a fit, the pictures of the
    fold's training side that a fraction below 1 leaves out, and ``collected`` the pictures without labels that the run
    names besides its dataset, for the step before training. ``ranks`` tells ``fit`` this process's place among those
    that train together.
    """

    model: ModelSpec
    settings: Mapping[str, Any]
    recipe: Recipe
    seed: int
    device: str
    progress: Progress
    folder: Path
    checkpoint_seconds: float = 60.0
    pretrained: Callable[[], Any] | None = None
    unlabelled: Micrographs | None = None
    collected: Micrographs | None = None
    ranks: Ranks = ALONE


class Estimator(Protocol):
    """A model as the harness sees it; constructed as ``Class(context, **settings)``.

    ``settings`` are those that its signature names. All random sources are seeded before.
    """

    def fit(self, train: Any, validation: Any) -> None:
        """Learn from the training side, judging by the validation side; resumes from ``context.folder``."""
        ...

    def save(self, folder: Path) -> None:
        """Write weights and whatever ``load`` needs, without pickle."""
        ...

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Read what ``save`` wrote; the other arguments are the constructor's."""
        ...


class Encoder(Estimator, Protocol):
    """An estimator that knows no categories and is probed after its pretraining."""

    def features(self, images: Micrographs) -> np.ndarray:
        """Return the features of pictures (N, D)."""
        ...


class Classifier(Estimator, Protocol):
    """An estimator that classifies pictures."""

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C); rows sum to 1."""
        ...


class Answerer(Estimator, Protocol):
    """An estimator that answers questions about pictures.

    One that is paid per token then has an attribute ``usage``, the cost of its answers as JSON data, which the record
    keeps.
    """

    def answer(self, questions: Instructions) -> list[str]:
        """Return one answer per record, in order."""
        ...


class Matcher(Estimator, Protocol):
    """An estimator with a common space of pictures and texts."""

    def similarities(self, images: Micrographs, texts: Sequence[tuple[str, str]]) -> np.ndarray:
        """Return how well each text, a (question, answer), fits each picture (N, T); more is better."""
        ...


class Chooser(Estimator, Protocol):
    """An estimator that chooses among options.

    An ``Answerer`` without this method is asked the question with its options lettered, and its reply is read.
    """

    def choose(self, questions: Choices) -> list[Preference]:
        """Return per question, in order, the log-likelihood of each option, or a reply in words.

        Options stand in the order in which they are shown. A question may have several pictures, or none.
        """
        ...


@runtime_checkable
class Bounded(Protocol):
    """An answerer that knows the longest prompt that it can read; it would lose part of a longer one."""

    @property
    def longest_prompt(self) -> int:
        """The most tokens of caption and question that it reads."""
        ...

    def prompt_lengths(self, questions: Instructions) -> list[int]:
        """Return how many tokens caption and question of each record have."""
        ...


@dataclass(frozen=True)
class Look:
    """Where the words of one ``answer`` looked.

    ``words`` (W,) are the answer's, in order; ``weights`` (W, side, side) the share of each word's attention that
    lay on each patch of the picture, rows from above; the rest, up to 1, lay on no patch.
    """

    answer: str
    words: tuple[str, ...]
    weights: np.ndarray


@runtime_checkable
class Attentive(Protocol):
    """An answerer that can show where in the picture the words of its answers looked."""

    def looks(self, questions: Instructions) -> list[Look]:
        """Answer each record, in order, and return where the words looked."""
        ...
