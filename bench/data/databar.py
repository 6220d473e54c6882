"""Detection of a micrograph's data bar: a uniform strip with instrument text near the lower border."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np

_LOWER_SHARE = 0.45
"""The share of the height, from below, in which a bar is searched."""
_HEIGHTS = (0.02, 0.18)
"""Smallest and largest height of a bar, as a share of the picture's."""
_PAPER_DISTANCE = 16
"""Largest distance of paper from white or black, in grey levels, to allow for JPEG and resizing. A larger value would
accept dark specimens."""
_PAPER_SHARE = 0.5
_COVERED_SHARE, _COVERED_DISTANCE, _COVERED_HEIGHT = 0.2, 48, 0.05
"""A scale bar or dense text leaves this share of (blurred) paper in a row, over at most this share of the height."""
_INK_DISTANCE = 90
"""Least distance of ink from paper, in grey levels; resized letters are grey."""
_INK_SHARES = (0.01, 0.45)
_CHANGES = 6
"""Least number of changes between paper and ink along the busiest row of a text."""
_BLENDED = 0.75
"""A border row whose distance from paper is below this share of the next row's is a mixture of bar and specimen."""


class _Rows(NamedTuple):
    """For every row: shares of paper, blurred paper and ink, changes of ink, mean distance from paper."""

    paper: np.ndarray
    blurred: np.ndarray
    ink: np.ndarray
    changes: np.ndarray
    distance: np.ndarray


def find_bars(pictures: np.ndarray) -> np.ndarray:
    """Return first row and end row (B, 2) of each picture's data bar, (0, 0) if there is none.

    ``pictures`` (B, H, W) uint8. A bar is a run of rows that are white or black over at least half of the width,
    with ink that changes often along a row; of several runs the one with the busiest row is taken.
    """
    height = pictures.shape[1]
    first = height - round(_LOWER_SHARE * height)
    lower = pictures[:, first:]
    sides = [_rows(255 - lower), _rows(lower)]  # from white paper, from black
    bars = np.zeros((len(pictures), 2), np.int64)
    for number in range(len(pictures)):
        runs = [run for rows in sides for run in _written(_Rows(*(values[number] for values in rows)), height)]
        if runs:
            _, top, end = max(runs)
            bars[number] = first + top, first + end
    return bars


def without_bars(pictures: np.ndarray, bars: np.ndarray) -> np.ndarray:
    """Return the pictures with each bar filled with the mean of its picture's other rows.

    Mid-grey would be a new bar with a sharp edge on a dark or bright specimen, and would shift the brightness of the
    picture; the mean has the least contrast to its surroundings.
    """
    blank = pictures.copy()
    for picture, (top, end) in zip(blank, bars, strict=True):
        if end:
            picture[top:end] = round(float(np.concatenate([picture[:top], picture[end:]]).mean()))
    return blank


def masked(pictures: np.ndarray) -> np.ndarray:
    """Return pictures (B, H, W) without the data bars that they have."""
    return without_bars(pictures, find_bars(pictures))


def _rows(distance: np.ndarray) -> _Rows:
    ink = distance >= _INK_DISTANCE
    changes = np.count_nonzero(ink[..., 1:] != ink[..., :-1], axis=2)
    paper, blurred = (np.mean(distance <= most, axis=2) for most in (_PAPER_DISTANCE, _COVERED_DISTANCE))
    return _Rows(paper, blurred, np.mean(ink, axis=2), changes, distance.mean(axis=2))


def _written(rows: _Rows, height: int) -> Iterator[tuple[int, int, int]]:
    """Yield the changes on the busiest row, first row and end row of each run of paper with text."""
    plain = _closed(rows.paper >= _PAPER_SHARE, rows.blurred >= _COVERED_SHARE, round(_COVERED_HEIGHT * height))
    top = 0
    for paper, run in groupby(plain):
        end = top + len(list(run))
        if paper and _HEIGHTS[0] * height <= end - top <= _HEIGHTS[1] * height:
            busiest, ink = int(rows.changes[top:end].max()), rows.ink[top:end].mean()
            if busiest >= _CHANGES and _INK_SHARES[0] <= ink <= _INK_SHARES[1]:
                yield busiest, *_with_blended(rows.distance, top, end)
        top = end


def _closed(plain: np.ndarray, covered: np.ndarray, longest: int) -> np.ndarray:
    """Return the rows of paper, with short gaps between them filled where a scale bar or dense text covers them."""
    closed = plain.copy()
    places = np.flatnonzero(plain)
    for before, after in zip(places[:-1], places[1:], strict=True):
        if after - before <= longest + 1 and covered[before:after].all():
            closed[before:after] = True
    return closed


def _with_blended(distance: np.ndarray, top: int, end: int) -> tuple[int, int]:
    """Return the run including border rows that are part bar, part specimen."""
    if top >= 2 and distance[top - 1] < _BLENDED * distance[top - 2]:
        top -= 1
    if end + 2 <= len(distance) and distance[end] < _BLENDED * distance[end + 1]:
        end += 1
    return top, end
