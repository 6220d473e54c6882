"""The instruction records of a training step, and the fixed ones that validation uses."""

import re
from typing import NamedTuple

import numpy as np

from bench.contracts import Instructions
from bench.training.augmentation import Alterations, Augment, drawn, mirrors

_SIDES = re.compile(r"\b(?:left|right|anti-?clockwise|counter-?clockwise|clockwise)", re.IGNORECASE)
_OF_ANY_PART = {"category", "shape"}
"""The kinds of facts that hold of a picture however it is turned, cropped and toned."""


class InstructionBatch(NamedTuple):
    """The records of one step; those of one picture follow one another.

    ``positions`` (B,) in the instructions; ``captioned`` (B,) bool, which of them go with the caption. ``rows`` (R,),
    ascending, are those that this process computes if a loss compares all of them, None if it computes all.
    ``alterations`` (B,) are how a record's picture is altered; None if none is.
    """

    positions: np.ndarray
    captioned: np.ndarray
    rows: np.ndarray | None = None
    alterations: Alterations | None = None

    def take(self, rows: np.ndarray) -> "InstructionBatch":
        """Return the records at these rows."""
        alterations = None if self.alterations is None else self.alterations[rows]
        return InstructionBatch(self.positions[rows], self.captioned[rows], alterations=alterations)

    def pictures(self, instructions: Instructions) -> tuple[np.ndarray, Alterations | None]:
        """Return the positions (P,) of the records' distinct pictures, ascending, and how they are altered."""
        distinct, first = np.unique(instructions.pictures[self.positions], return_index=True)
        return distinct, None if self.alterations is None else self.alterations[first]


class InstructionBatches:
    """Batches of records, each batch a pure function of (seed, epoch, step).

    An epoch visits every picture that has records once, with ``questions_per_picture`` freshly drawn ones
    (all of them if it has fewer). ``batch_size`` counts records; an epoch's pictures are spread evenly.

    Pictures are altered as ``augment`` says if no record states more than category and shape. Otherwise half of them
    are mirrored left to right, but never one whose records speak of left or right.
    """

    def __init__(
        self,
        instructions: Instructions,
        batch_size: int,
        questions_per_picture: int,
        caption_dropout: float,
        seed: int,
        augment: Augment = "nothing",
    ) -> None:
        self._records = [positions for positions in instructions.by_picture if len(positions)]
        self._augment: Augment = augment
        self._free = augment != "nothing" and _hold_of_any_part(instructions)
        can_mirror = augment != "nothing" and not self._free
        self._mirrors = np.array([can_mirror and not _has_sides(instructions, records) for records in self._records])
        self._questions = questions_per_picture
        self._dropout = caption_dropout
        self._seed = seed
        pictures_per_batch = max(1, batch_size // questions_per_picture)
        self.pictures = len(self._records)
        self._steps = -(-self.pictures // pictures_per_batch)

    def __len__(self) -> int:
        """Return the number of steps in an epoch."""
        return self._steps

    def __call__(self, epoch: int, step: int) -> InstructionBatch:
        """Draw the batch of a step; epochs and steps count from 0."""
        order = np.random.default_rng([self._seed, epoch, 0]).permutation(len(self._records))
        pictures = np.array_split(order, self._steps)[step]
        random = np.random.default_rng([self._seed, epoch, step + 1])
        choices = [_draw(random, self._records[picture], self._questions) for picture in pictures]
        positions = np.concatenate(choices)
        captioned = random.random(len(positions)) >= self._dropout
        if self._free:
            alterations = drawn(self._augment, len(pictures), random)
        elif self._mirrors.any():
            alterations = mirrors(self._mirrors[pictures] & (random.random(len(pictures)) < 0.5))
        else:
            return InstructionBatch(positions, captioned)
        of_record = np.repeat(np.arange(len(pictures)), [len(each) for each in choices])
        return InstructionBatch(positions, captioned, alterations=alterations[of_record])


def _has_sides(instructions: Instructions, positions: np.ndarray) -> bool:
    """Return whether one of these records speaks of left or right, which a mirror exchanges."""
    records = (instructions.records[position] for position in positions)
    return any(_SIDES.search(text) for record in records for text in (record.question, record.answer))


def _hold_of_any_part(instructions: Instructions) -> bool:
    """Return whether each record states facts, and only such as hold of any part of its picture, and no number."""
    kinds = (({kind for kind, _ in record.facts}, record.numbers) for record in instructions.records)
    return all(stated and stated <= _OF_ANY_PART and not numbers for stated, numbers in kinds)


def rows_by_picture(pictures: np.ndarray, parts: int) -> list[np.ndarray]:
    """Return the rows of records of these pictures (B,) in at most ``parts`` pieces, one picture's together."""
    records = np.split(np.arange(len(pictures)), np.flatnonzero(np.diff(pictures)) + 1)
    pieces = np.array_split(np.arange(len(records)), min(parts, len(records)))
    return [np.concatenate([records[number] for number in piece]) for piece in pieces]


def fixed_questions(instructions: Instructions, per_picture: int, seed: int) -> np.ndarray:
    """Return the positions of ``per_picture`` records of every picture, the same at every call, in order."""
    random = np.random.default_rng(seed)
    choices = [_draw(random, positions, per_picture) for positions in instructions.by_picture]
    return np.sort(np.concatenate(choices))


def _draw(random: np.random.Generator, positions: np.ndarray, count: int) -> np.ndarray:
    return random.choice(positions, min(count, len(positions)), replace=False)
