"""Tables and verdicts agree: what a column marks, the verdict by that column does not call worse, and the reverse."""

from dataclasses import replace

import numpy as np
import pytest

from bench.registered.registry import Registry
from bench.store.record import MetricValue
from bench.store.store import Store
from bench.tables.build import View, build_all, chosen
from bench.tables.comparison import compare
from bench.tables.judgement import LEVEL, leads_between
from bench.tables.model_scores import Measurements
from bench.tables.scores import scores_table
from bench.tables.selection import select
from bench.tables.verdict import verdict
from tests.table_records import classified, item, made, put_items

REGISTRY = Registry()
METRICS = ("bleu2", "bleu4", "rouge1", "rouge2", "rougeL", "meteor")


def _answers(random, level, hard):
    """Judged answers, two about each picture; a picture is as hard for every model."""
    values = np.clip(level + hard + random.normal(scale=0.05, size=(2, len(hard))), 0, 1)
    return [
        item(f"{place}-{n}", "tips", v, picture=f"p{n}") for place, own in enumerate(values) for n, v in enumerate(own)
    ]


def _store(root, seed):
    """A store of models and controls on one fold or several, some of which lack folds, seeds or their answers."""
    random, store = np.random.default_rng(seed), Store(root)
    folds = int(random.choice([1, 1, 3, 5]))
    hard = random.normal(scale=0.2, size=(5, 12))
    for model in ("a", "b", "c", "d", "low", "lower"):
        control = model.startswith("low")
        level = random.choice([0.2, 0.3, 0.31, 0.4, 0.5, 0.8] if not control else [0.1, 0.2, 0.3, 0.5])
        seeds = int(random.choice([1, 1, 2]))
        for fold in np.flatnonzero(random.random(folds) < 0.85).tolist():
            for number in range(seeds):
                items = _answers(random, level + random.normal(scale=0.01), hard[fold])
                score = MetricValue(float(np.mean([own["meteor"] for own in items])), 0.05)
                record = made(model, fold, 0.0, control=control, k=5, seed=number)
                record = replace(record, metrics=dict.fromkeys(METRICS, score))
                store.write_record(f"{model}-{fold}-{number}", record)
                if random.random() < 0.95:
                    put_items(store, record, items)
    return store


@pytest.mark.parametrize("seed", range(60))
def test_what_a_column_marks_the_verdict_does_not_call_worse_and_the_reverse(tmp_path, seed):
    store = _store(tmp_path, seed)
    if not store.records():
        return
    selection = select(store, "vqa", None, None)
    (spec,) = chosen(["1"], REGISTRY)
    table = scores_table(spec, selection, REGISTRY, store)
    column = spec.columns[0]
    cells = {row.model: row.cells[column.label] for row in table.rows if not row.control and row.model in "abcd"}
    cells = {model: cell for model, cell in cells.items() if cell.value is not None}
    own = verdict(selection, store, REGISTRY, "vqa", column.metric)
    marked = {model for model, cell in cells.items() if cell.best or cell.tie}
    bold = {model for model, cell in cells.items() if cell.best}
    worse = {lead.other for lead in own.leads if lead.outcome == "better"}
    assert not marked & worse
    assert own.best is None or marked <= {own.best}
    if own.leader in bold:
        assert marked == cells.keys() - worse
    if own.leader and len(cells) > 1 and not cells[own.leader].below and not cells[own.leader].apart:
        assert own.leader in bold


def test_pairing_tells_rows_apart_whose_separate_errors_overlap(tmp_path):
    store, random = Store(tmp_path), np.random.default_rng(0)
    hard = random.normal(scale=0.3, size=40)
    for model, level in (("near", 0.5), ("best", 0.55)):
        record = made(model, 0, 0.0, k=5)
        items = _answers(random, level, hard)
        score = MetricValue(float(np.mean([own["meteor"] for own in items])), 0.05)
        store.write_record(model, replace(record, metrics=dict.fromkeys(METRICS, score)))
        put_items(store, record, items)
    (spec,) = chosen(["1"], REGISTRY)
    rows = {row.model: row for row in scores_table(spec, select(store, "vqa", None, None), REGISTRY, store).rows}
    near, best = rows["near"].cells["METEOR"], rows["best"].cells["METEOR"]
    assert (best.best, near.tie) == (True, False)


def _noisy(store, task_record, levels, **about):
    """Records of models on five folds, whose differences are corrected over folds."""
    random = np.random.default_rng(1)
    for model, level in levels.items():
        for fold in range(5):
            own = task_record(model, fold, level + random.normal(scale=0.02), k=5, **about.get(model, {}))
            store.write_record(f"{model}-{fold}", own)


def test_models_of_other_tables_count_in_the_correction_as_in_the_verdict(tmp_path):
    store = Store(tmp_path)
    graphs = {f"g{number}": {"family": "gnn", "block": "GNNs"} for number in range(6)}
    _noisy(store, classified, {"one": 0.6, "two": 0.52, **dict.fromkeys(graphs, 0.3)}, **graphs)
    selection = select(store, "classification", None, None)
    (spec,) = chosen(["2"], REGISTRY)
    shown = scores_table(spec, selection, REGISTRY, store)
    own = verdict(selection, store, REGISTRY, "classification", "top1")
    assert not any(row.model in graphs for row in shown.rows)
    leads = {lead.other: lead.outcome for lead in own.leads}
    (two,) = [row for row in shown.rows if row.model == "two"]
    alone = leads_between(Measurements(selection, store, spec.columns), spec.columns[0], [("one", "two")])
    assert alone[0].corrected < LEVEL < next(lead.corrected for lead in own.leads if lead.other == "two")
    assert two.cells["Top-1"].tie and leads["two"] == "not shown"


def test_an_ablation_prints_the_p_of_a_comparison_of_its_rows(tmp_path):
    store = Store(tmp_path)
    variants = ("mvaema-no-itc", "mvaema-no-ca")
    about = {name: {"variant_of": "mvaema"} for name in variants}
    _noisy(store, made, {"mvaema": 0.6, "mvaema-no-itc": 0.55, "mvaema-no-ca": 0.59, "other": 0.1}, **about)
    selection = select(store, "vqa", None, None)
    (spec,) = chosen(["5"], REGISTRY)
    notes = scores_table(spec, selection, REGISTRY, store).notes
    column = spec.columns[0]
    pairs = compare(selection, store, ["mvaema", *variants], column).pairs
    for pair in pairs[:2]:
        (note,) = [note for note in notes if note.startswith(f"w/o {pair.second.rpartition('-')[2].upper()} against")]
        assert f"{column.label} {-pair.difference:+.3f} (p {pair.corrected:.2f})" in note


def test_tables_of_one_task_read_each_answer_once(tmp_path, monkeypatch):
    store, reads = Store(tmp_path), []
    for number, model in enumerate("abc"):
        family = {"family": "gnn", "block": "GNNs"} if model == "c" else {}
        store.write_record(model, classified(model, 0, 0.5 + number / 10, **family))
    monkeypatch.setattr("bench.tables.model_scores.items_of", lambda _, record: reads.append(record.cell.model) or [])
    tables, _ = build_all(chosen(["2", "3"], REGISTRY), View(), REGISTRY, store)
    assert len(tables) > 1 and sorted(reads) == ["a", "b", "c"]
