"""Races of models: rounds of folds, who stops, what is told of it, and tables of rows with fewer folds."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from bench.api.runs import run
from bench.config.loading import load_config
from bench.errors import BenchError
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.running.race import Race
from bench.specs import Column
from bench.store.record import MetricValue
from bench.store.run_request import RunRequest, Stop
from bench.store.store import Store
from bench.tables.build import ranking_columns
from bench.terminal.progress import NoProgress
from tests.conftest import SMALL
from tests.table_records import made

FIVE = ("--folds", "all", "--set", "k=5", "--set", "vqa.questions=1")
FACTS = Column("facts", "facts")


def _plan(models, *settings):
    every = (*SMALL, *FIVE[2:], "folds=all", *settings)
    config, explicit = load_config("demo", [part for part in every if part != "--set"])
    return Plan(Request("vqa", models, config, explicit), Registry(), NoProgress())


def _score(store, cell, value):
    stages = {stage.name: stage.fingerprint for stage in cell.stages}
    record = replace(made(cell.model, cell.fold, 0.0), cell=cell.identity, stages=stages)
    store.write_record(cell.id, replace(record, metrics={"facts": MetricValue(value)}))


def _run(race, store, value):
    """Give each cell of each round its score; return the rounds as (model, fold, seed)."""
    rounds = []
    for cells in race.rounds():
        for cell in cells:
            _score(store, cell, value(cell))
        rounds.append([(cell.model, cell.fold, cell.seed) for cell in cells])
    return rounds


@pytest.fixture
def kept(store):
    kept = Store(store)
    kept.prepare()
    return kept


MODELS = ("mvaema", "llava", "instructblip", "majority")


def _clear(cell):
    return {"mvaema": 0.9, "llava": 0.85, "instructblip": 0.1, "majority": 0.0}[cell.model] + 0.01 * (cell.fold % 2)


def _jittered(cell):
    return _clear(cell) + {"llava": 0.06, "instructblip": 0.01}.get(cell.model, 0) * np.sin(7 * cell.fold)


def test_a_model_that_is_clearly_worse_stops_and_controls_go_on(kept):
    race = Race(_plan(MODELS), kept, [FACTS])
    rounds = _run(race, kept, _jittered)
    models = [sorted({model for model, *_ in each}) for each in rounds]
    assert [sorted({fold for _, fold, _ in each}) for each in rounds] == [[0, 1, 2], [3], [4]]
    assert models[0] == sorted(MODELS) and models[1] == models[2] == ["llava", "majority", "mvaema"]
    (stop,) = race.stops
    assert (stop.model, stop.after, stop.of, stop.best, stop.column) == ("instructblip", 3, 5, "mvaema", "facts")
    assert 0 < stop.p <= 0.025 and len(stop.cells) == 2
    assert len(race.least()) == 5 + 5 + 3 + 3


def test_a_race_that_was_interrupted_decides_as_one_that_was_not(kept):
    whole = Race(_plan(MODELS), kept, [FACTS])
    rounds = _run(whole, kept, _jittered)
    again = Race(_plan(MODELS), kept, [FACTS])
    assert _run(again, kept, _jittered) == rounds and again.stops == whole.stops


def test_a_model_with_records_of_all_folds_is_not_called_stopped(kept):
    plan = _plan(MODELS)
    for cell in plan.cells:
        _score(kept, cell, _jittered(cell))
    race = Race(plan, kept, [FACTS])
    _run(race, kept, _jittered)
    assert race.stops == []


def test_seeds_race_as_one_fold_and_a_fold_without_all_of_them_does_not_count(kept):
    plan = _plan(MODELS, "seeds=2")
    race = Race(plan, kept, [FACTS])
    rounds = _run(race, kept, lambda cell: _jittered(cell) + 0.3 * cell.seed)
    assert ("mvaema", 3, 1) in rounds[1] and ("majority", 3, 1) not in rounds[1]
    assert [stop.model for stop in race.stops] == ["instructblip"]
    lost = next(cell for cell in plan.cells if cell.model == "instructblip" and cell.fold == 0 and cell.seed == 1)
    (kept.root / "cells" / f"{lost.id}.json").unlink()
    again = Race(plan, kept, [FACTS])
    next(cells := again.rounds())
    next(cells)
    assert again.stops == []


def test_models_race_at_each_fraction_apart(kept):
    race = Race(_plan(MODELS[:3], "fraction=[1,0.5]"), kept, [FACTS])
    _run(race, kept, lambda cell: _jittered(cell) if cell.fraction == 1 else 0.5 + 0.01 * cell.fold)
    assert [(stop.model, len(stop.cells)) for stop in race.stops] == [("instructblip", 2)]


def test_where_the_first_column_is_undefined_the_next_is_raced_in(kept):
    race = Race(_plan(MODELS[:3]), kept, [Column("nosuch", "No such"), FACTS])
    _run(race, kept, _jittered)
    assert [stop.column for stop in race.stops] == ["facts"]


def test_without_any_score_nobody_stops(kept):
    race = Race(_plan(MODELS[:2]), kept, [FACTS])
    assert [len(cells) for cells in race.rounds()] == [6, 2, 2] and race.stops == []


@pytest.mark.parametrize(
    ("models", "folds", "sentence"),
    [(MODELS, "0-2", "this run has 3; name more with --folds"), (MODELS[2:], "all", "2 models that are no controls")],
)
def test_what_cannot_be_raced_is_refused(kept, models, folds, sentence):
    with pytest.raises(BenchError, match=sentence):
        Race(_plan(models, f"folds={folds}"), kept, [FACTS])


def test_the_columns_that_controls_are_judged_by_rank_models_first():
    registry = Registry()
    assert [column.label for column in ranking_columns("vqa", registry)][:2] == ["facts", "METEOR"]
    assert "length" not in {column.label for column in ranking_columns("vqa", registry)}
    assert [column.label for column in ranking_columns("classification", registry)] == ["Top-1", "Top-5"]
    with pytest.raises(BenchError, match="no table of task 'nosuch'"):
        ranking_columns("nosuch", registry)


@pytest.fixture
def race(bench, strangers):
    strangers("nearest")
    arguments = ("--task", "vqa", *SMALL, *FIVE, "--models", "nearest,cheat,majority")
    return lambda *options: bench("run", *arguments, *options)


@pytest.mark.parametrize("launcher", [(), pytest.param(("--launcher", "local", "--jobs", "2"), marks=pytest.mark.slow)])
def test_a_race_is_told_footnoted_and_finished_by_a_run_without_it(race, bench, store, launcher):
    code, out, err = race("--race", *launcher)
    assert code == 0, err
    assert "13 of 15 cells are done" in out and "the same command without --race computes the rest" in out
    assert "cheat stopped after 3 of 5 folds: in facts 0." in out and "below nearest, p 0.0" in out
    assert "cheat stopped after 3 of 5 folds" in err  # when it happened
    table = bench("table", "1", "--no-published")[1]
    assert "Cheat: stopped after 3 of 5 folds: in facts 0." in table and "below Nearest picture, p 0.0" in table
    (row,) = [line for line in table.splitlines() if line.startswith("| Cheat")]
    assert row.rstrip("| ").endswith("3/5") and row.count("¹") == 8  # in every column
    code, status, _ = bench("status")
    assert code == 0 and "15 cells: 13 done, 2 stopped\n  cheat stopped after 3 of 5 folds" in status
    states = [cell["state"] for cells in json.loads(bench("status", "--json")[1]).values() for cell in cells]
    assert sorted(states) == ["done"] * 13 + ["stopped"] * 2
    assert "13 of 15 cells are done" in race("--race")[1] and len([*(store / "cells").iterdir()]) == 13
    assert "all 15 cells are done" in race(*launcher)[1]
    table = bench("table", "1", "--no-published")[1]
    assert "stopped" not in table and "15 done" in bench("status")[1]
    assert "nothing to do" in race("--race")[1]


def test_from_python_the_stops_are_data(strangers, store):
    strangers("nearest")
    settings = [part for part in (*SMALL, *FIVE[2:]) if part != "--set"]
    ran = run("vqa", "nearest,cheat", settings=settings, folds="all", race=True)
    assert [(stop.model, stop.after, len(stop.cells)) for stop in ran.stops] == [("cheat", 3, 2)]
    assert len(ran.records()["fold"].unique()) == 5 and "the race stopped these models" in ran.summary


def test_a_dry_run_says_what_the_race_computes_at_least(race, store):
    assert "the race computes at least 13 of these 15 cells" in race("--race", "--dry-run")[1]
    assert not store.exists()


def _stop(**changes):
    stop = Stop("mine", "p1", 1, 3, "facts", "best", 0.25, 0.001, ["mine-1", "mine-2"])
    return replace(stop, **changes)


def _with_run(store, *stops, name="2026", models=("best", "mine")):
    store.write_run(name, RunRequest("vqa", "synthetic", "p1", {}, [*models], protocols=["p1"], stops=[*stops]))


def test_a_footnote_of_a_race_stays_until_a_later_run_of_the_model(put, bench):
    store = put(*(made("best", fold, 0.5 + fold / 100, k=3) for fold in range(3)), made("mine", 0, 0.25, k=3))
    sentence = "mine: stopped after 1 of 3 folds: in facts 0.250 below best, p 0.001"
    _with_run(store, _stop())
    assert sentence in bench("table", "1")[1]
    _with_run(store, name="2027", models=["best"])
    assert sentence in bench("table", "1")[1]
    _with_run(store, name="2028")
    assert sentence not in bench("table", "1")[1]


def test_a_model_that_has_all_folds_or_another_protocol_is_not_footnoted(put, bench):
    store = put(*(made(model, fold, 0.5, k=3) for model in ("best", "mine") for fold in range(3)))
    _with_run(store, _stop())
    assert "stopped" not in bench("table", "1")[1]
    (store.root / "cells" / next(path.name for path in store.root.glob("cells/mine-2*"))).unlink()
    _with_run(store, _stop(protocol="p2"), name="2027")
    assert "stopped" not in bench("table", "1")[1]


def test_a_mean_over_fewer_folds_is_not_bold_beside_an_equal_and_ties_by_the_folds_that_both_have(put, bench):
    put(*(made("whole", fold, value) for fold, value in enumerate([0.9, 0.1, 0.2, 0.15])))
    put(*(made("easy", fold, 0.8) for fold in range(2)))  # 0.8 on average, where the other has 0.5
    put(*(made("poor", fold, value) for fold, value in enumerate([0.1, 0.05, 0.12, 0.1])))
    lines = bench("table", "1", "--no-published")[1].splitlines()
    (whole,) = [line for line in lines if line.startswith("| whole")]
    (easy,) = [line for line in lines if line.startswith("| easy")]
    assert "**0.337 ± " in whole and "**" not in easy and "*0.800 ± 0.000*" in easy


def test_a_row_shown_to_be_better_on_the_folds_that_both_have_is_bold(put, bench):
    put(*(made("whole", fold, 0.5 + fold / 1000, k=10) for fold in range(4)))
    put(*(made("ahead", fold, 0.9 - fold / 1000, k=10) for fold in range(3)))
    lines = bench("table", "1", "--no-published")[1].splitlines()
    (whole,), (ahead,) = ([line for line in lines if line.startswith(f"| {name}")] for name in ("whole", "ahead"))
    assert "**0.899 ± 0.001**" in ahead and "*" not in whole


def test_variants_are_compared_with_the_whole_model_on_shared_folds(put, bench):
    put(*(made("mvaema", fold, value) for fold, value in enumerate([0.9, 0.8, 0.1])))
    put(*(made("mvaema-no-itc", fold, value, variant_of="mvaema") for fold, value in enumerate([0.7, 0.65])))
    assert re.search("against .*: BLEU-4 -0.175 .p ", bench("table", "5", "--no-published")[1])
