"""The critical-difference diagram (Demsar 2006): mean ranks on a line; a bar joins models that do not differ."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from bench.errors import BenchError
from bench.figures.lettering import drawable
from bench.tables.comparison import Comparison

_ROW = 0.28


def of_comparison(comparison: Comparison, path: Path) -> None:
    """Draw the diagram of a comparison; BenchError for one of fewer than three models."""
    if comparison.friedman is None:
        raise BenchError("a critical-difference diagram needs at least three models; name more")
    draw(comparison.friedman.ranks, comparison.friedman.difference, path)


def draw(ranks: Mapping[str, float], difference: float, path: Path) -> None:
    """Write the diagram of mean ranks by label, 1 being the best, to a file such as an SVG."""
    ordered = sorted(ranks.items(), key=lambda labelled: labelled[1])
    half = -(-len(ordered) // 2)
    joined = groups([rank for _, rank in ordered], difference)
    height = 1.1 + _ROW * half + 0.09 * len(joined)
    figure = Figure(figsize=(8, height))
    axes = figure.subplots()
    lowest, highest = 1.0, float(max(len(ordered), 2))
    axes.set_xlim(highest + 0.02 * (highest - 1), lowest - 0.02 * (highest - 1))
    axes.set_ylim(-(height - 0.6), 0)
    axes.spines[["left", "right", "bottom"]].set_visible(False)
    axes.xaxis.tick_top()
    axes.set_yticks([])
    axes.plot([lowest, lowest + difference], [0.42, 0.42], color="black", lw=2, clip_on=False)
    axes.text(lowest + difference / 2, 0.46, f"CD = {difference:.2f}", ha="center", va="bottom", fontsize=9)
    for place, (first, last) in enumerate(joined):
        left, right = ordered[first][1], ordered[last][1]
        axes.plot([left - 0.03, right + 0.03], [-0.12 - 0.09 * place] * 2, color="black", lw=3, solid_capstyle="round")
    below = 0.2 + 0.09 * len(joined)
    for place, (label, rank) in enumerate(ordered):
        best = place < half
        depth = -(below + _ROW * (place if best else len(ordered) - 1 - place))
        end, side = (lowest, "left") if best else (highest, "right")
        axes.plot([rank, rank, end], [0, depth, depth], color="#555555", lw=0.8)
        axes.text(end, depth, f"  {drawable(label)} ({rank:.2f})  ", ha=side, va="center", fontsize=9, parse_math=False)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None} if path.suffix == ".svg" else None)


def groups(ranks: list[float], difference: float) -> list[tuple[int, int]]:
    """Return the first and last position of each maximal run of ascending ranks within the difference."""
    runs: list[tuple[int, int]] = []
    for first, rank in enumerate(ranks):
        last = max(place for place in range(first, len(ranks)) if ranks[place] - rank < difference)
        if last > first and (not runs or last > runs[-1][1]):
            runs.append((first, last))
    return runs
