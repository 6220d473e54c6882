"""Graphs of a dataset's pictures: which patches are joined, computed once and cached.

Nodes are patches. ``knn`` joins each to those that look most alike, ``grid`` to those around it. Likeness is the
cosine of raw pixels and not of anything learned, so that a graph depends on its picture alone: it is built once, and
all folds and models share it. The picture's mean is taken off first: without it all cosines are near 1, with it
neither the brightness nor the contrast of the exposure changes a graph.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from bench.contracts import Micrographs
from bench.errors import BenchError
from bench.models.graphs.batches import PatchGraphs
from bench.models.graphs.patches import Patches
from bench.specs import Setting
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.terminal.progress import Progress

_NUMBERS = 2**24
"""The largest number of values of a chunk of pictures while it is joined (64 MB)."""
_BLANK = 1e-3
"""Length below which a patch is similar to none: rounding leaves this much of a blank patch, while a single pixel one
grey level off the mean gives 0.008."""
_PREFERENCE = 1e-6
"""Loss of similarity per patch side of distance: of equally similar patches, as in a blank picture, the nearest become
neighbours, whatever the processor's rounding."""


@dataclass(frozen=True)
class Joining:
    """How graphs are built: the kind, and for ``knn`` the number of most similar patches that each is joined to.

    A patch may have more neighbours, because edges run in both directions. BenchError if there would be none.
    """

    graph: Annotated[Literal["knn", "grid"], Setting("knn joins the patches most alike, grid those side by side")] = (
        "knn"
    )
    neighbours: Annotated[int, Setting("knn: how many patches each is joined to at least", ge=1, le=10_000)] = 8
    patch_size: Annotated[int, Setting("side of a patch in pixels", ge=1, le=4096)] = 32

    def __post_init__(self) -> None:
        if self.neighbours < 1:
            raise BenchError(f"neighbours = {self.neighbours}: a patch needs at least 1 neighbour; try 8")

    def clear(self) -> dict[str, Any]:
        """Return what determines a graph, as the key of the cache."""
        return {key: value for key, value in asdict(self).items() if key != "neighbours" or self.graph == "knn"}


def patch_graphs(images: Micrographs, joining: Joining, progress: Progress) -> PatchGraphs:
    """Return the graphs of all pictures behind the view ``images``, built at the first call."""
    patches = Patches(images.pixels.shape[1], joining.patch_size)
    clear = {
        "pictures": images.digest or sha256(np.ascontiguousarray(images.pixels).data).hexdigest(),
        "shape": images.pixels.shape,
        "code": code_digests("bench.models.graphs.building"),
        **joining.clear(),
    }
    folder = cached("patch graphs", clear, partial(build_graphs, images.pixels, patches, joining, progress))
    return PatchGraphs.load(folder, patches)


def build_graphs(pixels: np.ndarray, patches: Patches, joining: Joining, progress: Progress, folder: Path) -> None:
    """Join the patches of pictures (M, H, W), a chunk at a time, and write their ``PatchGraphs``."""
    progress.start("joining patches to graphs", len(pixels))
    joined_graphs(pixels, patches, joining, progress.advance).save(folder)


def joined_graphs(
    pixels: np.ndarray, patches: Patches, joining: Joining, advance: Callable[[int], None] = lambda done: None
) -> PatchGraphs:
    """Return the graphs of pictures (M, H, W); ``advance`` is told how many are joined, a chunk at a time."""
    join = partial(_most_alike, count=joining.neighbours) if joining.graph == "knn" else _around
    number = np.uint8 if patches.count <= 256 else np.uint16 if patches.count <= 65536 else np.uint32
    counts, edges, likeness = [], [], []
    for start, likely in _alike(pixels, patches):
        joined = join(likely, _distances(patches))
        pictures, sources, targets = joined.nonzero(as_tuple=True)
        counts.append(torch.bincount(pictures, minlength=len(likely)).numpy())
        edges.append(torch.stack([sources, targets], dim=1).numpy().astype(number))
        likeness.append(likely[joined].numpy().astype(np.float16))
        advance(start + len(likely))
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return PatchGraphs(patches, offsets, np.concatenate(edges), np.concatenate(likeness))


def _alike(pixels: np.ndarray, patches: Patches) -> Iterator[tuple[int, Tensor]]:
    """Yield the first position of each chunk and its patches' similarity (n, P, P), -1 to 1; 0 for constant patches."""
    chunk = max(1, _NUMBERS // (patches.count * max(patches.count, patches.width)))
    for start in range(0, len(pixels), chunk):
        cut = patches.cut(torch.from_numpy(np.array(pixels[start : start + chunk])))
        about_zero = normalize(cut - cut.mean((1, 2), keepdim=True), dim=-1, eps=_BLANK)
        yield start, about_zero @ about_zero.mT


def _distances(patches: Patches) -> Tensor:
    """Return the distances between patches (P, P), in patches."""
    rows, columns = torch.arange(patches.count) // patches.side, torch.arange(patches.count) % patches.side
    return torch.hypot((rows[:, None] - rows).float(), (columns[:, None] - columns).float())


def _most_alike(likeness: Tensor, distances: Tensor, count: int) -> Tensor:
    """Join each patch to the ``count`` most similar, in both directions (n, P, P); to all others if there are fewer."""
    preferred = likeness - _PREFERENCE * distances
    preferred.diagonal(dim1=1, dim2=2).fill_(-torch.inf)
    nearest = preferred.sort(dim=-1, descending=True, stable=True).indices[..., : min(count, len(distances) - 1)]
    joined = torch.zeros_like(likeness, dtype=torch.bool).scatter_(-1, nearest, True)
    return joined | joined.mT


def _around(likeness: Tensor, distances: Tensor) -> Tensor:
    """Join each patch to the eight around it (n, P, P), fewer at the rim."""
    return ((distances > 0) & (distances < 2)).expand_as(likeness)
