"""What scores show: which model is best, which cannot be told from it, which does not beat a control."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from bench.errors import BenchError, unknown
from bench.specs import Column, TableSpec
from bench.statistics.paired import Basis, Fold, widened
from bench.statistics.significance import ROUNDING
from bench.tables.model_scores import Measurements
from bench.tables.selection import Selection

LEVEL = 0.05
"""A difference is shown if its corrected p is at most this."""
Outcome = Literal["better", "not shown", "no better", "no fold shared"]
"""How a model stands to another: better at 5 %, better but not at 5 %, equal or worse, or not compared."""


@dataclass(frozen=True)
class RankedModel:
    """A model with its score, the mean over its ``folds`` (each a fold and its repeat), and the 95 % interval."""

    model: str
    score: float
    low: float | None
    high: float | None
    folds: tuple[Fold, ...]


@dataclass(frozen=True)
class Lead:
    """How far a model is ahead of another in a metric, negative if it is behind, on the ``folds`` that both have.

    ``corrected`` is p corrected for all comparisons of the same kind in that metric (Holm). The interval, None without
    a standard error, is widened alike: it excludes 0 exactly if ``corrected`` is at most 0.05. Two that share no fold
    have neither ``ahead`` nor p.
    """

    model: str
    other: str
    metric: str
    ahead: float | None
    low: float | None
    high: float | None
    p: float | None
    corrected: float | None
    basis: Basis
    folds: int
    outcome: Outcome = field(init=False)

    @property
    def is_significant(self) -> bool:
        """Whether the two differ at 5 %."""
        return self.corrected is not None and self.corrected <= LEVEL

    def __post_init__(self) -> None:
        """Set how the model stands to the other."""
        outcome: Outcome = "no better"
        if self.ahead is None:
            outcome = "no fold shared"
        elif self.ahead > ROUNDING:
            outcome = "better" if self.is_significant else "not shown"
        object.__setattr__(self, "outcome", outcome)


@dataclass(frozen=True)
class Judgement:
    """What scores show in a ``column``.

    ``ranking`` are the models that have a score in it, the best first; ``undefined`` those without. The ``leader`` is a
    model that no other is shown to beat: of several the one with most folds, then the one with the best score; None if
    each is beaten by another. ``leads`` are its leads over the others. ``over_controls`` are every model's leads over
    every control, in each of the ``columns`` by which models are ranked.
    """

    column: Column
    columns: tuple[Column, ...]
    ranking: tuple[RankedModel, ...]
    undefined: tuple[str, ...]
    controls: tuple[str, ...]
    leader: RankedModel | None
    leads: tuple[Lead, ...]
    over_controls: tuple[Lead, ...]

    @property
    def is_best(self) -> bool:
        """Whether the leader is better than every other model at 5 %."""
        return bool(self.leads) and all(lead.outcome == "better" for lead in self.leads)


def judge(
    selection: Selection, measured: Measurements, columns: Sequence[Column], metric: str | None, ablated: Iterable[str]
) -> Judgement:
    """Judge the models of a selection by a metric, by default that of the first column in which any has a score.

    ``columns`` are those of the task's tables. Variants of an ``ablated`` model that was measured too are left to the
    tables of ablations. BenchError for a metric by which models are not ranked, or if no score is defined.
    """
    models, controls = ranked_models(selection, ablated), controls_of(selection)
    ranked = [column for column in columns if column.higher_is_better is not None]
    column = _judged_by(metric, selection, models, ranked)
    having = [model for model in models if measured.scores(model, column).by_fold]
    between = leads_between(measured, column, list(combinations(having, 2)))
    ranking = sorted(
        (_ranked(model, column, measured) for model in having),
        key=lambda own: (-_upwards(column) * own.score, own.model),
    )
    first = leader([own.model for own in ranking], between, column, measured)
    against = [
        lead
        for own in ranked
        for lead in leads_between(measured, own, _pairs_with_controls(selection, measured, own, models, controls))
    ]
    return Judgement(
        column,
        tuple(ranked),
        tuple(ranking),
        tuple(model for model in models if model not in having),
        tuple(controls),
        next((own for own in ranking if own.model == first), None),
        tuple(_seen_from(first, between, ranking)) if first else (),
        tuple(against),
    )


def ranked_models(selection: Selection, ablated: Iterable[str]) -> list[str]:
    """Return the models that are no controls, without the variants of an ablated model that was measured too."""
    left_to_ablations = {*ablated} & {records[0].registered_model for records in selection.by_model.values()}
    return [
        model
        for model, records in selection.by_model.items()
        if not records[0].model.control and records[0].model.variant_of not in left_to_ablations
    ]


def ablated_models(task: str, tables: Iterable[TableSpec]) -> set[str]:
    """Return the models whose variants a table of the task compares."""
    return {str(table.options["ablates"]) for table in tables if table.task == task and "ablates" in table.options}


def controls_of(selection: Selection) -> list[str]:
    """Return the controls that models must beat."""
    return [model for model, records in selection.by_model.items() if records[0].model.judges]


def _judged_by(metric: str | None, selection: Selection, models: Sequence[str], ranked: Sequence[Column]) -> Column:
    if metric is not None:
        if own := [column for column in ranked if column.metric == metric]:
            return own[0]
        raise unknown("metric by which models are ranked", metric, [column.metric for column in ranked])
    every = [*selection.by_model]
    for rows in (models, every):
        for column in ranked:
            if any(column.metric in record.metrics for row in rows for record in selection.by_model[row]):
                return column
    label = selection.by_model[every[0]][0].model.label
    raise BenchError(
        f"no score of {label} by which models are ranked is defined; `bench table` says why, and `bench compare` "
        "compares by any --metric"
    )


def _upwards(column: Column) -> int:
    """Return 1 if higher values are better, else -1."""
    return 1 if column.higher_is_better else -1


def _ranked(model: str, column: Column, measured: Measurements) -> RankedModel:
    level = measured.level(model, column)
    low, high = level.interval(LEVEL) or (None, None)
    return RankedModel(model, level.value, low, high, tuple(sorted(measured.scores(model, column).by_fold)))


def leads_between(measured: Measurements, column: Column, pairs: Sequence[tuple[str, str]]) -> list[Lead]:
    """Compare pairs of models in a column, all of them corrected together (Holm).

    Whoever looks for the best of some models and those that tie with it compares all their pairs: the best is chosen by
    the same scores, and with its own pairs alone, equal models are told apart too often.
    """
    between = {pair: measured.difference(*pair, column) for pair in pairs}
    tested = {pair: own for pair, own in between.items() if own is not None}
    judged = dict(zip(tested, widened([*tested.values()], LEVEL), strict=True))
    leads: list[Lead] = []
    for pair in pairs:
        if pair not in tested:
            leads.append(Lead(*pair, column.metric, None, None, None, None, None, "nothing", 0))
            continue
        own, (corrected, interval) = tested[pair], judged[pair]
        sign = _upwards(column)
        low, high = sorted(sign * end for end in interval) if interval else (None, None)
        leads.append(Lead(*pair, column.metric, sign * own.value, low, high, own.p, corrected, own.basis, own.folds))
    return leads


def unbeaten(models: Iterable[str], leads: Iterable[Lead]) -> list[str]:
    """Return the models that none of the leads shows to be worse than another."""
    beaten = {
        lead.other if lead.ahead > 0 else lead.model for lead in leads if lead.is_significant and lead.ahead is not None
    }
    return [model for model in models if model not in beaten]


def leader(models: Iterable[str], leads: Iterable[Lead], column: Column, measured: Measurements) -> str | None:
    """Return the unbeaten model with most folds, of several the one with the best score; None if all are beaten."""

    def order(model: str) -> tuple[int, float, str]:
        own = measured.scores(model, column)
        return -len(own.by_fold), -_upwards(column) * own.level, model

    return min(unbeaten(models, leads), key=order, default=None)


def _seen_from(first: str, leads: Sequence[Lead], ranking: Sequence[RankedModel]) -> Iterable[Lead]:
    """Return the leads of the first model over every other one, in the order of the ranking."""
    of_pairs = both_ways(leads)
    return (of_pairs[first, own.model] for own in ranking if (first, own.model) in of_pairs)


def both_ways(leads: Iterable[Lead]) -> dict[tuple[str, str], Lead]:
    """Return the lead of each model over each other one."""
    return {(own.model, own.other): own for lead in leads for own in (lead, _turned(lead))}


def _turned(lead: Lead) -> Lead:
    """Return the other model's lead."""
    low, high = (None if end is None else -end for end in (lead.high, lead.low))
    ahead = None if lead.ahead is None else -lead.ahead
    return Lead(lead.other, lead.model, lead.metric, ahead, low, high, lead.p, lead.corrected, lead.basis, lead.folds)


def _pairs_with_controls(
    selection: Selection, measured: Measurements, column: Column, models: Sequence[str], controls: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the pairs of model and control that both have scores.

    A control with a step before training is compared only with the models that have the same step.
    """
    first_steps = {model: records[0].model.pretrains for model, records in selection.by_model.items()}
    having = {row for row in (*models, *controls) if measured.scores(row, column).by_fold}
    return [
        (model, control)
        for model in models
        for control in controls
        if {model, control} <= having and first_steps[control] in (None, first_steps[model])
    ]
