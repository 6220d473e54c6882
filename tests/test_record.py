"""A record is read as it was written, or refused with what is wrong with it."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.store.record import RECORD_FORMAT, CellIdentity, MetricValue, PeakMemory, Record, StageTiming, parsed
from bench.store.store import Store
from tests.table_records import made

RECORD = replace(
    made("mine", 3, 0.25),
    cell=CellIdentity("vqa", "synthetic", "mine", 3, 1, "p1", fraction=0.3),
    metrics={"facts": MetricValue(0.5, 0.01), "error": MetricValue(1.0)},
    timings={"train": StageTiming(3.5, 12, PeakMemory(2**31, 2**30)), "predict": StageTiming(1.0, 6, answers=12)},
    pretraining={"epochs": 2, "at_chance": ["itm"]},
    usage={"dollars": None},
    sides={"train": 8},
)


def text(**changes):
    data = RECORD.as_json()
    for place, value in changes.items():
        *parents, last = place.split("__")
        part = data
        for parent in parents:
            part = part[parent]
        part[last] = value
    return json.dumps(data)


def test_a_record_is_read_as_it_was_written(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    store.write_record("cell", RECORD)
    assert store.record("cell") == RECORD
    assert store.records() == [RECORD]
    assert Store(tmp_path).records() == [RECORD]  # from the index


def test_a_cell_of_the_whole_training_side_is_named_without_its_fraction():
    whole = replace(RECORD.cell, fraction=1.0)
    assert "fraction" not in whole.as_json() and RECORD.cell.as_json()["fraction"] == 0.3
    assert (str(whole), str(RECORD.cell)) == ("mine fold 3 repeat 1", "mine fold 3 repeat 1 fraction 0.3")


def test_a_record_from_before_there_were_seeds_is_of_seed_0():
    old = RECORD.as_json()
    assert "seed" not in old["cell"] and old["model"].pop("deterministic") is False
    assert parsed(json.dumps(old)) == RECORD and RECORD.seed == 0
    another = replace(RECORD, cell=replace(RECORD.cell, seed=2))
    assert parsed(json.dumps(another.as_json())) == another and another.seed == 2
    assert str(another.cell) == "mine fold 3 repeat 1 seed 2 fraction 0.3"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"cell__fold": "3"}, "cell.fold: "),
        ({"cell__model": None}, "cell.model: "),
        ({"metrics__facts__value": "9.000"}, "metrics.facts.value: "),
        ({"metrics": []}, "metrics: "),
        ({"stages": {"score": 1}}, "stages.score: "),
        ({"n": 1.5}, "n: "),
        ({"timings__train__seconds": None}, "timings.train.seconds: "),
        ({"finished": 7}, "finished: "),
    ],
)
def test_a_value_of_another_kind_is_named_by_its_place(changes, problem):
    with pytest.raises(BenchError, match=f"^{problem}"):
        parsed(text(**changes))


@pytest.mark.parametrize("broken", ["", "{", "[]", "5", "null", "{}", b"\xff", json.dumps({"format": 2})])
def test_a_file_that_holds_no_record_is_left_out_with_a_warning(tmp_path, broken):
    warnings = []
    store = Store(tmp_path, warnings.append)
    store.prepare()
    store.write_record("good", RECORD)
    (tmp_path / "cells" / "bad.json").write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    assert store.records() == [RECORD] and store.record("bad") is None
    assert len(warnings) == 1 and "bad.json' holds no record" in warnings[0]


@pytest.mark.parametrize("version", [RECORD_FORMAT - 1, RECORD_FORMAT + 1, "another"])
def test_a_record_of_another_version_is_passed_over_silently(tmp_path, version):
    warnings = []
    store = Store(tmp_path, warnings.append)
    store.prepare()
    (tmp_path / "cells" / "old.json").write_text(text(format=version, cell="as it was then"))
    assert store.records() == [] and warnings == []


def test_a_broken_line_of_the_index_is_read_from_its_own_file(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    for name in ("one", "two"):
        store.write_record(name, RECORD)
    store.records()
    index = tmp_path / "index.jsonl"
    first, second = index.read_bytes().splitlines()
    index.write_bytes(first[: len(first) // 2] + b"\xff\n" + second + b"\n")
    assert Store(tmp_path).records() == [RECORD, RECORD]


def test_the_documentation_names_every_field():
    documented = (Path(__file__).parents[1] / "results" / "README.md").read_text()
    section = documented[documented.index("## A record") :]
    assert [field.name for field in fields(Record) if f"| `{field.name}` |" not in section] == []
