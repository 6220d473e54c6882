"""What passes between the harness, a dataset, a teacher, a model and a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

import numpy as np

from bench.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from bench.config.loading import Recipe
    from bench.progress import Progress
    from bench.specs import ModelSpec

Facts = tuple[tuple[str, str], ...]
"""What a text states or a scene shows: (kind, value) pairs."""


CATEGORY_QUESTION = (
    "This image depicts a nanomaterial. Identify the specific type of nanomaterial depicted in the image?"
)
"""The first question of the paper's Prompt 1: tasks ask for the category with it, answerers judge names with it."""


@dataclass(frozen=True)
class Micrographs:
    """Pictures with their ids and categories: a view of rows of one memory-mapped array.

    ``pixels`` (M, H, W) uint8 grey, the whole dataset; ``rows`` (N,) the rows of this view;
    ``ids`` (N,); ``labels`` (N,) indices into the C ``categories``; ``digest`` identifies what decides ``pixels``, as a
    key for what is computed from them; '' if it is unknown.
    """

    pixels: np.ndarray
    rows: np.ndarray
    ids: tuple[str, ...]
    labels: np.ndarray
    categories: tuple[str, ...]
    digest: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def micrographs(self) -> Micrographs:
        """The pictures themselves, as ``Instructions`` has those that it is about."""
        return self

    def batch(self, positions: np.ndarray | slice) -> np.ndarray:
        """Return the uint8 pictures (B, H, W) at these positions of the view."""
        return self.pixels[self.rows[positions]]

    def take(self, positions: np.ndarray) -> Micrographs:
        """Return the view of these positions."""
        ids = tuple(self.ids[position] for position in positions)
        return replace(self, rows=self.rows[positions], ids=ids, labels=self.labels[positions])

    def unlabelled(self) -> Micrographs:
        """Return the same pictures without labels and under other ids: what a model may see when it is asked.

        Ids are file names, in folders named after categories.
        """
        ids = tuple(str(position) for position in range(len(self)))
        return replace(self, ids=ids, labels=np.full(len(self), -1))


@dataclass(frozen=True)
class InstructionRecord:
    """One (image, question, answer): ``picture`` is the image's id, ``group`` the prompt group's number (1 to 10).

    ``facts`` are those the answer states; ``id`` is unique within a set.
    """

    id: str
    picture: str
    group: int
    question: str
    answer: str
    facts: Facts
    teacher: str


@dataclass(frozen=True)
class Instructions:
    """Instruction records over pictures.

    ``pictures`` (R,) is each record's position in ``micrographs``; ``captions`` one text per picture of
    ``micrographs``, empty if the protocol withholds it; ``names`` (C,) how answers name each category.
    """

    micrographs: Micrographs
    records: tuple[InstructionRecord, ...]
    pictures: np.ndarray
    captions: tuple[str, ...]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.records)

    @cached_property
    def by_picture(self) -> tuple[np.ndarray, ...]:
        """The positions of each picture's records, one array per picture of ``micrographs``."""
        order = np.argsort(self.pictures, kind="stable")
        bounds = np.searchsorted(self.pictures[order], np.arange(len(self.micrographs) + 1))
        return tuple(order[start:stop] for start, stop in zip(bounds[:-1], bounds[1:], strict=True))

    def caption(self, position: int) -> str:
        """Return the caption that goes with the record at this position."""
        return self.captions[self.pictures[position]]

    def unanswered(self) -> Instructions:
        """Return the same questions without answers, facts and teacher: what a model may see when it is asked."""
        return replace(self, records=tuple(replace(r, answer="", facts=(), teacher="") for r in self.records))

    def take(self, positions: Sequence[int] | np.ndarray) -> Instructions:
        """Return these records over the same pictures."""
        return replace(
            self,
            records=tuple(self.records[position] for position in positions),
            pictures=self.pictures[np.asarray(positions, dtype=np.int64)],
        )


class Dataset(Protocol):
    """A source of micrographs that can say what decides them."""

    name: str
    categories: tuple[str, ...]

    def identity(self) -> dict[str, Any]:
        """Return in clear what decides the data; its digest is the data digest. Never renders."""
        ...

    def labels(self) -> np.ndarray:
        """Return the category index of every picture (N,)."""
        ...

    def load(self) -> Micrographs:
        """Return all pictures, rendered or decoded once into the cache."""
        ...

    def facts(self, position: int) -> Mapping[str, str]:
        """Return what can be seen in the picture at this position, kind to value; at least its category."""
        ...

    def caption(self, label: int) -> str:
        """Return the sentence that names a category, as in the prompt's caption."""
        ...

    def set_aside(self) -> tuple[str, ...]:
        """Return one sentence for each picture that is left out: its id, a colon, why and what to do."""
        ...


class Teacher(Protocol):
    """A maker of instruction records; constructed as ``Class(argument, seed, **settings)``, with all its settings."""

    def identity(self) -> dict[str, Any]:
        """Return in clear what decides the records besides the dataset."""
        ...

    def records(self, dataset: Dataset) -> Sequence[InstructionRecord]:
        """Return the records of every picture, in the order of the pictures."""
        ...

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        """Return how answers name each category of the dataset, in order."""
        ...

    def caveat(self, dataset: Dataset) -> str:
        """Return the sentence that a reader of scores on these records must know, '' if there is none."""
        ...


@dataclass(frozen=True)
class Context:
    """What a model is given besides data.

    ``settings`` are all of the model's. ``folder`` holds checkpoints until the stage ends. ``pretrained`` loads the
    estimator of the step before training, if the model has one. ``unlabelled`` are, during a fit, the pictures of the
    fold's training side that a fraction below 1 leaves out. ``ranks`` tells ``fit`` this process's place among those
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


@dataclass(frozen=True)
class Scores:
    """The scores of one cell.

    ``metrics``: name to (value, standard error or None). ``items``: one flat mapping per question, in order.
    ``counts``: named tables of the whole cell, such as a confusion matrix, as JSON data. ``over``: of a metric that is
    undefined for some items, over how many it is. A metric that is undefined for all of them is absent; in an item an
    undefined score is None.
    """

    metrics: Mapping[str, tuple[float, float | None]]
    items: tuple[Mapping[str, Any], ...]
    counts: Mapping[str, Any]
    over: Mapping[str, int] = field(default_factory=dict)


class Task(Protocol):
    """What is measured; constructed as ``Class(**settings)``, with all of its settings.

    A change in the code of ``pose`` or ``protocol`` asks the models again; one in ``score`` or ``definitions`` alone
    only scores again.
    """

    def pose(self, test: Any) -> Any:
        """Return what a model is asked, with the answers: a fold's test side, or something made from it."""
        ...

    def protocol(self) -> dict[str, Any]:
        """Return in clear what must agree, besides the data and the split, for two rows to share a table."""
        ...

    def score(self, given: Any, posed: Any, train: Any) -> Scores:
        """Score a model's answers to what was posed; ``train`` is the training side of the cell."""
        ...

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        ...
