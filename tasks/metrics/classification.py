"""Metrics of classification, from probabilities and labels: definitions as in scikit-learn."""

from typing import NamedTuple

import numpy as np

BINS = 15
"""Equal-width bins of confidence for the calibration error."""


class PerClass(NamedTuple):
    """Precision, recall and F1 of each category (C,); a share of nothing is 0 and ``undefined`` (3, C) says so."""

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray
    undefined: np.ndarray


def confusion(labels: np.ndarray, predicted: np.ndarray, categories: int) -> np.ndarray:
    """Return counts (C, C): rows what is true, columns what was said."""
    return np.bincount(labels * categories + predicted, minlength=categories**2).reshape(categories, categories)


def ranks(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how many categories (N,) stand before the true one; among equals the one listed first stands before."""
    true = probabilities[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(probabilities.shape[1])[None] < labels[:, None]
    return ((probabilities > true) | ((probabilities == true) & earlier)).sum(1)


def per_class(counts: np.ndarray) -> PerClass:
    """Return each category's figures from the confusion counts (C, C)."""
    right, said, true = np.diag(counts), counts.sum(0), counts.sum(1)
    parts = (right, said), (right, true), (2 * right, said + true)
    values = [np.divide(part, whole, out=np.zeros(len(right)), where=whole > 0) for part, whole in parts]
    undefined = np.stack([whole == 0 for _, whole in parts])
    return PerClass(*values, support=true, undefined=undefined)


def averaged(values: np.ndarray, support: np.ndarray) -> tuple[float, float]:
    """Return the macro average over all categories, and the average weighted by support."""
    return float(values.mean()), float(np.average(values, weights=support))


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the expected calibration error: |confidence - accuracy| over bins, weighted (Guo et al. 2017)."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, confidence - right, BINS)
    return float(np.abs(gaps).sum() / len(labels))
