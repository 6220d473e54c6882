"""How far confidence can be trusted: the reliability diagram, and accuracy over the share of pictures answered.

scikit-learn's ``CalibrationDisplay`` is for two classes, and it needs pyplot, which keeps every figure in the process.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from bench.errors import BenchError
from bench.figures.lettering import drawable
from bench.specs import TableSpec
from bench.store.sealed import read_json
from bench.store.store import Store
from bench.tables.items import items_of
from bench.tables.selection import Selection


class Confidence(NamedTuple):
    """A model's confidence in its answers (N,) and which were right (N,).

    ``bins`` (B, 3): number of pictures, sum of confidences and number of right ones of each bin of confidence.
    """

    confidence: np.ndarray
    right: np.ndarray
    bins: np.ndarray


def of_table(spec: TableSpec, selection: Selection, store: Store, path: Path) -> None:
    """Draw the stored answers of every model, over all folds and repeats; BenchError if none are stored."""
    models: dict[str, Confidence] = {}
    for records in selection.by_model.values():
        products = [product for record in records if (product := store.product_of(record, "score"))]
        bins = [read_json(product / "scores.json")["counts"].get("calibration") for product in products]
        items = [item for record in records for item in items_of(store, record)]
        if items and all(bins):
            confidence, right = (np.array([item[key] for item in items]) for key in ("confidence", "top1"))
            models[records[0].model.label] = Confidence(confidence, right, np.sum(bins, axis=0))
    if not models:
        raise BenchError("no confidences are stored; `bench run` scores the answers again")
    draw(models, selection.data, path)


def draw(models: Mapping[str, Confidence], title: str, path: Path) -> None:
    """Write both diagrams to a file such as an SVG; the legend lists the models, most accurate first."""
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    reliability, coverage = figure.subplots(1, 2)
    best_first = sorted(models.items(), key=lambda model: -model[1].right.mean())
    reliability.plot([0, 1], [0, 1], color="#999999", lw=0.8, ls="--")
    for _, (confidence, right, bins) in best_first:
        filled = bins[bins[:, 0] > 0]
        reliability.plot(filled[:, 1] / filled[:, 0], filled[:, 2] / filled[:, 0], marker="o", markersize=3, lw=1)
        # A step at the end of each group of equal confidences: within it, no order is known.
        groups, counts = np.unique(-confidence, return_counts=True)
        rights = np.array([right[confidence == -group].sum() for group in groups])
        answered = np.cumsum(counts)
        shares = answered / len(right), np.cumsum(rights) / answered
        coverage.plot(*shares, lw=1.2, marker="o", markersize=3, markevery=[-1], label="model")
    for axes in (reliability, coverage):
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)
        axes.set_ylabel("accuracy")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    reliability.set_xlabel("confidence (bins of equal width; dashed: as right as it is sure)")
    coverage.set_xlabel("share of pictures answered, the surest first")
    figure.suptitle(drawable(title), fontsize=10, parse_math=False)
    legend = figure.legend(*coverage.get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    for text, (label, _) in zip(legend.get_texts(), best_first, strict=True):  # a legend leaves out what begins with _
        text.set_parse_math(False)
        text.set_text(drawable(label))
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
