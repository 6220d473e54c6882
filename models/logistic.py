"""Multinomial logistic regression on standardised features, by scikit-learn; stored as plain arrays."""

import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from safetensors.numpy import load_file, save_file

_ITERATIONS = 300


@dataclass(frozen=True)
class Logistic:
    """A fitted regression: ``mean`` and ``spread`` (D,) of the features, ``weights`` (C, D) and ``bias`` (C,)."""

    mean: np.ndarray
    spread: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def fitted(cls, features: np.ndarray, labels: np.ndarray, categories: int, l2: float) -> Self:
        """Fit to features (N, D) and labels (N,); ``l2`` weighs the squared weights against a picture's mean loss."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        mean, spread = features.mean(0), features.std(0) + 1e-6
        model = LogisticRegression(C=1 / (l2 * len(features)), max_iter=_ITERATIONS)
        # The solver's many small steps take hundreds of times as long if several threads wait for a busy core.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # if features separate all, weights grow for ever
            model.fit((features - mean) / spread, labels)
        weights, bias = np.zeros((categories, features.shape[1])), np.full(categories, -np.inf)
        # For two categories scikit-learn has one row, which counts for the second and against the first.
        sides = np.array([[1.0]] if len(model.classes_) > 2 else [[-0.5], [0.5]])
        weights[model.classes_], bias[model.classes_] = sides * model.coef_, (sides * model.intercept_).squeeze()
        return cls(mean, spread, weights, bias)

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Return probabilities (N, C); a category that training did not show has none."""
        from scipy.special import softmax

        return softmax((features - self.mean) / self.spread @ self.weights.T + self.bias, axis=1)

    def save(self, file: Path) -> None:
        """Write the arrays as safetensors."""
        save_file(asdict(self), str(file))

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read what ``save`` wrote."""
        return cls(**load_file(str(file)))
