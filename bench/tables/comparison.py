"""Models compared pair by pair and all at once, on the pictures and folds that they share."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bench.errors import BenchError, unknown
from bench.specs import Column, ModelSpec
from bench.statistics.paired import Basis, Difference, Noise, widened
from bench.statistics.significance import Friedman, friedman
from bench.store.store import Store
from bench.tables.judgement import LEVEL
from bench.tables.layout import told_apart
from bench.tables.markdown import grid, paragraph, plain
from bench.tables.model_scores import Measurements
from bench.tables.selection import Selection
from bench.terminal.quantities import count

_TESTS: Mapping[Basis, str] = {
    "folds": "over folds, the corrected resampled t-test (Nadeau and Bengio 2003) on their differences",
    "folds and pictures": "that test with the error over pictures added, because all folds test the same pictures",
    "pictures": "on one fold, a t-test on the differences picture by picture, the questions about a picture clustered; "
    "with several seeds, their error is added",
    "separate errors": "on one fold whose answers are not stored or do not add up to the score, the standard errors of "
    "the two scores, as if they were independent",
    "nothing": "1 if the records have neither several folds nor errors",
}
"""How p is computed, by what it rests on."""
_TEST = ("difference", "95 % interval", "p", "p corrected", "at 5 %")
_NOISE = ("pictures", "folds", "seeds")


@dataclass(frozen=True)
class Pair:
    """Two models: the mean difference of their scores on the ``folds`` that both have, and the test behind it.

    ``corrected`` is p corrected for the number of pairs (Holm). The interval from ``low`` to ``high``, None if there is
    no standard error, is widened alike: it excludes 0 exactly if ``corrected`` is at most 0.05. ``higher_is_better``
    is None if no table says which values are.
    """

    first: str
    second: str
    difference: float
    low: float | None
    high: float | None
    p: float
    corrected: float
    basis: Basis
    folds: int
    noise: Noise
    higher_is_better: bool | None = True

    @property
    def verdict(self) -> str:
        """Which model is better at 5 %, if one is."""
        if self.corrected > LEVEL:
            return "no difference shown"
        ahead = self.first if (self.difference > 0) == (self.higher_is_better is not False) else self.second
        return f"{ahead} is {'higher' if self.higher_is_better is None else 'better'}"


@dataclass(frozen=True)
class Comparison:
    """The result of a comparison: ``means`` by label, on the ``folds`` that all models have.

    ``friedman`` is None with fewer than 3 models or 2 such folds.
    """

    metric: str
    folds: int
    means: Mapping[str, float]
    pairs: tuple[Pair, ...]
    friedman: Friedman | None

    def __str__(self) -> str:
        return as_text(self)


def compare(
    selection: Selection, store: Store, models: Sequence[str], column: Column, registered: Iterable[ModelSpec] = ()
) -> Comparison:
    """Compare models in a column; BenchError if one was not measured, or two of them have no fold in common.

    ``registered`` models tell labels apart, see ``labels_of``. A fold's score is the mean over its seeds.
    """
    for model in models:
        _check(selection, model, column.metric)
    measured = Measurements(selection, store, [column])
    labels = labels_of(selection, models, registered)
    differences: dict[tuple[str, str], Difference] = {}
    for first, second in combinations(models, 2):
        between = measured.difference(first, second, column, noise=True)
        if between is None:
            raise BenchError(
                f"{labels[first]} and {labels[second]} have no fold in common; run them on the same folds, with "
                "--folds all"
            )
        differences[first, second] = between
    pairs = tuple(
        _pair(labels[first], labels[second], between, corrected, interval, column.higher_is_better)
        for ((first, second), between), (corrected, interval) in zip(
            differences.items(), widened([*differences.values()], LEVEL), strict=True
        )
    )
    scores = {labels[model]: measured.scores(model, column) for model in models}
    shared = sorted(set.intersection(*(set(own.by_fold) for own in scores.values())))
    values = {label: np.array([own.mean(fold) for fold in shared]) for label, own in scores.items()}
    means = {label: float(own.mean()) for label, own in values.items()} if shared else {}
    upwards = {label: -own if column.higher_is_better is False else own for label, own in values.items()}
    ranked = friedman(upwards) if len(models) > 2 and len(shared) > 1 else None
    return Comparison(column.metric, len(shared), means, pairs, ranked)


def labels_of(selection: Selection, models: Sequence[str], registered: Iterable[ModelSpec] = ()) -> dict[str, str]:
    """Return each model's label as it is shown; no two are alike.

    A label that several ``registered`` models share names its model, whether or not the others were measured.
    """
    labels = {model: selection.by_model[model][0].model.label for model in models}
    shown = told_apart(labels.values())
    counts = Counter(spec.label for spec in registered)
    named = {
        model: f"{shown[label]} ({model})" if counts[label] > 1 else shown[label] for model, label in labels.items()
    }
    return named if len({*named.values()}) == len(named) else {model: model for model in models}


def as_text(comparison: Comparison) -> str:
    """Render a comparison as markdown."""
    pairs = comparison.pairs
    names = [[plain(pair.first), plain(pair.second)] for pair in pairs]
    tests = [
        [f"{pair.difference:+.3f}", _interval(pair), f"{pair.p:.3g}", f"{pair.corrected:.3g}", plain(pair.verdict)]
        for pair in pairs
    ]
    noise = [[*map(_size, (pair.noise.pictures, pair.noise.folds, pair.noise.seeds))] for pair in pairs]
    uneven = len({pair.folds for pair in pairs}) > 1
    lines = [
        f"{paragraph(comparison.metric)} on the "
        + ("folds that both have." if uneven else f"{count(comparison.folds, 'fold')} that all have."),
        grid([own + test for own, test in zip(names, tests, strict=True)], ["", "against", *_TEST]),
        *(f"p: {test}." for basis, test in _TESTS.items() if any(pair.basis == basis for pair in pairs)),
        "Corrected: Holm over the pairs; the interval is widened alike.",
        grid([own + sizes for own, sizes in zip(names, noise, strict=True)], ["noise of", "against", *_NOISE]),
        "Pictures: the standard error over test pictures. Folds: the standard deviation over folds and repeats, seeds "
        "averaged. Seeds: the standard deviation over seeds of one fold.",
    ]
    if (test := comparison.friedman) is not None:
        ranks = ", ".join(f"{plain(label)} {rank:.2f}" for label, rank in test.ranks.items())
        lines.append(
            f"Friedman: chi-square {test.statistic:.2f}, p {test.p:.3g}; mean ranks {ranks}; "
            f"critical difference {test.difference:.2f} (Nemenyi, 5 %). Folds share training pictures, so "
            "this test is more easily satisfied than the pairs above."
        )
    return "\n\n".join(lines)


def _pair(
    first: str,
    second: str,
    between: Difference,
    corrected: float,
    interval: tuple[float, float] | None,
    better: bool | None,
) -> Pair:
    low, high = interval or (None, None)
    own = (between.p, corrected, between.basis, between.folds, between.noise)
    return Pair(first, second, between.value, low, high, *own, better)


def _interval(pair: Pair) -> str:
    return "-" if pair.low is None or pair.high is None else f"{pair.low:+.3f} to {pair.high:+.3f}"


def _size(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _check(selection: Selection, model: str, metric: str) -> None:
    """BenchError if a model or its metric was not measured."""
    if model not in selection.by_model:
        raise unknown("measured model", model, selection.by_model)
    metrics = selection.by_model[model][0].metrics
    if metric not in metrics:
        raise unknown("metric", metric, metrics)
