"""Pictures without labels, from which a model that pretrains may learn besides those of its dataset."""

from functools import partial
from pathlib import Path

import numpy as np

from bench.config.loading import Config
from bench.contracts import Dataset, Micrographs
from bench.data import perceptual
from bench.data.dataset import open_dataset
from bench.data.masking import as_shown
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs.json_data import JSONObject
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest
from bench.terminal.progress import Progress

_ROWS = "rows.npy"


class Unlabelled:
    """The pictures of a ``source``, without near-duplicates of those of the ``datasets`` of the run.

    Near-duplicates are those of the grouped split: linked, directly or indirectly, by hashes at most ``most`` bits
    apart. Pictures are compared unmasked, as there.
    """

    def __init__(self, source: Dataset, datasets: list[Dataset], most: int) -> None:
        self.source, self._datasets, self._most = source, datasets, most

    @property
    def identity(self) -> JSONObject:
        """In clear, what determines the pictures."""
        return {
            "dataset": self.source.name,
            "data": digest(self.source.identity())[:16],
            "without": digest([dataset.identity() for dataset in self._datasets])[:16],
            "duplicate_distance": self._most,
            "code": digest(code_digests("bench.data.perceptual"))[:16],
        }

    def load(self, config: Config, progress: Progress) -> Micrographs:
        """Return the pictures as a run shows them; BenchError if all are near-duplicates of its own."""
        new = np.load(cached("unlabelled", self.identity, partial(self._write_new, progress)) / _ROWS)
        count = len(self.source.load())
        if not len(new):
            raise BenchError(
                f"--unlabelled {self.source.name}: every picture is one of the dataset, too, or a near-duplicate of "
                "one; name other pictures, or lower duplicate_distance"
            )
        if len(new) < count:
            progress.say(
                f"{count - len(new)} of {count} pictures of {self.source.name} are left out: they are in the dataset, "
                "too, or near-duplicates of its pictures"
            )
        return as_shown(self.source, config, progress).take(new).unlabelled()

    def _write_new(self, progress: Progress, folder: Path) -> None:
        """Write the positions of the pictures that are no near-duplicates."""
        progress.start("comparing pictures", 1)
        source, *others = (
            perceptual.hashes(dataset.load().batch(slice(None))) for dataset in (self.source, *self._datasets)
        )
        np.save(folder / _ROWS, perceptual.unlike(source, np.concatenate(others), self._most))


def open_unlabelled(
    name: str, datasets: list[Dataset], config: Config, registry: Registry, progress: Progress
) -> Unlabelled:
    """Open pictures by the name of a dataset, whose labels are not looked at, or of a folder of any pictures."""
    source = open_dataset(registry, source_name(name, registry), config.settings, config.image_size, progress)
    return Unlabelled(source, datasets, config.duplicate_distance)


def source_name(name: str, registry: Registry) -> str:
    """Return the dataset that a name means: the one of that name, else the one that reads any folder of pictures."""
    try:
        return name if registry.find("dataset", name)[0] else ""
    except BenchError:
        spec = registry.search("dataset", lambda spec: not spec.labelled)
        if spec is None:
            raise
        return f"{spec.name}{name}"
