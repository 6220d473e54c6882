"""Models trained on one dataset and tested on another, on its pictures of the categories that both have."""

from collections import Counter
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b

import numpy as np

from bench.contracts import Dataset, Micrographs
from bench.data.dataset import CheckedDataset
from bench.errors import BenchError
from bench.specs.json_data import JSONObject
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest
from bench.terminal.progress import Progress


class Transfer:
    """Transfer from a dataset ``learned`` to another that is ``tested``.

    Categories are matched by name, ignoring case and punctuation; ``categories`` has the order of ``learned``.
    BenchError if the datasets share fewer than two.
    """

    def __init__(self, learned: Dataset, tested: CheckedDataset) -> None:
        keys = _keys(learned.categories, tested.categories)
        theirs = {keys[category]: place for place, category in enumerate(tested.categories)}
        shared = [place for place, category in enumerate(learned.categories) if keys[category] in theirs]
        self.tested, self._learned = tested, learned
        self.categories = tuple(learned.categories[place] for place in shared)
        self._columns = np.array(shared, dtype=np.int64)
        self._labels = np.full(len(tested.categories), -1)
        self._labels[[theirs[keys[category]] for category in self.categories]] = np.arange(len(shared))
        if len(shared) < 2:
            raise BenchError(
                f"{learned.name!r} and {tested.name!r} share {len(shared)} categories; to test a model of the first on "
                f"the second, give at least two the same name (first: {', '.join(learned.categories)}; "
                f"second: {', '.join(tested.categories)})"
            )

    @property
    def identity(self) -> JSONObject:
        """In clear, what determines the test side."""
        data, code = digest(self.tested.identity())[:16], digest(code_digests("bench.data.transfer"))[:16]
        return {"dataset": self.tested.name, "data": data, "categories": list(self.categories), "code": code}

    def __len__(self) -> int:
        return len(self._remaining)

    @property
    def filled(self) -> tuple[str, ...]:
        """The shared categories of which pictures remain to be tested, copies of learned ones apart."""
        return tuple(self.categories[label] for label in np.unique(self._remaining))

    @cached_property
    def _remaining(self) -> np.ndarray:
        """The label of every picture that is tested."""
        pictures = self.tested.load()
        return self._labels[pictures.labels[self._new(pictures, self._learned.load())]]

    def _new(self, pictures: Micrographs, learned: Micrographs) -> np.ndarray:
        """Return the positions of the pictures of shared categories that are no copies of learned ones."""
        known = np.flatnonzero(self._labels[pictures.labels] >= 0)
        seen = set(_digests(learned, np.arange(len(learned))))
        return known[[fingerprint not in seen for fingerprint in _digests(pictures, known)]]

    def shared(self, pictures: Micrographs, learned: Micrographs, progress: Progress) -> Micrographs:
        """Return the tested dataset's pictures of shared categories, labelled by these.

        Copies of learned pictures are left out and counted, because the models may have been trained on them, and so
        is a category that nothing else is left of. BenchError if nothing is left at all.
        """
        labels = self._labels[pictures.labels]
        new = self._new(pictures, learned)
        if len(new) == 0:
            raise BenchError(
                f"every picture of {self.tested.name!r} is a training picture of the models; name another test dataset"
            )
        copies = int((labels >= 0).sum()) - len(new)
        if copies:
            progress.say(f"{copies} pictures of {self.tested.name} are training pictures and left out")
        emptied = [name for place, name in enumerate(self.categories) if place not in labels[new]]
        if emptied:
            progress.say(f"no picture of {', '.join(emptied)} is left to be tested")
        return replace(pictures.take(new), labels=labels[new], categories=self.categories)

    def restricted(self, probabilities: np.ndarray) -> np.ndarray:
        """Return probabilities (N, S) of the S shared categories from those of all C learned categories (N, C).

        If all shared categories have probability 0, they become equally likely. BenchError for a wrong shape.
        """
        if probabilities.ndim != 2 or probabilities.shape[1] != len(self._learned.categories):
            raise BenchError(
                f"predict_proba returned an array of shape {probabilities.shape}; "
                f"{len(self._learned.categories)} columns are needed"
            )
        shared = probabilities[:, self._columns] + np.finfo(np.float64).tiny
        return shared / shared.sum(1, keepdims=True)


def _digests(pictures: Micrographs, positions: np.ndarray) -> list[bytes]:
    return [blake2b(pictures.pixels[row].tobytes(), digest_size=16).digest() for row in pictures.rows[positions]]


def _keys(*sides: tuple[str, ...]) -> dict[str, str]:
    """Return what each category is matched by: its plain name, or the exact one if two of a side are alike."""
    alike = {name for side in sides for name, count in Counter(map(_plain, side)).items() if count > 1}
    return {name: name if _plain(name) in alike else _plain(name) for side in sides for name in side}


def _plain(category: str) -> str:
    return "".join(letter for letter in category.casefold() if letter.isalnum())
