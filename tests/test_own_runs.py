"""`bench status` and a bare `bench store` where nothing runs on a cluster: my runs, and what is in my store."""

import json
import re

import pytest

from bench.store import claim
from bench.store.sealed import write_json
from bench.store.store import Store
from tests.conftest import SMALL
from tests.table_records import made
from tests.test_upkeep import _filled, _orphan

RUN = ("run", "--task", "vqa", *SMALL)


@pytest.fixture
def run(bench, strangers):
    strangers("nearest")
    return lambda *arguments, models="nearest,majority": bench(*RUN, "--models", models, *arguments)


def test_a_finished_run_is_told_with_what_to_look_at(run, bench):
    run()
    code, out, _ = bench("status")
    assert code == 0
    assert "vqa on synthetic, models nearest, majority\n  2 cells: 2 done\n" in out
    assert "`bench table all` shows the scores" in out and "again" not in out


def test_failed_and_missing_cells_are_named_with_why_and_what_to_do(run, bench, store, monkeypatch):
    def fail(*_):
        raise ValueError("no luck")

    monkeypatch.setattr("bench.models.controls.majority.Majority.fit", fail)
    assert run()[0] == 1
    code, out, _ = bench("status")
    assert code == 1 and "2 cells: 1 done, 1 failed\n" in out
    assert re.search(
        r"^  majority fold 0: failed \(train failed: .*no luck.*\); see .*logs/vqa_majority_", out, re.MULTILINE
    )
    assert "the same `bench run` again goes on with these" in out
    for path in (store / "logs").glob("vqa_majority_*"):
        path.unlink()
    assert "majority fold 0: missing\n" in bench("status")[1]
    found = json.loads(bench("status", "--json")[1])
    assert [cell["state"] for cells in found.values() for cell in cells] == ["done", "missing"]


def test_a_failure_that_a_later_run_mended_is_no_failure(run, bench, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("bench.models.controls.majority.Majority.fit", lambda *_: 1 / 0)
        assert run()[0] == 1
    assert run()[0] == 0
    code, out, _ = bench("status", "--all")
    assert code == 0 and out.count("run 2") == 1 and "2 cells: 2 done" in out


def test_what_stood_before_a_run_counts_as_done_and_an_older_record_does_not(run, bench, store):
    run(models="majority")
    assert run()[0] == 0
    assert "2 cells: 2 done" in bench("status")[1]
    (name,) = [name for name, request in Store(store).named_runs() if len(request.cells) == 2]
    asked = json.loads((store / "runs" / f"{name}.json").read_text())
    later = "20990101T000000000000"
    del asked["digest"]
    write_json(store / "runs" / f"{later}.json", {**asked, "expected": {asked["cells"][0]: {"train": {}}}})
    code, out, _ = bench("status", "--run", later)
    assert code == 1 and "1 done, 1 missing" in out and "nearest fold 0: missing" in out


def test_while_a_process_computes_nothing_has_gone_wrong(run, bench, store):
    run()
    for path in (store / "cells").glob("*.json"):
        path.unlink()
    with claim.acquire(store / "stages" / "busy" / "claim"):
        code, out, _ = bench("status")
    assert code == 0 and "at work in this store now: process " in out and "goes on with what is left then" in out
    assert bench("status")[0] == 1


def test_without_a_run_the_demo_is_named(bench):
    code, out, err = bench("status")
    assert (code, out) == (2, "") and "`make demo` or `bench run` makes one" in err


def test_an_unknown_run_is_told_of_the_others(run, bench, store):
    run()
    assert "unknown run 'mine'" in bench("status", "--run", "mine")[2]


def test_a_bare_store_says_what_is_in_it_and_what_could_go(bench, store):
    kept = _filled(store, made("mine", 0, 0.1), made("other", 0, 0.1, protocol="p2", dataset="elsewhere", day=2))
    kept.stages.make_product("big", {}, lambda folder: (folder / "data").write_text("x" * 2_000_000))
    _orphan(kept, "old", days=30)
    code, out, _ = bench("store")
    assert code == 0 and "MB, 2 cells measured, 8 stages\n" in out
    first, second = (line.split() for line in out.splitlines() if line.startswith("2026-01-0"))
    assert first[2:] == ["vqa", "elsewhere", "p2", "1", "other"] and second[2:] == [
        "vqa",
        "synthetic",
        "p1",
        "1",
        "mine",
    ]
    assert re.search(r"^1.9 MB +no record refers to it +big$", out, re.MULTILINE)
    assert "no record refers to 2 stages (1.9 MB); `bench store gc` would free 0.0 MB of them" in out
    assert kept.stages.product("old"), "nothing goes"
    assert bench("store", "--help")[1].count("gc") and bench("store", "gc", "--dry-run")[0] == 0


def test_a_store_that_is_not_there_is_one_sentence(bench):
    assert bench("store")[2].startswith("error: there is no store ")
