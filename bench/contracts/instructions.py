"""Questions about pictures with their answers, as they pass between teacher, model and task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bench.contracts.micrographs import Micrographs

Facts = tuple[tuple[str, str], ...]
"""What a text states or a scene shows: (kind, value) pairs."""
Numbers = tuple[tuple[str, float], ...]
"""What was measured in a picture: (kind, number) pairs, such as ("size_nm", 412.0) and ("count", 37)."""


CATEGORY_QUESTION = (
    "This image depicts a nanomaterial. Identify the specific type of nanomaterial depicted in the image?"
)
"""The first question of the paper's Prompt 1: tasks ask for the category with it, answerers judge names with it."""
SIZE_QUESTION = "Estimate size/size range of nanostructures?"
"""The first question of the paper's Prompt 3: its answer may state ``size_nm``."""
DISTRIBUTION_QUESTION = "Describe distribution - evenly spaced, clustered, or random?"
"""The second question of the paper's Prompt 3: its answer may state ``count``."""


@dataclass(frozen=True)
class Options:
    """The options of a question that came with some: their texts and the positions of the right ones.

    ``pictures`` are the ids of all pictures that the question shows, none if it is about text alone. ``context`` is
    text to be read before it, ``topic`` the category of the question; both may be ''. ``several`` says that more than
    one option may be right and all are wanted; without it, any of the right ones is.
    """

    texts: tuple[str, ...]
    right: tuple[int, ...]
    pictures: tuple[str, ...]
    context: str = ""
    topic: str = ""
    several: bool = False


@dataclass(frozen=True)
class InstructionRecord:
    """One (image, question, answer): ``picture`` is the image's id, ``group`` the prompt group's number (1 to 10).

    ``facts`` are those the answer states; ``numbers`` are true of the picture and belong to the question, whether the
    answer states them or not; ``id`` is unique within a set. ``options`` are those of a question that came with some:
    then the answer is the text of the right one.
    """

    id: str
    picture: str
    group: int
    question: str
    answer: str
    facts: Facts
    teacher: str
    numbers: Numbers = ()
    options: Options | None = None


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
        """Return the same questions without answers, facts, numbers, options and teacher: what an asked model sees."""
        blank = (replace(record, answer="", facts=(), teacher="", numbers=(), options=None) for record in self.records)
        return replace(self, records=tuple(blank))

    def take(self, positions: Sequence[int] | np.ndarray) -> Instructions:
        """Return these records over the same pictures."""
        return replace(
            self,
            records=tuple(self.records[position] for position in positions),
            pictures=self.pictures[np.asarray(positions, dtype=np.int64)],
        )
