"""Stores kept in order: nothing that is referred to goes, and joining never overwrites."""

import os
import time

import pytest

from bench.store import claim
from bench.store.store import Store
from tests.table_records import made


def _filled(root, *records, weight="w"):
    store = Store(root)
    store.prepare()
    for record in records:
        for fingerprint in record.stages.values():
            store.stages.make_product(
                fingerprint, {"of": fingerprint}, lambda folder: (folder / "data").write_text(weight)
            )
        store.write_record(f"{record.cell.model}-{record.cell.fold}", record)
    return store


def _orphan(store, name, days=0):
    store.stages.make_product(name, {}, lambda folder: (folder / "data").write_text("x" * 1000))
    then = time.time() - days * 86_400
    for path in store.stages.folder(name).rglob("*"):
        os.utime(path, (then, then))


def test_only_what_nothing_refers_to_goes(bench, store):
    kept = _filled(store, made("mine", 0, 0.1))
    _orphan(kept, "old", days=30)
    _orphan(kept, "young")
    code, out, _ = bench("store", "gc", "--dry-run")
    assert (code, "old" in out, "young" in out) == (0, True, False)
    assert kept.stages.product("old")
    assert "1 stages" in bench("store", "gc")[1]
    assert not kept.stages.folder("old").exists()
    assert kept.stages.product("young") and kept.stages.product("train-mine-0-p1")
    bench("store", "gc", "--days", "0")
    assert not kept.stages.folder("young").exists()
    assert kept.stages.product("train-mine-0-p1")


def test_a_stage_that_somebody_computes_stays(bench, store):
    kept = _filled(store, made("mine", 0, 0.1))
    _orphan(kept, "busy", days=30)
    held = claim.acquire(kept.stages.folder("busy") / "claim")
    with held:
        bench("store", "gc")
    assert kept.stages.product("busy")


def test_two_stores_are_joined(bench, tmp_path):
    here = _filled(tmp_path / "a", made("one", 0, 0.1), made("two", 0, 0.2))
    there = _filled(tmp_path / "b", made("two", 0, 0.2), made("three", 0, 0.3))
    code, out, err = bench("store", "merge", tmp_path / "a", tmp_path / "b")
    assert code == 0, err
    assert "3 stages and 1 records" in out
    assert {record.cell.model for record in there.records()} == {"one", "two", "three"}
    assert there.stages.product("score-one-0-p1") and there.stages.inputs("score-one-0-p1") == here.stages.inputs(
        "score-one-0-p1"
    )
    assert "0 stages and 0 records" in bench("store", "merge", tmp_path / "a", tmp_path / "b")[1]


def test_a_new_store_may_be_the_target(bench, tmp_path):
    _filled(tmp_path / "a", made("one", 0, 0.1))
    assert bench("store", "merge", tmp_path / "a", tmp_path / "new")[0] == 0
    assert len(Store(tmp_path / "new").records()) == 1


@pytest.mark.parametrize(
    ("value", "weight", "said"), [(0.9, "w", "cell one-0 has other"), (0.1, "v", "another product")]
)
def test_stores_that_disagree_are_left_alone(bench, tmp_path, value, weight, said):
    _filled(tmp_path / "a", made("one", 0, 0.1), made("more", 0, 0.1))
    target = _filled(tmp_path / "b", made("one", 0, value), weight=weight)
    before = target.records()
    code, _, err = bench("store", "merge", tmp_path / "a", tmp_path / "b")
    assert code == 2
    assert said in err and err.count("\n") == 1
    assert target.records() == before
    assert not target.stages.product("score-more-0-p1")


def test_nothing_is_dropped_while_a_record_cannot_be_read(bench, store):
    kept = _filled(store, made("mine", 0, 0.1))
    (store / "cells" / "mine-0.json").write_text('{"format": ')
    code, _, err = bench("store", "gc", "--days", "0")
    assert (code, err.count("\n")) == (2, 1)
    assert "1 records of another version or damaged, mine-0.json" in err
    assert kept.stages.product("train-mine-0-p1")


def test_what_is_no_store_is_named(bench, tmp_path):
    code, _, err = bench("store", "merge", tmp_path / "nowhere", tmp_path / "b")
    assert code == 2
    assert "there is no store" in err
    assert not (tmp_path / "b").exists()
