import json
import re
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.config.loading import load_config
from bench.planning.counting import counted
from bench.planning.outlook import outlook
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.running.runner import Runner
from bench.store import claim
from bench.store.record import parsed
from bench.store.store import Store
from bench.tables.build import table_of_models
from bench.terminal.progress import NoProgress
from tests.conftest import SMALL

NEXT = "`bench table 1` shows the scores"
RUN = ("run", "--task", "vqa", *SMALL)


@pytest.fixture
def run(bench, strangers):
    strangers("nearest")

    def call(*arguments, models="nearest"):
        return bench(*RUN, "--models", models, *arguments)

    return call


def _records(store):
    return [parsed(path.read_bytes()) for path in sorted((store / "cells").glob("*.json"))]


def _stages(store):
    return {path.parent.name: path.stat().st_mtime_ns for path in (store / "stages").glob("*/product")}


def test_a_run_leaves_a_record_with_its_provenance(run, store):
    assert run()[0] == 0
    (record,) = _records(store)
    assert record.cell.model == "nearest"
    assert 0 < record.metrics["meteor"].value < 1
    assert record.environment["train"]["packages"]["mvaema-bench"]
    for name, fingerprint in record.stages.items():
        inputs = json.loads((store / "stages" / fingerprint / "inputs.json").read_text())
        assert inputs["code"], name


def test_the_same_command_again_does_nothing_and_says_so(run, store):
    run()
    before = _stages(store)
    code, out, _ = run()
    assert (code, _stages(store)) == (0, before)
    assert "nothing to do" in out


def test_force_computes_again(run, store):
    run()
    before = _stages(store)
    assert run("--force")[0] == 0
    after = _stages(store)
    assert before.keys() == after.keys()
    assert all(after[name] != before[name] for name in before)


@pytest.mark.parametrize(
    ("change", "there"),
    [
        (("--set", "nearest.epochs=5"), ""),
        (("--set", "nearest.ending=x"), ", its training was there already"),
    ],
)
def test_a_cell_says_what_of_it_was_there_already_and_counts_its_own_time_alone(run, store, change, there):
    run()
    for path in (store / "stages").glob("*/product/product.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "seconds": 7200.0}))
    said = run(*change)[2]
    assert re.search(rf"nearest fold 0: done in \d+ s{there}: ", said), said


def test_a_lost_record_is_written_anew_from_what_is_there(run, store):
    run()
    for path in (store / "cells").glob("*.json"):
        path.unlink()
    assert "done in 0 s, its training and answers and scores were there already: " in run()[2]


def test_the_summary_is_printed_when_the_bar_has_left(run, monkeypatch):
    @contextmanager
    def shown():
        yield NoProgress()
        print("the bar is gone")  # noqa: T201 -- as the terminal would show it

    monkeypatch.setattr("bench.api.runs.shown", shown)
    assert run()[1].splitlines() == ["the bar is gone", f"the cell is done; {NEXT}"]


@pytest.mark.parametrize(
    ("change", "redone"),
    [
        (("--set", "nearest.grid=2"), {"train", "predict", "score"}),
        (("--set", "nearest.epochs=5"), {"train", "predict", "score"}),
        (("--set", "seed=1"), {"train", "predict", "score"}),
        (("--set", "nearest.ending=x"), {"predict", "score"}),
        (("--set", "vqa.caption=without"), {"predict", "score"}),
    ],
)
def test_a_change_redoes_only_what_it_decides(run, store, change, redone):
    run()
    (old,) = _records(store)
    code, out, _ = run(*change, "--dry-run", "--explain")
    assert code == 0
    assert change[1].split("=")[0].split(".")[-1] in out
    run(*change)
    new = max(_records(store), key=lambda record: record.finished)
    assert {name for name in new.stages if new.stages[name] != old.stages[name]} == redone


def test_a_changed_metric_scores_again_without_asking_again(run, store, monkeypatch):
    run()
    (old,) = _records(store)
    monkeypatch.setattr("bench.planning.plan.score_code", lambda task: {"metric": "another"})
    code, out, _ = run("--dry-run", "--explain")
    assert re.search(r"nearest fold 0 +done +done +stale", out)
    assert 'score: code.metric: null -> "another"' in out
    assert run()[0] == 0
    (new,) = _records(store)
    assert {name for name in new.stages if new.stages[name] != old.stages[name]} == {"score"}


def test_a_record_that_would_be_replaced_is_told_with_what_differs(run, store):
    _, _, err = run()
    assert "replaces" not in err
    _, out, _ = run("--set", "nearest.grid=2", "--dry-run")
    told = "replaces 1 record made otherwise, when its cell is done (nearest fold 0): model.settings.grid: 4 -> 2; "
    assert told in out
    (old,) = _records(store)
    for options in ((), ("--force",)):
        assert told in run("--set", "nearest.grid=2", *options)[2]
        (store / "cells" / next(iter((store / "cells").iterdir())).name).write_text(json.dumps(old.as_json()))
    assert len(_records(store)) == 1
    assert all((store / "stages" / fingerprint / "product").is_dir() for fingerprint in old.stages.values())


def test_a_cell_that_fails_says_that_the_earlier_record_stays(run, store, monkeypatch):
    run()
    old = _records(store)
    monkeypatch.setattr("bench.running.runner.predict", lambda *_: 1 / 0)
    code, out, _ = run("--set", "nearest.ending=x")
    assert code == 1 and out.rstrip().endswith("; its earlier record stays")
    assert _records(store) == old


def test_changed_code_alone_is_told_as_one_difference(run, monkeypatch):
    run()
    monkeypatch.setattr("bench.planning.plan.score_code", lambda task: {"metric": "another", "more": "too"})
    assert "(nearest fold 0): code (see --explain); to keep" in run("--dry-run")[1]


def test_one_cell_is_not_called_all_cells(run):
    assert run()[1] == f"the cell is done; {NEXT}\n"
    assert run()[1].startswith("the cell is done already; nothing to do")


def test_a_run_names_the_command_that_shows_its_scores_in_the_store_that_was_named(run, store):
    assert run("--store", str(store))[1] == f"the cell is done; `bench table 1 --store {store}` shows the scores\n"


@pytest.mark.parametrize(("families", "number"), [([], 2), (["vit"], 2), (["gnn"], 3), (["gnn", "vit"], 2), (["x"], 2)])
def test_the_table_of_a_run_is_the_first_that_shows_its_models(families, number):
    assert table_of_models("classification", families, Registry()).number == number


def test_a_run_says_which_of_the_folds_it_computes(run):
    assert "in 5 folds, of which fold 0 runs: it is held back from training to be asked about" in run("--dry-run")[1]
    assert "in 5 folds, of which folds 0-2 run: each is held" in run("--dry-run", "--folds", "0-2")[1]
    assert "in 5 folds, each held back from training in turn" in run("--dry-run", "--folds", "all")[1]


def test_all_models_says_which_it_leaves_out(bench):
    _, _, err = bench(*RUN, "--models", "all,blind", "--dry-run")
    assert re.search(
        r"controls, upper rows and variants: majority, measured, median, oracle, shotgun, mvaema-mean, .*; name", err
    )
    assert "leaves out" not in bench(*RUN, "--models", "majority", "--dry-run")[2]


def test_a_training_under_way_is_estimated_by_what_is_left(run, store):
    settings = ("--set", "model.epochs=10", "--set", "recipe.stop_after=9")
    _, before, _ = run("--dry-run", *settings, models="mvaema")
    run("--set", "k=2", *settings)  # makes a store
    plan = _planned(settings)
    work = store / "stages" / plan.cells[0].train.fingerprint / "work"
    work.mkdir(parents=True)
    (work / "standing.json").write_text('{"epoch": 5, "share": 0.5}')
    _, after, _ = run("--dry-run", *settings, models="mvaema")
    assert "begun, epoch 6" in after and "begun" not in before
    first, second = (_look(plan, Store(folder)) for folder in (store / "none", store))
    assert second < 0.7 * first


def _planned(settings, model="mvaema"):
    config, explicit = load_config("demo", [part for part in (*SMALL, *settings) if part != "--set"])
    return Plan(Request("vqa", (model,), config, explicit), Registry(), NoProgress())


def _look(plan, store):
    (look,) = outlook(plan, store, counted=counted(plan, ["mvaema"], NoProgress()))
    return look.seconds


def test_one_failing_model_does_not_stop_another(run, store):
    code, out, err = run(models="failing,nearest")
    assert code == 1
    assert "1 of 2 cells failed" in out
    log = re.search(r"failing fold 0: train failed: .*; see (\S+)", out).group(1)
    assert "this model never learns" in Path(log).read_text()
    assert re.search(r"train failed: ValueError: this model never learns \(model.py, line \d+\)", err)
    assert [record.cell.model for record in _records(store)] == ["nearest"]


def test_a_model_sees_neither_answers_when_asked_nor_settings_of_answering_when_trained(run, store):
    assert run(models="cheat")[0] == 0
    (record,) = _records(store)
    assert record.metrics["rouge1"].value == 0


def test_folds_share_no_test_picture_and_cover_all(run, store):
    assert run("--folds", "all", "--set", "k=3", "--set", "vqa.questions=1")[0] == 0
    records = _records(store)
    assert len(records) == 3
    asked = []
    for record in records:
        items = (store / "stages" / record.stages["score"] / "product" / "items.jsonl").read_text().splitlines()
        asked += [json.loads(item)["picture"] for item in items]
    assert len(asked) == len(set(asked)) == 100


def test_repeats_redraw_the_partition(run, store):
    run("--repeats", "2")
    first, second = _records(store)
    assert first.stages["train"] != second.stages["train"]
    assert first.metrics != second.metrics


def test_weights_beyond_what_is_kept_are_dropped_but_scores_stay(run, store):
    assert run("--set", "keep=scores")[0] == 0
    (record,) = _records(store)
    assert not (store / "stages" / record.stages["train"] / "product").exists()
    assert "nothing to do" in run("--set", "keep=scores")[1]


def test_a_record_is_left_to_the_process_that_makes_the_scores(run, store):
    run(models="majority")
    (path,) = (store / "cells").glob("*.json")
    path.unlink()
    plan = _planned((), "majority")
    (cell,) = plan.cells
    runner = Runner(plan, Store(store), NoProgress())
    with claim.acquire(runner.store.stages.folder(cell.score.fingerprint) / "claim"):
        assert runner.run(cell) == "busy" and not path.exists()
    assert runner.run(cell) == "done" and path.exists()


def test_the_local_launcher_gives_the_same_numbers_and_names_a_failure(run, store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a store is named relative to it, as ./runs is
    run(models="nearest,majority")
    inline = {record.cell.model: record.metrics for record in _records(store)}
    options = ("--launcher", "local", "--jobs", "2", "--store", "other")
    code, out, _ = run(*options, models="nearest,majority,failing")
    assert code == 1
    assert "failing fold 0: train failed: ValueError: this model never learns" in out
    assert {record.cell.model: record.metrics for record in _records(tmp_path / "other")} == inline


def test_dry_run_writes_nothing(run, store):
    code, out, _ = run("--dry-run")
    assert code == 0
    assert "missing" in out
    assert not store.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--models", "nearst"), "did you mean 'nearest'"),
        (("--task", "vqaa"), "did you mean 'vqa'"),
        (("--dataset", "synthetics"), "did you mean 'synthetic'"),
        (("--records", "script"), "did you mean 'scripted'"),
        (("--config", "dem"), "did you mean 'demo'"),
        (("--launcher", "locl"), "did you mean 'local'"),
        (("--set", "nearest.gird=2"), "did you mean 'grid'"),
        (("--set", "nearest.grid=two"), "is str, not int"),
        (("--set", "model.gird=2"), "did you mean 'grid'"),
        (("--set", "nearst.grid=2"), "did you mean 'nearest'"),
        (("--set", "llava.epochs=2"), "llava.epochs changes nothing"),
        (("--set", "vqa.caption=maybe"), "valid: with, without"),
        (("--set", "synthetic.size=many"), "is str, not int"),
        (("--folds", "0-10"), "out of range"),
        (("--folds", "one"), "none of the forms"),
        (("--set", "k=150"), "more than category"),
        (("--records", "missing.jsonl"), "missing.jsonl"),
        (("--dataset", "folder:missing"), "missing"),
    ],
)
def test_a_mistake_is_one_sentence_with_a_remedy_and_writes_nothing(run, store, arguments, message):
    code, _, err = run(*arguments)
    assert code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err
    assert not store.exists()


def test_a_store_that_cannot_be_written_is_an_error(run, tmp_path):
    (tmp_path / "file").touch()
    code, _, err = run("--store", tmp_path / "file")
    assert code == 2
    assert "--store" in err


@pytest.mark.parametrize("weights", ["./nowhere", "/no/where", "~/nowhere"])
def test_weights_at_a_path_of_nothing_are_refused_before_anything_is_written(bench, store, weights):
    code, _, err = bench(*RUN, "--models", "mvaema", "--set", f"mvaema.weights={weights}")
    assert code == 2 and f"weights='{weights}': nothing is there" in err and not (store / "cells").exists()
