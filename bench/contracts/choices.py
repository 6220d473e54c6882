"""Questions with options, as they pass between task and model, and what a model replies to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

import numpy as np

from bench.contracts.instructions import InstructionRecord, Instructions
from bench.contracts.micrographs import Micrographs

LETTERS = ascii_uppercase
"""What options are called, in order; a question has at most as many."""


@dataclass(frozen=True)
class ChoiceQuestion:
    """A question with 2 to 26 options.

    ``right`` are the positions of the right options, none where a model is asked. ``several`` says that more than one
    may be right and all are wanted; without it, any of the right ones is. ``pictures`` are positions in the micrographs
    of its ``Choices``: one, more, or none if it is about text alone. ``context`` is text to be read before the
    question, such as a caption, '' if there is none. ``topic`` is the category of the question, '' if it has none.
    """

    id: str
    text: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    pictures: tuple[int, ...]
    context: str = ""
    topic: str = ""
    several: bool = False

    @property
    def lettered(self) -> str:
        """The question with its lettered options and how to answer it, without its context."""
        options = [f"{letter}) {option}" for letter, option in zip(LETTERS, self.options, strict=False)]
        wanted = "the letters of all right options" if self.several else "the letter of the right option"
        return "\n".join([self.text, *options, f"Answer with {wanted} alone."])


@dataclass(frozen=True)
class Choices:
    """Questions with options about pictures."""

    micrographs: Micrographs
    questions: tuple[ChoiceQuestion, ...]

    def __len__(self) -> int:
        return len(self.questions)

    def unanswered(self) -> Choices:
        """Return the same questions without what is right, ids, topics and labels: what a model may see."""
        blank = (
            replace(question, id=str(position), right=(), topic="") for position, question in enumerate(self.questions)
        )
        return Choices(self.micrographs.unlabelled(), tuple(blank))

    def without_pictures(self) -> Choices:
        """Return the same questions about text alone."""
        return replace(self, questions=tuple(replace(question, pictures=()) for question in self.questions))

    def take(self, positions: Sequence[int] | np.ndarray) -> Choices:
        """Return these questions over the same pictures."""
        return replace(self, questions=tuple(self.questions[position] for position in positions))

    def lettered(self) -> Instructions:
        """Return the questions with their options as questions to be answered in words, about one picture each.

        Of several pictures the first is shown, mid-grey where there is none. The context is the caption.
        """
        pictures = self.micrographs
        first = [question.pictures[0] if question.pictures else -1 for question in self.questions]
        shown = pictures.with_grey() if -1 in first else pictures
        # Each question has a view of its picture: captions belong to pictures, and contexts to questions.
        view = shown.take(np.array(first, dtype=np.int64) % len(shown))
        view = replace(view, ids=tuple(str(position) for position in range(len(self))))
        records = tuple(
            InstructionRecord(question.id, view.ids[position], 1, question.lettered, "", (), "")
            for position, question in enumerate(self.questions)
        )
        return Instructions(view, records, np.arange(len(self)), tuple(each.context for each in self.questions))


@dataclass(frozen=True)
class Preference:
    """What a model replies to a question with O options: likelihoods, or words that are read later.

    ``likelihoods`` (O,) is the log-likelihood of each option, NaN where the model gives none; empty if it replied in
    words. ``tokens`` (O,) says of how many tokens each is the sum, and may be empty. ``reply`` are the words.
    """

    likelihoods: tuple[float, ...] = ()
    tokens: tuple[int, ...] = ()
    reply: str = ""
