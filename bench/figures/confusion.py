"""The confusion matrix of one model: which category was taken for which.

scikit-learn's ``ConfusionMatrixDisplay`` shades what it prints; here counts are printed and shares of a row shaded, so
that rare categories are seen. It also needs pyplot, which keeps every figure in the process.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from bench.errors import BenchError
from bench.figures.lettering import drawable
from bench.specs import TableSpec
from bench.store.sealed import read_json
from bench.store.store import Store
from bench.tables.layout import told_apart
from bench.tables.places import places_of
from bench.tables.samples import model_shown
from bench.tables.selection import Selection
from bench.terminal.quantities import count


def of_table(spec: TableSpec, selection: Selection, store: Store, path: Path) -> None:
    """Draw the stored counts of the table's model, summed over folds, repeats and seeds."""
    model = model_shown(spec.options["model"], selection)
    records = selection.by_model[model]
    products = [store.product_of(record, "score") for record in records]
    scored = [read_json(product / "scores.json")["counts"] for product in products if product]
    if not scored or "confusion" not in scored[0]:
        raise BenchError(f"no counts of {model} are stored; `bench run` makes them again")
    counts = np.sum([each["confusion"] for each in scored], axis=0)
    title = f"{records[0].model.label}, {selection.data}, {count(len(places_of(records)), 'fold')}"
    draw(counts, scored[0]["categories"], title, path)


def draw(counts: np.ndarray, categories: Sequence[str], title: str, path: Path) -> None:
    """Write the matrix of counts (C, C), rows true, columns predicted; shaded by the share of the row."""
    side = 1.8 + 0.55 * len(categories)
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    places, names = range(len(categories)), list(map(drawable, told_apart(categories).values()))
    axes.set_xticks(places, names, rotation=60, ha="right", rotation_mode="anchor", parse_math=False)
    axes.set_yticks(places, names, parse_math=False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(drawable(title), fontsize=10, parse_math=False, wrap=True)
    for row, column in np.argwhere(counts > 0):
        light = shares[row, column] > 0.5
        axes.text(
            column, row, f"{counts[row, column]:g}", ha="center", va="center", color="white" if light else "black"
        )
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
