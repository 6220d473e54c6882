"""``bench.load_dataset``: micrographs by name, as a run receives them."""

from collections.abc import Mapping

from bench.contracts import Dataset
from bench.data.dataset import open_dataset
from bench.inputs import check_number, checked
from bench.registered.registry import Registry
from bench.terminal.progress import shown

_LARGEST = 16_384
"""The side of the largest picture in pixels."""


@checked
def load_dataset(name: str, *, image_size: int = 224, settings: Mapping[str, object] | None = None) -> Dataset:
    """Return a dataset by name, checked; its ``load()`` gives the pictures.

    ``settings`` are the dataset's own. BenchError if the dataset is unknown or cannot be opened.
    """
    check_number(image_size, "image_size=", 1, _LARGEST)
    registry = Registry()
    spec = registry.find("dataset", name)[0]
    with shown() as progress:
        return open_dataset(registry, name, {spec.name: settings or {}}, image_size, progress)
