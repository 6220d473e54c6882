"""Files of questions with options, and the dataset that they are."""

import json

import numpy as np
import pytest
from PIL import Image

from bench.config.loading import load_config
from bench.contracts import MID_GREY
from bench.errors import BenchError
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.stages.materials import Materials
from bench.stages.questions import Questions
from bench.tasks.datasets.question_file import FileQuestion, as_json, from_json, read_questions
from bench.tasks.datasets.questions import QuestionSet
from bench.terminal.progress import NoProgress

GOOD = {"question": "What?", "options": ["rods", "spheres", "A"], "answer": "spheres", "images": ["a.png"]}


def written(folder, *lines):
    random = np.random.default_rng(0)
    for name in ("a", "b", "c"):
        Image.fromarray(random.integers(0, 255, (20, 30)).astype(np.uint8)).save(folder / f"{name}.png")
    path = folder / "q.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


@pytest.mark.parametrize(
    ("answer", "right"), [("spheres", (1,)), ("B", (1,)), (["B"], (1,)), (["B", "rods"], (0, 1)), (["C", "B"], (1, 2))]
)
def test_an_answer_is_a_letter_or_a_text_or_several(answer, right):
    question = from_json({**GOOD, "options": ["rods", "spheres", "wires"], "answer": answer}, "q.jsonl line 3")
    assert question.right == right and question.several == (len(right) > 1)
    assert question.id == "3"


def test_several_may_be_wanted_or_any_of_them_do():
    assert not from_json({**GOOD, "answer": ["B", "rods"], "several": False}, "q line 1").several
    assert from_json({**GOOD, "several": True}, "q line 1").several


def test_a_question_comes_back_as_it_was_written():
    question = FileQuestion("id 1", "What?\nReally?", ("α", "β"), (0,), ("a.png", "b.png"), "Look.", "topic", True)
    assert from_json(json.loads(json.dumps(as_json(question))), "q line 1") == question


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"options": ["one", " ONE "]}, "options A and B are the same text"),
        ({"options": ["one"]}, "has 1 options; give 2 to 26"),
        ({"options": [f"o{n}" for n in range(27)], "answer": "o1"}, "has 27 options; give 2 to 26"),
        ({"options": "one, two"}, "write a list of texts"),
        ({"options": ["one", 2]}, "option is 2"),
        ({"answer": []}, "has no right option"),
        ({"answer": None}, "has no right option"),
        ({"answer": "D"}, "answer 'D' is no option; give the letter (A to C)"),
        ({"answer": 1}, "answer 1 is no option"),
        ({"answer": "A"}, "is the letter of one option and the text of another"),
        ({"answer": ["rods", "spheres", "C"]}, "all 3 options are right"),
        ({"question": " "}, "question is ' '"),
        ({"images": "a.png"}, "images is 'a.png'"),
        ({"several": "yes"}, "several is 'yes'; write true or false"),
        ({"anwser": "B"}, "did you mean 'answer'?"),
        ({"topic": 3}, "topic is 3"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_with_its_line(change, words):
    with pytest.raises(BenchError) as error:
        from_json({**GOOD, **change}, "q.jsonl line 3")
    assert words in str(error.value) and "q.jsonl line 3" in str(error.value)


def test_a_file_that_holds_no_json_or_one_id_twice_is_refused(tmp_path):
    with pytest.raises(BenchError, match="q.jsonl line 2 is no JSON"):
        read_questions(written(tmp_path, GOOD, "{"))
    with pytest.raises(BenchError, match="line 1 is 7, no JSON object"):
        read_questions(written(tmp_path, "7"))
    with pytest.raises(BenchError, match="line 2: id 'x' is used before"):
        read_questions(written(tmp_path, {**GOOD, "id": "x"}, {**GOOD, "id": "x"}))
    with pytest.raises(BenchError, match="holds no question"):
        read_questions(written(tmp_path, ""))


def test_missing_pictures_are_counted_and_the_first_is_named(tmp_path):
    path = written(tmp_path, {**GOOD, "images": ["a.png", "x/no.png"]}, {**GOOD, "images": ["no2.png"]})
    with pytest.raises(BenchError, match=r"2 pictures are missing that q.jsonl asks about, the first 'x/no.png'"):
        QuestionSet(str(path), 32, NoProgress()).load()


def test_a_picture_that_cannot_be_read_takes_its_questions_with_it(tmp_path):
    path = written(tmp_path, {**GOOD, "images": ["a.png", "b.png"]}, {**GOOD, "images": ["c.png"]})
    (tmp_path / "b.png").write_bytes(b"no picture")
    dataset = QuestionSet(str(path), 32, NoProgress())
    assert [record.picture for record in dataset.records()] == ["c.png"]
    assert [sentence.partition(":")[0] for sentence in dataset.set_aside()] == ["b.png"]


def plan_of(path, *settings):
    config, explicit = load_config("demo", settings, {"dataset": f"choices:{path}"})
    return Plan(Request("choice", ("majority",), config, explicit), Registry(), NoProgress())


LINKED = (
    {**GOOD, "images": ["a.png", "b.png"], "topic": "two"},
    {**GOOD, "images": ["b.png"]},
    {**GOOD, "images": ["c.png"]},
    {**GOOD, "images": []},
)


def test_all_questions_are_asked_with_their_pictures_where_nothing_is_trained(tmp_path):
    plan = plan_of(written(tmp_path, *LINKED), "split=whole", "choice.permutations=1")
    posed = Questions(Materials(plan)).posed(plan.cells[0])
    assert {question.id: question.pictures for question in posed.questions} == {
        "1@0": (0, 1), "2@0": (1,), "3@0": (2,), "4@0": (),
    }  # fmt: skip
    assert [bool((picture == MID_GREY).all()) for picture in posed.micrographs.pixels] == [False, False, False, True]


def test_pictures_that_a_question_shows_together_are_in_one_fold(tmp_path):
    plan = plan_of(written(tmp_path, *LINKED), "k=3", "duplicate_distance=0")
    for index in range(plan.k):
        fold = plan.partition.fold(index, 0)
        assert len({0, 1} & {*fold.test.tolist()}) in (0, 2)


def test_another_teacher_than_the_questions_own_is_refused(tmp_path):
    config, explicit = load_config("demo", (), {"dataset": f"choices:{written(tmp_path, GOOD)}", "records": "scripted"})
    with pytest.raises(BenchError, match="comes with its own questions; leave --records scripted out"):
        Plan(Request("choice", ("majority",), config, explicit), Registry(), NoProgress())


def test_a_row_that_must_be_trained_is_refused_where_nothing_is(tmp_path):
    config, explicit = load_config("demo", ("split=whole",), {"dataset": f"choices:{written(tmp_path, *LINKED)}"})
    with pytest.raises(BenchError, match="leaves none to train on, which mvaema must be"):
        Plan(Request("choice", ("mvaema", "longest"), config, explicit), Registry(), NoProgress())
