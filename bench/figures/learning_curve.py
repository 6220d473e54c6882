"""The learning curve: a score over the number of training pictures, a line per model."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from bench.figures.lettering import drawable
from bench.specs import TableSpec
from bench.store.record import Record
from bench.tables.more_pictures import judging_column
from bench.tables.scores import measured_cells
from bench.tables.selection import Selection
from bench.tables.table import TableCell

Point = tuple[float, float, float]
"""Number of training pictures, mean score, and its standard deviation over folds and repeats (0 for one)."""


def of_selections(spec: TableSpec, selections: Sequence[Selection], path: Path) -> None:
    """Draw the column that says most over the size of the training side, for protocols that differ in fraction."""
    column = judging_column(spec)
    lines: dict[str, list[Point]] = {}
    labels: dict[str, str] = {}
    for selection in selections:
        measured = measured_cells(column, selection)
        for model, records in selection.by_model.items():
            if model in measured:
                lines.setdefault(model, []).append(_point(records, measured[model]))
                labels[model] = records[0].model.label
    draw({labels[model]: sorted(points) for model, points in lines.items()}, column.label, selections[0].data, path)


def _point(records: Sequence[Record], score: TableCell) -> Point:
    trained = [record.sides["train"] for record in records]
    return sum(trained) / len(trained), score.value or 0.0, score.std or 0.0


def draw(lines: Mapping[str, Sequence[Point]], score: str, title: str, path: Path) -> None:
    """Write the curves to a file such as an SVG; the legend lists the models, best first."""
    figure = Figure(figsize=(7.5, 4.5), layout="constrained")
    axes = figure.subplots()
    best_first = sorted(lines.items(), key=lambda line: -line[1][-1][1])
    for _, points in best_first:
        pictures, means, spreads = zip(*points, strict=True)
        axes.errorbar(pictures, means, spreads, marker="o", markersize=4, capsize=3, label="model")
    axes.set_xscale("log")
    sizes = sorted({point[0] for points in lines.values() for point in points})
    axes.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel("pictures trained on")
    axes.set_ylabel(drawable(score), parse_math=False)
    axes.set_title(drawable(title), fontsize=10, parse_math=False)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    legend = figure.legend(loc="outside right upper", fontsize=8)
    for text, (label, _) in zip(legend.get_texts(), best_first, strict=True):  # a legend leaves out what begins with _
        text.set_parse_math(False)
        text.set_text(drawable(label))
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
