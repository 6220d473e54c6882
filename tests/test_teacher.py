"""Teachers of strangers: what breaks the contract is one sentence that names class, record and remedy."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from bench.contracts import InstructionRecord
from bench.data.teacher import CheckedTeacher
from bench.errors import BenchError

DATASET = SimpleNamespace(categories=("few", "many"), load=lambda: SimpleNamespace(ids=("dot-0", "dot-1", "dot-2")))


class Counter:
    """A teacher that keeps the contract."""

    def __init__(self, argument, seed):
        pass

    def identity(self):
        return {"teacher": "counter"}

    def records(self, dataset):
        return [
            InstructionRecord(
                f"{picture}#{group}", picture, group, "How many?", "Two.", (("size", "small"),), "counter"
            )
            for picture in dataset.load().ids
            for group in (1, 10)
        ]

    def names(self, dataset):
        return ["few dots", "many dots"]

    def caveat(self, dataset):
        return ""


chosen = Counter


def used(**changes):
    """All that a run asks of a teacher, some of whose methods are others."""
    global chosen
    chosen = type("Counter", (Counter,), changes)
    teacher = CheckedTeacher("tests.test_teacher:chosen", "", 0)
    teacher.identity(), teacher.names(DATASET), teacher.caveat(DATASET)
    return teacher.records(DATASET)


def altered(**fields):
    """A teacher's ``records`` whose fourth record has other fields."""

    def records(self, dataset):
        found = Counter.records(self, dataset)
        return [*found[:3], replace(found[3], **fields), *found[4:]]

    return records


def raising(*_):
    raise KeyError("size")


def test_a_teacher_that_keeps_the_contract_is_handed_through():
    assert [record.id for record in used()][-1] == "dot-2#10"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"records": lambda *_: None}, r"records\(\) returned None; return a tuple of bench.contracts.Instruction"),
        ({"records": lambda *_: []}, r"records\(\) returned \[\]; return a tuple"),
        ({"records": lambda *_: [{"id": "a"}]}, r"record 0 of records\(\) is \{'id': 'a'\}; return a tuple of"),
        ({"records": altered(group=11)}, r"record 3 of records\(\), 'dot-1#10', has group 11; .* 1 to 10$"),
        ({"records": altered(group=0)}, r"record 3 .* has group 0; .* 1 to 10$"),
        ({"records": altered(group="2")}, r"record 3 .* has group '2'; .* 1 to 10$"),
        ({"records": altered(group=True)}, r"record 3 .* has group True; .* 1 to 10$"),
        ({"records": altered(question=None)}, r"record 3 .* has question None; make it a text that is not empty"),
        ({"records": altered(answer=" \n")}, r"record 3 .* has answer ' \\n'; make it a text that is not empty"),
        ({"records": altered(facts=(("size", 3),))}, r"record 3 .* has facts 3; make it a tuple of \(kind, value\)"),
        ({"records": altered(facts=["size"])}, r"record 3 .* has facts \['size'\]; make it a tuple"),
        ({"records": altered(teacher="")}, r"record 3 .* has teacher ''; make it a text"),
        ({"records": altered(id=7)}, r"record 3 of records\(\), 7, has id 7; make it a text"),
        ({"records": altered(id="dot-0#1")}, r"records\(\) has 2 records of id 'dot-0#1'; give each an id of its own"),
        ({"records": altered(picture="dot-9")}, r"'dot-1#10', is about picture 'dot-9', .* load\(\).ids of"),
        ({"records": lambda *_: Counter.records(*_)[2:]}, r"records\(\) has none of picture 'dot-0'; return some of"),
        ({"records": raising}, r"records\(\) raised KeyError: 'size' \(test_teacher.py, line \d+\); fix it there"),
        ({"__init__": raising}, r"__init__\(\) raised KeyError: 'size' \(test_teacher.py"),
        ({"names": lambda *_: ("few",)}, r"names\(\) returned \('few',\); .* one name for each of the 2 categories"),
        ({"names": lambda *_: ("few", None)}, r"names\(\) returned \('few', None\); return a tuple"),
        ({"caveat": lambda *_: None}, r"caveat\(\) returned None; return a sentence, '' if there is none"),
        ({"identity": lambda *_: {"of": {1}}}, r"identity\(\) returned what JSON cannot hold"),
        ({"identity": lambda *_: None}, r"identity\(\) returned None; return a dictionary"),
        ({"caveat": property(lambda self: self.no)}, r"it has no caveat; add what bench.contracts.Teacher lists"),
    ],
)  # fmt: skip
def test_what_breaks_the_contract_names_class_record_and_remedy(changes, sentence):
    with pytest.raises(BenchError, match=sentence) as raised:
        used(**changes)
    assert str(raised.value).startswith("teacher class 'tests.test_teacher:chosen': ")
    assert "\n" not in str(raised.value)


def test_a_teachers_own_sentence_stays_as_it_is():
    def records(*_):
        raise BenchError("take another file")

    with pytest.raises(BenchError, match="^take another file$"):
        used(records=records)


@pytest.mark.parametrize(
    "command", [("run", "--task", "vqa", "--models", "blind", "--dry-run"), ("teach",), ("data", "export")]
)
def test_every_verb_asks_a_teacher_that_is_checked(command, bench, store, tmp_path, monkeypatch):
    for method in ("identity", "records"):
        monkeypatch.setattr(f"bench.tasks.teachers.scripted.ScriptedTeacher.{method}", lambda *_: None)
    out = () if command[0] == "run" else ("--out", tmp_path / "records.jsonl")
    size = ("--count", 10, "--size", "64x64") if command[0] == "data" else ("--set", "image_size=32")
    code, _, said = bench(*command, *out, *size, "--set", "synthetic.size=100")
    assert code == 2 and "teacher class 'bench.tasks.teachers.scripted:ScriptedTeacher': " in said
