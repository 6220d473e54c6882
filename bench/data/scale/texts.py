"""Texts near a scale bar: boxes around letters of its ink on its paper."""

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np
from scipy import ndimage

from bench.data.scale.letters import PixelBox
from bench.data.scale.lines import ScaleBar

_REACH_ROWS, _REACH_COLUMNS = 0.12, 0.25
"""How far from a bar its label is searched, as shares of the picture's height and width."""
_SMALLEST = 4
"""The least height of a letter in pixels."""
_HEIGHTS = (0.006, 0.09)
"""Smallest and largest height of a letter, as shares of the picture's height."""
_INK_SHARE = 0.42
_WORD_GAP, _TEXT_GAP = 0.3, 1.1
"""Gaps between words and between texts, in heights of letters."""
_WORDS, _PIECES = 3, 250
_PART = 5.0
"""How much further away words count that follow others, as in 'Aperture Size = 30 µm'."""
_SHAPES = (0.9, 14.0)
"""Narrowest and widest text, in heights of letters."""


class Text(NamedTuple):
    """A text that may be a bar's label: its box, and its distance from the bar in heights of letters."""

    box: PixelBox
    distance: float


def texts(levels: np.ndarray, bar: ScaleBar, size: tuple[int, int]) -> list[Text]:
    """Return texts that may be the label of a bar of a picture (H, W) uint8; ``size`` is the whole picture's (H, W)."""
    window = _window(levels, bar, size)
    cut = levels[window.top : window.bottom, window.left : window.right].astype(np.float32)
    contrast = (cut - bar.paper) * (1 if bar.line.light else -1)
    _without_bar(contrast, bar, window)
    strongest = float(np.percentile(contrast, 99.3)) if contrast.size else 0.0
    least = abs(bar.ink - bar.paper)
    # The paper goes on beyond the window: the first word in it may follow others.
    cut_off = window.left > 1 and bar.line.left - window.left >= round(_REACH_COLUMNS * size[1])
    leading: dict[PixelBox, bool] = {}
    for level in {_INK_SHARE * max(least, strongest), _INK_SHARE * least}:
        for box, leads in _boxes(contrast > max(level, 8.0), size[0], whole=not cut_off):
            moved = PixelBox(
                box.top + window.top, box.left + window.left, box.bottom + window.top, box.right + window.left
            )
            leading[moved] = leading.get(moved, False) or leads
    placed = [(box, _distance(box, bar), leads) for box, leads in leading.items()]
    near = [Text(box, far + _PART * (not leads)) for box, far, leads in placed if far is not None]
    return sorted(near, key=lambda text: text.distance)


def _window(levels: np.ndarray, bar: ScaleBar, size: tuple[int, int]) -> PixelBox:
    """Return the bar's surroundings as far as its paper goes, at most the reach of labels."""
    line, half = bar.line, abs(bar.ink - bar.paper) / 2
    rows, columns = round(_REACH_ROWS * size[0]) + bar.ticks, round(_REACH_COLUMNS * size[1])
    inner = slice(line.left + 2, max(line.left + 3, line.right - 2))
    # Between the letters of a label is some paper.
    near = (np.abs(levels[:, inner].astype(np.float32) - bar.paper) < max(half, 40)).mean(axis=1) > 0.12
    top = _extent(near, line.top - 2, -1, rows)
    bottom = _extent(near, line.bottom + 1, 1, rows)
    band = levels[top : bottom + 1].astype(np.float32)
    plain = (np.abs(band - bar.paper) < max(half, 40)).mean(axis=0) > 0.2
    left = _extent(plain, line.left - 4, -1, columns)
    right = _extent(plain, line.right + 3, 1, columns)
    return PixelBox(top, left, bottom + 1, right + 1)


def _extent(paper: np.ndarray, start: int, step: int, most: int) -> int:
    """Return the last place from ``start`` on that is paper; two places in a row that are not end it."""
    place = last = min(max(start, 0), len(paper) - 1)
    misses = 0
    for _ in range(most):
        place += step
        if not 0 <= place < len(paper):
            break
        misses = 0 if paper[place] else misses + 1
        if misses > 2:
            break
        if paper[place]:
            last = place
    return last


def _without_bar(contrast: np.ndarray, bar: ScaleBar, window: PixelBox) -> None:
    """Remove the bar with its ticks."""
    line = bar.line
    left, right = max(0, line.left - window.left), line.right - window.left
    pieces = [(line.left, line.right)] if line.gap is None else [(line.left, line.gap[0]), (line.gap[1], line.right)]
    for start, end in pieces:
        columns = slice(max(0, start - 2 - window.left), max(0, end + 2 - window.left))
        contrast[max(0, line.top - 1 - window.top) : line.bottom + 1 - window.top, columns] = 0
    if bar.ticks:
        rows = slice(max(0, line.top - bar.ticks - 1 - window.top), line.bottom + bar.ticks + 1 - window.top)
        wide = max(3, round(0.05 * (line.right - line.left)))
        for end in (left, right):
            columns = slice(max(0, end - wide), end + wide)
            tall = contrast[rows, columns]
            ticks = (tall > 0.35 * abs(bar.ink - bar.paper)).mean(axis=0) > 0.4
            tall[:, ticks] = 0


def _boxes(ink: np.ndarray, height: int, whole: bool) -> Iterator[tuple[PixelBox, bool]]:
    """Yield boxes of words in rows of letters, and whether no word is close before them."""
    labelled = cast("tuple[np.ndarray, int]", ndimage.label(ink, np.ones((3, 3))))[0]
    places = cast("list[tuple[slice, slice]]", ndimage.find_objects(labelled))
    parts = [PixelBox(rows.start, columns.start, rows.stop, columns.stop) for rows, columns in places]
    # What touches a side of the paper is a box, a specimen or half a word.
    parts = [part for part in parts if part.left > 0 and part.right < ink.shape[1]]
    tallest = max(6.0, _HEIGHTS[1] * height)
    parts = [part for part in parts if part.bottom - part.top <= tallest and part.right - part.left <= 8 * tallest]
    least = max(_SMALLEST, round(_HEIGHTS[0] * height))
    letters = [part for part in parts if part.bottom - part.top >= least]
    points = [part for part in parts if part.bottom - part.top < least]
    # So many pieces are a specimen, no letters.
    for row in _rows(letters, points) if len(letters) <= _PIECES else []:
        yield from _runs_of_words(row, whole)


def _rows(letters: list[PixelBox], points: list[PixelBox]) -> list[list[PixelBox]]:
    """Return the letters of each text, from left to right: each is level with those just before it."""
    rows: list[list[PixelBox]] = []
    for part in sorted(letters, key=lambda part: part.left):
        near = [row for row in rows if _level(row, part)]
        if near:
            max(near, key=lambda row: row[-1].right).append(part)
        else:
            rows.append([part])
    boxes = [_around(row) for row in rows]
    for point in points:
        place = next((place for place, box in enumerate(boxes) if _holds(box, point)), None)
        if place is not None:
            rows[place].append(point)
    return [sorted(row, key=lambda part: part.left) for row in rows]


def _level(row: list[PixelBox], part: PixelBox) -> bool:
    """Return whether a letter goes on with a row: it overlaps with one of the last letters, and the gap is small."""
    last = max(row[-3:], key=lambda box: box.bottom - box.top)
    overlap = min(part.bottom, last.bottom) - max(part.top, last.top)
    talls = (part.bottom - part.top, last.bottom - last.top)
    alike = overlap >= 0.5 * min(talls) and max(talls) <= 2 * min(talls)
    return alike and part.left - max(box.right for box in row) <= 3 * max(talls)


def _holds(row: PixelBox, point: PixelBox) -> bool:
    """Return whether a point, or a piece of a letter, lies within a row of letters or right beside it."""
    middle = (point.top + point.bottom) / 2
    tall = row.bottom - row.top
    near = row.left - tall <= point.right and point.left <= row.right + tall / 2
    return near and row.top - 2 <= middle <= row.bottom + 2


def _runs_of_words(row: list[PixelBox], whole: bool) -> Iterator[tuple[PixelBox, bool]]:
    """Yield boxes of up to three words, and whether no word is close before them."""
    talls = [part.bottom - part.top for part in row]
    tall = float(np.median([each for each in talls if each > max(talls) / 2]))
    words: list[PixelBox] = []
    starts: list[bool] = []
    for part in row:
        gap = part.left - (words[-1].right if words else -10 * tall if whole else 0)
        if words and gap <= _WORD_GAP * tall:
            words[-1] = _around([words[-1], part])
        else:
            words.append(part)
            starts.append(gap > _TEXT_GAP * tall)
    for first in range(len(words)):
        for last in range(first + 1, min(first + _WORDS, len(words)) + 1):
            if any(starts[first + 1 : last]):
                break
            box = _around(words[first:last])
            shape = (box.right - box.left) / (box.bottom - box.top)
            if _SHAPES[0] <= shape <= _SHAPES[1] and box.bottom - box.top >= _SMALLEST:
                yield box, starts[first]


def _around(boxes: list[PixelBox]) -> PixelBox:
    tops, lefts, bottoms, rights = zip(*boxes, strict=True)
    return PixelBox(min(tops), min(lefts), max(bottoms), max(rights))


def _distance(box: PixelBox, bar: ScaleBar) -> float | None:
    """Return how far a text is from a bar, in heights of letters; None where no instrument writes a label."""
    line, tall = bar.line, box.bottom - box.top
    above, below = line.top - box.bottom, box.top - line.bottom
    if line.gap is not None:
        middle = (box.top + box.bottom - line.top - line.bottom) / 2
        inside = line.gap[0] <= box.left and box.right <= line.gap[1] and abs(middle) <= 0.6 * tall
        return 0.0 if inside else None
    if bar.ticks > 4 * tall or line.bottom - line.top > (3 if bar.is_ruler else 0.8) * tall:
        return None
    if max(above, below) >= 0:
        middle, slack = (box.left + box.right) / 2, max(0.6 * bar.length, 3 * tall)
        if not line.left - slack <= middle <= line.right + slack:
            return None
        beyond = max(0.0, line.left - middle, middle - line.right)
        distance = (max(0.0, max(above, below) - bar.ticks / 2) + beyond) / tall
        return distance if distance <= 3.5 else None
    gap = max(line.left - box.right, box.left - line.right)
    return gap / tall + 0.2 if 0 <= gap <= 2.5 * tall else None
