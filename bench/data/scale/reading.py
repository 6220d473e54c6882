"""The size of a picture's pixels, read off its scale bar and the label beside it."""

from typing import NamedTuple

import numpy as np

from bench.data.scale.labels import Label, label_of
from bench.data.scale.letters import Box, log_probabilities, strip_of
from bench.data.scale.lines import Bar, lines, measured
from bench.data.scale.texts import texts

_SURE = 0.8
"""The least confidence of a scale that is told: better none than a wrong one."""
_LOWER = 0.55
"""Where the lower part of a picture begins, in which nearly all instruments write: it is read first."""
_PER_BAR, _BARS = 8, 12
"""The number of texts that are read beside a bar, and of bars."""
_NOISE = 0.6
"""How uneven ink and paper of a bar may be, as a share of their difference."""
_FIELDS = (10.0, 2e8)
"""The smallest and largest width of a picture in nanometres."""
_PER_HEIGHT = 0.06
"""What a distance of one height of letters between bar and label takes from confidence."""


class ReadScale(NamedTuple):
    """A scale bar that was read: label, its nanometres, length in pixels, size of a pixel in nm, and confidence 0 to 1.

    ``line`` and ``text`` are the boxes of the bar and of its label.
    """

    label: str
    nanometres: float
    length: float
    pixel_size_nm: float
    confidence: float
    line: Box
    text: Box


def read_scale(levels: np.ndarray) -> ReadScale | None:
    """Return the scale of a picture (H, W) uint8 as its bar says it, or None if none is read with confidence."""
    best = best_scale(levels)
    return best if best is not None and best.confidence >= _SURE else None


def best_scale(levels: np.ndarray) -> ReadScale | None:
    """Return the most likely scale of a picture (H, W) uint8, however sure; None if no line has a label."""
    first = round(_LOWER * levels.shape[0])
    for top, end in ((first, len(levels)), (0, first + round(0.1 * levels.shape[0]))):
        scale = _chosen(list(_scales(levels[top:end], levels.shape, top)))
        if scale is not None and scale.confidence >= _SURE:
            return scale
    return scale


def _chosen(scales: list[ReadScale]) -> ReadScale | None:
    """Return the surest scale; another one nearly as sure takes its confidence away."""
    if not scales:
        return None
    best = max(scales, key=lambda scale: scale.confidence)
    rival = max((s.confidence for s in scales if abs(s.pixel_size_nm / best.pixel_size_nm - 1) > 0.05), default=0.0)
    return best._replace(confidence=best.confidence * (1 - max(0.0, rival - 0.5)))


def _scales(levels: np.ndarray, size: tuple[int, ...], top: int) -> list[ReadScale]:
    bars = [bar for line in lines(levels) if (bar := measured(levels, line)) is not None]
    bars = sorted((bar for bar in bars if bar.noise <= _NOISE), key=lambda bar: bar.noise)
    labels: dict[Box, Label | None] = {}
    scales = []
    for bar in bars[:_BARS]:
        for text in texts(levels, bar, (size[0], size[1]))[:_PER_BAR]:
            if text.box not in labels:
                labels[text.box] = label_of(log_probabilities(strip_of(levels, text.box, bar.line.light)))
            label = labels[text.box]
            if label is not None and (scale := _scale(bar, text.box, text.distance, label, size[1])) is not None:
                scales.append(scale._replace(line=_moved(scale.line, top), text=_moved(scale.text, top)))
    return scales


def _scale(bar: Bar, text: Box, distance: float, label: Label, width: int) -> ReadScale | None:
    pixel = label.nanometres / bar.length
    if not _FIELDS[0] <= pixel * width <= _FIELDS[1]:
        return None
    confidence = label.confidence * (1 - min(0.5, _PER_HEIGHT * distance))
    line = Box(bar.line.top, bar.line.left, bar.line.bottom, bar.line.right)
    return ReadScale(label.text, label.nanometres, bar.length, pixel, confidence, line, text)


def _moved(box: Box, rows: int) -> Box:
    return Box(box.top + rows, box.left, box.bottom + rows, box.right)
