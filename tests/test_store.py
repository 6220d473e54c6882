import json
import os
from dataclasses import replace

import pytest

from bench.errors import BenchError
from bench.store.sealed import write_text
from bench.store.store import Store
from bench.tables.items import items_of
from tests.table_records import made


def _record(number):
    return made("mine", number, 0.1)


def test_a_product_is_whole_or_absent(tmp_path):
    store = Store(tmp_path)

    def half(folder):
        (folder / "a").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store.stages.make_product("f", {"x": 1}, half)
    assert store.stages.product("f") is None
    store.stages.make_product("f", {"x": 1}, lambda folder: (folder / "a").write_text("whole"))
    assert (store.stages.product("f") / "a").read_text() == "whole"
    assert store.stages.inputs("f") == {"x": 1}


def test_leftovers_of_a_killed_writer_are_swept(tmp_path):
    store = Store(tmp_path)
    (tmp_path / "stages" / "f" / ".product.part-dead").mkdir(parents=True)
    store.stages.make_product("f", {}, lambda folder: None)
    assert [path.name for path in store.stages.folder("f").glob("product*")] == ["product"]


def test_an_owner_that_wakes_late_leaves_the_product_of_another_as_it_is(tmp_path):
    store = Store(tmp_path)
    store.prepare()

    def late(folder):
        store.stages.make_product("f", {}, lambda other: (other / "answer").write_text("first"))
        folder.mkdir(exist_ok=True)  # swept away by the other as a leftover
        (folder / "answer").write_text("late")

    store.stages.make_product("f", {}, late)
    assert [file.read_text() for file in (tmp_path / "stages" / "f").rglob("answer")] == ["first"]


def test_checkpoints_go_when_the_product_stands(tmp_path):
    store = Store(tmp_path)
    (store.stages.folder("f") / "work").mkdir(parents=True)
    store.stages.make_product("f", {}, lambda folder: None)
    assert not (store.stages.folder("f") / "work").exists()


def test_records_are_what_the_files_say_with_index_or_without(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    for number in range(3):
        store.write_record(f"cell{number}", _record(number))
    assert len(store.records()) == 3
    store.write_record("cell1", _record(7))
    (tmp_path / "cells" / "cell2.json").unlink()
    assert sorted(record.cell.fold for record in store.records()) == [0, 7]
    (tmp_path / "index.jsonl").unlink()
    assert sorted(record.cell.fold for record in store.records()) == [0, 7]


def test_the_index_serves_records_that_did_not_change(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    store.write_record("cell", _record(0))
    store.records()
    path = tmp_path / "cells" / "cell.json"
    before = path.stat()
    path.write_bytes(b" " * before.st_size)
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))
    assert Store(tmp_path).records() == [_record(0)]


def test_a_line_of_the_index_that_was_edited_is_not_used(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    store.write_record("cell", _record(0))
    store.records()
    index = tmp_path / "index.jsonl"
    index.write_text(index.read_text().replace('"fold":0', '"fold":7'))
    assert Store(tmp_path).records() == [_record(0)]


def test_a_record_that_changed_since_all_were_read_is_read_again(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    store.write_record("cell", _record(0))
    assert store.records() == [store.record("cell")] == [_record(0)]
    Store(tmp_path).write_record("cell", _record(7))
    assert store.record("cell").cell.fold == 7
    (tmp_path / "cells" / "cell.json").unlink()
    assert store.record("cell") is None


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_text(path, "old")
    monkeypatch.setattr("os.fsync", lambda number: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_store_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BenchError, match="--store"):
        Store(tmp_path / "file" / "store").prepare()


def test_an_answer_may_hold_any_separator_of_lines(tmp_path):
    items = [{"answer": "one\u2028two\x85three\nfour"}, {"answer": ""}]
    lines = "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items)
    store = Store(tmp_path)
    store.stages.make_product("f", {}, lambda folder: write_text(folder / "items.jsonl", lines))
    assert items_of(store, replace(made("mine", 0, 0.1), stages={"score": "f"})) == items


def test_items_of_no_question_are_none(tmp_path):
    store = Store(tmp_path)
    store.stages.make_product("f", {}, lambda folder: write_text(folder / "items.jsonl", ""))
    assert items_of(store, replace(made("mine", 0, 0.1), stages={"score": "f"})) == []


def test_what_was_read_before_is_read_again_once_its_file_changes(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    store.write_record("cell", _record(0))
    assert store.records()[0] is store.records()[0]
    store.write_record("cell", _record(1))
    assert store.records()[0].cell.fold == 1
