"""Metrics of probabilities that scikit-learn lacks or defines in another way.

Among equals, ``sklearn.metrics.top_k_accuracy_score`` ranks the category listed last first, and it has no result for a
single picture; scikit-learn has calibration curves for two classes alone. Confusion counts and the scores of a category
are scikit-learn's own.
"""

import numpy as np

BINS = 15
"""Equal-width bins of confidence for the calibration error."""


def ranks(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how many categories (N,) rank before the true one; among equals the one listed first ranks before."""
    true = probabilities[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(probabilities.shape[1])[None] < labels[:, None]
    return ((probabilities > true) | ((probabilities == true) & earlier)).sum(1)


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the expected calibration error: |confidence - accuracy| over bins, weighted (Guo et al. 2017)."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, confidence - right, BINS)
    return float(np.abs(gaps).sum() / len(labels))
