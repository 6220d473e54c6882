"""Pictures without labels, from which a model that pretrains may learn besides those of its dataset."""

from hashlib import blake2b

import numpy as np

from bench.config.loading import Config
from bench.contracts import Dataset, Micrographs
from bench.data.dataset import open_dataset
from bench.data.masking import as_shown
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs.json_data import JSONObject
from bench.store.fingerprint import digest
from bench.terminal.progress import Progress


class Unlabelled:
    """The pictures of a ``source``, without those that equal one of the ``datasets`` of the run pixel by pixel."""

    def __init__(self, source: Dataset, datasets: list[Dataset]) -> None:
        self.source, self._datasets = source, datasets

    @property
    def identity(self) -> JSONObject:
        """In clear, what determines the pictures besides the run's own datasets."""
        return {"dataset": self.source.name, "data": digest(self.source.identity())[:16]}

    def load(self, config: Config, progress: Progress) -> Micrographs:
        """Return the pictures as a run shows them; BenchError if all are copies of its own."""
        plain = self.source.load()
        known = {copy for dataset in self._datasets for copy in _digests(dataset.load())}
        new = np.array([place for place, copy in enumerate(_digests(plain)) if copy not in known], dtype=np.int64)
        if not len(new):
            raise BenchError(
                f"--unlabelled {self.source.name}: every picture is one of the dataset, too; name other pictures"
            )
        if len(new) < len(plain):
            progress.say(
                f"{len(plain) - len(new)} of {len(plain)} pictures of {self.source.name} are in the dataset, too, and "
                "left out"
            )
        return as_shown(self.source, config, progress).take(new).unlabelled()


def open_unlabelled(
    name: str, datasets: list[Dataset], config: Config, registry: Registry, progress: Progress
) -> Unlabelled:
    """Open pictures by the name of a dataset, whose labels are not looked at, or of a folder of any pictures."""
    return Unlabelled(
        open_dataset(registry, source_name(name, registry), config.settings, config.image_size, progress), datasets
    )


def source_name(name: str, registry: Registry) -> str:
    """Return the dataset that a name means: the one of that name, else the one that reads any folder of pictures."""
    try:
        return name if registry.find("dataset", name)[0] else ""
    except BenchError:
        spec = registry.search("dataset", lambda spec: not spec.labelled)
        if spec is None:
            raise
        return f"{spec.name}{name}"


def _digests(pictures: Micrographs) -> list[bytes]:
    return [blake2b(pictures.pixels[row].tobytes(), digest_size=16).digest() for row in pictures.rows]
