"""Questions of a prompt group that no model was taught: left out of training, asked alone, told beside the others."""

import json

import numpy as np
import pytest

from bench.store.record import parsed
from tests.conftest import SMALL
from tests.test_posing import instructions

RUN = ("run", "--task", "vqa", "--models", "majority", "--folds", "0", *SMALL)


def _records(store):
    return [parsed(path.read_bytes()) for path in sorted((store / "cells").glob("*.json"))]


def _product(store, record, stage):
    return store / "stages" / record.stages[stage] / "product"


def _groups(store, record):
    lines = (_product(store, record, "score") / "items.jsonl").read_text().splitlines()
    return {json.loads(line)["group"] for line in lines}


def test_a_group_held_out_is_not_taught_and_alone_is_asked(bench, store):
    from bench.tasks.prompts import QUESTIONS

    code, _, err = bench(*RUN, "--hold-out-group", "3")
    assert code == 0, err
    (record,) = _records(store)
    taught = json.loads((_product(store, record, "train") / "weights" / "answers.json").read_text())["by_question"]
    group = {question.text for question in QUESTIONS if question.group == 3}
    assert group and not group & taught.keys() and len(taught) == len(QUESTIONS) - len(group)
    assert _groups(store, record) == {3}


def test_the_table_sets_it_beside_the_model_that_was_taught_all_groups(bench, store):
    assert bench(*RUN)[0] == 0
    assert bench(*RUN, "--set", "vqa.group=3")[0] == 0
    assert bench(*RUN, "--hold-out-group", "3")[0] == 0
    records = _records(store)
    trained = {record.protocol.get("hold_out_group"): record.stages["train"] for record in records}
    assert len(records) == 3 and len({record.stages["train"] for record in records}) == 2 == len(trained)
    code, out, err = bench("table", "1", "--vary", "hold_out_group", "--no-published")
    assert code == 0, err
    assert "hold_out_group 3" in out and "hold_out_group none" in out and "group 3" in out


def test_a_task_that_asks_no_questions_holds_none_out(bench, folder, classify):
    code, _, err = classify(folder(8, 8), "majority", "--set", "k=4", "--hold-out-group", "3")
    assert code == 2 and "'classification' does not" in err


@pytest.mark.parametrize("group", ["0", "11", "x"])
def test_a_group_that_is_none_is_refused(bench, store, group):
    code, _, err = bench(*RUN, "--hold-out-group", group)
    assert code == 2 and "hold" in err and "Traceback" not in err and not (store / "cells").exists()


def test_questions_of_one_group_alone_can_be_asked():
    from bench.errors import BenchError
    from bench.tasks.vqa import VQA

    test = instructions(3)
    assert len(VQA(group=1).pose(test)) == len(test)
    assert np.array_equal(VQA(questions=2, group=1).pose(test).pictures, VQA(questions=2).pose(test).pictures)
    with pytest.raises(BenchError, match="prompt group 2; the records' groups: 1"):
        VQA(group=2).pose(test)
