"""A run's partition of its dataset: the number of folds, the pictures of each side, and what determines both."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bench.config.loading import Config
from bench.contracts import Dataset
from bench.data import grouped, splits
from bench.data.dataset import columns_of
from bench.data.duplicates import duplicates
from bench.data.splits import Fold
from bench.errors import BenchError, shortened, unknown
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
        if self._is_whole:
            return 1
        labels, categories = self._dataset.labels(), self._dataset.categories
        if self._is_grouped:
            return grouped.usable_k(labels, self._groups, self._config.k, self._explicit, categories, self._column)
        return splits.usable_k(labels, self._config.k, self._explicit, categories)

    def fold(self, index: int, repeat: int, fraction: float = 1.0) -> Fold:
        """Return the positions of one fold's sides in the dataset, with a fraction of the training side."""
        if self._is_whole:
            nothing = np.zeros(0, dtype=np.int64)
            return Fold(nothing, nothing, np.arange(len(self._dataset.labels())))
        labels, place = self._dataset.labels(), (self.k, index, repeat, self._config.validation_share)
        whole = grouped.grouped_fold(labels, self._groups, *place) if self._is_grouped else splits.fold(labels, *place)
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
        if self._is_whole:
            return {"kind": "whole", "k": 1}
        kind = "grouped" if self._is_grouped else "stratified"
        choices = {"kind": kind, "k": self.k, "validation_share": self._config.validation_share}
        if not self._is_grouped:
            return choices
        code = digest(code_digests("bench.data.grouped", "bench.data.duplicates", "bench.data.perceptual"))[:16]
        by: JSONObject = {}
        if self._values is not None:
            by = {"group_by": self._column, "groups": digest(list(self._values))[:16]}
        return {**choices, "duplicate_distance": self._config.duplicate_distance, "code": code, **by}

    @cached_property
    def _column(self) -> str | None:
        """The column to group by: the config's, else the one whose values the dataset never divides, if any."""
        return self._config.group_by or getattr(self._dataset, "indivisible", None)

    @property
    def _is_whole(self) -> bool:
        """Whether all pictures are tested and none trains."""
        return self._config.split == "whole"

    @property
    def _is_grouped(self) -> bool:
        return self._config.split == "grouped" or self._column is not None

    @cached_property
    def _groups(self) -> np.ndarray:
        """Each picture's group (N,): of near-duplicates, and of equal values of the column to group by."""
        values = self._values  # a mistake in it is told before pictures are compared
        near = duplicates(self._dataset, self._config.duplicate_distance, self._progress).groups
        return near if values is None else grouped.united(near, values)

    @cached_property
    def _values(self) -> Sequence[str] | None:
        """Each picture's value of the column to group by, None if the config names none.

        BenchError if there is no such column, a picture has no value, or all have the same one.
        """
        name = self._column
        if name is None:
            return None
        columns = columns_of(self._dataset)
        if not columns:
            raise BenchError(f"--group-by {name}: the dataset {self._dataset.name!r} notes nothing about its pictures")
        if name not in columns:
            raise unknown(
                "column for --group-by", name, columns, "add it to the file of --labels, or name one of these"
            )
        values = columns[name]
        lacking = [picture for picture, value in enumerate(values) if not value]
        if lacking:
            ids = self._dataset.load().ids
            raise BenchError(
                f"--group-by {name}: {len(lacking)} of {len(values)} pictures have no {name}, the first "
                f"{ids[lacking[0]]!r}; fill the column in, or group by another"
            )
        if len({*values}) == 1:
            raise BenchError(
                f"--group-by {name}: all pictures have the same {name}, {shortened(values[0])}, so none could be "
                "tested on another; group by another column, or leave it out"
            )
        return values
