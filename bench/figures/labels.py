"""Labels beside points and lines of a figure, none of which overlaps another.

matplotlib places no labels by itself, and the package adjustText, which does, is no dependency: it moves labels until
they overlap little, in an order that differs between its versions, and promises no end without overlaps.
"""

from collections.abc import Iterator, Sequence
from math import cos, hypot, pi, sin
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.text import Text

from bench.figures.lettering import drawable

_SIZE = 6.5
_LONGEST = 28
_MARK = 4.5
"""Half the side of a point's mark, in pixels at 100 dots per inch."""
_DIRECTIONS = 16
_FIRST, _GROWTH, _RINGS = 7.0, 1.25, 20
"""The distances at which a label may stand from its point, in pixels."""


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    low: float
    right: float
    high: float

    def overlap(self, other: "Box") -> float:
        """Return the area that two rectangles share."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        tall = min(self.high, other.high) - max(self.low, other.low)
        return wide * tall if wide > 0 and tall > 0 else 0.0


Labelled = tuple[float, float, str, float, bool]
"""A point to label: where it is, its label, the half-length of its vertical bar, and whether the label is bold."""


Line = tuple[tuple[float, float], tuple[float, float]]
"""The two ends of a horizontal or vertical line."""


def shortened(text: str, longest: int = _LONGEST) -> str:
    """Return a text that has at most so many letters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def place(axes: Axes, points: Sequence[Labelled], lines: Sequence[Line]) -> None:
    """Write each point's label next to it, with a thin line to the point if it stands apart.

    A label overlaps no other label; as far as there is room, it also avoids marks, bars and ``lines``.
    """
    centres = [tuple(map(float, axes.transData.transform((x, y)))) for x, y, *_ in points]
    reach = [float(axes.transData.transform((x, y + bar))[1]) for x, y, _, bar, _ in points]
    marks = [Box(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in centres]
    bars = [Box(x - 1, 2 * y - top, x + 1, top) for (x, y), top in zip(centres, reach, strict=True)]
    drawn = [_around(axes, line) for line in lines]
    frame, placed = Box(*map(float, axes.bbox.extents)), list[Box]()
    for number in sorted(range(len(points)), key=lambda number: (-_neighbours(centres, number), number)):
        x, y, label, _, bold = points[number]
        text = axes.text(
            x,
            y,
            drawable(shortened(label)),
            fontsize=_SIZE,
            weight="bold" if bold else "normal",
            va="bottom",
            parse_math=False,
        )
        box = _best(centres[number], _extent(text), frame, placed, [*marks, *bars, *drawn])
        placed.append(box)
        left, low = axes.transData.inverted().transform((box.left, box.low)).tolist()
        text.set_position((left, low))
        _lead(axes, centres[number], box)


def _around(axes: Axes, line: Line) -> Box:
    (left, low), (right, high) = sorted(axes.transData.transform(line).tolist())
    return Box(left - 1, min(low, high) - 1, right + 1, max(low, high) + 1)


def _neighbours(centres: Sequence[tuple[float, ...]], number: int) -> int:
    x, y = centres[number]
    return sum(hypot(x - other, y - above) < 40 for other, above in centres)


def _extent(text: Text) -> tuple[float, float]:
    extent = text.get_window_extent()
    return float(extent.width) + 2, float(extent.height)


def _best(
    centre: tuple[float, ...], size: tuple[float, float], frame: Box, placed: Sequence[Box], obstacles: Sequence[Box]
) -> Box:
    """Return the cheapest place for a label: without another label in it, near its point, clear of marks and bars."""
    cheapest, best = float("inf"), None
    for distance, box in _candidates(centre, size):
        if cheapest < distance:
            break
        if box.left < frame.left or box.right > frame.right or box.low < frame.low or box.high > frame.high:
            continue
        if any(box.overlap(other) for other in placed):
            continue
        cost = distance + sum(box.overlap(other) for other in obstacles)
        if cost < cheapest:
            cheapest, best = cost, box
    return best or _beyond(centre, size, placed)


def _candidates(centre: tuple[float, ...], size: tuple[float, float]) -> Iterator[tuple[float, Box]]:
    """Yield the places around a point, ring by ring; right of it first."""
    (x, y), (wide, high) = centre, size
    for ring in range(_RINGS):
        distance = _FIRST * _GROWTH**ring
        for step in range(_DIRECTIONS):
            angle = 2 * pi * step / _DIRECTIONS
            right, up = cos(angle), sin(angle)
            left = x + distance * right - wide * (1 - right) / 2
            low = y + distance * up - high * (1 - up) / 2
            yield distance, Box(left, low, left + wide, low + high)


def _beyond(centre: tuple[float, ...], size: tuple[float, float], placed: Sequence[Box]) -> Box:
    """Return a place below all others, where the figure has no room left."""
    low = min((box.low for box in placed), default=centre[1]) - size[1]
    return Box(centre[0], low, centre[0] + size[0], low + size[1])


def _lead(axes: Axes, centre: tuple[float, ...], box: Box) -> None:
    """Draw a line from a point to its label unless they stand side by side."""
    x, y = centre
    end = min(max(x, box.left), box.right), min(max(y, box.low), box.high)
    if hypot(end[0] - x, end[1] - y) > 1.5 * _FIRST:
        ends = axes.transData.inverted().transform([(x, y), end])
        axes.plot(ends[:, 0], ends[:, 1], color="#999999", lw=0.4, zorder=2.5)


def spread(axes: Axes, lines: Sequence[tuple[str, float]]) -> None:
    """Write the label of each horizontal line right of the axes, moved apart where lines are close."""
    ordered = sorted(lines, key=lambda line: line[1])
    gap = 1.25 * _SIZE * 100 / 72
    heights = [float(axes.transData.transform((1, value))[1]) for _, value in ordered]
    places: list[float] = []
    for height in heights:
        places.append(max(height, places[-1] + gap) if places else height)
    excess = max(0.0, places[-1] - axes.bbox.y1) if places else 0.0
    limit = float("inf")
    for number in reversed(range(len(places))):
        places[number] = min(places[number] - (excess if limit == float("inf") else 0), limit)
        limit = places[number] - gap
    for (label, value), height, place_ in zip(ordered, heights, places, strict=True):
        name = f"{drawable(shortened(label))} {value:.3f}"
        offset = (12, (place_ - height) * 72 / 100)
        axes.annotate(
            name,
            (1, value),
            offset,
            axes.get_yaxis_transform(),
            "offset points",
            fontsize=_SIZE,
            va="center",
            color="#444444",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "lw": 0.4, "color": "#999999", "shrinkA": 0, "shrinkB": 0},
            parse_math=False,
        )
