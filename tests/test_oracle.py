"""The upper rows: the task answers for them, from the references; no estimator ever sees these."""

from dataclasses import replace

import numpy as np
import pytest

from bench import ModelSpec, TaskSpec
from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.stages.code import predict_code
from bench.stages.no_estimator import NoEstimator
from bench.store.store import Store
from bench.tasks.facts import CATEGORIES, KINDS
from bench.tasks.metrics.reading import Lexicon, named
from bench.tasks.oracle import answers, probabilities, worded
from bench.tasks.prompts import QUESTIONS
from tests.conftest import SMALL

EVERY_FACT = [(kind, value) for kind, values in KINDS.items() for value in values]


def _stated(text):
    return named(Lexicon(CATEGORIES).parse(text))


@pytest.mark.parametrize("fact", EVERY_FACT, ids="-".join)
def test_every_fact_is_stated_alone_and_after_a_negation(fact):
    kind, value = fact
    before = {each: "none" for each in ("defect", "charging") if each != kind}
    for facts in ((fact,), (*before.items(), fact)):
        for key in range(6):
            assert _stated(worded(facts, "A question of somebody's?", str(key))) == dict(facts)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))
def test_a_question_of_the_papers_is_answered_as_its_teacher_would(question):
    texts = {worded((("shape", "woven"),), question.text, str(key)) for key in range(20)}
    assert all(_stated(text) == {"shape": "woven"} for text in texts) and len(texts) > 1
    assert not any(text.startswith("Visible here:") for text in texts)


def _posed(*records):
    pictures = Micrographs(np.zeros((1, 4, 4), np.uint8), np.array([0]), ("p",), np.array([1]), CATEGORIES)
    return Instructions(pictures, records, np.zeros(len(records), np.int64), ("",))


def _record(number, facts, answer):
    return InstructionRecord(str(number), "p", 1, "What is it?", answer, facts, "somebody")


def test_the_words_do_not_depend_on_the_references_and_no_facts_are_no_answer():
    facts = (("shape", "woven"), ("size", "small"))
    one, other = (_posed(_record(1, facts, answer), _record(2, (), answer)) for answer in ("Cloth.", "It is woven."))
    assert answers(one) == answers(other)
    assert answers(one)[1] == "" and _stated(answers(one)[0]) == dict(facts)


def test_references_without_any_fact_leave_an_oracle_nothing_to_say():
    with pytest.raises(BenchError, match="state no facts"):
        answers(_posed(_record(1, (), "Cloth.")))


def test_the_oracle_of_classification_is_right():
    assert probabilities(_posed().micrographs).tolist() == np.eye(len(CATEGORIES))[[1]].tolist()


def test_it_states_all_facts_and_is_never_among_all(bench, store):
    code, _, err = bench("run", "--task", "vqa", "--models", "majority,oracle", "--folds", "0", *SMALL)
    assert code == 0, err
    records = {record.cell.model: record for record in Store(store).records()}
    assert records["oracle"].metrics["facts"].value == 1 > records["majority"].metrics["facts"].value
    assert 0.5 < records["oracle"].metrics["meteor"].value < 0.95
    assert (records["oracle"].model.upper, records["oracle"].model.control) == (True, True)
    assert records["oracle"].model.judges is False and records["majority"].model.judges is True
    out = bench("run", "--task", "vqa", "--models", "all", "--folds", "0", *SMALL, "--dry-run")[1]
    assert "llava fold 0" in out and "oracle fold" not in out
    assert bench("run", "--task", "vqa", "--models", "oracle", "--folds", "0", *SMALL, "--probe", "--dry-run")[0] == 0


def test_no_estimator_is_asked_for_an_upper_row(bench):
    assert not hasattr(NoEstimator, "answer") and not hasattr(NoEstimator, "predict_proba")
    options = ("--set", "synthetic.size=100", "--set", "machine.threads=1")
    code, _, err = bench("run", "--task", "classification", "--models", "oracle", "--folds", "0", *options)
    assert code == 0, err


@pytest.mark.parametrize("field", ["builds", "estimator", "pretrains"])
def test_an_upper_row_has_no_code_of_its_own(field):
    with pytest.raises(BenchError, match="is an upper row, which the task's oracle answers for"):
        ModelSpec("spy", upper=True, **{field: "spying:Spy"})


def test_a_task_without_an_oracle_has_no_upper_row(bench, plugged):
    plugged(TaskSpec("dusk", "Dusk", "classifier", "bench.tasks.classification:Classification"))
    code, out, err = bench("run", "--task", "dusk", "--models", "oracle", *SMALL)
    assert (code, out) == (
        2,
        "",
    ) and "model 'oracle' is answered for by the oracle of its task, and 'dusk' has none" in err


def test_what_the_oracle_says_decides_its_own_predictions_alone():
    registry = Registry()
    task = registry.find("task", "vqa")[0]
    silent = replace(task, oracle="bench.tasks.facts:KINDS")
    codes = {}
    for name in ("oracle", "majority"):
        model = registry.find("model", name)[0]
        codes[name] = predict_code(model, registry.family(model), task)
        changed = predict_code(model, registry.family(model), silent) != codes[name]
        assert changed is (name == "oracle")
    assert "bench.tasks.oracle" in codes["oracle"] and "bench.tasks.oracle" not in codes["majority"]
