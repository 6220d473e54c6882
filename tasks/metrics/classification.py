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
    return binned_error(calibration_bins(probabilities, labels))


def binned_error(bins: np.ndarray) -> float:
    """Return the calibration error of bins (BINS, 3): of each number, sum of confidences, number of right ones."""
    return float(np.abs(bins[:, 1] - bins[:, 2]).sum() / bins[:, 0].sum())


def calibration_bins(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return number of pictures, sum of confidences and number of right ones of each bin (BINS, 3).

    The bins of several folds can be added.
    """
    return confidence_bins(probabilities.max(1), probabilities.argmax(1) == labels)


def confidence_bins(confidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return number, sum of confidences (N,) and number of right ones (N,) of each bin (BINS, 3)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return np.stack([np.bincount(bins, each, BINS) for each in (np.ones(len(right)), confidence, right)], 1)


def accuracies(confidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the share of right ones among the n surest pictures (N,), for n from 1 to N.

    Of pictures of one confidence none goes before another: each counts as the share of right ones among them.
    """
    _, place, count = np.unique(-confidence, return_inverse=True, return_counts=True)
    shares = np.bincount(place, right) / count
    return np.cumsum(shares[np.sort(place)]) / np.arange(1, len(right) + 1)


def risk_coverage_area(confidence: np.ndarray, right: np.ndarray) -> float:
    """Return the area under the risk-coverage curve: the mean share of errors among the n surest, n from 1 to N.

    Geifman, Uziel and El-Yaniv (2019), Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers, section 2.
    """
    return float(1 - accuracies(confidence, right).mean())


def accuracy_of_surest(confidence: np.ndarray, right: np.ndarray, share: float) -> float:
    """Return the share of right ones among the surest pictures that make up a share of all, at least one."""
    return float(accuracies(confidence, right)[max(1, round(share * len(right))) - 1])
