"""Pictures with ids and categories, as they pass between dataset, model and task."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

MID_GREY = 128
"""The level of a picture that shows nothing."""


@dataclass(frozen=True)
class Micrographs:
    """Pictures with their ids and categories: a view of rows of one memory-mapped array.

    ``pixels`` (M, H, W) uint8 grey, the whole dataset; ``rows`` (N,) the rows of this view;
    ``ids`` (N,); ``labels`` (N,) indices into the C ``categories``; ``digest`` identifies what decides ``pixels``, as a
    key for what is computed from them; '' if it is unknown. ``pixel_sizes`` (N, 2) are the nanometres that a pixel of
    ``pixels`` is high and wide, NaN for a picture whose scale is unknown; None if no picture's is known.
    """

    pixels: np.ndarray
    rows: np.ndarray
    ids: tuple[str, ...]
    labels: np.ndarray
    categories: tuple[str, ...]
    digest: str = ""
    pixel_sizes: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def micrographs(self) -> Micrographs:
        """The pictures themselves, as ``Instructions`` has those that it is about."""
        return self

    def batch(self, positions: np.ndarray | slice) -> np.ndarray:
        """Return the uint8 pictures (B, H, W) at these positions of the view."""
        return self.pixels[self.rows[positions]]

    def take(self, positions: np.ndarray) -> Micrographs:
        """Return the view of these positions."""
        ids = tuple(self.ids[position] for position in positions)
        sizes = None if self.pixel_sizes is None else self.pixel_sizes[positions]
        return replace(self, rows=self.rows[positions], ids=ids, labels=self.labels[positions], pixel_sizes=sizes)

    def with_grey(self) -> Micrographs:
        """Return these pictures, in memory, and a mid-grey one behind them that belongs to no category."""
        grey = np.full((1, *self.pixels.shape[1:]), MID_GREY, dtype=np.uint8)
        sizes = None if self.pixel_sizes is None else np.concatenate([self.pixel_sizes, np.full((1, 2), np.nan)])
        return replace(
            self,
            pixels=np.concatenate([self.pixels[self.rows], grey]),
            rows=np.arange(len(self) + 1),
            ids=(*self.ids, "grey"),
            labels=np.append(self.labels, -1),
            pixel_sizes=sizes,
            digest="",
        )

    def joined(self, others: Micrographs) -> Micrographs:
        """Return these pictures and others of another array, in memory, in one array; its digest is unknown."""
        return replace(
            self,
            pixels=np.concatenate([each.pixels[each.rows] for each in (self, others)]),
            rows=np.arange(len(self) + len(others)),
            ids=(*self.ids, *(f"joined {name}" for name in others.ids)),
            labels=np.concatenate([self.labels, others.labels]),
            pixel_sizes=None,
            digest="",
        )

    def unlabelled(self) -> Micrographs:
        """Return the same pictures without labels and under other ids: what a model may see when it is asked.

        Ids are file names, in folders named after categories.
        """
        ids = tuple(str(position) for position in range(len(self)))
        return replace(self, ids=ids, labels=np.full(len(self), -1))
