"""Seeds: trainings of the same model on the same fold, averaged before folds are compared."""

import json

import numpy as np
import pytest

from bench.config.loading import load_config
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.specs import contracts_of
from bench.statistics.clustered import pooled_std
from bench.store.store import Store
from bench.tables.selection import select
from bench.terminal.progress import NoProgress
from tests.conftest import SMALL
from tests.table_records import item, made, put_items

SEEDS = (0, 1, 2)


def _plan(*settings, models=("mvaema", "majority"), task="vqa"):
    config, explicit = load_config("demo", [part for part in (*SMALL, *settings) if part != "--set"])
    return Plan(Request(task, models, config, explicit), Registry(), NoProgress())


def test_seeds_share_pictures_records_and_split_and_nothing_after_them():
    plan = _plan("seeds=3")
    cells = [cell for cell in plan.cells if cell.model == "mvaema"]
    assert [cell.seed for cell in cells] == [0, 1, 2] and len({cell.protocol for cell in cells}) == 1
    first, *others = (dict(cell.train.inputs) for cell in cells)
    for inputs in others:
        assert {key for key in inputs if inputs[key] != first[key]} == {"seed"}
    for stage in ("train", "predict", "score"):
        assert len({getattr(cell, stage).fingerprint for cell in cells}) == 3
    sides = [plan.partition.of(cell) for cell in cells]
    assert all(np.array_equal(*pair) for pair in zip(sides[0], sides[1], strict=True))
    assert [str(cell) for cell in cells] == ["mvaema fold 0", "mvaema fold 0 seed 1", "mvaema fold 0 seed 2"]


def test_the_first_seed_is_the_cell_of_a_run_without_seeds():
    (alone,), (first, _) = (_plan(seeds, models=("mvaema",)).cells for seeds in ("seeds=1", "seeds=2"))
    assert (first.id, first.stages) == (alone.id, alone.stages)


def test_what_no_seed_changes_runs_once():
    constant = ("majority", "oracle", "shotgun")
    cells = _plan("seeds=2", models=("mvaema", *constant)).cells
    assert [(cell.model, cell.seed) for cell in cells] == [
        ("mvaema", 0),
        ("mvaema", 1),
        *((each, 0) for each in constant),
    ]


CONSTANT = [
    spec.name
    for spec in Registry().every("model").values()
    if spec.deterministic and "classifier" in contracts_of(spec, Registry().every("family")[spec.family])
]
"""What is called deterministic and classifies: a seed changes no data of that task."""


@pytest.mark.parametrize("model", CONSTANT)
def test_what_is_called_deterministic_is(model, classify, store):
    if model.endswith(":"):
        pytest.skip("what stands behind a server is beyond our seeds")
    scores = []
    for seed in (0, 1):
        assert classify("synthetic", model, "--set", "synthetic.size=40", "--set", f"seed={seed}")[0] == 0
        scores.append([record.metrics for record in Store(store).records()])
    assert scores[0] == scores[1]


def test_seeds_train_other_weights(classify, store):
    small = ("--set", "synthetic.size=40", "--set", "recipe.epochs=1")
    assert classify("synthetic", "vanillavit", *small, "--seeds", "2")[0] == 0
    first, second = Store(store).records()
    assert first.products["train"] != second.products["train"] and first.sides == second.sides


def test_a_run_with_more_seeds_computes_those_that_are_new(bench, strangers, store):
    strangers("nearest")
    run = ("run", "--task", "vqa", "--models", "nearest,majority", *SMALL)
    assert bench(*run, "--seeds", "2")[0] == 0
    before = {path.name for path in (store / "cells").iterdir()}
    assert len(before) == 3
    out = bench(*run, "--seeds", "3", "--dry-run")[1]
    assert [line.split("  ")[0] for line in out.splitlines() if "missing" in line] == ["nearest fold 0 seed 2"]
    assert "all 4 cells are done" in bench(*run, "--seeds", "3")[1]
    assert len({path.name for path in (store / "cells").iterdir()} - before) == 1
    assert "fold 0, repeat 0, seed 2: " in bench("why", "1", "nearest", "METEOR")[1]
    assert "4 done" in bench("status")[1]


def test_seeds_are_averaged_within_a_fold_before_folds_are_compared(put, bench):
    put(*(made("mine", fold, fold + seed / 10, seed=seed) for fold in (0, 1) for seed in SEEDS))
    (table,) = json.loads(bench("table", "1", "--format", "json")[1])
    (cell,) = [row["cells"]["METEOR"] for row in table["rows"] if row["model"] == "mine"]
    assert (cell["n"], cell["seeds"]) == (2, 3)
    assert cell["value"] == pytest.approx(0.6)
    assert cell["std"] == pytest.approx(0.5**0.5)  # of 0.1 and 1.1
    assert cell["seed_std"] == pytest.approx(0.1)
    out = bench("table", "1", "--no-published")[1]
    assert "mine: standard deviation between the 3 seeds of a fold BLEU-2 0.100," in out
    assert "mean ± standard deviation over folds and repeats, each the mean of its 3 seeds." in out


def test_one_fold_of_several_seeds_has_no_spread_over_folds(put, bench):
    put(*(made("mine", 0, seed / 10, seed=seed) for seed in SEEDS))
    out = bench("table", "1", "--no-published")[1]
    assert "| 0.100" in out and "±" not in out.split("\n\n")[1]
    assert "Measured numbers are the mean of 3 seeds." in out


def test_a_fold_counts_once_whatever_its_seeds(put, bench):
    put(*(made("mine", 0, 0.0, seed=seed) for seed in SEEDS), made("mine", 1, 1.0))
    put(*(made("other", fold, 0.6) for fold in (0, 1)))
    selection = select(put(), "vqa", None, None)
    assert selection.by_place("meteor")["mine"].tolist() == [0.0, 1.0]
    assert "| **0.600 ± 0.000**" in bench("table", "1", "--no-published")[1]


def test_rows_of_fewer_seeds_are_named_but_not_what_runs_once(put, bench):
    put(*(made("mine", 0, 0.5, seed=seed) for seed in SEEDS), made("mine", 1, 0.5))
    put(*(made(f"constant{fold}", fold, 0.1, control=True, deterministic=True) for fold in (0, 1)))
    put(*(made("other", fold, 0.5, seed=seed) for fold in (0, 1) for seed in SEEDS))
    out = bench("table", "1")[1]
    assert "mine: 1 of 3 seeds of fold 1" in out
    assert "constant0: 1 of 3" not in out and "other: " not in out.replace("other: standard", "")


def test_a_part_of_the_questions_is_averaged_over_seeds_too(put, bench, store):
    records = [made("mine", fold, 0.5, seed=seed) for fold in (0, 1) for seed in (0, 1)]
    kept = put(*records)
    for record in records:
        put_items(kept, record, [item(0, "tips", record.cell.fold + record.seed / 10)])
    (table,) = json.loads(bench("table", "1", "--by", "category", "--format", "json")[1])
    cell = table["rows"][0]["cells"]["METEOR"]
    assert (cell["n"], cell["value"], cell["seed_std"]) == (2, pytest.approx(0.55), pytest.approx(0.1 / 2**0.5))


def test_the_deviation_within_groups_is_pooled_over_those_that_have_one():
    assert pooled_std([[1.0], []]) is None
    assert pooled_std([[0.0, 2.0], [5.0, 5.0, 5.0], [9.0]]) == pytest.approx((2 / 3) ** 0.5)
