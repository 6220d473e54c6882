"""What a remote teacher writes about: pictures with ids, and captions if categories are known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.contracts import Dataset
from bench.data.decoding import grey
from bench.data.frames import Unreadable
from bench.errors import BenchError
from bench.store.fingerprint import digest
from bench.tasks.datasets.file_digests import digests
from bench.tasks.datasets.listing import loose
from bench.terminal.progress import Progress


@dataclass(frozen=True)
class Subjects:
    """Pictures by id, each with its caption, '' if there is none.

    ``levels`` returns the picture at a position, (H, W) uint8; ``identity`` is what decides them all, in clear;
    ``aside`` has one sentence for each that is left out.
    """

    ids: tuple[str, ...]
    captions: tuple[str, ...]
    levels: Callable[[int], np.ndarray]
    identity: Mapping[str, Any]
    aside: tuple[str, ...] = ()

    def first(self, count: int | None) -> "Subjects":
        """Return the first ``count``, or all if it is None; BenchError if there are fewer."""
        if count is None:
            return self
        if not 1 <= count <= len(self.ids):
            raise BenchError(f"--count {count}: there are {len(self.ids)} pictures; ask for 1 to {len(self.ids)}")
        return replace(self, ids=self.ids[:count], captions=self.captions[:count])


def of_dataset(dataset: Dataset) -> Subjects:
    """Return a dataset's pictures with the captions that name their categories."""
    pictures = dataset.load()
    captions = tuple(dataset.caption(int(label)) for label in pictures.labels)
    identity = {"dataset": dataset.name, "data": digest(dataset.identity())[:16]}
    return Subjects(
        pictures.ids, captions, lambda place: pictures.batch(slice(place, place + 1))[0], identity, dataset.set_aside()
    )


def of_folder(argument: str, size: int, count: int | None, progress: Progress) -> Subjects:
    """Return the pictures of any folder, squashed to (size, size), without captions; an id is the path below it.

    Decoding stops after ``count`` readable ones; the files of the whole folder decide their identity.
    """
    paths = loose(argument)
    readable: dict[str, Path] = {}
    aside: list[str] = []
    for name, path in paths.items():
        try:
            grey(path, size)
            readable[name] = path
        except Unreadable as reason:
            aside.append(f"{name}: {reason}")
        if len(readable) == count:
            break
    if not readable:
        raise BenchError(f"no picture of {argument!r} can be read; the first: {aside[0]}")
    names, files = tuple(readable), tuple(readable.values())
    content = digests(Path(argument).expanduser().resolve(), paths, progress)
    identity = {"pictures": digest(content)[:16], "size": size}
    return Subjects(names, ("",) * len(names), lambda place: grey(files[place], size), identity, tuple(aside))
