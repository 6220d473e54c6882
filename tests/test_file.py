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
    return SimpleNamespace(name="fake", load=lambda: micrographs)


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


def test_a_repeated_id_and_a_broken_line_are_named(tmp_path, dataset):
    with pytest.raises(BenchError, match=r"line 7: id 'a\.png/2' is that of line 1"):
        teacher(tmp_path, [*RECORDS, RECORDS[0]]).records(dataset)
    (tmp_path / "r.jsonl").write_text("{}\nbroken\n")
    with pytest.raises(BenchError, match=r"line 1 has no 'id'"):
        FileTeacher(str(tmp_path / "r.jsonl"), 0).records(dataset)


@pytest.mark.parametrize("argument", ["", "absent.jsonl"])
def test_a_missing_file_is_an_error(tmp_path, monkeypatch, argument):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BenchError, match="there is no file"):
        FileTeacher(argument, 0)
