"""What a dataset holds, as text: counts beside those published, sizes of its files, near-duplicates."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from PIL import Image
from tabulate import tabulate

from bench.contracts import Dataset, Micrographs
from bench.data.duplicates import Duplicates, clusters
from bench.data.perceptual import BITS
from bench.tasks.datasets.synthetic.priors import SEM_COUNTS

_SHOWN = 8
"""Lines of a list before the rest is only counted."""


def info(dataset: Dataset, found: Duplicates | None) -> str:
    """Return counts a category, sizes of the files, what is set aside, and the near-duplicates where they are known."""
    parts = [_counts(dataset), *_sizes(getattr(dataset, "paths", dict)()), *_aside(dataset.set_aside())]
    if found is None:
        parts.append("near-duplicates: not looked for; `bench data duplicates` does")
    else:
        parts.append(_summary(found))
    return "\n".join(parts)


def duplicates_listed(micrographs: Micrographs, found: Duplicates, most: int) -> str:
    """Return a line a picture that has near-duplicates, cluster by cluster, with its distance to the nearest other."""
    nearest = _nearest(found)
    rows = [
        (number, micrographs.ids[place], micrographs.categories[micrographs.labels[place]], nearest[int(place)])
        for number, places in enumerate(clusters(found), start=1)
        for place in places
    ]
    head = f"{_summary(found)} (hashes differ in at most {most} of {BITS} bits)"
    return "\n\n".join([head, tabulate(rows, headers=["cluster", "picture", "category", "nearest"])]) if rows else head


def _counts(dataset: Dataset) -> str:
    """Tabulate pictures a category; the published counts stand beside those whose categories they are of."""
    counts = np.bincount(dataset.labels(), minlength=len(dataset.categories))
    total = int(counts.sum())
    published = SEM_COUNTS if set(dataset.categories) <= SEM_COUNTS.keys() else {}
    rows = [
        [name, int(count), f"{count / total:.1%}", published.get(name)]
        for name, count in zip(dataset.categories, counts, strict=True)
    ]
    rows.append(["all", total, "100.0%", sum(published.get(name, 0) for name in dataset.categories) or None])
    width = 4 if published else 3
    table = tabulate(
        [row[:width] for row in rows], headers=["category", "pictures", "share", "published"][:width], intfmt=","
    )
    note = (
        "published: Aversa et al. 2018, for what is called majority; a folder counts itself, one more than its pictures"
    )
    return f"{dataset.name}\n\n{table}\n" + (f"{note}\n" if published else "")


def _sizes(paths: Mapping[str, Path]) -> Iterator[str]:
    """Say how large the files' pictures are, by their headers."""
    sizes: Counter[tuple[int, int]] = Counter()
    for path in paths.values():
        with Image.open(path) as image:
            sizes[image.size] += 1
    if sizes:
        said = [f"{count:,} of {width} x {height}" for (width, height), count in sizes.most_common(_SHOWN)]
        rest = len(sizes) - len(said)
        yield "sizes: " + ", ".join(said) + (f", and {rest} other sizes" if rest else "")


def _aside(sentences: tuple[str, ...]) -> Iterator[str]:
    yield from (f"set aside: {sentence}" for sentence in sentences[:_SHOWN])
    if len(sentences) > _SHOWN:
        yield f"set aside: {len(sentences) - _SHOWN:,} more"


def _summary(found: Duplicates) -> str:
    groups = clusters(found)
    pictures = sum(len(places) for places in groups)
    exact = int(found.links.same.sum())
    return f"near-duplicates: {pictures:,} pictures in {len(groups):,} clusters, {exact:,} pairs with the same pixels"


def _nearest(found: Duplicates) -> dict[int, str]:
    """Return of each linked picture how far its nearest other is, in bits, or that the pixels are the same."""
    nearest: dict[int, tuple[int, str]] = {}
    for first, second, distance, same in zip(*found.links, strict=True):
        said = (-1, "same pixels") if same else (int(distance), f"{distance} bits")
        for place in (int(first), int(second)):
            nearest[place] = min(nearest.get(place, said), said)
    return {place: said for place, (_, said) in nearest.items()}
