"""Scale bars as rulers: eleven marks or dots at one distance from each other, as some instruments draw them."""

import numpy as np

from bench.data.scale.lines import Line, ScaleBar

_MARKS = 9
"""The least number of marks: letters seldom stand so evenly."""
_STEP = 60
"""Least difference of a mark from the paper beside it, in grey levels."""
_PITCHES = (4, 0.08)
"""Smallest distance of marks in pixels, and the largest as a share of the picture's width."""
_WIDEST = 8
_MOST = 40


def rulers(levels: np.ndarray) -> list[ScaleBar]:
    """Return the rulers of a picture (H, W) uint8, from the middle of the first mark to that of the last."""
    bars: list[ScaleBar] = []
    for light in (False, True):
        values = levels.astype(np.int16) if light else 255 - levels.astype(np.int16)
        rows = sorted(_even_rows(values))
        bars += [_bar(values, light, *group) for group in _grouped(rows)[:_MOST]]
    return bars


def _even_rows(values: np.ndarray) -> list[tuple[int, float, float]]:
    """Return row, first and last middle of marks of each row with evenly spaced marks."""
    width = values.shape[1]
    low = np.minimum(np.roll(values, _WIDEST // 2, axis=1), np.roll(values, -(_WIDEST // 2), axis=1))
    marks = values - np.maximum(low, values.min(axis=1, keepdims=True)) >= _STEP
    edges = np.diff(np.pad(marks, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    thin = ends - starts <= _WIDEST
    rows, middles = rows[thin], (starts[thin] + ends[thin] - 1) / 2
    if len(rows) < _MARKS:
        return []
    pitches = np.where(rows[1:] == rows[:-1], np.diff(middles), 0)
    near = np.abs(np.diff(pitches)) <= np.maximum(1.0, 0.06 * pitches[1:])
    even = near & (pitches[1:] >= _PITCHES[0]) & (pitches[1:] <= _PITCHES[1] * width) & (pitches[:-1] >= _PITCHES[0])
    changes = np.diff(np.pad(even, 1).astype(np.int8))
    firsts, lasts = np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)
    long = lasts - firsts >= _MARKS - 2
    # The pitch at place n is between marks n and n + 1, and `even` at n compares pitches n and n + 1.
    return [
        (int(rows[first]), float(middles[first]), float(middles[last + 1]))
        for first, last in zip(firsts[long], lasts[long], strict=True)
    ]


def _grouped(rows: list[tuple[int, float, float]]) -> list[tuple[int, int, float, float]]:
    """Return top, bottom, first and last middle of neighbouring rows with the same ends."""
    groups: list[list[float]] = []
    for row, first, last in rows:
        for group in groups:
            if row - group[1] <= 1 and abs(first - group[2]) <= 1.5 and abs(last - group[3]) <= 1.5:
                group[1] = row + 1
                break
        else:
            groups.append([row, row + 1, first, last])
    groups.sort(key=lambda group: group[0] - group[1])
    return [(int(top), int(bottom), first, last) for top, bottom, first, last in groups]


def _bar(values: np.ndarray, light: bool, top: int, bottom: int, first: float, last: float) -> ScaleBar:
    left, right = int(first), int(np.ceil(last)) + 1
    marks = values[top:bottom, left:right]
    ink, paper = float(np.percentile(marks, 95)), float(np.percentile(marks, 30))
    spread = float(np.percentile(marks, 45) - np.percentile(marks, 5)) / max(ink - paper, 1.0)
    levels = (ink, paper) if light else (255 - ink, 255 - paper)
    return ScaleBar(Line(top, bottom, left, right, light), last - first, *levels, 0, spread, is_ruler=True)
