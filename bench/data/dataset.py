"""The dataset of a run: checks of what its class returns, whoever wrote it.

Own code, because most of it is about arrays that must fit each other, which pydantic does not check.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import inf
from numbers import Real
from typing import Any

import numpy as np

from bench.config.loading import complete
from bench.contracts import Dataset, Micrographs
from bench.errors import BenchError
from bench.registered.checked import Checked, shortened
from bench.registered.registry import Registry
from bench.store.code_digest import code_digests
from bench.terminal.progress import Progress

_METHODS = ("identity", "labels", "load", "facts", "caption", "set_aside")


def open_dataset(
    registry: Registry, name: str, settings: Mapping[str, Mapping[str, Any]], image_size: int, progress: Progress
) -> "CheckedDataset":
    """Build a dataset by name with its settings, complete; BenchError if that fails or it breaks its contract."""
    spec, argument = registry.find("dataset", name)
    completed = complete(spec.name, registry.settings(spec), given_settings(settings, spec.name))
    return CheckedDataset(spec.builds, argument, image_size, progress, **completed)


def given_settings(settings: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, Any]:
    """Return the settings given under a name; that of one with an argument may lack its colon."""
    return {**settings.get(name.removesuffix(":"), {}), **settings.get(name, {})}


def columns_of(dataset: Dataset) -> Mapping[str, Sequence[str]]:
    """Return what a dataset notes about each picture, by column, as its method ``columns`` says; empty without one.

    BenchError if a column has not one text per picture.
    """
    columns = getattr(dataset, "columns", dict)()
    count = len(dataset.labels())
    for name, values in columns.items():
        if len(values) != count or not all(isinstance(value, str) for value in values):
            raise BenchError(
                f"dataset {dataset.name!r}: columns() has {len(values)} values of {shortened(name)} for {count} "
                "pictures; return one text per picture"
            )
    return columns


def summed_up(sentences: Sequence[str]) -> list[str]:
    """Return the sentences of ``set_aside``, those with the same reason as one that names the first and counts them."""
    files: dict[str, list[str]] = {}
    for sentence in sentences:
        file, _, reason = sentence.partition(": ")
        files.setdefault(reason, []).append(file)
    return [
        f"{names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}: {reason}"
        for reason, names in files.items()
    ]


class CheckedDataset(Checked):
    """A ``bench.contracts.Dataset`` around a plugin's: whatever it returns keeps the contract.

    Labels and pictures are read once; other attributes of the dataset are passed through.
    """

    def __init__(self, path: str, argument: str, image_size: int, progress: Progress, **settings: Any) -> None:
        super().__init__("dataset", ("name", "categories", *_METHODS), path, argument, image_size, progress, **settings)
        self._image_size, dataset = image_size, self._inner
        self.name: str = dataset.name
        self._require(isinstance(self.name, str) and bool(self.name), "name", f"is {self.name!r}", "make it a text")
        self.categories: tuple[str, ...] = self._categories(dataset.categories)

    def labels(self) -> np.ndarray:
        """Return the category index of every picture (N,)."""
        return self._labels.copy()

    def load(self) -> Micrographs:
        """Return all pictures."""
        return self._loaded

    def facts(self, position: int) -> Mapping[str, str]:
        """Return what can be seen in the picture at this position, kind to value, its category included."""
        facts, where = self._call("facts", position), f"facts({position})"
        texts = isinstance(facts, Mapping) and all(isinstance(text, str) for pair in facts.items() for text in pair)
        self._require(texts, where, f"returned {shortened(facts)}", "return a dictionary of texts, kind to value")
        category = self.categories[self._labels[position]]
        name = facts.get("category")
        self._require(
            name == category,
            where,
            f"names category {name!r}" if name is not None else "names no category",
            f"give {{'category': {category!r}}}, the category of labels(), among the facts",
        )
        return facts

    def numbers(self, position: int) -> Mapping[str, float]:
        """Return what was measured in the picture at this position, kind to positive number; {} if nothing was."""
        numbers = self._call("numbers", position) if self._has("numbers") else {}
        fits = isinstance(numbers, Mapping) and all(
            isinstance(kind, str) and isinstance(number, Real) and 0 < float(number) < inf
            for kind, number in numbers.items()
        )
        remedy = "return a dictionary of kind to positive number, and leave out what is not known"
        self._require(fits, f"numbers({position})", f"returned {shortened(numbers)}", remedy)
        return {kind: float(number) for kind, number in numbers.items()}

    def native_code(self) -> dict[str, str]:
        """Return the digests of the code that hands pictures in their own size; BenchError if there is none."""
        if not self._has("native"):
            raise BenchError(
                f"dataset {self.name!r} does not hand pictures in their own size, which --picture native needs; leave "
                "it away, or give the dataset's class a method native(position)"
            )
        return code_digests(self._path.partition(":")[0])

    def native(self, position: int) -> np.ndarray:
        """Return the picture at this position in its own size (H, W) uint8."""
        picture = self._call("native", position)
        fits = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim == 2 and picture.size > 0
        remedy = "return a grey picture, an array (H, W) of uint8"
        self._require(fits, f"native({position})", f"returned {_array(picture)}", remedy)
        return picture

    def caption(self, label: int) -> str:
        """Return the sentence that names a category."""
        sentence = self._call("caption", label)
        self._require(
            isinstance(sentence, str), f"caption({label})", f"returned {shortened(sentence)}", "return a text"
        )
        return sentence

    def set_aside(self) -> tuple[str, ...]:
        """Return one sentence for each picture that is left out."""
        sentences = self._call("set_aside")
        texts = isinstance(sentences, (tuple, list)) and all(isinstance(text, str) for text in sentences)
        remedy = "return a tuple of sentences, () if no picture is left out"
        self._require(texts, "set_aside()", f"returned {shortened(sentences)}", remedy)
        return tuple(sentences)

    @cached_property
    def _labels(self) -> np.ndarray:
        labels = np.asarray(self._call("labels"))
        flat = labels.ndim == 1 and len(labels) > 0 and np.issubdtype(labels.dtype, np.integer)
        self._require(
            flat, "labels()", f"returned {_array(labels)}", "return one whole number per picture, an array (N,) of int"
        )
        last = len(self.categories) - 1
        self._require(
            labels.min() >= 0 and labels.max() <= last,
            "labels()",
            f"has values from {labels.min()} to {labels.max()}",
            f"number the {last + 1} categories 0 to {last}",
        )
        return labels

    @cached_property
    def _loaded(self) -> Micrographs:
        micrographs = self._call("load")
        self._require(
            isinstance(micrographs, Micrographs),
            "load()",
            f"returned {shortened(micrographs)}",
            "return bench.contracts.Micrographs",
        )
        self._check_pixels(micrographs.pixels)
        self._check_view(micrographs)
        return micrographs

    def _check_pixels(self, pixels: object) -> None:
        side = self._image_size
        fits = isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8 and pixels.shape[1:] == (side, side)
        remedy = f"return grey pictures as one uint8 array (N, {side}, {side}), of the image_size handed to __init__"
        self._require(fits, "load()", f"has pixels {_array(pixels)}", remedy)

    def _check_view(self, micrographs: Micrographs) -> None:
        total = len(self._labels)
        parts = {"rows": micrographs.rows, "ids": micrographs.ids, "labels": micrographs.labels}
        wrong = [
            name for name, part in parts.items() if not isinstance(part, (tuple, list) if name == "ids" else np.ndarray)
        ]
        remedy = "make ids a tuple, rows and labels arrays (N,)"
        self._require(not wrong, "load()", f"has {' and '.join(wrong)} of another type", remedy)
        sizes = {name: len(part) for name, part in parts.items()}
        have = ", ".join(f"{size} {name}" for name, size in sizes.items())
        self._require(
            all(size == total for size in sizes.values()),
            "load()",
            f"has {have} for the {total} of labels()",
            "return one of each per picture",
        )
        rows = micrographs.rows
        self._require(
            np.issubdtype(rows.dtype, np.integer) and rows.min() >= 0 and rows.max() < len(micrographs.pixels),
            "load()",
            f"has rows from {rows.min()} to {rows.max()} of {len(micrographs.pixels)} pictures",
            "give each picture the number of its row in pixels, from 0",
        )
        self._require(
            np.array_equal(micrographs.labels, self._labels) and tuple(micrographs.categories) == self.categories,
            "load()",
            "has other labels or categories than labels() and categories",
            "return the same ones",
        )
        scale = micrographs.pixel_sizes
        fits = scale is None or (isinstance(scale, np.ndarray) and scale.shape == (total, 2) and not (scale <= 0).any())
        remedy = f"make pixel_sizes an array ({total}, 2) of nanometres, NaN where the scale is unknown, or None"
        self._require(fits, "load()", f"has pixel_sizes {_array(scale)}", remedy)
        different = len({name for name in micrographs.ids if isinstance(name, str)})
        remedy = "give each picture an id of its own, a text"
        self._require(different == total, "load()", f"has {different} different ids for {total} pictures", remedy)

    def _categories(self, names: Any) -> tuple[str, ...]:
        texts = isinstance(names, (tuple, list)) and all(isinstance(name, str) and name for name in names)
        remedy = "make it a tuple of different names"
        self._require(texts and 0 < len(names) == len(set(names)), "categories", f"is {shortened(names)}", remedy)
        return tuple(names)


def _array(value: object) -> str:
    return f"of {value.dtype} {value.shape}" if isinstance(value, np.ndarray) else shortened(value)
