"""A dataset's contents as text: counts (found and published), sizes of its files, near-duplicates."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from tabulate import tabulate

from bench.contracts import Dataset, Micrographs
from bench.data.dataset import summed_up
from bench.data.decoding import CONTRAST
from bench.data.duplicates import Duplicates, clusters
from bench.data.perceptual import BITS
from bench.errors import BenchError
from bench.specs.json_data import JSONObject
from bench.tasks.datasets.synthetic.priors import SEM_COUNTS

_SHOWN = 8
"""The largest number of lines of a list; the rest is only counted."""


def info(dataset: Dataset, near: Duplicates | None) -> str:
    """Return counts per category, sizes of the files, pictures set aside, and near-duplicates if they are known."""
    lines = [_counts(dataset), *_sizes(getattr(dataset, "sizes", tuple)()), *_scales(getattr(dataset, "pictures", ()))]
    lines += [f"{key}: {text}" for key, text in getattr(dataset, "source", {}).items()]
    lines += _aside(dataset.set_aside())
    if near is None:
        lines.append("near-duplicates: unknown; `bench data duplicates` finds them")
    else:
        lines.append(_summary(near))
    return "\n".join(lines)


def inventory(dataset: Any) -> JSONObject:
    """Return a dataset's name, its categories with their counts, and an entry for each of its files.

    Without categories if it cannot be learned from: ``flaw`` then says why. BenchError if it consists of no files.
    """
    if not hasattr(dataset, "files"):
        raise BenchError(f"the dataset {dataset.name!r} consists of no files; name a folder, --dataset folder:PATH")
    files = dataset.files()
    try:
        counts = np.bincount(dataset.labels(), minlength=len(dataset.categories))
        categories, flaw = dict(zip(dataset.categories, map(int, counts), strict=True)), ""
    except BenchError as error:
        categories, flaw = {}, str(error)
    return {"dataset": dataset.name, "categories": categories, "flaw": flaw, "files": files}


class NearDuplicate(NamedTuple):
    """A picture with near-duplicates: the number of its cluster, and the distance in words to the ``nearest`` one."""

    cluster: int
    picture: str
    category: str
    nearest: str


def duplicates_by_picture(micrographs: Micrographs, near: Duplicates) -> list[NearDuplicate]:
    """Return the pictures that have near-duplicates, cluster by cluster."""
    nearest = _nearest(near)
    return [
        NearDuplicate(
            number,
            micrographs.ids[place],
            micrographs.categories[micrographs.labels[place]],
            nearest[int(place)],
        )
        for number, places in enumerate(clusters(near), start=1)
        for place in places
    ]


def duplicates_listed(micrographs: Micrographs, near: Duplicates, most: int) -> str:
    """Return a line per picture with near-duplicates, cluster by cluster, with its distance to the nearest one."""
    rows = duplicates_by_picture(micrographs, near)
    head = f"{_summary(near)} (hashes differ in at most {most} of {BITS} bits)"
    return "\n\n".join([head, tabulate(rows, headers=["cluster", "picture", "category", "nearest"])]) if rows else head


def _counts(dataset: Dataset) -> str:
    """Tabulate pictures per category, with the published counts if all categories are the SEM dataset's."""
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
    note = "published: Aversa et al. 2018, edition majority; each count includes the folder itself and is one too high"
    return f"{dataset.name}\n\n{table}\n" + (f"{note}\n" if published else "")


def _sizes(sizes: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Yield a line with the sizes of the pictures, width and height in pixels."""
    counts = Counter(sizes)
    if counts:
        sizes_shown = [f"{count:,} of {width} x {height}" for (width, height), count in counts.most_common(_SHOWN)]
        rest = len(counts) - len(sizes_shown)
        yield "sizes: " + ", ".join(sizes_shown) + (f", and {rest} other sizes" if rest else "")


def _scales(pictures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield how many pictures have a known scale, of which size a pixel is, and why others have none."""
    sizes = [picture["pixel_size_nm"] for picture in pictures if picture["pixel_size_nm"]]
    if sizes:
        sources = Counter(picture["scale_source"] for picture in pictures if picture["pixel_size_nm"])
        range_text = f"{min(sizes):.3g} to {max(sizes):.3g} nm per pixel" if len(sizes) > 1 else f"{sizes[0]:.3g} nm"
        of = ", ".join(f"{count:,} by {source}" for source, count in sources.most_common())
        yield f"scale: known of {len(sizes):,} of {len(pictures):,} pictures ({of}), {range_text}"
    elif pictures:
        yield "scale: known of no picture; a file of labels may state it in a column pixel_size_nm"
    notes = summed_up([f"{picture['id']}: {picture['scale_note']}" for picture in pictures if picture["scale_note"]])
    yield from (f"no scale: {note}" for note in notes[:_SHOWN])
    if len(notes) > _SHOWN:
        yield f"no scale: {len(notes) - _SHOWN:,} more"
    deep = sum((picture["bit_depth"] or 8) > 8 for picture in pictures)
    if deep:
        yield f"contrast: {CONTRAST}; {deep:,} pictures have more"


def _aside(sentences: tuple[str, ...]) -> Iterator[str]:
    reasons = summed_up(sentences)
    yield from (f"set aside: {sentence}" for sentence in reasons[:_SHOWN])
    if len(reasons) > _SHOWN:
        yield f"set aside for {len(reasons) - _SHOWN:,} other reasons: more"


def _summary(near: Duplicates) -> str:
    groups = clusters(near)
    pictures = sum(len(places) for places in groups)
    exact = int(near.links.same.sum())
    return f"near-duplicates: {pictures:,} pictures in {len(groups):,} clusters, {exact:,} pairs with the same pixels"


def _nearest(near: Duplicates) -> dict[int, str]:
    """Return for each linked picture the distance to its nearest one in bits, or that the pixels are the same."""
    nearest: dict[int, tuple[int, str]] = {}
    for first, second, distance, same in zip(*near.links, strict=True):
        distance_text = (-1, "same pixels") if same else (int(distance), f"{distance} bits")
        for place in (int(first), int(second)):
            nearest[place] = min(nearest.get(place, distance_text), distance_text)
    return {place: distance_text for place, (_, distance_text) in nearest.items()}
