from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bench.contracts import InstructionRecord, Micrographs
from bench.errors import BenchError
from bench.tasks.records import write_records
from bench.tasks.teachers.file import FileTeacher

PICTURES = ("b.png", "a.png", "c.png")
RECORDS = [
    InstructionRecord(f"{picture}/{number}", picture, 1, f"Q{number}?", "A.", (), "gpt")
    for picture in ("a.png", "b.png", "c.png")
    for number in (2, 1)
]


@pytest.fixture
def dataset():
    micrographs = Micrographs(np.zeros((3, 1, 1), np.uint8), np.arange(3), PICTURES, np.zeros(3, int), ("x",))
    aside = ("a: b.tif: shows the same as c.png; remove one", "cut.png: cannot be decoded")
    return SimpleNamespace(name="fake", load=lambda: micrographs, categories=("x",), set_aside=lambda: aside)


def teacher(folder, records):
    write_records(folder / "r.jsonl", records)
    return FileTeacher(str(folder / "r.jsonl"), 0)


def test_records_come_in_the_order_of_the_pictures(tmp_path, dataset):
    records = teacher(tmp_path, RECORDS).records(dataset)
    assert [record.id for record in records] == [f"{picture}/{number}" for picture in PICTURES for number in (2, 1)]


def test_identity_follows_the_content_not_the_place(tmp_path):
    (tmp_path / "x").mkdir()
    first, moved = teacher(tmp_path, RECORDS), teacher(tmp_path / "x", RECORDS)
    assert first.identity() == moved.identity()
    assert teacher(tmp_path / "x", RECORDS[:-1]).identity() != first.identity()


def test_a_picture_the_dataset_lacks_is_named(tmp_path, dataset):
    strange = [*RECORDS, replace(RECORDS[0], id="z", picture="z.png")]
    with pytest.raises(BenchError, match=r"r\.jsonl has records of picture 'z\.png'.*'fake'"):
        teacher(tmp_path, strange).records(dataset)


def test_a_picture_without_record_is_named(tmp_path, dataset):
    with pytest.raises(BenchError, match=r"no record of pictures 'b\.png', 'c\.png' of dataset 'fake'"):
        teacher(tmp_path, RECORDS[:2]).records(dataset)


def test_names_that_another_system_wrote_mean_the_same_pictures(tmp_path, dataset):
    names = {"a.png": "/data/sem/a.png", "b.png": ".\\b.png", "c.png": "C:\\sem\\c.png"}
    records = [replace(record, picture=names[record.picture]) for record in RECORDS]
    aside = replace(RECORDS[0], id="aside", picture="./cut.png")
    read = teacher(tmp_path, [*records, aside])
    assert [record.picture for record in read.records(dataset)[::2]] == list(PICTURES)
    assert "Records of picture 'cut.png' are left out" in read.caveat(dataset)


def test_records_of_pictures_set_aside_are_left_out_with_a_note(tmp_path, dataset):
    extra = [replace(RECORDS[0], id=name, picture=name) for name in ("cut.png", "a: b.tif")]
    found = teacher(tmp_path, [*RECORDS, *extra])
    assert {record.picture for record in found.records(dataset)} == set(PICTURES)
    assert "Records of pictures 'a: b.tif', 'cut.png' are left out" in found.caveat(dataset)
    assert teacher(tmp_path, RECORDS).caveat(dataset) == ""


def test_a_picture_whose_labelled_copy_was_set_aside_is_told_so(tmp_path, dataset):
    moved = [replace(record, picture="a: b.tif") if record.picture == "c.png" else record for record in RECORDS]
    with pytest.raises(
        BenchError, match=r"no record of picture 'c\.png'.*set aside was a: b\.tif: shows the same as c"
    ):
        teacher(tmp_path, moved).records(dataset)


def test_facts_that_nothing_scores_are_named_with_the_nearest_and_counted(tmp_path, dataset):
    strange = (("shpae", "curved"), ("shape", "curvd"), ("category", "x"), ("shape", "curved"))
    said = teacher(tmp_path, [replace(record, facts=strange) for record in RECORDS]).caveat(dataset)
    assert "kind 'shpae' (did you mean 'shape'?), 6 times" in said
    assert "shape 'curvd' (did you mean 'curved'?), 6 times" in said
    assert said.count(" times") == 2


def test_an_empty_answer_is_refused(tmp_path, dataset):
    with pytest.raises(BenchError, match=r"line 2: the answer is empty; write one or remove"):
        teacher(tmp_path, [RECORDS[0], replace(RECORDS[1], answer=" ")]).records(dataset)


def test_a_repeated_id_and_a_broken_line_are_named(tmp_path, dataset):
    with pytest.raises(BenchError, match=r"line 7: id 'a\.png/2' is also the id of line 1"):
        teacher(tmp_path, [*RECORDS, RECORDS[0]]).records(dataset)
    (tmp_path / "r.jsonl").write_text("{}\nbroken\n")
    with pytest.raises(BenchError, match=r"line 1 has no 'id'"):
        FileTeacher(str(tmp_path / "r.jsonl"), 0).records(dataset)


@pytest.mark.parametrize("argument", ["", "absent.jsonl"])
def test_a_missing_file_is_an_error(tmp_path, monkeypatch, argument):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BenchError, match="there is no file"):
        FileTeacher(argument, 0)
