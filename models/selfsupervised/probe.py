"""Probes of frozen encoders, by a linear classifier or nearest neighbours, to evaluate a pretraining."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from safetensors.numpy import load_file, save_file

from bench.contracts import Context, Encoder, Micrographs
from bench.errors import BenchError
from bench.models.logistic import Logistic
from bench.models.selfsupervised.linear import L2, Labelled, trials
from bench.specs import Setting
from bench.store.sealed import write_json
from bench.training.history import TUNING

_LINEAR, _BANK = "linear.safetensors", "bank.safetensors"
_VOTES = 200
"""The default number of voting neighbours, at most the size of the bank."""


class Probed:
    """Classifies with a probe on the pretrained encoder; a ``Classifier`` of ``bench.contracts``."""

    def __init__(
        self,
        context: Context,
        *,
        probe: Annotated[Literal["linear", "knn"], Setting("how the frozen encoder is judged")] = "linear",
        l2: Annotated[
            tuple[float, ...],
            Setting(
                "linear: weights of the squared coefficients that are tried; validation chooses", gt=0, le=1_000_000
            ),
        ] = L2,
        knn_k: Annotated[
            int,
            Setting(
                "knn: how many neighbours vote; 0 for 200, or all where there are fewer",
                stage="predict",
                ge=0,
                le=1_000_000,
            ),
        ] = 0,
        knn_temperature: Annotated[
            float, Setting("knn: cosines are divided by it before they weigh a vote", stage="predict", gt=0, le=1000)
        ] = 0.1,
    ) -> None:
        assert context.pretrained is not None, "a probe comes after its encoder"
        self._encoder: Encoder = context.pretrained()
        self._probe: Probe = LinearProbe(l2) if probe == "linear" else NeighbourProbe(knn_k, knn_temperature)

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Fit the probe to the encoder's features of the training side."""
        self._probe.fit(Labelled.of(self._encoder, train), Labelled.of(self._encoder, validation))

    def save(self, folder: Path) -> None:
        """Write the probe; the encoder stays in the product of its pretraining."""
        self._probe.save(folder)

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Read the probe that ``save`` wrote, and the encoder."""
        estimator = cls(context, **settings)
        estimator._probe.load(folder)
        return estimator

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C)."""
        return self._probe.probabilities(self._encoder.features(images), len(images.categories))


class Probe(ABC):
    """A simple classifier of features (N, D)."""

    @abstractmethod
    def fit(self, train: Labelled, validation: Labelled) -> None:
        """Learn from the training side; the validation side selects settings."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the learned parameters."""

    @abstractmethod
    def load(self, folder: Path) -> None:
        """Read the files of ``save``."""

    @abstractmethod
    def probabilities(self, features: np.ndarray, categories: int) -> np.ndarray:
        """Return probabilities (N, C)."""


class LinearProbe(Probe):
    """Logistic regression on standardised features, with the ``l2`` that is best on the validation side."""

    _regression: Logistic
    _tried: list[dict[str, Any]]

    def __init__(self, l2: Sequence[float]) -> None:
        self._l2 = l2

    def fit(self, train: Labelled, validation: Labelled) -> None:
        """Fit one regression for each ``l2`` and keep the one with the lowest validation loss."""
        tried = trials(train, validation, self._l2)
        self._regression = min(tried, key=lambda trial: trial.validation).regression
        self._tried = [{"l2": trial.l2, "validation": trial.validation} for trial in tried]

    def save(self, folder: Path) -> None:
        """Write the regression and the results of all candidates."""
        self._regression.save(folder / _LINEAR)
        write_json(folder / TUNING, self._tried)

    def load(self, folder: Path) -> None:
        """Read the regression."""
        self._regression = Logistic.load(folder / _LINEAR)

    def probabilities(self, features: np.ndarray, categories: int) -> np.ndarray:
        """Return probabilities (N, C)."""
        return self._regression.probabilities(features)


class NeighbourProbe(Probe):
    """A vote of the nearest training pictures (Wu et al. 2018), weighted by exp(cosine / temperature)."""

    _bank: np.ndarray
    _labels: np.ndarray

    def __init__(self, knn_k: int, temperature: float) -> None:
        self._knn_k, self._temperature = knn_k, temperature

    def fit(self, train: Labelled, validation: Labelled) -> None:
        """Store the training side as the bank of neighbours; the validation side is not needed."""
        self._bank, self._labels = train.features.astype(np.float32), train.labels

    def save(self, folder: Path) -> None:
        """Write the bank."""
        save_file({"bank": self._bank, "labels": self._labels.astype(np.int64)}, str(folder / _BANK))

    def load(self, folder: Path) -> None:
        """Read the bank."""
        arrays = load_file(str(folder / _BANK))
        self._bank, self._labels = arrays["bank"], arrays["labels"]

    def probabilities(self, features: np.ndarray, categories: int) -> np.ndarray:
        """Return probabilities (N, C); BenchError if ``knn_k`` exceeds the size of the bank."""
        from sklearn.neighbors import KNeighborsClassifier

        votes = self._knn_k or min(_VOTES, len(self._bank))
        if votes > len(self._bank):
            raise BenchError(
                f"knn_k {votes} is larger than the bank of {len(self._bank)} training pictures; choose at most "
                f"{len(self._bank)}, or 0 for {_VOTES} or as many as there are"
            )

        def weights(distances: np.ndarray) -> np.ndarray:
            return np.exp((1 - distances) / self._temperature)

        model = KNeighborsClassifier(votes, metric="cosine", weights=weights)  # pyright: ignore[reportArgumentType] -- its stub lacks functions
        shares = np.zeros((len(features), categories))
        model.fit(self._bank, self._labels)
        shares[:, model.classes_] = model.predict_proba(features.astype(np.float32))
        return shares
