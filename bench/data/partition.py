"""A run's partition of its dataset: the number of folds, the pictures of each side, and what determines both."""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bench.config.loading import Config
from bench.contracts import Dataset
from bench.data import grouped, splits
from bench.data.duplicates import duplicates
from bench.data.splits import Fold
from bench.specs.json_data import JSONObject
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest
from bench.terminal.progress import Progress

if TYPE_CHECKING:
    from bench.store.cell import Cell


class Partition:
    """The config's split of a dataset; ``explicit`` if the user asked for this k."""

    def __init__(self, dataset: Dataset, config: Config, explicit: bool, progress: Progress) -> None:
        self._dataset, self._config, self._explicit, self._progress = dataset, config, explicit, progress

    @cached_property
    def k(self) -> int:
        """The number of folds: the config's, at most what the smallest category allows."""
        labels, categories = self._dataset.labels(), self._dataset.categories
        if self._config.split == "grouped":
            return grouped.usable_k(labels, self._groups, self._config.k, self._explicit, categories)
        return splits.usable_k(labels, self._config.k, self._explicit, categories)

    def fold(self, index: int, repeat: int, fraction: float = 1.0) -> Fold:
        """Return the positions of one fold's sides in the dataset, with a fraction of the training side."""
        labels, place = self._dataset.labels(), (self.k, index, repeat, self._config.validation_share)
        if self._config.split == "grouped":
            whole = grouped.grouped_fold(labels, self._groups, *place)
        else:
            whole = splits.fold(labels, *place)
        return whole._replace(train=splits.shrunk(whole.train, labels, fraction, self._config.seed))

    def of(self, cell: "Cell") -> Fold:
        """Return the positions of a cell's sides in the dataset."""
        return self.fold(cell.fold, cell.repeat, cell.fraction)

    def left_out(self, cell: "Cell") -> np.ndarray:
        """Return the positions of a fold's training side that the cell's fraction leaves out."""
        return np.setdiff1d(self.fold(cell.fold, cell.repeat).train, self.of(cell).train)

    def identity(self, fraction: float) -> JSONObject:
        """Return in clear what determines the sides, apart from the data."""
        return {**self._whole, **({"fraction": fraction} if fraction < 1 else {})}

    @cached_property
    def _whole(self) -> JSONObject:
        choices = {"kind": self._config.split, "k": self.k, "validation_share": self._config.validation_share}
        if self._config.split == "stratified":
            return choices
        code = digest(code_digests("bench.data.grouped", "bench.data.duplicates", "bench.data.perceptual"))[:16]
        return {**choices, "duplicate_distance": self._config.duplicate_distance, "code": code}

    @cached_property
    def _groups(self) -> np.ndarray:
        """Each picture's group of near-duplicates (N,)."""
        return duplicates(self._dataset, self._config.duplicate_distance, self._progress).groups
