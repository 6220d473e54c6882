"""What a store makes of files that are not there, broken or in the way, and what it knows of runs and products."""

import json
import os

import pytest

from bench.errors import BenchError
from bench.store.run_request import RunRequest
from bench.store.sealed import read_json, write_json
from bench.store.store import Store, default_store, opened
from tests.table_records import made


@pytest.fixture
def kept(tmp_path):
    """A prepared store; ``warnings`` is what it says."""
    warnings = []
    store = Store(tmp_path / "store", warnings.append)
    store.prepare()
    store.warnings = warnings
    return store


def record(number):
    return made("mine", number, 0.1)


def run(task, dataset, protocol, **other):
    return RunRequest(task, dataset, protocol, {}, **other)


def test_a_store_is_prepared_more_than_once_and_holds_its_folders_alone(kept):
    kept.prepare()
    assert {path.name for path in kept.root.iterdir()} == {"stages", "cells", "runs", "logs"}
    assert kept.log("cell") == kept.root / "logs" / "cell.log"


def test_the_store_is_the_one_named_else_that_of_the_environment_else_runs(tmp_path, monkeypatch, capsys):
    assert opened(tmp_path).root == tmp_path
    monkeypatch.setenv("BENCH_STORE", "there")
    assert str(opened(None).root) == "there"
    monkeypatch.delenv("BENCH_STORE")
    assert str(default_store()) == "runs"


def test_what_a_store_cannot_read_it_says_on_stderr_unless_told_where(kept, capsys):
    (kept.root / "cells" / "cell.json").write_text("{")
    assert opened(kept.root).records() == [] and "warning: " in capsys.readouterr().err
    said = []
    opened(kept.root, said.append).records()
    assert len(said) == 1 and capsys.readouterr().err == ""


def test_files_under_way_and_of_others_are_no_records(kept):
    for name in (".cell.json.part", ".cell.json", "cell.txt"):
        (kept.root / "cells" / name).write_text(json.dumps(record(0).as_json()))
    assert kept.records() == []


def test_a_store_without_folders_has_neither_records_nor_runs(tmp_path):
    nowhere = Store(tmp_path / "nowhere")
    assert [*nowhere.runs()] == [] and nowhere.stages.inputs("f") is None and nowhere.stages.product("f") is None
    assert nowhere.stages.files("f") == {}


def test_a_record_that_is_gone_leaves_the_index_too(kept):
    for number in range(2):
        kept.write_record(f"cell{number}", record(number))
    kept.records()
    (kept.root / "cells" / "cell0.json").unlink()
    assert [found.cell.fold for found in kept.records()] == [1]
    assert len((kept.root / "index.jsonl").read_text().splitlines()) == 1


def test_the_index_is_written_where_something_changed_alone(kept):
    kept.write_record("cell", record(0))
    kept.records()
    index = kept.root / "index.jsonl"
    os.utime(index, (0, 0))
    assert len(kept.records()) == len(Store(kept.root).records()) == 1 and index.stat().st_mtime == 0


def test_runs_are_told_latest_first_without_those_that_cannot_be_read(kept):
    kept.write_run("2026-01-02", run("vqa", "sem", "p2", protocols=["p2", "p3"]))
    kept.write_run("2026-01-03", run("vqa", "synthetic", "p4"))
    kept.write_run("2026-01-01", run("classification", "sem", "p1"))
    (kept.root / "runs" / "2026-01-04.json").write_text("{")
    assert [name for name, _ in kept.named_runs()] == ["2026-01-03", "2026-01-02", "2026-01-01"]
    assert [request.protocol for request in kept.runs()] == ["p4", "p2", "p1"]
    assert kept.latest_run("vqa").protocol == "p4" and kept.latest_run("classification").protocol == "p1"
    assert kept.run_under("p3").protocol == "p2" and kept.run_under("p1").protocol == "p1"
    assert kept.latest_run("none") is None and kept.run_under("none") is None
    assert kept.run_on("sem").protocol == "p2"
    with pytest.raises(BenchError, match="no run on 'mine'"):
        kept.run_on("mine")


def test_a_product_is_told_file_by_file_with_its_size(kept):
    def make(folder):
        (folder / "weights").mkdir()
        (folder / "weights" / "a").write_text("12345")
        (folder / "b").touch()

    kept.stages.make_product("f", {}, make)
    assert kept.stages.files("f") == {"stages/f/product/b": 0, "stages/f/product/weights/a": 5}


def test_a_stage_that_is_dropped_has_neither_product_nor_checkpoints(kept):
    kept.stages.make_product("f", {"x": 1}, lambda folder: (folder / "a").touch())
    (kept.stages.folder("f") / "work").mkdir()
    kept.stages.drop("f")
    assert [path.name for path in kept.stages.folder("f").iterdir()] == ["inputs.json"]
    kept.stages.drop("f")


def test_a_product_that_stands_ends_what_was_said_of_a_failure(kept):
    kept.stages.folder("f").mkdir()
    (kept.stages.folder("f") / "failure.txt").write_text("no memory")
    kept.stages.make_product("f", {}, lambda folder: None)
    assert not (kept.stages.folder("f") / "failure.txt").exists() and kept.stages.product("f")


def test_data_are_written_as_they_are_into_folders_that_are_made(tmp_path):
    path = tmp_path / "a" / "b" / "file.json"
    for data in ({"größe": [1, None]}, {"größe": 2}):
        write_json(path, data)
        assert read_json(path) == data and "größe" in path.read_text(encoding="utf-8")
    assert [entry.name for entry in path.parent.iterdir()] == ["file.json"]
    assert read_json(tmp_path / "none") is None and read_json(path / "none") is None
    path.write_text("{")
    with pytest.raises(BenchError, match="is not JSON"):
        read_json(path)
