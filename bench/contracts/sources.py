"""What the harness asks of a dataset and of a teacher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from bench.contracts.instructions import InstructionRecord
from bench.contracts.micrographs import Micrographs
from bench.specs.json_data import JSONObject


class Dataset(Protocol):
    """A source of micrographs that can say what decides them."""

    name: str
    categories: tuple[str, ...]

    def identity(self) -> JSONObject:
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

    def numbers(self, position: int) -> Mapping[str, float]:
        """Return what was measured in the picture at this position, such as ``size_nm`` or ``count``; {} if nothing.

        A dataset may leave this out; then nothing was.
        """
        ...

    def caption(self, label: int) -> str:
        """Return the sentence that names a category, as in the prompt's caption."""
        ...

    def native(self, position: int) -> np.ndarray:
        """Return the picture at this position in its own size (H, W) uint8, 0 is black and 255 white.

        A dataset may leave this out; then its pictures are shown in the size of the protocol alone.
        """
        ...

    def set_aside(self) -> tuple[str, ...]:
        """Return one sentence for each picture that is left out: its id, a colon, why and what to do."""
        ...


class Teacher(Protocol):
    """A maker of instruction records; constructed as ``Class(argument, seed, **settings)``, with all its settings."""

    def identity(self) -> JSONObject:
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
