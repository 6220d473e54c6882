"""What no table may say, whatever its records: a brute-force check of marks, bold numbers and shares."""

import re
from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest

from bench.specs import Column, TableSpec
from bench.store.record import MetricValue
from bench.store.store import Store
from bench.tables.controls import against_controls, losses, strangers, with_scale
from bench.tables.model_scores import Measurements
from bench.tables.scores import measured_cells, undefined_cell
from bench.tables.selection import Selection
from bench.tables.standing import Comparisons, with_best
from bench.tables.table import Table, TableRow
from tests.table_records import made

SPEC = TableSpec("t", 50, "T", "vqa", (Column("meteor", "A"), Column("bleu2", "B"), Column("rouge1", "C", digits=2)))


def _random(seed):
    """Records of models, controls and an upper row on some folds each, with equal, absent and undefined scores.

    The folds are too few and the scores too coarse to show that a model is worse than another.
    """
    random, by_model = np.random.default_rng(seed), {}
    for model in ("one", "two", "three", "low", "lower", "top"):
        records = []
        for fold in np.flatnonzero(random.random(3) < 0.8).tolist() or [0]:
            record = made(model, fold, 0.0, control=model in ("low", "lower", "top"))
            metrics = {
                column.metric: MetricValue(float(random.integers(0, 5)) / 4)
                for column in SPEC.columns
                if random.random() < 0.9
            }
            about = replace(record.model, upper=model == "top")
            records.append(replace(record, metrics=metrics, model=about))
        by_model[model] = tuple(records)
    return Selection("d", "p", made("one", 0, 0.0).protocol, by_model, {})


def _rows(selection):
    cells = {column.label: measured_cells(column, selection) for column in SPEC.columns}
    return [
        TableRow(
            model,
            model,
            "",
            {c.label: cells[c.label].get(model) or undefined_cell(c, records) for c in SPEC.columns},
            control=records[0].model.control,
            upper=records[0].model.upper,
        )
        for model, records in selection.by_model.items()
    ]


def _scores(selection, model, metric):
    return {r.cell.fold: r.metrics[metric].value for r in selection.by_model[model] if metric in r.metrics}


def _on_shared_folds(selection, metric, *models):
    """Each model's mean on the folds that all have, None if they share none."""
    scores = [_scores(selection, model, metric) for model in models]
    shared = sorted(set.intersection(*map(set, scores)))
    return [fmean(own[fold] for fold in shared) for own in scores] if shared else None


@pytest.mark.parametrize("seed", range(60))
def test_no_bold_number_is_level_with_a_control_and_every_such_number_is_marked(seed, tmp_path):
    selection = _random(seed)
    compared = Comparisons(Measurements(selection, Store(tmp_path), SPEC.columns), ("one", "two", "three"))
    rows = with_best(SPEC, compared, against_controls(SPEC, selection, _rows(selection)))
    for column in SPEC.columns:
        best = []
        for row in rows:
            cell = row.cells[column.label]
            below, apart = [], []
            for control in ("low", "lower"):
                if not row.control and cell.value is not None and _scores(selection, control, column.metric):
                    means = _on_shared_folds(selection, column.metric, row.model, control)
                    (apart if means is None else below if means[1] >= means[0] else []).append(control)
            assert (cell.below, cell.apart) == (tuple(below), tuple(apart))
            assert not (cell.best and (below or apart or row.control)) and not (row.control and cell.tie)
            if not row.control and cell.value is not None and not below and not apart:
                best.append(((cell.n, cell.value), cell.best))
        measured = sum(not row.control and row.cells[column.label].value is not None for row in rows)
        highest = max((value for value, _ in best), default=None)
        assert all(bold is (value == highest and measured > 1) for value, bold in best)
    losers = {name for sentence in losses(rows) for name in re.findall(r"\w+", sentence.partition(" not beat ")[0])}
    for row in rows:
        is_named = row.label in losers or bool(strangers(row))
        assert is_named is any(cell.below or cell.apart for cell in row.cells.values())


@pytest.mark.parametrize("seed", range(30))
def test_shares_go_from_the_best_control_to_the_upper_row(seed):
    selection = _random(seed)
    rows = tuple(_rows(selection))
    table = with_scale(Table("t", 50, "T.", ("A", "B", "C"), rows, (), "d", "p"), SPEC, selection)
    for column in SPEC.columns:
        controls = [name for name in ("low", "lower") if _scores(selection, name, column.metric)]
        has_scale = controls and _scores(selection, "top", column.metric)
        for row in table.rows:
            has_score = _scores(selection, row.model, column.metric)
            means = has_scale and has_score and _on_shared_folds(selection, column.metric, row.model, "top", *controls)
            own, top, *zeros = means or (0.0, 0.0, 0.0)
            share = row.cells[column.label].share
            assert (share is None) is (top <= max(zeros))
            assert share is None or share == pytest.approx((own - max(zeros)) / (top - max(zeros)))
