"""Comparisons between the rows that are ranked: the best of a column, the rows that tie with it, gains and drops."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import Literal

from bench.specs import Column, TableSpec
from bench.statistics.significance import ROUNDING
from bench.store.store import Store
from bench.tables.ablation import whole
from bench.tables.judgement import Lead, ablated_models, both_ways, leader, leads_between, ranked_models, unbeaten
from bench.tables.model_scores import Measurements, columns_of
from bench.tables.selection import Selection
from bench.tables.table import TableCell, TableRow

TIES = (
    "Bold: the best of a column, of the numbers that are above every control and not shown to be worse than another; "
    "rows with most folds come first. Italic: not shown to be worse than it. Both by the tests of `bench verdict`, at "
    "5 %: differences on the folds and pictures that two models share (over folds the corrected resampled t-test of "
    "Nadeau and Bengio, within one fold picture by picture), with Holm's correction over all pairs of the task's "
    "models, in an ablation of its rows."
)


class Comparisons:
    """The leads of models over one another, as ``bench verdict`` computes them: all models are corrected together."""

    def __init__(self, measured: Measurements, models: Sequence[str]) -> None:
        self.measured = measured
        self._models = models
        self._leads: dict[tuple[str, bool | None], Mapping[tuple[str, str], Lead]] = {}

    def leads(self, column: Column) -> Mapping[tuple[str, str], Lead]:
        """Return the lead of each model over each other one that has a score in a column, too."""
        key = column.metric, column.higher_is_better
        if key not in self._leads:
            having = [model for model in self._models if self.measured.scores(model, column).by_fold]
            self._leads[key] = both_ways(leads_between(self.measured, column, [*combinations(having, 2)]))
        return self._leads[key]


def comparisons(
    spec: TableSpec, every: Selection, shown: Selection, tables: Iterable[TableSpec], store: Store
) -> Comparisons:
    """Return the comparisons of a table: those of all models of its task, whichever of them the table shows.

    Those of an ablation, whose variants the verdict leaves out, are of the models that the table shows.
    """
    models = ranked_models(every, ablated_models(spec.task, tables))
    if "ablates" in spec.options:
        models = ranked_models(shown, ())
    return _comparisons(every, store, tuple(columns_of(spec.task, [spec, *tables])), tuple(models))


@lru_cache(maxsize=2)
def _comparisons(every: Selection, store: Store, columns: tuple[Column, ...], models: tuple[str, ...]) -> Comparisons:
    """Return the comparisons of some models, the same object for all tables of one selection."""
    return Comparisons(Measurements(every, store, columns), models)


def with_best(spec: TableSpec, compared: Comparisons, rows: list[TableRow]) -> list[TableRow]:
    """Mark the best number of each column, and the numbers that tie with it.

    The best is that of the leader (``bench.tables.judgement.leader``) among those above every control, which share a
    fold with each; without one a column has no marks. A number that is shown to be worse than the leader of all numbers
    does not tie. Controls and upper rows are neither.
    """
    for column in spec.columns:
        ranked = {row.model: row for row in rows if not row.control and row.cells[column.label].value is not None}
        if len(ranked) < 2 or not column.higher_is_better:
            continue
        leads = {pair: lead for pair, lead in compared.leads(column).items() if ranked.keys() >= {*pair}}
        able = [model for model in unbeaten(ranked, leads.values()) if not _below(ranked[model].cells[column.label])]
        best = leader(able, leads.values(), column, compared.measured)
        if best is None:
            continue
        bold = {model for model in able if _equal(column, compared.measured, model, best)}
        first = leader(ranked, leads.values(), column, compared.measured)
        worse = {lead.other for lead in leads.values() if lead.model in (best, first) and lead.outcome == "better"}
        for model, row in ranked.items():
            marked = replace(row.cells[column.label], best=model in bold, tie=model not in bold and model not in worse)
            row.cells[column.label] = marked
    return rows


def _below(cell: TableCell) -> bool:
    """Return whether a number is not known to be above every control."""
    return bool(cell.below or cell.apart)


def _equal(column: Column, measured: Measurements, model: str, best: str) -> bool:
    """Return whether a model has the best one's score, on as many folds."""
    own, other = (measured.scores(name, column) for name in (model, best))
    return len(own.by_fold) == len(other.by_fold) and abs(own.level - other.level) <= ROUNDING


def gains(spec: TableSpec, rows: list[TableRow], source: Literal["paper", "measured"]) -> list[str]:
    """Say how far the model of the spec's option ``gain`` is from the best other, in percent of the other's score."""
    own = next((row for row in rows if row.model == spec.options.get("gain")), None)
    if own is None:
        return []
    others = [row for row in rows if not row.control and row is not own]
    value_of = _published if source == "paper" else _value
    parts = [part for column in spec.columns if (part := _gain(column, own, others, value_of))]
    return [f"{own.label} over the next best, {source}: {', '.join(parts)}."] if parts else []


def _gain(column: Column, own: TableRow, others: list[TableRow], value_of: Callable[[TableCell], float | None]) -> str:
    score = value_of(own.cells[column.label])
    folds = own.cells[column.label].n
    scores = [
        (value, row.label)
        for row in others
        if (value := value_of(row.cells[column.label])) is not None
        and (value_of is _published or row.cells[column.label].n >= folds)
    ]
    if score is None or not scores or not column.higher_is_better:
        return ""
    value, label = max(scores)
    return f"{column.label} {100 * (score / value - 1):+.1f} % ({label})" if value else ""


def drops(spec: TableSpec, compared: Comparisons, selection: Selection, rows: list[TableRow]) -> list[str]:
    """Say how far each variant is from the row it is to be compared with (``ablation.whole``), column by column.

    Each difference is over the folds that both have, with its p, by the tests and the correction of ``TIES``.
    """
    if "ablates" not in spec.options:
        return []
    pairs = [(row, base) for row in rows if not row.control and (base := whole(spec, selection, rows, row))]
    differences: dict[str, list[str]] = {}
    for column in spec.columns:
        for row, base in pairs:
            lead = compared.leads(column).get((row.model, base.model))
            if lead is not None and lead.ahead is not None:
                change = lead.ahead if column.higher_is_better else -lead.ahead
                sentence = differences.setdefault(f"{row.label} against {base.label}", [])
                sentence.append(f"{column.label} {change:+.{column.digits}f} (p {lead.corrected:.2f})")
    return [f"{pair}: {', '.join(parts)}." for pair, parts in differences.items()]


def _published(cell: TableCell) -> float | None:
    return cell.published


def _value(cell: TableCell) -> float | None:
    return cell.value
