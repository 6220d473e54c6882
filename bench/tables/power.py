"""How much more would have to be measured to show a difference between two models, judged by the records at hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from bench.errors import BenchError
from bench.specs import Column
from bench.statistics.paired import Difference, ModelScores
from bench.statistics.power import MOST, Components, ExperimentSize, components, detectable, needed, power
from bench.tables.comparison import labels_of
from bench.tables.judgement import judge
from bench.tables.markdown import grid, paragraph
from bench.tables.model_scores import Measurements
from bench.tables.selection import Selection
from bench.tables.sentences import amount
from bench.terminal.quantities import count

Amount = Literal["folds", "seeds", "pictures"]
_NAMES: dict[Amount, str] = {
    "folds": "folds and repeats",
    "seeds": "seeds per fold",
    "pictures": "test pictures per fold",
}


@dataclass(frozen=True)
class PowerQuestion:
    """A true ``difference``, None for the one in the records, to be shown with a ``power``, tested at a ``level``."""

    difference: float | None
    level: float
    power: float


@dataclass(frozen=True)
class Need:
    """How many folds, seeds or pictures show the difference, the others being as they are ``now``.

    ``needed`` is None if none suffice, or if that cannot be estimated; ``reason`` says which, else it is ''.
    """

    amount: Amount
    now: int
    needed: int | None
    reason: str = ""


@dataclass(frozen=True)
class PowerAnalysis:
    """What shows a true ``difference`` of two models in a metric with the wanted ``power``, tested at a ``level``.

    ``observed`` is the difference in the records, whose ``sizes`` and ``components`` of variance are given;
    ``detectable`` the smallest one that records like these show with that power, None if they show no noise.
    """

    metric: str
    first: str
    second: str
    difference: float
    level: float
    power: float
    observed: float
    sizes: ExperimentSize
    components: Components
    needs: tuple[Need, ...]
    detectable: float | None
    digits: int

    def __str__(self) -> str:
        return as_text(self)


def analyse(
    selection: Selection, measured: Measurements, models: tuple[str, str], column: Column, question: PowerQuestion
) -> PowerAnalysis:
    """Return what shows a difference between two models, by default the one in the records.

    BenchError if they share no fold, or do not differ and no difference is named.
    """
    labels = labels_of(selection, models)
    observed = measured.difference(*models, column, noise=True)
    if observed is None:
        raise BenchError(f"{' and '.join(labels.values())} have no fold in common; run them with --folds all")
    size = abs(observed.value) if question.difference is None else question.difference
    if not size:
        raise BenchError(f"{' and '.join(labels.values())} do not differ in these records; name a --difference")
    scores = [measured.of(model, column) for model in models]
    sizes = _sizes(scores, observed, measured)
    seeded = sum(own.seed_variance(own.by_fold)[1] > 0 for own in scores)
    parts = components(observed, seeded, sizes)
    return PowerAnalysis(
        column.metric,
        labels[models[0]],
        labels[models[1]],
        size,
        question.level,
        question.power,
        observed.value,
        sizes,
        parts,
        tuple(_needs(size, parts, sizes, question)),
        detectable(parts, sizes, question.level, question.power),
        column.digits,
    )


def best_two(
    selection: Selection, measured: Measurements, columns: Sequence[Column], column: Column
) -> tuple[str, str]:
    """Return the two models with the best scores; of one alone the control with the best, too.

    BenchError if fewer than two rows have a score, or models are not ranked by the column.
    """
    if column.higher_is_better is None:
        raise BenchError(f"models are not ranked by {column.metric}; name two with --models")
    judged = judge(selection, measured, columns, column.metric, ())
    sign = 1 if column.higher_is_better else -1
    controls = [model for model in judged.controls if measured.scores(model, column).by_fold]
    controls.sort(key=lambda model: -sign * measured.level(model, column).value)
    best = [*(own.model for own in judged.ranking), *controls][:2]
    if len(best) < 2:
        raise BenchError(f"fewer than two models have a {column.metric}; run another, or a control")
    return best[0], best[1]


def _sizes(scores: Sequence[ModelScores], observed: Difference, measured: Measurements) -> ExperimentSize:
    folds = scores[0].by_fold.keys() & scores[1].by_fold.keys()
    seeds = max(min(len(own.by_fold[fold]) for fold in folds) for own in scores)
    pictures = 0
    if observed.pictures:
        pictures = round(sum(len(scores[0].influences[fold]) for fold in folds) / len(folds))
    return ExperimentSize(len(folds), seeds, pictures, measured.k, measured.pictures_recur)


def _needs(difference: float, parts: Components, sizes: ExperimentSize, question: PowerQuestion) -> list[Need]:
    """Return what is needed of folds, seeds and pictures, each by itself."""

    def least(enlarge: Callable[[int], ExperimentSize], smallest: int) -> int | None:
        return needed(
            question.power, lambda number: power(difference, parts, enlarge(number), question.level), smallest
        )

    return [
        _need(
            "folds",
            sizes.folds,
            "they cannot be estimated from one fold; run more with --folds all" if parts.fold is None else "",
            lambda: least(lambda number: replace(sizes, folds=number), 2),
            "training sides of repeats overlap, and that part of the error stays",
        ),
        _need(
            "seeds",
            sizes.seeds,
            "they cannot be estimated from one seed; run more with --seeds 3" if parts.seed is None else "",
            lambda: least(lambda number: replace(sizes, seeds=number), 1 if sizes.folds > 1 else 2),
            "the noise of pictures and folds stays",
        ),
        _need(
            "pictures",
            sizes.pictures,
            "they cannot be estimated, because the answers are not stored or do not add up to the score"
            if parts.picture is None
            else "",
            lambda: least(lambda number: replace(sizes, pictures=number), 2),
            "the noise of folds and seeds stays",
        ),
    ]


def _need(amount: Amount, now: int, unknown: str, least: Callable[[], int | None], floor: str) -> Need:
    if unknown:
        return Need(amount, now, None, unknown)
    number = least()
    return Need(amount, now, number, "" if number else f"not even {MOST:,} suffice: {floor}")


def as_text(analysis: PowerAnalysis) -> str:
    """Render an analysis as markdown."""
    own, sizes = analysis, analysis.sizes
    rows = [[_NAMES[need.amount], f"{need.now:,}", f"{need.needed:,}" if need.needed else "-"] for need in own.needs]
    lines = [
        f"{own.first} and {own.second} differ by {amount(own.observed, own.digits)} in {own.metric}, measured on "
        f"{count(sizes.folds, 'fold')} with {count(sizes.seeds, 'seed')}.",
        f"A true difference of {amount(own.difference, own.digits)} is shown with a power of {100 * own.power:g} %, "
        f"tested at a level of {own.level:g}, by",
        grid(rows, ["", "now", "needed"]),
        *(f"{_NAMES[need.amount]}: {need.reason}." for need in own.needs if need.reason),
        "Each row changes that number alone. More pictures or folds also train better models, which is not counted.",
    ]
    folds = own.needs[0].needed
    if folds and folds > sizes.k:
        lines.append(f"{folds:,} folds and repeats are all {sizes.k} folds with --repeats {ceil(folds / sizes.k)}.")
    if own.detectable is not None:
        lines.append(
            f"Records like these show a difference of {amount(own.detectable, own.digits)} or more with that power. "
            "Among several models, corrected for their number, more is needed: name a smaller --level."
        )
    return "\n\n".join(line if line.startswith("|") else paragraph(line) for line in lines)
