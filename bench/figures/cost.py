"""The scores of a table's rows over what their training cost, with the Pareto front.

A row is on the front if no cheaper row scores as high. Controls are horizontal lines; a row that does not beat one is
hollow.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from math import ceil, floor, log10
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter, NullLocator

from bench.errors import BenchError
from bench.figures.labels import place, shortened, spread
from bench.figures.lettering import drawable
from bench.registered.registry import Registry
from bench.specs import TableSpec
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.constant import with_test_majority
from bench.tables.costs import training_flops, training_seconds
from bench.tables.layout import told_apart
from bench.tables.scores import scores_table
from bench.tables.selection import Selection
from bench.tables.table import Table, TableRow
from bench.terminal.quantities import count, duration, power

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#7F7F7F")
"""Those of Okabe and Ito, which differ to the colour-blind, too."""
_MARKERS = "osD^vP*X"
_SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000, 36000, 72000, 180000, 360000, 720000)
_MOST_TICKS = 9


@dataclass(frozen=True)
class Point:
    """A row: its block, cost and score, the half-length of its bar, and whether it is above every control."""

    label: str
    block: str
    cost: float
    score: float
    bar: float
    above: bool = True


@dataclass(frozen=True)
class Scatter:
    """All that is shown; ``lines`` are the controls' labels and scores, ``unit`` is that of costs: FLOPs or seconds."""

    points: tuple[Point, ...]
    lines: tuple[tuple[str, float], ...]
    unit: str
    score: str
    title: str
    bars: str


def of_table(spec: TableSpec, selection: Selection, store: Store, path: Path) -> None:
    """Draw a table's deciding column over the FLOPs of training, or over its time if not all FLOPs are known.

    BenchError if no row was trained.
    """
    selection = with_test_majority(spec, selection, store)
    table = scores_table(spec, selection, Registry(), store)
    column = _column(spec, table)
    rows = [row for row in table.rows if row.cells[column].value is not None and not row.upper]
    models = [row for row in rows if not row.control]
    flops = {row.model: training_flops(selection.by_model[row.model]) for row in models}
    known = all(flops.values())
    costs = flops if known else {row.model: training_seconds(selection.by_model[row.model]) for row in models}
    trained = [row for row in models if costs[row.model]]
    if not trained:
        raise BenchError(f"no row of table {spec.number} was trained, so its figure of cost would be empty; train some")
    metric = next(each.metric for each in spec.columns if each.label == column)
    names = _names(rows)
    errors = {row.model: _bar(row, column, selection.by_model[row.model], metric) for row in trained}
    idle = [names[row.model] for row in models if not costs[row.model]]
    draw(
        Scatter(
            tuple(_point(row, column, names, costs[row.model] or 0.0, errors[row.model]) for row in trained),
            tuple((names[row.model], row.cells[column].value or 0.0) for row in rows if row.control),
            "FLOPs" if known else "seconds",
            column,
            f"{selection.data}, protocol {selection.protocol}, {count(table.folds, 'fold')}"
            + (f"; not trained and not shown: {', '.join(idle)}" if idle else ""),
            _bars([row.cells[column].std is not None for row in trained]),
        ),
        path,
    )


def _column(spec: TableSpec, table: Table) -> str:
    """Return the first of the columns that say most in which a row has a number."""
    names = [*spec.options.get("controls_by", ()), *table.columns]
    return next((name for name in names if any(row.cells[name].value is not None for row in table.rows)), names[0])


def _names(rows: Sequence[TableRow]) -> dict[str, str]:
    """Return what each row is called, by model: its label, with the model's name if two share it."""
    counts = Counter(row.label for row in rows)
    names = {row.model: row.label if counts[row.label] == 1 else f"{row.label} ({row.model})" for row in rows}
    shown = told_apart(names.values())
    return {model: shown[name] for model, name in names.items()}


def _point(row: TableRow, column: str, names: dict[str, str], cost: float, bar: float) -> Point:
    cell = row.cells[column]
    return Point(names[row.model], row.block, cost, cell.value or 0.0, bar, not (cell.below or cell.apart))


def _bar(row: TableRow, column: str, records: Sequence[Record], metric: str) -> float:
    """Return the standard deviation over folds, with one fold the standard error within it, 0 if neither is known."""
    std = row.cells[column].std
    if std is not None:
        return std
    return next((records_metric.error or 0.0 for r in records if (records_metric := r.metrics.get(metric))), 0.0)


def _bars(over_folds: Sequence[bool]) -> str:
    kinds = ["standard deviation over folds"] if any(over_folds) else []
    kinds += [] if all(over_folds) else ["standard error within a fold"]
    return " or ".join(kinds)


def pareto(points: Sequence[Point]) -> list[Point]:
    """Return the points that no cheaper or equally cheap one equals or exceeds, cheapest first."""
    front: list[Point] = []
    for point in sorted(points, key=lambda point: (point.cost, -point.score)):
        if not front or point.score > front[-1].score:
            front.append(point)
    return front


def draw(scatter: Scatter, path: Path) -> None:
    """Write the figure to a file such as an SVG; no two labels overlap."""
    height = 4.6 + 0.045 * len(scatter.points)
    figure = Figure(figsize=(9.0, height))
    figure.subplots_adjust(left=0.075, right=0.82, top=1 - 0.75 / height, bottom=0.55 / height)
    axes = figure.subplots()
    _scale(axes, scatter)
    for _, value in scatter.lines:
        axes.axhline(value, color="#666666", lw=0.9, ls=(0, (5, 3)), zorder=1)
    front = pareto(scatter.points)
    lowest, highest = axes.get_xlim()
    corners = [*((point.cost, point.score) for point in front), (highest, front[-1].score)]
    axes.step(*zip(*corners, strict=True), where="post", color="#444444", lw=1.2, zorder=2, label="Pareto front")
    lines = [((lowest, value), (highest, value)) for _, value in scatter.lines]
    for (cost, score), (later, above) in pairwise(corners):
        lines += [((cost, score), (later, score)), ((later, score), (later, above))]
    _draw_points(axes, scatter.points)
    axes.set_ylabel(drawable(scatter.score), parse_math=False)
    axes.set_xlabel("training FLOPs" if scatter.unit == "FLOPs" else "training time")
    axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(
        drawable(shortened(scatter.title, 150)), fontsize=9, x=0.075, y=1 - 0.12 / height, ha="left", parse_math=False
    )
    _legend(axes, scatter)
    place(axes, [(point.cost, point.score, point.label, point.bar, point in front) for point in scatter.points], lines)
    spread(axes, scatter.lines)
    figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def _scale(axes: Axes, scatter: Scatter) -> None:
    """Set the limits: a logarithmic axis of costs, and scores with room for bars and labels."""
    amounts = [point.cost for point in scatter.points]
    room = 1.3 * (max(amounts) / min(amounts)) ** 0.06
    axes.set_xscale("log")
    axes.set_xlim(min(amounts) / room, max(amounts) * room)
    lows = [point.score - point.bar for point in scatter.points] + [value for _, value in scatter.lines]
    highs = [point.score + point.bar for point in scatter.points] + [value for _, value in scatter.lines]
    margin = 0.06 * (max(highs) - min(lows) or abs(max(highs)) or 1)
    axes.set_ylim(min(lows) - margin, max(highs) + margin)
    if scatter.unit == "seconds":
        low, high = axes.get_xlim()
        ticks = [seconds for seconds in _SECONDS if low <= seconds <= high]
        ticks = ticks[:: -(-len(ticks) // _MOST_TICKS)] if ticks else []
        labels = [duration(seconds) for seconds in ticks]
        if len(ticks) < 2:  # a narrow range
            step = 10.0 ** floor(log10(high - low)) / 2
            ticks = [number * step for number in range(ceil(low / step), floor(high / step) + 1)]
            ticks = ticks[:: -(-len(ticks) // _MOST_TICKS)]
            labels = [f"{seconds:g} s" for seconds in ticks]
    else:
        low, high = axes.get_xlim()
        exponents = range(floor(log10(low)), ceil(log10(high)) + 1)
        for digits in ((1,), (1, 2, 5), range(1, 10), [tenth / 10 for tenth in range(10, 100)]):  # the coarsest that do
            ticks = [digit * 10.0**exponent for exponent in exponents for digit in digits]
            ticks = [tick for tick in ticks if low <= tick <= high]
            if len(ticks) > (2 if len(digits) == 1 else 1):
                break
        ticks = ticks[:: -(-len(ticks) // _MOST_TICKS)] if ticks else [min(amounts)]
        labels = [power(tick).replace(".0", "") for tick in ticks]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FixedFormatter(labels))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _draw_points(axes: Axes, points: Sequence[Point]) -> None:
    blocks = list(dict.fromkeys(point.block for point in points))
    looks = dict(zip(blocks, zip(cycle(_COLOURS), cycle(_MARKERS)), strict=False))
    for block in blocks:
        colour, marker = looks[block]
        for point in (point for point in points if point.block == block):
            axes.errorbar(
                point.cost,
                point.score,
                point.bar or None,
                color=colour,
                marker=marker,
                markersize=5,
                markerfacecolor=colour if point.above else "white",
                elinewidth=0.6,
                capsize=1.5,
                capthick=0.6,
                zorder=3,
            )
        axes.plot([], [], color=colour, marker=marker, ls="", markersize=5, label="block")


def _legend(axes: Axes, scatter: Scatter) -> None:
    """Name the blocks above the figure, and what lines, bars and hollow marks are."""
    blocks = list(dict.fromkeys(point.block for point in scatter.points))
    names = ["Pareto front", *(shortened(drawable(block), 30) or "models" for block in blocks)]
    if scatter.lines:
        axes.plot([], [], color="#666666", lw=0.9, ls=(0, (5, 3)), label="control")
        names.append("control")
    if any(not point.above for point in scatter.points):
        axes.plot([], [], color="#444444", marker="o", markerfacecolor="white", ls="", markersize=5, label="hollow")
        names.append("not above a control")
    legend = axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=min(len(names), 5), fontsize=7, frameon=False, borderpad=0.2
    )
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_parse_math(False)
        text.set_text(name)
    axes.annotate(
        f"bars: {scatter.bars}",
        (1, 0),
        (0, -34),
        "axes fraction",
        "offset points",
        fontsize=7,
        ha="right",
        color="#444444",
    )
