import json

import numpy as np

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.models.controls.shotgun import Shotgun
from bench.tasks.facts import KINDS
from bench.tasks.metrics.reading import Lexicon
from tests.toy_instructions import toy_context


def instructions(*pictures):
    """Hold a picture for each (caption, facts of its first record, facts of its second)."""
    count = len(pictures)
    ids = tuple(f"p{number}" for number in range(count))
    micrographs = Micrographs(np.zeros((count, 4, 4), np.uint8), np.arange(count), ids, np.zeros(count, int), ("a",))
    records = tuple(
        InstructionRecord(f"{name}#{number}", name, 1, f"Question {number}?", "…", facts, "toy")
        for name, (_, *both) in zip(ids, pictures, strict=True)
        for number, facts in enumerate(both)
    )
    return Instructions(micrographs, records, np.repeat(np.arange(count), 2), tuple(row[0] for row in pictures))


SMALL, LARGE, NONE = ("size", "small"), ("size", "large"), ("defect", "none")
TRAIN = instructions(
    ("tips", (LARGE,), (LARGE, NONE)), ("tips", (SMALL,), (NONE,)), ("tips", (SMALL,), ()), ("wires", (LARGE,), ())
)


def test_every_question_gets_the_commonest_value_of_every_kind_counted_by_picture(tmp_path):
    shotgun = Shotgun(toy_context(tmp_path, {}))
    shotgun.fit(TRAIN, TRAIN)
    shotgun.save(tmp_path)
    asked = instructions(("tips", (), ()), ("wires", (), ()), ("", (), ()))
    answers = Shotgun.load(tmp_path, toy_context(tmp_path, {})).answer(asked)
    assert answers[:4] == ["Defect: none. Size: small."] * 2 + ["Size: large."] * 2
    assert answers[4:] == ["Defect: none. Size: large."] * 2
    assert json.loads((tmp_path / "values.json").read_text())["overall"] == answers[4]


def test_the_lexicon_reads_whatever_it_states(tmp_path):
    facts = tuple((kind, values[-1]) for kind, values in KINDS.items())
    shotgun = Shotgun(toy_context(tmp_path, {}))
    shotgun.fit(instructions(("", facts, ())), TRAIN)
    assert Lexicon().parse(shotgun.answer(instructions(("", (), ())))[0]) == tuple(sorted(facts))
