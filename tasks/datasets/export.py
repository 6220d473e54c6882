"""Export of a drawn dataset: picture files in category folders, instruction records, and a file of labels."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

from bench.contracts import Dataset, Micrographs, Teacher
from bench.errors import BenchError
from bench.store.whole import whole
from bench.tasks.datasets.columns import PIXEL_SIZE
from bench.tasks.datasets.labels import CATEGORY, PATH
from bench.tasks.numbers import NUMBERS
from bench.tasks.records import write_records

if TYPE_CHECKING:
    from bench.tasks.datasets.synthetic.drawing import Drawing

RECORDS = "records.jsonl"
LABELS = "labels.csv"
"""What is known of each picture in numbers, in the form that ``--labels`` reads."""
_SQUARE = 0.01
"""Sides of a pixel that differ by this share at most are taken for the same, as where files are read."""


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
            known: list[Drawing] = []
            for position, name in enumerate(names):
                (part / name).parent.mkdir(exist_ok=True)
                drawn = drawing(position, shape)
                Image.fromarray(drawn.picture).save(part / name)
                known.append(drawn._replace(picture=drawn.picture[:0]))
            records = teacher.records(cast(Dataset, _Exported(dataset, names, known, shape)))
            write_records(part / RECORDS, records)
            _write_labels(part / LABELS, names, known)
        return count, len(records)
    except OSError as error:
        raise BenchError(f"--out {str(out)!r} cannot be written ({error}); name a folder that can be") from error


def _name(dataset: Dataset, position: int) -> str:
    category = dataset.categories[int(dataset.labels()[position])]
    return f"{category}/{dataset.name}-{position:06d}.png"


def _write_labels(file: Path, names: Sequence[str], known: "Sequence[Drawing]") -> None:
    """Write a line per picture; what is not known is an empty field, as is the side of pixels that are not square."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, (PATH, CATEGORY, *NUMBERS, PIXEL_SIZE), restval="")
        writer.writeheader()
        for name, drawing in zip(names, known, strict=True):
            numbers = dict(drawing.numbers)
            if drawing.pixel_sizes and abs(drawing.pixel_sizes[0] / drawing.pixel_sizes[1] - 1) <= _SQUARE:
                numbers[PIXEL_SIZE] = drawing.pixel_sizes[1]
            category = {PATH: name, CATEGORY: name.partition("/")[0]}
            writer.writerow({**category, **{kind: f"{number:.8g}" for kind, number in numbers.items()}})


@dataclass(frozen=True)
class _Exported:
    """The exported pictures of a dataset, for a teacher: their ids are the file names.

    A picture of another shape shows another number of structures, and its pixels have another size.
    """

    dataset: Dataset
    names: tuple[str, ...]
    known: "list[Drawing]"
    shape: tuple[int, int]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.dataset, name)

    def labels(self) -> np.ndarray:
        return self.dataset.labels()[: len(self.names)]

    def load(self) -> Micrographs:
        """Return the pictures without their pixels, from which no teacher writes."""
        sizes = np.array([drawing.pixel_sizes or (np.nan, np.nan) for drawing in self.known])
        pixels, rows = np.zeros((0, *self.shape), np.uint8), np.zeros(len(self.names), np.int64)
        return Micrographs(pixels, rows, self.names, self.labels(), self.dataset.categories, pixel_sizes=sizes)

    def facts(self, position: int) -> Mapping[str, str]:
        return self.dataset.facts(position)

    def numbers(self, position: int) -> Mapping[str, float]:
        return self.known[position].numbers
