"""Scale bars as lines: long level strokes, solid or dashed, with or without end ticks, whole or around their label."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

_LENGTHS = (0.025, 0.75)
"""Shortest and longest bar, as a share of the picture's width."""
_SHORTEST = 8
_SLENDER = 4.0
"""The least length of a bar, in its heights; makers' marks are blocks."""
_REACHES = (2, 5, 12)
"""Distances above and below at which the paper is compared: a line is thinner than twice its reach."""
_STEP, _FAINT_STEP = 36, 12
"""Least difference of a line from a specimen around it, and from plain paper, in grey levels."""
_PAPER = 22
"""Largest distance of plain paper from white or black."""
_GAPS = (1, 3)
"""Longest gap in a line on a specimen, and in a dashed line on plain paper."""
_MOST = 40
"""The number of lines that are looked at, the evenest first, of each polarity; each has up to three rows."""


class Line(NamedTuple):
    """A level stroke: rows from ``top`` to before ``bottom``, columns from ``left`` to before ``right``.

    ``gap`` are the columns between the two pieces of a line that is interrupted by its label.
    """

    top: int
    bottom: int
    left: int
    right: int
    light: bool
    gap: tuple[int, int] | None = None


class ScaleBar(NamedTuple):
    """A scale bar: its line, its length in pixels, grey levels of ink and paper, and how far its ticks reach.

    ``ticks`` is the number of rows that end ticks reach beyond the line, 0 without ticks; ``noise`` how uneven ink and
    paper are, as a share of their difference; ``is_ruler`` that it is a row of marks, which may be tall.
    """

    line: Line
    length: float
    ink: float
    paper: float
    ticks: int
    noise: float
    is_ruler: bool = False


def lines(levels: np.ndarray) -> list[Line]:
    """Return level strokes of a picture (H, W) uint8 that may be scale bars."""
    every: list[Line] = []
    for light in (False, True):
        # Signed, so that differences can be negative.
        values = levels.astype(np.int16) if light else 255 - levels.astype(np.int16)
        strokes = [stroke for reach in _REACHES for stroke in _strokes(values, reach)]
        whole = [Line(*stroke, light) for stroke in _merged(strokes)]
        every += [*whole, *_interrupted(whole)]
    return every


def _interrupted(whole: list[Line]) -> Iterator[Line]:
    """Yield lines in two like pieces next to each other, with room for a label between them."""
    for first in whole:
        level = [line for line in whole if abs(first.top - line.top) <= 2 and abs(first.bottom - line.bottom) <= 2]
        second = min((line for line in level if line.left > first.right), key=lambda line: line.left, default=None)
        if second is None:
            continue
        gap, piece = second.left - first.right, first.right - first.left
        if 0.1 * piece < gap < 6 * piece and abs(second.right - second.left - piece) <= 0.12 * piece + 3:
            yield first._replace(right=second.right, gap=(first.right, second.left))


def _strokes(values: np.ndarray, reach: int) -> Iterator[tuple[float, int, int, int]]:
    """Yield unevenness, row, first and end column of each run of pixels that are lighter than above and below them."""
    height, width = values.shape
    if height <= 2 * reach:
        return
    # The paper is the darkest row within reach: a box around a bar may leave it one row.
    darkest, middle = _darkest(values, reach), values[reach:-reach]
    above, below = darkest[: len(middle)], darkest[reach + 1 :]
    around = np.maximum(above, below)
    step = middle - around
    least, most = max(_SHORTEST, _LENGTHS[0] * width), _LENGTHS[1] * width
    plain = (around <= _PAPER) | (np.minimum(above, below) >= 255 - _PAPER)
    for ridge, gap in ((step >= _STEP, _GAPS[0]), ((step >= _FAINT_STEP) & plain, _GAPS[1])):
        rows, starts, ends = _runs(ridge, gap)
        long = np.flatnonzero((ends - starts >= least) & (ends - starts <= most))
        for place in long:
            row, start, end = int(rows[place]), int(starts[place]), int(ends[place])
            # A dashed line is uneven, its plain paper is not.
            ink = 0.0 if gap == _GAPS[1] else middle[row, start:end].std()
            uneven = (ink + around[row, start:end].std()) / step[row, start:end].mean()
            yield float(uneven), row + reach, start, end


def _darkest(values: np.ndarray, rows: int) -> np.ndarray:
    """Return the minimum of each so many rows that follow each other; scipy's filter takes ten times as long."""
    darkest, span = values, 1
    while span < rows:
        step = min(span, rows - span)
        darkest = np.minimum(darkest[:-step], darkest[step:])
        span += step
    return darkest


def _runs(ridge: np.ndarray, gap: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows, starts and ends of all runs of True; gaps of up to ``gap`` pixels are closed."""
    padded = np.pad(ridge, ((0, 0), (1, 1)))
    changes = np.flatnonzero(padded.reshape(-1)[1:] != padded.reshape(-1)[:-1])
    rows, starts = np.divmod(changes[::2], padded.shape[1])
    ends = changes[1::2] - rows * padded.shape[1]
    if not len(rows):
        return rows, starts, ends
    apart = (rows[1:] != rows[:-1]) | (starts[1:] - ends[:-1] > gap)
    first = np.flatnonzero(np.concatenate([[True], apart]))
    last = np.append(first[1:], len(rows)) - 1
    return rows[first], starts[first], ends[last]


def _merged(strokes: list[tuple[float, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return top, bottom, left and right of the evenest strokes, those of neighbouring rows and like ends as one."""
    lines: list[list[int]] = []
    evenest = {(row, start, end): uneven for uneven, row, start, end in sorted(strokes, reverse=True)}
    for row, start, end in sorted(sorted(evenest, key=evenest.__getitem__)[: 3 * _MOST]):
        near = max(2, round(0.04 * (end - start)))
        for line in reversed(lines):
            if row - line[1] <= 2 and abs(start - line[2]) <= near and abs(end - line[3]) <= near:
                line[1] = max(line[1], row + 1)
                line[2], line[3] = min(start, line[2]), max(end, line[3])
                break
        else:
            lines.append([row, row + 1, start, end])
    return [(top, bottom, left, right) for top, bottom, left, right in lines]


def measured(levels: np.ndarray, line: Line) -> ScaleBar | None:
    """Return a line as a scale bar with its length, or None for a stroke that does not end as a bar does.

    With ticks, the length is from the middle of one to the middle of the other; else from edge to edge.
    """
    height, width = levels.shape
    across = line.right - line.left
    values = levels[:, max(0, line.left - across) : line.right + across].astype(np.float32)
    values = values if line.light else 255 - values
    shift = line.left - max(0, line.left - across)
    piece = across if line.gap is None else line.gap[0] - line.left
    inner = values[:, shift + piece // 8 : shift + piece - piece // 8]
    line, ink, paper = _grown(inner, line)
    if (
        across < _SLENDER * (line.bottom - line.top)
        or ink - paper < _FAINT_STEP
        or not _apart(inner, line, (ink + 2 * paper) / 3)
    ):
        return None
    margin = max(3, round(0.05 * piece))
    reach = max(8, across)
    top, bottom = max(0, line.top - reach), min(height, line.bottom + reach)
    first = max(0, shift - 3 * margin)
    shares = np.clip((values[top:bottom, first : shift + across + 3 * margin] - paper) / (ink - paper), 0, 1.5)
    left, right = shift - first, shift - first + across
    rows = slice(line.top - top, line.bottom - top)
    stroke = shares[rows].mean(axis=0)
    # The feet of letters are a dashed line, too, but their legs are above it.
    solid = (stroke[left + piece // 8 : left + piece - piece // 8] > 0.5).mean() > 0.95
    if not solid and not _apart(inner, line, paper + 0.12 * (ink - paper)):
        return None
    # Dashes make a line uneven, but not its paper.
    noise = (_spread(inner[line.top : line.bottom]) / 2 + _spread(_beside(inner, line))) / (ink - paper)
    within = slice(left + piece // 4, left + piece - piece // 4)
    ends = [_tick(shares, rows, left, margin, -1, within), _tick(shares, rows, right - 1, margin, 1, within)]
    if all(end.reach >= 2 for end in ends) and _alike(ends[0].reach, ends[1].reach):
        reached = max(end.reach for end in ends)
        return ScaleBar(line, ends[1].column - ends[0].column, *_levels(line, ink, paper), reached, noise)
    # A line with a tick at one end alone is a piece of another.
    if max(end.reach for end in ends) >= 2:
        return None
    length = _from_edge_to_edge(stroke, left, right) if line.gap is None else float(across)
    if length > across + 2 * margin:
        return None
    return ScaleBar(line, length, *_levels(line, ink, paper), 0, noise)


def _levels(line: Line, ink: float, paper: float) -> tuple[float, float]:
    return (ink, paper) if line.light else (255 - ink, 255 - paper)


def _grown(inner: np.ndarray, line: Line) -> tuple[Line, float, float]:
    """Return a line with all rows of its ink, and levels of ink and paper, of the columns (H, w) of a line."""
    # More than half of a dotted line may be paper.
    medians = np.percentile(inner, 70, axis=1)
    ink = float(medians[line.top : line.bottom].max())
    above = medians[max(0, line.top - 4 - (line.bottom - line.top)) : line.top]
    below = medians[line.bottom : line.bottom + 4 + (line.bottom - line.top)]
    paper = float(max(above.min(initial=ink), below.min(initial=ink)))
    if ink - paper < _FAINT_STEP:
        return line, ink, paper
    inked = np.flatnonzero(medians[line.top : line.bottom] - paper > 0.5 * (ink - paper))
    top, bottom = line.top + int(inked[0]), line.top + int(inked[-1]) + 1
    while top > 0 and medians[top - 1] - paper > 0.5 * (ink - paper):
        top -= 1
    while bottom < len(medians) and medians[bottom] - paper > 0.5 * (ink - paper):
        bottom += 1
    return line._replace(top=top, bottom=bottom), ink, paper


def _apart(inner: np.ndarray, line: Line, most: float) -> bool:
    """Return whether a row of paper is on both sides of a line: the strokes of letters go on."""
    above, below = inner[max(0, line.top - 2) : line.top], inner[line.bottom : line.bottom + 2]
    return all(rows.mean(axis=1).min(initial=255) <= most for rows in (above, below) if len(rows))


def _beside(inner: np.ndarray, line: Line) -> np.ndarray:
    """Return the rows next to a line."""
    return inner[[row for row in (line.top - 2, line.top - 1, line.bottom, line.bottom + 1) if 0 <= row < len(inner)]]


def _spread(rows: np.ndarray) -> float:
    """Return how much the levels of a row differ from each other, without its ends, in grey levels."""
    if not rows.size:
        return 0.0
    low, high = np.percentile(rows, [15, 85], axis=1)
    return float(np.min(high - low))


def _from_edge_to_edge(stroke: np.ndarray, left: int, right: int) -> float:
    """Return a line's length from the shares of ink along it: its edges are where half of the ink is left."""
    solid = float(np.median(stroke[left:right]))
    if solid < 0.4:
        return float(right - left)
    half = stroke > 0.5 * solid
    middle = (left + right) // 2
    # A dashed line goes on after a gap; a solid one ends there, even if a specimen as dark follows a box's side.
    gap = 0 if half[left + 2 : right - 2].all() else _GAPS[1]
    first = middle - _inked(half[:middle][::-1], gap)
    last = middle + _inked(half[middle:], gap) - 1
    if last <= first:
        return float(right - left)
    # The pixels at both edges hold a part of the line each.
    parts = stroke[max(0, first - 1) : first + 1].sum() + stroke[last : last + 2].sum()
    return float(last - first - 1 + min(3.0, parts / solid))


def _inked(half: np.ndarray, gap: int) -> int:
    """Return how far ink goes from the first pixel on, over gaps of at most ``gap`` pixels."""
    places = np.flatnonzero(np.concatenate([[True], half]))
    wide = np.flatnonzero(np.diff(places) > gap + 1)
    return int(places[wide[0]] if len(wide) else places[-1])


class _End(NamedTuple):
    """A tick's middle column, and the number of rows that it reaches beyond the line."""

    column: float
    reach: int


def _tick(shares: np.ndarray, rows: slice, place: int, margin: int, side: int, within: slice) -> _End:
    """Return the tick at an end of a line, the left (-1) or right (1) one; its reach is 0 if there is none."""
    none = _End(float(place), 0)
    inked = shares[rows].max(axis=0) > 0.3
    edge = min(max(place, 0), len(inked) - 1)
    edge -= side * (not inked[edge])
    # The side of a box around the bar is as tall as a tick, but paper lies between it and the line.
    while 0 <= edge + side < len(inked) and inked[edge + side] and abs(edge + side - place) <= margin:
        edge += side
    left, right = sorted((edge, edge - side * (margin + 1)))
    left, right = max(0, left), min(len(inked), right + 1)
    # A blurred line has a halo, which is no part of the tick.
    reaches = _reach(shares[: rows.start][::-1]) + _reach(shares[rows.stop :])
    reaches = reaches[left:right] - int(np.median(reaches[within]))
    tallest = int(reaches.max(initial=0))
    if tallest < 2:
        return none
    columns = np.flatnonzero(reaches >= 0.6 * tallest)
    if len(columns) < columns[-1] - columns[0] + 1 or len(columns) > max(3, margin):
        return none
    near = slice(max(0, columns[0] - 1), columns[-1] + 2)
    deep = max(1, tallest // 2)
    both = np.concatenate([shares[max(0, rows.start - deep) : rows.start], shares[rows.stop : rows.stop + deep]])
    halo = np.median(both[:, within], axis=1, keepdims=True)
    weights = np.clip(both[:, left:right][:, near] - halo, 0, None).sum(axis=0)
    if not weights.any():
        return none
    middle = float((weights * np.arange(left + near.start, left + near.start + len(weights))).sum() / weights.sum())
    return _End(middle, tallest)


def _reach(shares: np.ndarray) -> np.ndarray:
    """Return for each column how many rows of ink follow each other from the line on."""
    return np.logical_and.accumulate(shares > 0.35, axis=0).sum(axis=0)


def _alike(first: int, second: int) -> bool:
    return min(first, second) >= 0.5 * max(first, second)
