"""The near-duplicates of a dataset, computed once and cached."""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.contracts import Dataset
from bench.data import perceptual
from bench.data.perceptual import Links
from bench.specs.json_data import JSONObject
from bench.store.cache import cached, standing
from bench.store.code_digest import code_digests
from bench.terminal.progress import Progress

_KIND, _GROUPS, _LINKS = "duplicates", "groups.npy", "links.npy"


class Duplicates(NamedTuple):
    """The group number of every picture (N,), and the links that make the groups of more than one."""

    groups: np.ndarray
    links: Links


def duplicates(dataset: Dataset, most: int, progress: Progress) -> Duplicates:
    """Return the dataset's groups of pictures linked, directly or indirectly, by hashes at most ``most`` bits apart.

    The pictures are compared unmasked even if a run masks data bars, so that both have the same split.
    """
    return _read(cached(_KIND, _clear(dataset, most), partial(_find, dataset, most, progress)))


def known_duplicates(dataset: Dataset, most: int) -> Duplicates | None:
    """Return the cached result of ``duplicates``, None if it was never called."""
    folder = standing(_KIND, _clear(dataset, most))
    return _read(folder) if folder else None


def clusters(near: Duplicates) -> list[np.ndarray]:
    """Return the positions of each group of two or more pictures, the largest group first."""
    order = np.argsort(near.groups, kind="stable")
    bounds = np.flatnonzero(np.diff(near.groups[order])) + 1
    return sorted(
        (group for group in np.split(order, bounds) if len(group) > 1), key=lambda group: (-len(group), group[0])
    )


def _clear(dataset: Dataset, most: int) -> JSONObject:
    return {"data": dataset.identity(), "most": most, "code": code_digests("bench.data.perceptual")}


def _read(folder: Path) -> Duplicates:
    return Duplicates(np.load(folder / _GROUPS), Links(*np.load(folder / _LINKS)))


def _find(dataset: Dataset, most: int, progress: Progress, folder: Path) -> None:
    micrographs = dataset.load()
    progress.start("comparing pictures", 1)
    links = perceptual.links(micrographs.batch(slice(None)), most)
    np.save(folder / _GROUPS, perceptual.groups(links.first, links.second, len(micrographs)))
    np.save(folder / _LINKS, np.stack([column.astype(np.int64) for column in links]))
