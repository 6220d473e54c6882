"""What stands in for the estimator of an upper row: it learns and says nothing, because its task's oracle answers."""

from pathlib import Path
from typing import Any, Self

from bench.contracts import Context


class NoEstimator:
    """An ``Estimator`` of ``bench.contracts`` that keeps no contract of answering."""

    def __init__(self, context: Context) -> None:
        """Take nothing from the context."""

    def fit(self, train: Any, validation: Any) -> None:
        """Learn nothing."""

    def save(self, folder: Path) -> None:
        """Write nothing."""

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Read nothing."""
        return cls(context)
