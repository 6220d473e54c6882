"""The questions in other words: what is taught, what is held out, and what is asked."""

import pytest

from bench.config.loading import load_config
from bench.errors import BenchError
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.stages.materials import Materials
from bench.stages.questions import Questions
from bench.stages.train import sides
from bench.tasks.facts import CATEGORIES
from bench.tasks.metrics.reading import Lexicon, named
from bench.tasks.paraphrases import WORDINGS, wordings_of
from bench.tasks.teachers.paraphrased import ParaphrasedTeacher
from bench.terminal.progress import NoProgress


@pytest.mark.parametrize("question", WORDINGS, ids=range(1, 23))
def test_every_question_has_two_other_wordings_that_give_no_fact_away(question):
    wordings = {question.text, question.paraphrase, question.held_out}
    assert len(wordings) == 3
    assert not any(named(Lexicon(CATEGORIES).presupposed(text)) for text in (question.paraphrase, question.held_out))
    assert wordings_of(question.text) == wordings_of(question.paraphrase) == question
    assert wordings_of(question.held_out) is None


def test_no_wording_asks_two_questions():
    assert len({text for question in WORDINGS for text in question}) == 66


def plan(*options, task="vqa"):
    config, explicit = load_config("demo", ["synthetic.size=60", "k=3", "folds=0", *options])
    return Plan(Request(task, ("majority",), config, explicit), Registry(), NoProgress())


def taught(own):
    learned = sides(Materials(own), own.cells[0])
    return [record.question for side in (learned.train, learned.validation) for record in side.records]


def test_paraphrased_records_teach_both_wordings_and_never_the_held_out_ones():
    plain, reworded = plan(), plan("records=paraphrased:scripted")
    questions = taught(reworded)
    assert {*questions} == {text for question in WORDINGS for text in (question.text, question.paraphrase)}
    assert 0.4 < sum(text == wordings_of(text).text for text in questions) / len(questions) < 0.6
    assert [wordings_of(text).text for text in questions] == taught(plain)
    assert reworded.cells[0].protocol != plain.cells[0].protocol
    assert reworded.cells[0].train.fingerprint != plain.cells[0].train.fingerprint


@pytest.mark.parametrize("records", ["scripted", "paraphrased:scripted"])
def test_the_held_out_wording_asks_the_same_questions_and_trains_nothing(records):
    usual, held_out = (plan(f"records={records}", *more) for more in ((), ("vqa.wording=held_out",)))
    first, second = (Questions(Materials(own)).posed(own.cells[0]).records for own in (usual, held_out))
    assert [wordings_of(record.question).held_out for record in first] == [record.question for record in second]
    assert [(record.id, record.answer) for record in first] == [(record.id, record.answer) for record in second]
    before, after = usual.cells[0], held_out.cells[0]
    assert before.train.fingerprint == after.train.fingerprint
    assert before.predict.fingerprint != after.predict.fingerprint and before.protocol != after.protocol


def test_altered_pictures_stand_beside_questions_in_the_held_out_wording():
    own = plan(task="altered-vqa")
    posed = Questions(Materials(own)).posed(own.cells[0])
    reworded = [record for record in posed.records if record.id.endswith("@reworded")]
    unaltered = {record.id: record for record in posed.records if "@" not in record.id}
    assert {question.held_out for question in WORDINGS} >= {record.question for record in reworded}
    assert {record.id.removesuffix("@reworded") for record in reworded} == unaltered.keys()
    scores = own.task.score([record.answer for record in posed.records], posed, posed)
    assert scores.metrics["reworded"][0] > 0.9 and scores.metrics["reworded_change"] == (0, 0)
    last = [record.id.endswith("@reworded") for record in posed.records]
    answers = ["" if is_reworded else record.answer for is_reworded, record in zip(last, posed.records, strict=True)]
    assert own.task.score(answers, posed, posed).metrics["reworded_change"][0] < -0.9


@pytest.mark.parametrize(("argument", "sentence"), [("", "names no teacher"), ("paraphrased:scripted", "no teacher")])
def test_a_teacher_to_paraphrase_must_be_named(argument, sentence):
    with pytest.raises(BenchError, match=sentence):
        ParaphrasedTeacher(argument, 0)


def test_a_teacher_with_settings_is_refused():
    with pytest.raises(BenchError, match="which paraphrased:openai cannot pass on"):
        ParaphrasedTeacher("openai", 0).identity()
