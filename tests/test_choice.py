"""The task choice: what is asked, how replies and likelihoods are read, what orders change, and the controls."""

from math import log, nan

import numpy as np
import pytest

from bench.contracts import (
    LETTERS,
    MID_GREY,
    ChoiceQuestion,
    Choices,
    InstructionRecord,
    Instructions,
    Micrographs,
    Options,
    Preference,
)
from bench.errors import BenchError
from bench.models.controls.longest import Longest
from bench.models.controls.majority import Majority
from bench.models.option_texts import option_texts
from bench.stages.contracts.contract import contract_of
from bench.tasks.choice import Choice, truth
from bench.tasks.facts import KINDS
from bench.tasks.metrics.letters import options_named
from bench.tasks.options import STEMS, order_of, questions_of
from bench.tasks.teachers.wording import SAID
from bench.terminal.progress import NoProgress
from tests.toy_instructions import toy_context

COLOURS = ("red iron", "grey iron", "blue")
READ = {
    "C": 2, "c": 2, "(C)": 2, "C.": 2, "C)": 2, "**C**": 2, "`C`": 2, "Option C": 2, "C: blue": 2, "C) blue": 2,
    "Answer: C": 2, "The answer is C.": 2, "The correct answer is (C).": 2, "<answer>C</answer>": 2, r"\boxed{C}": 2,
    "<think>Maybe A.</think>C": 2, "B\n\nbecause the steel is dull": 1, "blue": 2, "It is Blue.": 2, "grey  iron!": 1,
    "I first thought of (A).\nFinal answer: B": 1, "Option A looks right": 0, "A": 0, "A) red iron": 0,
    "Correct choice: **B**": 1, "**Answer:** C": 2,
    "b\nThe steel is dull.\nIron is.": 1, "C. The other two are not.": 2,
}  # fmt: skip
UNREAD = (
    "", "I cannot tell.", "A or B", "D", "A, B", "(A) or (C)", "iron", "red iron or blue", "A picture of a wire.", "?",
    "The letter", "I see nothing", "Answer:", "A) red iron\nB) grey iron\nC) blue", "Z",
)  # fmt: skip


@pytest.mark.parametrize(("reply", "place"), READ.items())
def test_a_reply_that_names_one_option_is_read(reply, place):
    assert options_named(reply, COLOURS, False) == (place,)


@pytest.mark.parametrize("reply", UNREAD)
def test_a_reply_that_names_none_or_two_options_is_unreadable(reply):
    assert options_named(reply, COLOURS, False) is None


@pytest.mark.parametrize("reply", ["A, C", "A and C", "C, A.", "A) red iron\nC) blue", "AC", "Answer: A, C", "(A) (C)"])
def test_several_options_are_read_where_several_are_wanted(reply):
    assert options_named(reply, COLOURS, True) == (0, 2)


def test_the_text_of_an_option_within_a_longer_one_names_the_longer():
    assert options_named("a thin wire", ("a thin wire", "wire"), False) == (0,)
    assert options_named("1.5 nm", ("1.5 nm", "5 nm"), False) == (0,)


def pictures(count=4, categories=("nanowires", "tips")):
    labels = np.arange(count) % len(categories)
    pixels = np.arange(count, dtype=np.uint8)[:, None, None] * np.ones((1, 8, 8), np.uint8)
    return Micrographs(pixels, np.arange(count), tuple(f"p{number}" for number in range(count)), labels, categories)


def with_facts(count=4):
    micrographs = pictures(count)
    facts = tuple(
        (("category", micrographs.categories[label]), ("shape", ("straight", "cone")[label]), ("size", "small"))
        for label in micrographs.labels
    )
    records = tuple(
        InstructionRecord(f"p{n}#1", f"p{n}", 1, "What is it?", "An answer.", facts[n], "t") for n in range(count)
    )
    captions = tuple(f"Shows {micrographs.categories[label]}." for label in micrographs.labels)
    return Instructions(micrographs, records, np.arange(count), captions, ("nanowires", "probe tips"))


def with_options(*given, count=4):
    """Records with options: (options, right, pictures, several)."""
    records = tuple(
        InstructionRecord(
            f"q{n}", shown[0] if shown else "p0", 1, f"Question {n}?", options[right[0]], (), "own",
            options=Options(options, right, shown, "Read this.", f"topic {n % 2}", several),
        )
        for n, (options, right, shown, several) in enumerate(given)
    )  # fmt: skip
    return Instructions(pictures(count), records, np.zeros(len(records), int), ("",) * count)


def test_every_kind_of_fact_is_asked_for_with_options_of_its_own_kind():
    assert STEMS.keys() == KINDS.keys()
    for question in questions_of(with_facts(), 4, False):
        begin, end = STEMS[question.topic].sentence.split("{}")
        values = [option.removeprefix(begin).removesuffix(end) for option in question.options]
        known = [phrases[0] for phrases in SAID[question.topic].values()]
        assert {*values} <= {*known} | {"nanowires", "probe tips"} and len({*values}) == len(values) <= 4
        assert len(question.right) == 1


def test_the_right_option_is_the_picture_s_own_value():
    own = {question.id: question.options[question.right[0]] for question in questions_of(with_facts(), 4, False)}
    assert own["p0#shape"] == "The nanomaterials in the image have a straight, needle-like shape."
    assert own["p1#category"] == "The image depicts probe tips."


def test_shapes_that_the_category_leaves_open_come_before_others():
    question = next(each for each in questions_of(with_facts(), 3, False) if each.id == "p0#shape")
    assert {option.split(" have ")[1] for option in question.options} == {
        "a straight, needle-like shape.",
        "a curved, bent shape.",
        "an upright, standing shape.",
    }


def test_with_the_caption_the_category_is_not_asked_for():
    questions = questions_of(with_facts(), 4, True)
    assert {each.topic for each in questions} == {"shape", "size"}
    assert questions[0].context == "Shows nanowires."
    assert all(not each.context for each in questions_of(with_facts(), 4, False))


def test_records_without_options_and_facts_are_refused():
    bare = with_facts()
    bare = Instructions(
        pictures(2, ("one",)), tuple(InstructionRecord(f"p{n}", f"p{n}", 1, "Q", "A", (), "t") for n in range(2)),
        np.arange(2), ("", ""), ("one",),
    )  # fmt: skip
    with pytest.raises(BenchError, match="have no options and state no facts"):
        Choice().pose(bare)


@pytest.mark.parametrize("options", [2, 3, 4, 26])
def test_each_order_gives_each_option_another_letter(options):
    orders = [order_of("q", version, options).tolist() for version in range(options)]
    assert all(sorted(order) == list(range(options)) for order in orders)
    assert all(len({*places}) == options for places in zip(*orders, strict=True))
    assert order_of("q", 0, options).tolist() == orders[0]


def test_orders_hang_on_the_question_and_the_seed():
    drawn = {tuple(order_of(f"q{number}", 0, 4)) for number in range(40)}
    assert len(drawn) > 10
    one, other = (Choice(order_seed=seed).pose(with_facts()) for seed in (1, 2))
    assert [each.options for each in one.questions] != [each.options for each in other.questions]


def test_right_options_move_with_their_texts():
    posed = Choice(permutations=3).pose(with_options((COLOURS, (0, 2), ("p0",), True)))
    for question in posed.questions:
        assert {question.options[place] for place in question.right} == {"red iron", "blue"}
    assert [each.id for each in posed.questions] == ["q0@0", "q0@1", "q0@2"]


def test_the_given_order_is_that_of_the_file():
    posed = Choice(order="given", permutations=1).pose(with_options((COLOURS, (1,), ("p0",), False)))
    assert posed.questions[0].options == COLOURS and posed.questions[0].right == (1,)


def scored(task, test, reply):
    posed = task.pose(test)
    return task.score([reply(question) for question in posed.questions], posed, test)


def test_truth_is_right_in_every_order():
    task, test = Choice(permutations=4), with_options((COLOURS, (1,), ("p0",), False), (COLOURS, (0, 2), ("p1",), True))
    posed = task.pose(test)
    metrics = task.score(truth(posed), posed, test).metrics
    assert {metrics[name][0] for name in ("accuracy", "accuracy_read", "consistency", "always_right")} == {1.0}
    assert metrics["unreadable"][0] == 0.0 and "calibration_error" not in metrics


def test_unreadable_replies_are_counted_and_not_wrong_in_silence():
    task, test = Choice(permutations=1), with_options(*[(COLOURS, (1,), (f"p{n}",), False) for n in range(4)])
    posed = task.pose(test)
    right = truth(posed)
    scores = task.score([*right[:2], Preference(reply="I cannot tell."), Preference(reply="?")], posed, test)
    assert scores.metrics["unreadable"][0] == 0.5
    assert scores.metrics["accuracy"][0] == 0.5
    assert scores.metrics["accuracy_read"][0] == 1.0 and scores.over["accuracy_read"] == 2
    assert scores.items[2]["answer"] == "I cannot tell."
    assert "consistency" not in scores.metrics


def test_one_letter_for_every_question_is_at_chance_and_never_consistent():
    test = with_options(*[(COLOURS, (n % 3,), (f"p{n % 4}",), False) for n in range(12)])
    metrics = scored(Choice(permutations=3), test, lambda _: Preference(reply="B")).metrics
    assert metrics["accuracy"][0] == pytest.approx(metrics["chance"][0]) == pytest.approx(1 / 3)
    assert metrics["consistency"][0] == metrics["always_right"][0] == 0.0


def likelihoods(question, values):
    return Preference(tuple(values[option] for option in question.options), tuple(len(o) for o in question.options))


def test_the_likeliest_option_is_chosen_and_its_share_is_the_confidence():
    values = {"red iron": log(0.2), "grey iron": log(0.6), "blue": log(0.2)}
    test = with_options(*[(COLOURS, (right,), ("p0",), False) for right in (1, 1, 0, 1)])
    metrics = scored(Choice(), test, lambda question: likelihoods(question, values)).metrics
    assert metrics["accuracy"][0] == 0.75 and metrics["consistency"][0] == 1.0
    assert metrics["calibration_error"][0] == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("normalise", "chosen"), [("nothing", "blue"), ("tokens", "red iron"), ("letters", "red iron")]
)
def test_likelihoods_are_divided_by_length_where_it_is_set(normalise, chosen):
    values = {"red iron": -6.0, "grey iron": -9.0, "blue": -4.0}
    test = with_options((COLOURS, (0,), ("p0",), False))
    items = scored(Choice(normalise=normalise), test, lambda question: likelihoods(question, values)).items
    assert items[0]["answer"] == chosen


def test_equally_likely_options_share_the_credit_whatever_their_order():
    test = with_options((COLOURS, (0,), ("p0",), False))
    metrics = scored(Choice(permutations=3), test, lambda question: Preference((-1.0, -1.0, -1.0))).metrics
    assert metrics["accuracy"][0] == pytest.approx(1 / 3) and metrics["consistency"][0] == 1.0


def test_an_option_without_a_likelihood_is_not_chosen_and_there_is_no_confidence():
    values = {"red iron": nan, "grey iron": -5.0, "blue": -9.0}
    test = with_options((COLOURS, (1,), ("p0",), False))
    metrics = scored(Choice(), test, lambda question: likelihoods(question, values)).metrics
    assert metrics["accuracy"][0] == 1.0 and "calibration_error" not in metrics


def test_where_several_are_wanted_those_likelier_than_chance_are_chosen():
    values = {"red iron": log(0.48), "grey iron": log(0.04), "blue": log(0.48)}
    several = with_options((COLOURS, (0, 2), ("p0",), True), (COLOURS, (0,), ("p0",), True))
    scores = scored(Choice(), several, lambda question: likelihoods(question, values))
    assert [item["accuracy"] for item in scores.items] == [1.0, 0.0]
    assert scores.items[0]["chance"] == pytest.approx(1 / 7)
    unsure = {"red iron": log(0.4), "grey iron": nan, "blue": log(0.1)}
    scores = scored(Choice(), several, lambda question: likelihoods(question, unsure))
    assert [item["accuracy"] for item in scores.items] == [0.0, 1.0]
    even = scored(Choice(permutations=3), several, lambda question: Preference((-1.0, -1.0, -1.0)))
    assert even.items[0]["answer"] == "blue | grey iron | red iron" and even.metrics["consistency"][0] == 1.0


def test_shares_have_errors_and_chance_has_none_and_items_name_their_topic():
    test = with_options(*[(COLOURS, (n % 3,), (f"p{n % 4}",), False) for n in range(12)])
    scores = scored(Choice(), test, lambda _: Preference(reply="B"))
    errors = {name: error for name, (_, error) in scores.metrics.items()}
    assert errors.pop("chance") is None and all(error is not None and error >= 0 for error in errors.values())
    assert errors["accuracy"] > 0
    assert [item["topic"] for item in scores.items[:3]] == ["topic 0", "topic 1", "topic 0"]


def test_where_any_of_several_will_do_one_is_enough():
    any_of = with_options((COLOURS, (0, 2), ("p0",), False))
    scores = scored(
        Choice(), any_of, lambda question: likelihoods(question, dict.fromkeys(COLOURS, -3.0) | {"blue": -1.0})
    )
    assert scores.metrics["accuracy"][0] == 1.0 and scores.metrics["chance"][0] == pytest.approx(2 / 3)


def test_questions_that_share_a_picture_are_one_cluster():
    linked = with_options(
        (COLOURS, (0,), ("p0", "p1"), False), (COLOURS, (0,), ("p1", "p2"), False), (COLOURS, (0,), ("p3",), False),
        (COLOURS, (0,), (), False),
    )  # fmt: skip
    items = scored(Choice(), linked, lambda _: Preference(reply="A")).items
    assert [item["picture"] for item in items] == ["p0", "p0", "p3", "q3"]
    assert [item["pictures"] for item in items] == [2, 2, 1, 0] and items[3]["category"] == "no picture"


class Chooser:
    """Notes what it is asked; prefers the first option."""

    def choose(self, questions):
        self.questions = questions
        return [Preference((-1.0,) + (-2.0,) * (len(each.options) - 1)) for each in questions.questions]


class Answerer:
    def answer(self, questions):
        self.questions = questions
        return ["B"] * len(questions)


def test_a_model_sees_neither_what_is_right_nor_names_nor_labels():
    model, posed = Chooser(), Choice().pose(with_facts())
    given = contract_of("chooser").ask(model, posed, NoProgress())
    assert len(given) == len(posed)
    assert {each.right for each in model.questions.questions} == {()}
    assert {each.topic for each in model.questions.questions} == {""}
    assert not any("p0" in each.id for each in model.questions.questions)
    assert (model.questions.micrographs.labels == -1).all()


def test_pictures_are_withheld_from_the_model_and_not_from_the_score():
    model, test = Chooser(), with_facts()
    posed = Choice(pictures="withheld").pose(test)
    given = contract_of("chooser").ask(model, posed, NoProgress())
    assert {each.pictures for each in model.questions.questions} == {()}
    items = Choice(pictures="withheld").score(given, posed, test).items
    assert {item["picture"] for item in items} == {"p0", "p1", "p2", "p3"}


def test_a_model_that_only_answers_is_asked_with_lettered_options():
    model = Answerer()
    posed = Choice().pose(with_options((COLOURS, (1,), ("p2",), False), (COLOURS, (0, 1), (), True)))
    given = contract_of("chooser").ask(model, posed, NoProgress())
    assert given == [Preference(reply="B")] * len(posed)
    record = model.questions.records[0]
    assert record.answer == "" and record.options is None
    assert record.question.splitlines()[0] == "Question 0?" and record.question.splitlines()[1].startswith("A) ")
    assert model.questions.records[2].question.endswith("Answer with the letters of all right options alone.")
    assert model.questions.caption(0) == "Read this."
    shown = model.questions.micrographs.batch(model.questions.pictures)
    assert (shown[0] == 2).all() and (shown[2] == MID_GREY).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "gave 0 preferences to 1 questions"),
        ([Preference((-1.0,))], "3 likelihoods, one per option"),
        ([Preference((-1.0, -2.0, 0.5))], "logarithms, at most 0"),
        ([Preference((-1.0, -2.0, -3.0), (1,))], "one per option"),
        (["A"], "one per option"),
    ],
)
def test_a_broken_contract_is_one_sentence(given, message):
    class Broken:
        def choose(self, questions):
            return given

    with pytest.raises(BenchError, match=message):
        contract_of("chooser").ask(
            Broken(), Choice(permutations=1).pose(with_options((COLOURS, (1,), ("p2",), False))), NoProgress()
        )


def test_preferences_come_back_as_they_were_kept(tmp_path):
    contract = contract_of("chooser")
    kept_ones = [Preference((-1.5, -float("inf")), (2, 3)), Preference(reply="B, ü")]
    contract.keep(kept_ones, tmp_path)
    assert contract.read(tmp_path) == [Preference((-1.5, -1e30), (2, 3)), kept_ones[1]]
    contract.keep([Preference((nan, -2.0))], tmp_path)
    assert np.isnan(contract.read(tmp_path)[0].likelihoods[0])


def test_each_text_of_an_option_is_judged_once():
    posed = Choice(permutations=3).pose(with_options((COLOURS, (1,), ("p2",), False), (COLOURS, (1,), (), False)))
    texts = option_texts(posed)
    assert len(texts.instructions) == 6
    numbers = list(range(6))
    for question, preference in zip(posed.questions, texts.preferences(numbers, numbers), strict=True):
        answers = [texts.instructions.records[int(place)].answer for place in preference.likelihoods]
        assert answers == list(question.options)
    grey = texts.instructions.micrographs.batch(texts.instructions.pictures[3:4])
    assert (grey == MID_GREY).all()


def test_the_longest_option_wins_and_equally_long_ones_tie(tmp_path):
    control = Longest(toy_context(tmp_path, {}))
    question = ChoiceQuestion("q", "Q", ("ab", "abcd", "dcba"), (), ())
    (preference,) = control.choose(Choices(pictures(), (question,)))
    assert [value == value for value in preference.likelihoods] == [False, True, True]


def test_majority_takes_the_option_that_most_answers_state_else_the_commonest_letter(tmp_path):
    control = Majority(toy_context(tmp_path, {}))
    control.fit(with_options(*[(COLOURS, (2,), ("p0",), False)] * 3, (COLOURS, (0,), ("p0",), False)), None)
    control.save(tmp_path)
    control = Majority.load(tmp_path, toy_context(tmp_path, {}))
    by_answer = ChoiceQuestion("q", "Question 3?", ("It is red iron.", "It is grey iron."), (), ())
    by_letter = ChoiceQuestion("q", "Question 9?", ("one", "two", "three"), (), ())
    first, second = control.choose(Choices(pictures(), (by_answer, by_letter)))
    assert [value == value for value in first.likelihoods] == [True, False]
    assert [value == value for value in second.likelihoods] == [False, False, True]


def test_there_are_as_many_letters_as_options_may_be():
    question = ChoiceQuestion("q", "Q", tuple(f"o{number}" for number in range(26)), (25,), ())
    assert question.lettered.splitlines()[26] == "Z) o25" and len(LETTERS) == 26


def test_models_that_only_classify_are_named_unable(bench):
    code, _, error = bench("run", "--task", "choice", "--models", "alexnet")
    assert code == 2 and "cannot do task 'choice'" in error and "llava" in error


def test_the_trained_cells_of_vqa_are_used_again(bench, store):
    small = ("--set", "synthetic.size=40", "--set", "machine.threads=1", "--models", "majority")
    assert bench("run", "--task", "vqa", *small)[0] == 0
    code, _, error = bench("run", "--task", "choice", *small)
    assert code == 0 and "its training was there already" in error
