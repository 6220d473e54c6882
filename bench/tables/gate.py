"""The gate of a model's tests: whether a metric fell against earlier scores by more than its error."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.errors import BenchError
from bench.specs import Column
from bench.statistics.paired import Basis, Difference, change, widened
from bench.statistics.significance import ROUNDING
from bench.store.fingerprint import difference as differing
from bench.tables.baseline import Baseline
from bench.tables.markdown import grid, plain
from bench.terminal.quantities import count

Outcome = Literal["fell", "fell, error unknown", "fell within its error", "held", "gone"]
"""What became of a score; held: it is as high as it was, or higher. Gone: it has no score on a fold of before."""
_FAILS = ("fell", "fell, error unknown", "gone")


@dataclass(frozen=True)
class GatedScore:
    """A model's score of a metric before and now, on the ``folds`` that both have.

    ``change`` is positive if it became better, also where lower values are better. ``corrected`` is p corrected for the
    number of scores (Holm); the interval from ``low`` to ``high`` is widened alike.
    """

    model: str
    label: str
    metric: str
    before: float
    now: float | None
    change: float | None
    low: float | None
    high: float | None
    p: float | None
    corrected: float | None
    basis: Basis
    folds: int
    outcome: Outcome

    @property
    def fails(self) -> bool:
        """Whether it closes the gate."""
        return self.outcome in _FAILS


@dataclass(frozen=True)
class Gate:
    """The scores of models held against earlier ones; ``notes`` are sentences on what was not compared."""

    task: str
    dataset: str
    protocol: str
    level: float
    scores: tuple[GatedScore, ...]
    notes: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether no score fell by more than its error."""
        return not any(score.fails for score in self.scores)

    def __str__(self) -> str:
        return as_text(self)


def gate(now: Baseline, before: Baseline, models: Sequence[str], columns: Sequence[Column], level: float) -> Gate:
    """Hold scores against earlier ones of the same models, metric by metric.

    ``models`` are by default those of both. BenchError if the two are of different tasks or protocols, or share no
    model or metric.
    """
    _check_comparable(now, before)
    chosen = [*models] or [model for model in now.scores if model in before.scores]
    if not chosen:
        raise BenchError(
            f"no model was measured both now ({', '.join(now.scores)}) and before ({', '.join(before.scores)}); run "
            "one of those before"
        )
    changes: dict[tuple[str, Column], Difference | None] = {}
    for model in chosen:
        for column in columns:
            earlier, own = before.of(model, column.metric), now.of(model, column.metric)
            if earlier is not None:
                changes[model, column] = None if own is None else change(own, earlier, now.k)
    if not changes:
        raise BenchError(
            f"{', '.join(chosen)}: none of {', '.join(each.metric for each in columns)} was measured before"
        )
    tested = [key for key, own in changes.items() if own is not None]
    judged = dict(zip(tested, widened([own for own in changes.values() if own is not None], level), strict=True))
    scores = tuple(
        _score(model, column, before, now, own, judged.get((model, column)), level)
        for (model, column), own in changes.items()
    )
    return Gate(
        now.task,
        now.dataset,
        now.protocol,
        level,
        scores,
        (*_left_out(now, before, chosen, models), *_folds(scores, before)),
    )


def as_text(result: Gate) -> str:
    """Render a gate as markdown: the table of scores, then a sentence on each that fell."""
    rows = [
        [
            plain(score.label),
            plain(score.metric),
            f"{score.before:.4f}",
            "-" if score.now is None else f"{score.now:.4f}",
            "-" if score.change is None else f"{score.change:+.4f}",
            "-" if score.low is None or score.high is None else f"{score.low:+.4f} to {score.high:+.4f}",
            "-" if score.corrected is None else f"{score.corrected:.3g}",
            str(score.folds),
            score.outcome,
        ]
        for score in result.scores
    ]
    interval = f"{100 * (1 - result.level):g} % interval"
    head = ["model", "metric", "before", "now", "change", interval, "p corrected", "folds", "outcome"]
    fallen = [score for score in result.scores if score.fails]
    summary = (
        f"{count(len(result.scores), 'score')} of {count(len({score.model for score in result.scores}), 'model')}: "
        "none fell by more than its error"
        if not fallen
        else f"{len(fallen)} of {count(len(result.scores), 'score')} fell: "
        + ", ".join(f"{score.label} {score.metric}" for score in fallen)
    )
    about = (
        "A positive change is an improvement. The error is that of paired differences, picture by picture on the same "
        "folds, with that between seeds where there are several; p and interval are corrected for the number of scores "
        "(Holm)."
    )
    return "\n\n".join([grid(rows, head), about, *map(plain, result.notes), plain(summary)])


def _check_comparable(now: Baseline, before: Baseline) -> None:
    if now.task != before.task:
        raise BenchError(
            f"the earlier scores are of task {before.task!r}, those of now of {now.task!r}; name one with --task"
        )
    if now.protocol != before.protocol:
        reasons = differing(before.clear, now.clear) or [f"dataset: {before.dataset} -> {now.dataset}"]
        raise BenchError(
            f"the protocols differ ({'; '.join(reasons[:3])}), so the scores cannot be compared; run under the earlier "
            "one, or save new scores to compare with"
        )


def _score(
    model: str,
    column: Column,
    before: Baseline,
    now: Baseline,
    own: Difference | None,
    judged: tuple[float, tuple[float, float] | None] | None,
    level: float,
) -> GatedScore:
    earlier, later = before.of(model, column.metric), now.of(model, column.metric)
    assert earlier is not None, "only what was measured before is gated"
    label = now.labels.get(model, model)
    if own is None or judged is None or later is None:
        metric = column.metric
        return GatedScore(model, label, metric, earlier.level, None, None, None, None, None, None, "nothing", 0, "gone")
    shared = sorted(earlier.by_fold.keys() & later.by_fold.keys())
    first, last = (sum(each.mean(fold) for fold in shared) / len(shared) for each in (earlier, later))
    sign = -1 if column.higher_is_better is False else 1
    corrected, interval = judged
    low, high = sorted(sign * end for end in interval) if interval else (None, None)
    risen = sign * own.value
    outcome: Outcome = "held"
    if risen < -ROUNDING:
        outcome = "fell within its error"
        if own.basis == "nothing":
            outcome = "fell, error unknown"
        elif corrected <= level:
            outcome = "fell"
    return GatedScore(
        model, label, column.metric, first, last, risen, low, high, own.p, corrected, own.basis, own.folds, outcome
    )


def _left_out(now: Baseline, before: Baseline, chosen: Sequence[str], named: Sequence[str]) -> list[str]:
    """Name the models that were not compared, unless the caller chose."""
    if named:
        return []
    lines = {
        "Measured before and not now": [model for model in before.scores if model not in chosen],
        "Measured now and not before": [model for model in now.scores if model not in chosen],
    }
    return [f"{reason}: {', '.join(models)}." for reason, models in lines.items() if models]


def _folds(scores: Sequence[GatedScore], before: Baseline) -> list[str]:
    """Name the models of which fewer folds were compared than were measured before."""
    fewer: dict[str, str] = {}
    for score in scores:
        earlier = before.of(score.model, score.metric)
        every = len(earlier.by_fold) if earlier else 0
        if 0 < score.folds < every:
            fewer[score.model] = f"{score.label} was compared on {score.folds} of the {count(every, 'fold')} of before."
    return [*fewer.values()]
