"""The linear probe: logistic regression on frozen features, with the regularisation chosen on the validation side."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from bench.contracts import Encoder, Micrographs
from bench.models.logistic import Logistic
from bench.models.selfsupervised.strengths import L2


class Labelled(NamedTuple):
    """Features (N, D) of pictures, their labels (N,), and the number of categories."""

    features: np.ndarray
    labels: np.ndarray
    categories: int

    @classmethod
    def of(cls, encoder: Encoder, images: Micrographs) -> Self:
        """Return an encoder's features of pictures, with their labels."""
        return cls(encoder.features(images), images.labels, len(images.categories))


class Trial(NamedTuple):
    """A regression of one ``l2`` and its cross-entropy on the validation side."""

    l2: float
    validation: float
    regression: Logistic


def trials(train: Labelled, validation: Labelled, l2: Sequence[float] = L2) -> list[Trial]:
    """Fit a regression for each ``l2`` to the training side and evaluate it on the validation side."""
    from sklearn.metrics import log_loss

    candidates = []
    for strength in l2:
        regression = Logistic.fitted(*train, strength)
        probabilities = regression.probabilities(validation.features)
        candidates.append(
            Trial(
                strength, float(log_loss(validation.labels, probabilities, labels=range(train.categories))), regression
            )
        )
    return candidates
