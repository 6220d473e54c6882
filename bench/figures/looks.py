"""Where the words of an answer attended: the picture in grey with each word's attention over its patches."""

import textwrap
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from bench.contracts import Look
from bench.figures.lettering import drawable

MOST = 8
"""The largest number of words that have a panel."""
_COLUMNS = 5
_FUNCTION_WORDS = """
a an the this that these those is are was be been has have it its there which
of in on at to by for from with into over than and or as not no
"""


def draw(picture: np.ndarray, look: Look, question: str, path: Path) -> None:
    """Write the picture (H, W), with the mean over all words and the single words; all panels have the same scale."""
    shown = most_distinct(look)
    mean = look.weights.mean(0)
    panels = [("mean of all words", mean), *((look.words[place], look.weights[place]) for place in shown)]
    highest = max(float(weights.max()) for _, weights in panels)
    rows = -(-(1 + len(panels)) // _COLUMNS)
    figure = Figure(figsize=(2.2 * _COLUMNS + 0.8, 2.5 * rows + 0.7), layout="constrained")
    axes = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for each in axes:
        each.set_axis_off()
    axes[0].imshow(picture, cmap="gray", vmin=0, vmax=255)
    axes[0].set_title("the picture as the model sees it", fontsize=9)
    drawn = None
    for place, (word, weights) in zip(axes[1:], panels, strict=False):
        drawn = _panel(place, picture, word, weights, highest)
    assert drawn is not None, "the mean is always drawn"
    even = 1 / mean.size
    bar = figure.colorbar(drawn, ax=axes.tolist(), shrink=0.9)
    bar.set_label(f"share of a word's attention on a patch (uniform: {even:.3f})", fontsize=8)
    bar.ax.axhline(even, color="black", linewidth=1)
    lines = [line for text in (question, look.answer) for line in textwrap.wrap(drawable(text), 120)]
    figure.suptitle("\n".join(lines), fontsize=9, parse_math=False)
    figure.savefig(path, dpi=70, pil_kwargs={"optimize": True})


def most_distinct(look: Look) -> list[int]:
    """Return the positions of at most ``MOST`` words, in order: those that differ most from the mean of all words.

    Function words and punctuation are used only if there are no other words.
    """
    distance = np.abs(look.weights - look.weights.mean(0)).sum((1, 2))
    content = [place for place, word in enumerate(look.words) if _is_content(word)] or list(range(len(look.words)))
    return sorted(sorted(content, key=lambda place: -distance[place])[:MOST])


def _is_content(word: str) -> bool:
    return any(letter.isalnum() for letter in word) and word.lower() not in _FUNCTION_WORDS.split()


def _panel(axes: Axes, picture: np.ndarray, word: str, weights: np.ndarray, highest: float) -> AxesImage:
    """Draw a word's shares (side, side) over the picture, each on its patch."""
    high, wide = picture.shape
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
    axes.set_title(drawable(word), fontsize=9, parse_math=False)
    extent = (-0.5, wide - 0.5, high - 0.5, -0.5)
    return axes.imshow(weights, cmap="inferno", vmin=0, vmax=highest, alpha=0.55, extent=extent)
