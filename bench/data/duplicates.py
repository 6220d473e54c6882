"""Which pictures of a dataset are one another's near-duplicates, found once and cached with the dataset."""

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.contracts import Dataset
from bench.data import perceptual
from bench.data.perceptual import Links
from bench.progress import Progress
from bench.store.cache import cached, standing
from bench.store.code_digest import code_digests

_KIND, _GROUPS, _LINKS = "duplicates", "groups.npy", "links.npy"


class Duplicates(NamedTuple):
    """The group number of every picture (N,), and the links that make the groups of more than one."""

    groups: np.ndarray
    links: Links


def duplicates(dataset: Dataset, most: int, progress: Progress) -> Duplicates:
    """Return the dataset's groups of pictures whose hashes differ in at most ``most`` bits, by however many steps.

    The pictures are compared as they are, whether a run blanks their data bars or not: both have the same split.
    """
    return _read(cached(_KIND, _clear(dataset, most), partial(_find, dataset, most, progress)))


def known_duplicates(dataset: Dataset, most: int) -> Duplicates | None:
    """Return what ``duplicates`` found earlier, None where it was not asked."""
    folder = standing(_KIND, _clear(dataset, most))
    return _read(folder) if folder else None


def clusters(found: Duplicates) -> list[np.ndarray]:
    """Return the positions of each group of two or more pictures, the largest group first."""
    order = np.argsort(found.groups, kind="stable")
    bounds = np.flatnonzero(np.diff(found.groups[order])) + 1
    return sorted((part for part in np.split(order, bounds) if len(part) > 1), key=lambda part: (-len(part), part[0]))


def _clear(dataset: Dataset, most: int) -> dict[str, Any]:
    return {"data": dataset.identity(), "most": most, "code": code_digests("bench.data.perceptual")}


def _read(folder: Path) -> Duplicates:
    return Duplicates(np.load(folder / _GROUPS), Links(*np.load(folder / _LINKS)))


def _find(dataset: Dataset, most: int, progress: Progress, folder: Path) -> None:
    micrographs = dataset.load()
    progress.start("comparing pictures", 1)
    found = perceptual.links(micrographs.batch(slice(None)), most)
    np.save(folder / _GROUPS, perceptual.groups(found, len(micrographs)))
    np.save(folder / _LINKS, np.stack([part.astype(np.int64) for part in found]))
