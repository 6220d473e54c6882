"""What the harness asks of a task, and the scores that it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.specs.json_data import Clear, JSONObject


@dataclass(frozen=True)
class Scores:
    """The scores of one cell.

    ``metrics``: name to (value, standard error or None). ``items``: one flat mapping per question, in order.
    ``counts``: named tables of the whole cell, such as a confusion matrix, as JSON data. ``over``: of a metric that is
    undefined for some items, over how many it is. A metric that is undefined for all of them is absent; in an item an
    undefined score is None.
    """

    metrics: Mapping[str, tuple[float, float | None]]
    items: tuple[Clear, ...]
    counts: Clear = field(default_factory=dict)
    over: Mapping[str, int] = field(default_factory=dict)


class Task(Protocol):
    """What is measured; constructed as ``Class(**settings)``, with all of its settings.

    A change in the code of ``pose`` or ``protocol`` asks the models again; one in ``score`` or ``definitions`` alone
    only scores again.
    """

    def pose(self, test: Any) -> Any:
        """Return what a model is asked, with the answers: a fold's test side, or something made from it."""
        ...

    def protocol(self) -> JSONObject:
        """Return in clear what must agree, besides the data and the split, for two rows to share a table."""
        ...

    def score(self, given: Any, posed: Any, train: Any) -> Scores:
        """Score a model's answers to what was posed; ``train`` is the training side of the cell."""
        ...

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        ...

    def explained(self, posed: Any) -> Any:
        """Return what a model that was not trained on records is asked: as many questions, in the same order.

        A task may leave this out; then such a model is asked what all others are.
        """
        ...

    def untaught(self) -> str:
        """Return what a table says of a model that was not trained on records; a task may leave this out."""
        ...
