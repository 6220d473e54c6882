"""Batches of patch graphs, made by index arithmetic: every picture has the same number of nodes."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from bench.contracts import Micrographs
from bench.models.graphs.patches import Patches


class GraphBatch(NamedTuple):
    """B graphs of P nodes as one graph without edges between them, with torch_geometric's names.

    ``pixels`` (B, H, W) uint8, whose P patches are the nodes; ``edge_index`` (2, E) source and target of every edge;
    ``batch`` (B*P,) each node's graph; ``likeness`` (E,) how alike the two patches are, -1 to 1; ``side`` the square
    root of P.
    """

    pixels: Tensor
    edge_index: Tensor
    batch: Tensor
    likeness: Tensor
    side: int

    @property
    def edge_attr(self) -> Tensor:
        """Edge attributes (E, 3): dx and dy from source to target, in picture widths, and the similarity."""
        source, target = self.edge_index % self.side**2
        dx = (target % self.side - source % self.side) / self.side
        dy = (target // self.side - source // self.side) / self.side
        return torch.stack([dx, dy, self.likeness], dim=1)


@dataclass(frozen=True)
class PatchGraphs:
    """The graphs of M pictures, one after another.

    ``edges`` (all E, 2) unsigned: source and target, numbered within their picture; those of picture m start at
    ``offsets[m]`` (M + 1,) and end at the next; ``likeness`` (all E,) float16.
    """

    patches: Patches
    offsets: np.ndarray
    edges: np.ndarray
    likeness: np.ndarray

    def save(self, folder: Path) -> None:
        """Write one file per array."""
        for name in ("offsets", "edges", "likeness"):
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, patches: Patches) -> Self:
        """Read what ``save`` wrote, the edges memory-mapped."""
        edges, likeness = (np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in ("edges", "likeness"))
        return cls(patches, np.load(folder / "offsets.npy"), edges, likeness)

    def batch(self, images: Micrographs, device: str, positions: np.ndarray) -> GraphBatch:
        """Return, on the device, the graphs of a view's pictures at these positions (B,)."""
        return self.of(images.batch(positions), images.rows[positions], device)

    def of(self, pictures: np.ndarray, rows: np.ndarray, device: str) -> GraphBatch:
        """Return, on the device, the graphs (B,) at these rows as those of pictures (B, H, W)."""
        edge_index, likeness = self.joined(rows, device)
        pixels = torch.from_numpy(pictures).to(device)
        batch = torch.arange(len(rows) * self.patches.count, device=device) // self.patches.count
        return GraphBatch(pixels, edge_index, batch, likeness, self.patches.side)

    def joined(self, rows: np.ndarray, device: str) -> tuple[Tensor, Tensor]:
        """Return edges (2, E) and similarities (E,) of pictures (B,); node numbers of the b-th are shifted by b P."""
        starts = self.offsets[rows]
        counts = self.offsets[rows + 1] - starts
        before = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(starts - before, counts)
        shifts = np.repeat(np.arange(len(rows)) * self.patches.count, counts)
        # Both ends of an edge are read as one number and become int64 only here, to save disk space.
        ends = np.take(self._whole, places).view(self.edges.dtype).reshape(-1, 2)
        edge_index = torch.from_numpy(np.add(ends.T, shifts, order="C"))
        return edge_index.to(device), torch.from_numpy(np.take(self.likeness, places)).to(device).float()

    @cached_property
    def _whole(self) -> np.ndarray:
        """The edges with both ends as one number (all E,)."""
        return np.asarray(self.edges).view(f"u{2 * self.edges.itemsize}").reshape(-1)
