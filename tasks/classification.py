"""The task of telling a micrograph's category."""

from typing import Any

import numpy as np

from bench.contracts import Micrographs, Scores
from bench.errors import BenchError
from bench.statistics.clustered import clustered_mean
from bench.tasks.metrics.classification import (
    BINS,
    accuracy_of_surest,
    calibration_bins,
    calibration_error,
    ranks,
    risk_coverage_area,
)

_RANKED = 5
"""How many categories an item names, the likeliest first."""
_SURE = (50, 80)
"""The shares of the pictures, in percent, of which the accuracy on the surest is a metric."""
_DEFINITIONS = {
    "top1": "share of pictures whose category is the likeliest; among equals the category listed first goes before",
    "top5": "share of pictures whose category is among the five likeliest",
    "precision, recall, f1": "of each category with test pictures, from the confusion counts; _macro their mean over "
    "these categories, _weighted weighted by the category's pictures, as in scikit-learn with the labels present",
    "undefined": "the precision of a category that is never predicted, which counts 0 in the means as in scikit-learn "
    "with zero_division=0; precision, recall and f1 of a category without test pictures, which no mean counts",
    "calibration_error": f"mean difference of confidence and share of right ones, over {BINS} bins of equal "
    "width (expected calibration error, ECE)",
    **{
        f"top1_of_surest_{share}": f"top1 of the {share} % of the pictures whose likeliest category has the highest "
        "probability; pictures of equal probability count by their mean"
        for share in _SURE
    },
    "aurc": "area under the risk-coverage curve: the mean share of errors among the n surest pictures, n from 1 to all",
    "standard_error": "of a mean over pictures",
}


class Classification:
    """Asks for the category of each test picture; a ``Task`` of ``bench.contracts`` without settings."""

    def pose(self, test: Micrographs) -> Micrographs:
        """Return the pictures to classify: all of the test side."""
        return test

    def protocol(self) -> dict[str, Any]:
        """Return in clear what must agree, besides the data and the split, for two rows to share a table."""
        return {"asked": "the category of each test picture"}

    def score(self, given: np.ndarray, posed: Micrographs, train: Micrographs) -> Scores:
        """Score probabilities (N, C), one row per posed picture; BenchError if they are no probabilities."""
        check_probabilities(given, posed)
        before = ranks(given, posed.labels)
        predicted = given.argmax(1)
        of_categories, undefined = _of_categories(posed.labels, predicted, posed.categories)
        confidence, right = given.max(1, initial=0), (before < 1).astype(np.float64)
        metrics: dict[str, tuple[float, float | None]] = {}
        if len(posed):
            metrics = {
                "top1": clustered_mean(before < 1, posed.ids),
                "top5": clustered_mean(before < 5, posed.ids),
                "calibration_error": (calibration_error(given, posed.labels), None),
                "aurc": (risk_coverage_area(confidence, right), None),
                **{
                    f"top1_of_surest_{share}": (accuracy_of_surest(confidence, right, share / 100), None)
                    for share in _SURE
                },
                **{name: (value, None) for name, value in of_categories.items()},
            }
        return Scores(
            metrics,
            tuple(_item(posed, position, predicted, given, before) for position in range(len(posed))),
            {
                "categories": list(posed.categories),
                "confusion": _confusion(posed.labels, predicted, len(posed.categories)).tolist(),
                "undefined": undefined,
                "calibration": calibration_bins(given, posed.labels).tolist(),
            },
        )

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        return dict(_DEFINITIONS)


def _confusion(labels: np.ndarray, predicted: np.ndarray, categories: int) -> np.ndarray:
    """Return how often (C, C) each true category was predicted as each; scikit-learn refuses to count nothing."""
    return np.bincount(labels * categories + predicted, minlength=categories**2).reshape(categories, categories)


def _of_categories(
    labels: np.ndarray, predicted: np.ndarray, categories: tuple[str, ...]
) -> tuple[dict[str, float], dict[str, list[str]]]:
    """Return the metrics over the categories that have pictures, and for each the categories that lack it."""
    from sklearn.metrics import precision_recall_fscore_support

    names, present = ("precision", "recall", "f1"), np.unique(labels)
    if not len(present):
        return {}, {name: list(categories) for name in names}
    scored: Any = precision_recall_fscore_support  # its stubs lack numbers for zero_division and arrays as results
    each, macro, weighted = (
        scored(labels, predicted, labels=present, average=average, zero_division=nothing)[:3]
        for average, nothing in ((None, np.nan), ("macro", 0), ("weighted", 0))
    )
    metrics, undefined = {}, {}
    for name, values, mean, weighted_mean in zip(names, each, macro, weighted, strict=True):
        shares = {
            categories[label]: float(share) for label, share in zip(present, values, strict=True) if not np.isnan(share)
        }
        undefined[name] = [category for category in categories if category not in shares]
        metrics |= {f"{name}_macro": float(mean), f"{name}_weighted": float(weighted_mean)}
        metrics |= {f"{name}:{category}": share for category, share in shares.items()}
    return metrics, undefined


def _item(
    posed: Micrographs, position: int, predicted: np.ndarray, probabilities: np.ndarray, before: np.ndarray
) -> dict[str, Any]:
    label, prediction = int(posed.labels[position]), int(predicted[position])
    likeliest = np.argsort(-probabilities[position], kind="stable")[:_RANKED]
    return {
        "id": posed.ids[position],
        "picture": posed.ids[position],
        "category": posed.categories[label],
        "predicted": posed.categories[prediction],
        "top1": float(before[position] < 1),
        "top5": float(before[position] < 5),
        "confidence": float(probabilities[position, prediction]),
        "probability": float(probabilities[position, label]),
        "ranked": [(posed.categories[place], float(probabilities[position, place])) for place in likeliest],
    }


def check_probabilities(probabilities: np.ndarray, posed: Micrographs) -> None:
    """Raise BenchError unless there is one row (C,) of probabilities per posed picture."""
    wanted = (len(posed), len(posed.categories))
    if probabilities.shape != wanted:
        raise BenchError(f"predict_proba returned an array of shape {probabilities.shape}; {wanted} is wanted")
    if not np.isfinite(probabilities).all() or (probabilities < 0).any():
        raise BenchError("predict_proba returned probabilities that are negative or no numbers")
    if (np.abs(probabilities.sum(1) - 1) > 1e-3).any():
        raise BenchError("predict_proba returned rows that do not sum to 1")
