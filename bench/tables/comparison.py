"""Models compared pair by pair and all at once, on the folds and repeats that all of them have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bench.errors import BenchError, unknown
from bench.statistics.significance import Friedman, friedman, holm, p_over_folds
from bench.tables.markdown import grid, paragraph, plain
from bench.tables.selection import Selection
from bench.tables.standing import LEVEL


@dataclass(frozen=True)
class Pair:
    """Two models: the mean difference of their scores, its p, and p corrected for the number of pairs (Holm)."""

    first: str
    second: str
    difference: float
    p: float
    corrected: float

    @property
    def verdict(self) -> str:
        """Which model is better at 5 %, if one is."""
        if self.corrected > LEVEL:
            return "no difference shown"
        return f"{self.first if self.difference > 0 else self.second} is better"


@dataclass(frozen=True)
class Comparison:
    """The result of a comparison: ``means`` by label; ``friedman`` is None with fewer than 3 models or 2 folds."""

    metric: str
    folds: int
    means: Mapping[str, float]
    pairs: tuple[Pair, ...]
    friedman: Friedman | None

    def __str__(self) -> str:
        return as_text(self)


def compare(selection: Selection, models: Sequence[str], metric: str) -> Comparison:
    """Compare models by a metric; BenchError if one was not measured, or they have fewer than two folds in common."""
    for model in models:
        _check(selection, model, metric)
    scores = selection.by_place(metric)[[*models]].dropna()
    if len(scores) < 2:
        raise BenchError(
            f"{', '.join(models)} have {len(scores)} fold(s) and repeats in common; a comparison needs at least 2, "
            "run them with --folds all"
        )
    labels = _labels(selection, models)
    values = {labels[model]: np.asarray(scores[model]) for model in models}
    k = selection.clear["split"]["k"]
    differences = {pair: values[pair[0]] - values[pair[1]] for pair in combinations(values, 2)}
    chances = [p_over_folds(difference.tolist(), k) for difference in differences.values()]
    pairs = tuple(
        Pair(*pair, float(difference.mean()), p, corrected)
        for (pair, difference), p, corrected in zip(differences.items(), chances, holm(chances), strict=True)
    )
    means = {label: float(scores.mean()) for label, scores in values.items()}
    ranked = friedman(values) if len(values) > 2 else None
    return Comparison(metric, len(scores), means, pairs, ranked)


def as_text(comparison: Comparison) -> str:
    """Render a comparison as markdown."""
    rows = [
        [plain(pair.first), plain(pair.second), f"{pair.difference:+.3f}"]
        + [f"{pair.p:.3g}", f"{pair.corrected:.3g}", plain(pair.verdict)]
        for pair in comparison.pairs
    ]
    headers = ["", "against", "difference", "p", "p corrected", "at 5 %"]
    lines = [
        f"{paragraph(comparison.metric)} on the {comparison.folds} folds and repeats that all have.",
        grid(rows, headers),
        "p: corrected resampled t-test (Nadeau and Bengio 2003); corrected: Holm over the pairs.",
    ]
    if (test := comparison.friedman) is not None:
        ranks = ", ".join(f"{plain(label)} {rank:.2f}" for label, rank in test.ranks.items())
        lines.append(
            f"Friedman: chi-square {test.statistic:.2f}, p {test.p:.3g}; mean ranks {ranks}; "
            f"critical difference {test.difference:.2f} (Nemenyi, 5 %). Folds share training pictures, so "
            "this test is more easily satisfied than the pairs above."
        )
    return "\n\n".join(lines)


def _check(selection: Selection, model: str, metric: str) -> None:
    """BenchError if a model or its metric was not measured."""
    if model not in selection.by_model:
        raise unknown("measured model", model, selection.by_model)
    metrics = selection.by_model[model][0].metrics
    if metric not in metrics:
        raise unknown("metric", metric, metrics)


def _labels(selection: Selection, models: Sequence[str]) -> dict[str, str]:
    """Return each model's label, or its name if two models share a label."""
    labels = {model: selection.by_model[model][0].model.label for model in models}
    shared = [label for label in labels.values() if list(labels.values()).count(label) > 1]
    return {model: model if label in shared else label for model, label in labels.items()}
