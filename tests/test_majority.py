import json
from dataclasses import replace

import numpy as np
import pytest

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.models.controls.majority import Majority, majority_answer
from tests.toy_instructions import toy_context


def record(answer, facts=(), question="What is seen?", picture="p0"):
    return InstructionRecord(f"{picture}/{question}/{answer}", picture, 1, question, answer, facts, "toy")


def instructions(rows):
    """Make one picture a row of (question, caption, answer, facts)."""
    ids = tuple(f"p{number}" for number in range(len(rows)))
    pixels = np.zeros((len(rows), 4, 4), dtype=np.uint8)
    micrographs = Micrographs(pixels, np.arange(len(rows)), ids, np.zeros(len(rows), dtype=int), ("a",))
    records = tuple(
        record(answer, facts, question, name) for name, (question, _, answer, facts) in zip(ids, rows, strict=True)
    )
    return Instructions(micrographs, records, np.arange(len(rows)), tuple(row[1] for row in rows))


SMALL, LARGE = (("size", "small"),), (("size", "large"),)
TRAIN = [
    ("How big?", "wires", "They are small.", SMALL),
    ("How big?", "wires", "Small wires.", SMALL),
    ("How big?", "wires", "They are large.", LARGE),
    ("How big?", "tips", "A large tip.", LARGE),
    ("How big?", "tips", "A large tip.", LARGE),
    ("How big?", "tips", "It is small.", SMALL),
    ("How big?", "tips", "A large, big tip.", LARGE),
    ("What shape?", "tips", "A cone.", (("shape", "cone"),)),
]


@pytest.fixture
def majority(tmp_path):
    model = Majority(toy_context(tmp_path, {}))
    model.fit(instructions(TRAIN), instructions(TRAIN))
    return model


def asked(*pairs):
    return instructions([(question, caption, "", ()) for question, caption in pairs])


def test_the_most_frequent_facts_win_over_the_most_frequent_text():
    small_in_many_words = [record(f"Small, wording {number}.", SMALL) for number in range(3)]
    assert majority_answer([*[record("Large.", LARGE)] * 2, *small_in_many_words]) == "Small, wording 0."


def test_facts_that_agree_with_most_others_win_over_the_most_frequent_set():
    large, both = (("size", "large"), ("focus", "blurred")), (("size", "small"), ("focus", "sharp"))
    halves = [record("Other.", (fact, ("bar", length))) for fact in both for length in ("short", "long")]
    assert majority_answer([*[record("Large.", large)] * 2, record("Small, sharp.", both), *halves]) == "Small, sharp."


def test_the_order_of_facts_does_not_part_equal_sets():
    both = (("size", "small"), ("focus", "sharp"))
    records = [record("First.", LARGE), record("One.", both), record("Other.", both[::-1])]
    assert majority_answer(records) == "One."


def test_among_answers_of_the_same_facts_the_most_frequent_text_is_given():
    assert majority_answer([record("Rare.", SMALL), *[record("Common.", SMALL)] * 2]) == "Common."


def test_without_facts_the_most_frequent_text_is_given():
    assert majority_answer([record("Rare."), *[record("Common.")] * 2]) == "Common."


def test_the_caption_chooses_among_the_answers_where_it_is_given(majority):
    answers = majority.answer(asked(("How big?", "wires"), ("How big?", "tips"), ("How big?", "")))
    assert answers == ["They are small.", "A large tip.", "A large tip."]


def test_what_was_never_seen_falls_back_to_the_question_then_to_everything(majority):
    answers = majority.answer(asked(("How big?", "foam"), ("What shape?", "wires"), ("Why?", "tips")))
    assert answers == ["A large tip.", "A cone.", "A large tip."]


def test_nothing_of_the_test_picture_but_its_caption_is_used(majority):
    questions = asked(("How big?", "wires"), ("How big?", "tips"))
    bright = replace(questions.micrographs, pixels=questions.micrographs.pixels + 200, labels=np.array([1, 1]))
    assert majority.answer(replace(questions, micrographs=bright)) == majority.answer(questions)


def test_it_answers_the_same_after_saving_as_json_and_loading(majority, tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    majority.save(folder)
    questions = asked(("How big?", "wires"), ("What shape?", ""), ("Why?", ""))
    loaded = Majority.load(folder, toy_context(tmp_path, {}))
    assert loaded.answer(questions) == majority.answer(questions)
    assert [json.loads(file.read_text())["overall"] for file in folder.iterdir()] == ["A large tip."]
