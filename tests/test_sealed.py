"""What was changed after it was stored is noticed, named and not used; what has no digest is read as before."""

import json
import os

import pytest

from bench.errors import BenchError
from bench.store.check import check
from bench.store.sealed import (
    DamagedError,
    files_digest,
    folder_flaw,
    read_sealed,
    seal_folder,
    signature,
    write_sealed,
)
from bench.store.store import Store
from tests.stored import without_digests
from tests.table_records import made


@pytest.fixture
def kept(tmp_path):
    """A store with one record whose score has a product; ``warnings`` is what it says."""
    store = _opened(tmp_path / "store")
    store.prepare()
    record = made("mine", 0, 0.1)
    store.stages.make_product("score-mine-0-p1", {"x": 1}, _scores)
    products = {"score": store.stages.product_digest("score-mine-0-p1")}
    store.write_record("cell", type(record)(**{**vars(record), "products": products}))
    return _opened(store.root)


def _opened(root):
    warnings = []
    store = Store(root, warnings.append)
    store.warnings = warnings
    return store


def _scores(folder):
    (folder / "scores.json").write_text('{"n": 1}')
    (folder / "product.json").write_text('{"seconds": 1.0}')


def _product(store):
    return store.stages.folder("score-mine-0-p1") / "product"


def test_a_sealed_file_is_read_as_it_was_written_and_without_a_digest_as_it_is(tmp_path):
    path = tmp_path / "a" / "file.json"
    write_sealed(path, {"n": 1})
    assert read_sealed(path) == {"n": 1} and read_sealed(tmp_path / "none") is None
    path.write_text('{"n": 2}')
    assert read_sealed(path) == {"n": 2}


@pytest.mark.parametrize("content", [b'"n": 1', b"[]", b"5", b"null5", b"\xff", b"", b"[" * 100_000])
def test_what_is_no_sealed_mapping_is_damaged(tmp_path, content):
    (tmp_path / "file.json").write_bytes(content)
    with pytest.raises(DamagedError):
        read_sealed(tmp_path / "file.json")


def test_an_edited_file_and_another_files_content_are_damaged(tmp_path):
    for name in ("a.json", "b.json"):
        write_sealed(tmp_path / name, {"n": 1})
    (tmp_path / "b.json").write_bytes((tmp_path / "a.json").read_bytes())
    with pytest.raises(DamagedError, match="another file's content"):
        read_sealed(tmp_path / "b.json")
    (tmp_path / "a.json").write_text((tmp_path / "a.json").read_text().replace('"n": 1', '"n": 2'))
    with pytest.raises(DamagedError, match="changed after it was stored"):
        read_sealed(tmp_path / "a.json")
    (tmp_path / "c.json").mkdir()
    with pytest.raises(DamagedError, match="cannot be read"):
        read_sealed(tmp_path / "c.json")


def _edit(folder):
    (folder / "deep" / "file").write_text("b")


def _remove(folder):
    (folder / "deep" / "file").unlink()


def _list(folder):
    (folder / "digests.json").write_text("[]")


def _cut_list(folder):
    (folder / "digests.json").write_text("{")


def _no_list(folder):
    (folder / "digests.json").unlink()


@pytest.mark.parametrize("harm", [_edit, _remove, _list, _cut_list, _no_list])
def test_a_folder_has_a_flaw_when_any_of_its_files_changed(tmp_path, harm):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_text("a")
    seal_folder(tmp_path, {"x": 1})
    assert folder_flaw(tmp_path, {"x": 1}) == ""
    assert folder_flaw(tmp_path, {"x": 2}) == "it is the content of another folder"
    harm(tmp_path)
    assert folder_flaw(tmp_path, {"x": 1})


def test_a_signature_changes_with_a_file_and_is_settled_when_the_file_is_old(tmp_path):
    (tmp_path / "file").write_text("a")
    before, is_settled = signature(tmp_path)
    (tmp_path / "file").write_text("ab")
    assert signature(tmp_path)[0] != before and not is_settled


def test_a_changed_product_is_named_once_and_absent(kept):
    (_product(kept) / "scores.json").write_text('{"n": 2}')
    assert kept.stages.product("score-mine-0-p1") is None and kept.stages.is_damaged("score-mine-0-p1")
    assert kept.product_of(kept.record("cell"), "score") is None and len(kept.warnings) == 1
    assert "scores.json was changed after it was stored" in kept.warnings[0]


def test_other_scores_than_the_records_are_not_used(kept):
    other = _opened(kept.root)
    other.stages.drop("score-mine-0-p1")
    other.stages.make_product(
        "score-mine-0-p1", {"x": 1}, lambda folder: (folder / "scores.json").write_text('{"n": 3}')
    )
    assert kept.stages.product("score-mine-0-p1") and not kept.agrees(kept.record("cell"))
    assert kept.product_of(kept.record("cell"), "score") is None and "not those that the record" in kept.warnings[0]


def test_a_damaged_product_is_set_aside_by_the_one_that_replaces_it(kept):
    (_product(kept) / "scores.json").write_text('{"n": 2}')
    kept.stages.make_product("score-mine-0-p1", {"x": 1}, _scores)
    assert kept.stages.product("score-mine-0-p1") and kept.agrees(kept.record("cell"))
    assert [path.read_text() for path in (kept.root / "damaged").glob("*/scores.json")] == ['{"n": 2}']


def test_changed_times_of_making_are_unknown_and_cost_nothing_else(kept):
    assert kept.stages.making("score-mine-0-p1") == {"seconds": 1.0}
    (_product(kept) / "product.json").write_text('{"seconds": 9.0}')
    assert kept.stages.making("score-mine-0-p1") is None and kept.stages.is_sound("score-mine-0-p1")
    assert "how long the stage took" in kept.warnings[0]


def test_changed_inputs_are_not_used_until_they_are_written_anew(kept):
    path = kept.stages.folder("score-mine-0-p1") / "inputs.json"
    path.write_text(path.read_text().replace('"x": 1', '"x": 2'))
    assert kept.stages.inputs("score-mine-0-p1") is None and not kept.stages.is_sound("score-mine-0-p1")
    kept.stages.mend_inputs("score-mine-0-p1", {"x": 1})
    assert kept.stages.inputs("score-mine-0-p1") == {"x": 1} and kept.stages.is_sound("score-mine-0-p1")


def test_a_run_reads_no_stage_again_whose_files_are_as_old_as_at_the_last_check(kept, monkeypatch):
    monkeypatch.setattr("bench.store.sealed._TICK_SECONDS", -60.0)  # all is old enough
    assert kept.stages.is_sound("score-mine-0-p1")
    kept.prepare()
    monkeypatch.setattr("bench.store.stages.folder_flaw", lambda *_: 1 / 0)
    assert _opened(kept.root).stages.is_sound("score-mine-0-p1")
    (_product(kept) / "scores.json").write_text("other")
    with pytest.raises(ZeroDivisionError):
        _opened(kept.root).stages.is_sound("score-mine-0-p1")


def test_who_may_not_write_reads_all_the_same(kept, monkeypatch):
    def refuse(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("bench.store.store.write_text", refuse)
    assert len(kept.records()) == 1 and not (kept.root / "index.jsonl").exists()


def test_folders_in_the_place_of_files_are_set_aside_by_the_next_run(kept):
    for name in ("cells/cell.json", "runs/20260101T000000000000.json", "logs/cell.log", "index.jsonl"):
        (kept.root / name).unlink(missing_ok=True)
        (kept.root / name).mkdir()
    assert kept.records() == [] and [*kept.runs()] == [] and len(kept.warnings) == 2
    kept.prepare()
    assert len([*(kept.root / "damaged").iterdir()]) == 4 and _opened(kept.root).records() == []


def test_a_damaged_request_is_named_and_set_aside_but_not_one_of_another_version(kept):
    for name, content in (("20260101T0", "[]"), ("20260102T0", '{"format": 2}')):
        (kept.root / "runs" / f"{name}.json").write_text(content)
    assert [*kept.runs()] == [] and len(kept.warnings) == 2
    kept.prepare()
    assert [path.name for path in (kept.root / "runs").iterdir()] == ["20260102T0.json"]


def test_the_check_of_a_store_names_each_damage(bench, kept):
    code, out, _ = bench("store", "check", "--store", kept.root)
    assert (code, out) == (0, "1 record, 0 requests of runs, 1 stage read: all as stored\n")
    (_product(kept) / "scores.json").write_text('{"n": 2}')
    (kept.root / "cells" / "other.json").write_bytes((kept.root / "cells" / "cell.json").read_bytes())
    code, out, _ = bench("store", "check", "--store", kept.root)
    assert code == 1 and "other.json' holds no record" in out and "scores.json was changed" in out
    assert "2 flaws: nothing of that is shown" in out
    with pytest.raises(BenchError, match="there is no store"):
        check(Store(kept.root / "none"))


def test_a_store_from_before_there_were_digests_is_read_and_counted(bench, kept):
    without_digests(kept.root)
    assert kept.product_of(kept.record("cell"), "score") and kept.stages.inputs("score-mine-0-p1") == {"x": 1}
    assert kept.stages.is_sound("score-mine-0-p1") and kept.warnings == []
    assert "1 record from before there were digests" in bench("store", "--store", kept.root)[1]
    kept.prepare()
    assert "digest" not in json.loads((kept.root / "cells" / "cell.json").read_text())


def test_an_unreadable_list_of_sound_stages_is_no_list(kept):
    for content in ("[]", "{", "5"):
        (kept.root / "sound.json").write_text(content)
        assert _opened(kept.root).stages.is_sound("score-mine-0-p1")
    assert os.path.lexists(_product(kept))


def test_a_stage_without_a_product_is_neither_damaged_nor_made(kept):
    stages = kept.stages
    assert not stages.has_product("none") and not stages.is_damaged("none") and stages.product("none") is None
    assert stages.has_product("score-mine-0-p1") and not stages.is_damaged("score-mine-0-p1")


def test_a_product_counts_although_the_inputs_beside_it_are_damaged(kept):
    (kept.stages.folder("score-mine-0-p1") / "inputs.json").write_text("{")
    assert not kept.stages.is_sound("score-mine-0-p1")
    assert kept.stages.has_product("score-mine-0-p1")


def test_a_stage_of_which_nothing_is_stored_is_sound_and_one_with_damaged_inputs_alone_is_not(kept):
    assert kept.stages.is_sound("none")
    folder = kept.stages.folder("some")
    folder.mkdir(parents=True)
    (folder / "inputs.json").write_text("{")
    assert not kept.stages.is_sound("some")


def test_a_stage_that_proves_damaged_is_read_by_the_next_run_too(kept, monkeypatch):
    monkeypatch.setattr("bench.store.sealed._TICK_SECONDS", -60.0)  # all is old enough
    assert kept.stages.is_sound("score-mine-0-p1")
    kept.stages.remember()
    assert "score-mine-0-p1" in json.loads((kept.root / "sound.json").read_text())
    (_product(kept) / "scores.json").write_text("other")
    assert _opened(kept.root).stages.product("score-mine-0-p1") is None
    assert "score-mine-0-p1" not in json.loads((kept.root / "sound.json").read_text())


def test_a_digest_of_a_folder_covers_all_its_files_but_one(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.txt").write_text("1")
        (tmp_path / name / "time.txt").write_text(name)
        seal_folder(tmp_path / name, {})
    assert files_digest(tmp_path / "a", "time.txt") == files_digest(tmp_path / "b", "time.txt")
    assert files_digest(tmp_path / "a", "one.txt") != files_digest(tmp_path / "b", "one.txt")
