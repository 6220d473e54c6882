"""Whether more labelled pictures would help: what a model gained from the last ones that it was given."""

from collections.abc import Sequence
from typing import NamedTuple

from bench.specs import Column, TableSpec
from bench.statistics.paired import Difference, difference, widened
from bench.store.store import Store
from bench.tables.judgement import LEVEL
from bench.tables.model_scores import Measurements
from bench.tables.selection import Selection


class _Gain(NamedTuple):
    """What a model gained between two fractions of the training side, and of how many pictures these are."""

    label: str
    fewer: float
    more: float
    difference: Difference


def more_pictures(spec: TableSpec, selections: Sequence[Selection], store: Store) -> list[str]:
    """Say of each model whether its score still rose at the largest fraction of the training side.

    Its two largest fractions are compared on the folds that both have, all models corrected together (Holm). Controls
    are left out. Nothing is said of a column by which models are not ranked.
    """
    column = judging_column(spec)
    if column.higher_is_better is None:
        return []
    gains = _gains(column, selections, store)
    if not gains:
        return []
    tested = widened([gain.difference for gain in gains], LEVEL)
    return [
        _sentence(gain, column, corrected, interval) for gain, (corrected, interval) in zip(gains, tested, strict=True)
    ]


def judging_column(spec: TableSpec) -> Column:
    """Return the column of a table that says most."""
    first = spec.options.get("controls_by", ())
    return next((column for name in first for column in spec.columns if column.label == name), spec.columns[0])


def _gains(column: Column, selections: Sequence[Selection], store: Store) -> list[_Gain]:
    by_size = sorted(selections, key=fraction_of, reverse=True)
    measured = [Measurements(selection, store, [column]) for selection in by_size]
    gains: list[_Gain] = []
    for model in dict.fromkeys(model for selection in by_size for model in selection.by_model):
        own = [
            place
            for place, selection in enumerate(by_size)
            if model in selection.by_model and measured[place].scores(model, column).by_fold
        ][:2]
        if len(own) < 2 or by_size[own[0]].by_model[model][0].model.control:
            continue
        most, less = own
        gain = difference(
            measured[most].of(model, column),
            measured[less].of(model, column),
            measured[most].k,
            pictures_recur=measured[most].pictures_recur,
        )
        if gain is not None:
            records = [by_size[place].by_model[model] for place in (less, most)]
            fewer, more = (sum(record.sides["train"] for record in each) / len(each) for each in records)
            gains.append(_Gain(records[1][0].model.label, fewer, more, gain))
    return gains


def fraction_of(selection: Selection) -> float:
    """Return the share of the training side that a selection's models were trained on."""
    return float(selection.clear["split"].get("fraction", 1.0))


def _sentence(gain: _Gain, column: Column, corrected: float, interval: tuple[float, float] | None) -> str:
    sign = 1 if column.higher_is_better else -1
    digits, value = column.digits, gain.difference.value
    within = "" if interval is None else f", 95 % interval {interval[0]:+.{digits}f} to {interval[1]:+.{digits}f}"
    change = f"{column.label} {value:+.{digits}f}{within}"
    what = f"{gain.label}, trained on {gain.more:.0f} pictures instead of {gain.fewer:.0f}: {change}"
    if corrected <= LEVEL and sign * value > 0:
        return f"{what}. It still rose at 5 %, so more labelled pictures should help."
    if corrected <= LEVEL:
        return f"{what}. It became worse at 5 %: more labelled pictures of this kind are not what it lacks."
    return f"{what}. That is not shown to be a rise, so it is open whether more labelled pictures would help."
