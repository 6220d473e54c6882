import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.tasks.vqa import VQA

TASK = VQA()
NAMES = ["bleu2", "bleu4", "rouge1", "rouge2", "rougeL", "meteor", "length_ratio"]
FACTS = ["facts", "facts_precision", "facts_recall"]
ANSWERS = ["The structures in the image are small here.", "The structures in the image are large here."]


def instructions(*values):
    """Hold one picture a value of size, asked twice: for its size, and for what nobody knows."""
    count = len(values)
    ids = tuple(f"p{number}" for number in range(count))
    micrographs = Micrographs(np.zeros((count, 1, 1), np.uint8), np.arange(count), ids, np.zeros(count, int), ("x",))
    records = []
    for picture, value in zip(ids, values, strict=True):
        facts = (("size", value),) if value else ()
        answer = f"The structures in the image are {value} here."
        records.append(InstructionRecord(f"{picture}#1", picture, 3, "How big are they?", answer, facts, "t"))
        records.append(InstructionRecord(f"{picture}#2", picture, 10, "Why?", "Nobody knows that.", (), "t"))
    return Instructions(micrographs, tuple(records), np.repeat(np.arange(count), 2), ("",) * count)


POSED = instructions("small", "large", "small")
REFERENCES = [record.answer for record in POSED.records]


def test_perfect_answers_get_full_marks():
    scores = TASK.score(REFERENCES, POSED, POSED)
    assert list(scores.metrics) == [*NAMES, *FACTS]
    for name in ("bleu2", "rouge1", "rouge2", "rougeL", "length_ratio", *FACTS):
        assert scores.metrics[name] == (1.0, 0.0)
    assert scores.counts == {"facts": {"size": [3, 3, 3]}}


def test_facts_are_counted_by_fact_and_clustered_by_picture():
    answers = [ANSWERS[0], "x", ANSWERS[0], "x", "It is said to be small.", "x"]
    scores = TASK.score(answers, POSED, POSED)
    for name in FACTS:
        value, error = scores.metrics[name]
        assert value == pytest.approx(2 / 3)
        assert error == pytest.approx(np.std([1, 0, 1], ddof=1) / 3**0.5)
    assert scores.counts["facts"] == {"size": [2, 3, 3]}


def test_facts_is_the_harmonic_mean_of_precision_and_recall():
    answers = [ANSWERS[0], "x", "Nothing is said.", "x", "Small, large or medium ones.", "x"]
    metrics = TASK.score(answers, POSED, POSED).metrics
    precision, recall = metrics["facts_precision"][0], metrics["facts_recall"][0]
    assert (precision, recall) == (1 / 4, 1 / 3)
    assert metrics["facts"][0] == pytest.approx(2 * precision * recall / (precision + recall))


def test_where_nothing_is_stated_precision_is_undefined_and_facts_are_zero():
    metrics = TASK.score(["x"] * 6, POSED, POSED).metrics
    assert "facts_precision" not in metrics
    assert metrics["facts"][0] == metrics["facts_recall"][0] == 0


def test_facts_of_one_picture_are_one_observation():
    twice = tuple(replace(record, facts=POSED.records[0].facts) for record in POSED.records[:2])
    posed = replace(POSED, records=(*twice, *POSED.records[2:]))
    scores = TASK.score([ANSWERS[0]] * 6, posed, posed)
    right, asked = np.array([2, 0, 1]), np.array([2, 1, 1])
    value, error = scores.metrics["facts"]
    assert value == 0.75
    residuals = right - 0.75 * asked
    assert error == pytest.approx((3 / 2 * residuals @ residuals) ** 0.5 / 4)


def test_standard_errors_take_a_picture_as_one():
    scores = TASK.score(["same"] * 6, POSED, POSED)
    ratios = [np.mean([1 / len(reference.split()) for reference in REFERENCES[:2]])] * 3
    assert scores.metrics["length_ratio"] == (pytest.approx(np.mean(ratios)), pytest.approx(0.0, abs=1e-12))


def test_an_item_holds_question_answer_scores_and_facts():
    item = TASK.score(REFERENCES, POSED, POSED).items[0]
    assert list(item) == [
        "id",
        "picture",
        "category",
        "group",
        "question",
        "reference",
        "answer",
        *NAMES,
        "facts_asked",
        "facts_stated",
        "facts_right",
        "facts_counted",
        "fact_values",
    ]
    ((kind, value, stated),) = item["fact_values"]
    assert stated == [value] and (kind, value) in POSED.records[0].facts
    assert (item["id"], item["group"]) == ("p0#1", 3)
    assert [item[f"facts_{number}"] for number in ("asked", "stated", "right", "counted")] == [1, 1, 1, 1.0]
    assert item["reference"] == item["answer"] == REFERENCES[0] and item["bleu4"] == pytest.approx(1.0)


def test_items_keep_the_order_and_belong_to_their_pictures():
    scores = TASK.score(REFERENCES, POSED, POSED)
    assert [item["id"] for item in scores.items] == [record.id for record in POSED.records]
    assert sum(item["facts_asked"] for item in scores.items) == 3


def test_facts_are_absent_where_none_is_asked():
    labelled = instructions("", "")
    scores = TASK.score(["x"] * 4, labelled, labelled)
    assert list(scores.metrics) == NAMES
    assert scores.counts == {"facts": {}}


@pytest.mark.parametrize("answers", [[], REFERENCES[:-1], [*REFERENCES, "more"]])
def test_each_question_needs_exactly_one_answer(answers):
    with pytest.raises(ValueError, match="exactly once"):
        TASK.score(answers, POSED, POSED)


def test_a_question_posed_twice_is_refused():
    double = replace(POSED, records=(*POSED.records[:5], POSED.records[0]))
    with pytest.raises(ValueError, match="posed twice"):
        TASK.score(REFERENCES, double, POSED)


def test_every_metric_is_defined_in_clear():
    assert {*NAMES, *FACTS} <= TASK.definitions().keys()
    assert TASK.definitions()["facts"] and TASK.definitions() == TASK.definitions()


def test_the_fields_of_items_are_documented():
    (item, *_) = TASK.score(REFERENCES, POSED, POSED).items
    page = (Path(__file__).parent.parent / "docs" / "write-a-metric.md").read_text()
    (listed,) = re.findall(r"An item of\s+`vqa` has (.*?)\.", page, re.DOTALL)
    assert re.findall(r"`(\w+)`", listed) == list(item)
