"""Models trained on one dataset and tested on another, on its pictures of the categories that both have."""

from dataclasses import replace
from hashlib import blake2b
from typing import Any

import numpy as np

from bench.contracts import Dataset, Micrographs
from bench.errors import BenchError
from bench.progress import Progress
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest


class Transfer:
    """Transfer from a dataset ``learned`` to another that is ``tested``.

    Categories are matched by name, ignoring case and punctuation; ``categories`` has the order of ``learned``.
    BenchError if the datasets share fewer than two.
    """

    def __init__(self, learned: Dataset, tested: Dataset) -> None:
        theirs = {_plain(category): place for place, category in enumerate(tested.categories)}
        shared = [place for place, category in enumerate(learned.categories) if _plain(category) in theirs]
        self.tested, self._learned = tested, len(learned.categories)
        self.categories = tuple(learned.categories[place] for place in shared)
        self._columns = np.array(shared, dtype=np.int64)
        self._labels = np.full(len(tested.categories), -1)
        self._labels[[theirs[_plain(category)] for category in self.categories]] = np.arange(len(shared))
        if len(shared) < 2:
            raise BenchError(
                f"{learned.name!r} and {tested.name!r} share {len(shared)} categories; to test a model of the first on "
                f"the second, give at least two the same name (first: {', '.join(learned.categories)}; "
                f"second: {', '.join(tested.categories)})"
            )

    @property
    def identity(self) -> dict[str, Any]:
        """In clear, what determines the test side."""
        data, code = digest(self.tested.identity())[:16], digest(code_digests("bench.data.transfer"))[:16]
        return {"dataset": self.tested.name, "data": data, "categories": list(self.categories), "code": code}

    def __len__(self) -> int:
        return int((self._labels[self.tested.labels()] >= 0).sum())

    def shared(self, pictures: Micrographs, learned: Micrographs, progress: Progress) -> Micrographs:
        """Return the tested dataset's pictures of shared categories, labelled by these.

        Copies of learned pictures are left out and counted, because the models may have been trained on them.
        BenchError if no others exist.
        """
        labels = self._labels[pictures.labels]
        known = np.flatnonzero(labels >= 0)
        seen = set(_digests(learned, np.arange(len(learned))))
        new = known[[fingerprint not in seen for fingerprint in _digests(pictures, known)]]
        if len(new) == 0:
            raise BenchError(
                f"every picture of {self.tested.name!r} is a training picture of the models; name another test dataset"
            )
        if len(new) < len(known):
            progress.say(f"{len(known) - len(new)} pictures of {self.tested.name} are training pictures and left out")
        return replace(pictures.take(new), labels=labels[new], categories=self.categories)

    def restricted(self, probabilities: np.ndarray) -> np.ndarray:
        """Return probabilities (N, S) of the S shared categories from those of all C learned categories (N, C).

        If all shared categories have probability 0, they become equally likely. BenchError for a wrong shape.
        """
        if probabilities.ndim != 2 or probabilities.shape[1] != self._learned:
            raise BenchError(
                f"predict_proba returned an array of shape {probabilities.shape}; {self._learned} columns are needed"
            )
        shared = probabilities[:, self._columns] + np.finfo(np.float64).tiny
        return shared / shared.sum(1, keepdims=True)


def _digests(pictures: Micrographs, positions: np.ndarray) -> list[bytes]:
    return [blake2b(pictures.pixels[row].tobytes(), digest_size=16).digest() for row in pictures.rows[positions]]


def _plain(category: str) -> str:
    return "".join(letter for letter in category.casefold() if letter.isalnum())
