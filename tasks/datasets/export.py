"""Export of a drawn dataset: picture files in category folders, with instruction records."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from PIL import Image

from bench.contracts import Dataset, Teacher
from bench.errors import BenchError
from bench.store.whole import whole
from bench.tasks.records import write_records

RECORDS = "records.jsonl"


def export(dataset: Dataset, teacher: Teacher, out: Path, count: int | None, shape: tuple[int, int]) -> tuple[int, int]:
    """Write ``count`` pictures of ``shape`` (height, width) into ``out``, which must be new or empty.

    Returns the numbers of pictures and records written. BenchError if the dataset draws no pictures, has fewer, or the
    folder is not empty; then nothing is written.
    """
    drawing = getattr(dataset, "drawing", None)
    if drawing is None:
        raise BenchError(
            f"the dataset {dataset.name!r} draws no pictures: it consists of files; export another dataset"
        )
    every = len(dataset.labels())
    count = every if count is None else count
    if not 1 <= count <= every:
        raise BenchError(f"--count {count}: the dataset {dataset.name!r} has {every} pictures; ask for 1 to {every}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BenchError(f"--out {str(out)!r} exists and is not an empty folder; name a new one")
    try:
        with whole(out) as part:
            part.mkdir(parents=True)
            names = tuple(_name(dataset, position) for position in range(count))
            numbers: list[Mapping[str, float]] = []
            for position, name in enumerate(names):
                (part / name).parent.mkdir(exist_ok=True)
                drawn = drawing(position, shape)
                Image.fromarray(drawn.picture).save(part / name)
                numbers.append(drawn.numbers)
            records = teacher.records(cast(Dataset, _Exported(dataset, names, numbers)))
            write_records(part / RECORDS, records)
        return count, len(records)
    except OSError as error:
        raise BenchError(f"--out {str(out)!r} cannot be written ({error}); name a folder that can be") from error


def _name(dataset: Dataset, position: int) -> str:
    category = dataset.categories[int(dataset.labels()[position])]
    return f"{category}/{dataset.name}-{position:06d}.png"


@dataclass(frozen=True)
class _Exported:
    """The exported pictures of a dataset, for a teacher: their ids are the file names.

    A picture of another shape shows another number of structures, and its pixels have another size.
    """

    dataset: Dataset
    names: tuple[str, ...]
    known: list[Mapping[str, float]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.dataset, name)

    def labels(self) -> np.ndarray:
        return self.dataset.labels()[: len(self.names)]

    def load(self) -> Any:
        return SimpleNamespace(ids=self.names)

    def facts(self, position: int) -> Mapping[str, str]:
        return self.dataset.facts(position)

    def numbers(self, position: int) -> Mapping[str, float]:
        return self.known[position]
