"""The size of a picture's pixels, read off its scale bar and the label beside it."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from bench.data.scale.labels import BarLabel, label_of
from bench.data.scale.letters import PixelBox, log_probabilities, strip_of
from bench.data.scale.lines import Line, ScaleBar, lines, measured
from bench.data.scale.rulers import rulers
from bench.data.scale.texts import Text, texts

_SURE = 0.75
"""The least confidence of a scale that is told: better none than a wrong one."""
_LOWER, _OVERLAP = 0.55, 0.1
"""Where the lower part of a picture begins, in which most instruments write, and how far the upper reaches into it."""
_WIDEST = 2600
"""The width from which on a picture is read with fewer pixels: bars and letters are larger, too."""
_PER_BAR, _READ, _BARS = 8, 120, 80
"""The number of texts that are read beside a bar and in all, and of bars."""
_NOISE = 0.6
"""How uneven ink and paper of a bar may be, as a share of their difference."""
_FIELDS = (1.0, 2e8)
"""The smallest and largest width of a picture in nanometres."""
_TICKED = 0.3
"""The share of its noise that counts for a bar with end ticks: specimens have few such lines."""
_RIVAL, _TOLERANCE = 0.6, 0.05
"""The confidence from which on another scale makes the best one doubtful, if it differs by more than this share."""
_SIDE = 4
"""How far the ends of a box's upper and lower side may be apart, in pixels."""
_NEARER = 0.35
"""How much nearer to a label a bar must be than another to be its bar, in heights of letters."""
_PER_HEIGHT = 0.15
"""What each height of letters between bar and label, beyond the first, takes from confidence."""


class ReadScale(NamedTuple):
    """A scale bar that was read: label, its nanometres, length in pixels, size of a pixel in nm, and confidence 0 to 1.

    ``line`` and ``text`` are the boxes of the bar and of its label.
    """

    label: str
    nanometres: float
    length: float
    pixel_size_nm: float
    confidence: float
    line: PixelBox
    text: PixelBox


def read_scale(levels: np.ndarray) -> ReadScale | None:
    """Return the scale of a picture (H, W) uint8 as its bar says it, or None if none is read with confidence."""
    best = best_scale(levels)
    return best if best is not None and best.confidence >= _SURE else None


def best_scale(levels: np.ndarray) -> ReadScale | None:
    """Return the most likely scale of a picture (H, W) uint8, however sure; None if no line has a label."""
    factor = -(-levels.shape[1] // _WIDEST)
    if factor > 1:
        half = best_scale(np.asarray(Image.fromarray(levels).reduce(factor)))
        return None if half is None else _enlarged(half, factor)
    first = round(_LOWER * levels.shape[0])
    below = _chosen(_matches(levels[first:], levels.shape, first))
    if below is not None and below.confidence >= _SURE:
        return below
    above = _chosen(_matches(levels[: first + round(_OVERLAP * levels.shape[0])], levels.shape, 0))
    return max((scale for scale in (below, above) if scale is not None), key=_confidence, default=None)


def _enlarged(scale: ReadScale, factor: int) -> ReadScale:
    """Return a scale that was read off a picture with fewer pixels by this factor."""
    boxes = [PixelBox(*(factor * edge for edge in box)) for box in (scale.line, scale.text)]
    length, pixel = scale.length * factor, scale.pixel_size_nm / factor
    return scale._replace(length=length, pixel_size_nm=pixel, line=boxes[0], text=boxes[1])


def _confidence(scale: ReadScale) -> float:
    return scale.confidence


class _Match(NamedTuple):
    """A label and a bar that it may belong to, and how far from each other they are; end ticks bring a bar nearer."""

    scale: ReadScale
    distance: float


def _chosen(matches: list[_Match]) -> ReadScale | None:
    """Return the surest scale of those whose bar is nearest to its label; another as sure takes its confidence away."""
    nearest: dict[PixelBox, float] = {}
    for match in matches:
        nearest[match.scale.text] = min(match.distance, nearest.get(match.scale.text, match.distance))
    scales = [match.scale for match in matches if match.distance <= nearest[match.scale.text] + _NEARER]
    if not scales:
        return None
    best = max(scales, key=_confidence)
    rivals = [scale for scale in scales if _contradicts(scale, best)]
    rival = max(map(_confidence, rivals), default=0.0)
    return best._replace(confidence=best.confidence * (1 - 1.5 * max(0.0, rival - _RIVAL)))


def _contradicts(scale: ReadScale, best: ReadScale) -> bool:
    """Return whether a scale differs from the best, and not only by a worse box around the same text."""
    same = scale.text.left < best.text.right and best.text.left < scale.text.right
    same = same and scale.text.top < best.text.bottom and best.text.top < scale.text.bottom
    differs = abs(scale.pixel_size_nm / best.pixel_size_nm - 1) > _TOLERANCE
    return differs and not (same and scale.label != best.label and scale.confidence < 0.9 * best.confidence)


def _matches(levels: np.ndarray, size: tuple[int, ...], top: int) -> list[_Match]:
    bars = [*rulers(levels), *(bar for line in lines(levels) if (bar := measured(levels, line)) is not None)]
    bars = sorted(
        (bar for bar in bars if bar.noise <= _NOISE), key=lambda bar: bar.noise * (_TICKED if bar.ticks else 1)
    )
    labels: dict[PixelBox, BarLabel | None] = {}
    matches = []
    for bar in bars[:_BARS]:
        for text in texts(levels, bar, (size[0], size[1]))[:_PER_BAR]:
            if any(_is_framed(text.box, bar.line, other.line) for other in bars[:_BARS]):
                continue
            if text.box not in labels and len(labels) >= _READ:
                continue
            if text.box not in labels:
                labels[text.box] = label_of(log_probabilities(strip_of(levels, text.box, bar.line.light)))
            label = labels[text.box]
            if label is not None and (scale := _scale(bar, text, label, size[1])) is not None:
                moved = scale._replace(line=_moved(scale.line, top), text=_moved(scale.text, top))
                matches.append(_Match(moved, text.distance + _NEARER * 2 * (bar.ticks == 0)))
    return matches


def _is_framed(text: PixelBox, line: Line, other: Line) -> bool:
    """Return whether a text lies between two lines of like ends: they are the sides of a box."""
    first, second = sorted((line, other), key=lambda each: each.top)
    alike = abs(line.left - other.left) <= _SIDE and abs(line.right - other.right) <= _SIDE
    return alike and first.bottom <= text.top and text.bottom <= second.top


def _scale(bar: ScaleBar, text: Text, label: BarLabel, width: int) -> ReadScale | None:
    pixel = label.nanometres / bar.length
    if not _FIELDS[0] <= pixel * width <= _FIELDS[1]:
        return None
    confidence = label.confidence * (1 - min(0.5, _PER_HEIGHT * max(0.0, text.distance - 1)))
    line = PixelBox(bar.line.top, bar.line.left, bar.line.bottom, bar.line.right)
    return ReadScale(label.text, label.nanometres, bar.length, pixel, confidence, line, text.box)


def _moved(box: PixelBox, rows: int) -> PixelBox:
    return PixelBox(box.top + rows, box.left, box.bottom + rows, box.right)
