"""The control that takes the longest option: authors word the right one with most care."""

from pathlib import Path
from typing import Any, Self

from bench.contracts import Choices, Context, Preference


class Longest:
    """Prefers options by their number of letters; a ``Chooser`` of ``bench.contracts``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def fit(self, train: Any, validation: Any) -> None:
        """Learn nothing."""

    def save(self, folder: Path) -> None:
        """Write nothing: there is nothing to keep."""

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Return the control; there is nothing to read."""
        return cls(context)

    def choose(self, questions: Choices) -> list[Preference]:
        """Return for each question likelihoods that tell the longest from the others; equally long ones tie."""
        return [_longest([len(option) for option in question.options]) for question in questions.questions]


def _longest(lengths: list[int]) -> Preference:
    return Preference(tuple(0.0 if length == max(lengths) else float("nan") for length in lengths))
