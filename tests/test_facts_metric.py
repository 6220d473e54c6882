import numpy as np

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.tasks.metrics.facts import FactCounts, Judged, counts_of, judge, per_kind

CATEGORIES = ("particles", "tips")


def instructions(*rows, captions=None):
    """Hold one picture a row: (label, facts) or (label, facts, question)."""
    count = len(rows)
    labels = np.array([row[0] for row in rows])
    ids = tuple(f"p{number}" for number in range(count))
    micrographs = Micrographs(np.zeros((count, 1, 1), np.uint8), np.arange(count), ids, labels, CATEGORIES)
    records = tuple(
        InstructionRecord(f"{ids[number]}#1", ids[number], 1, (*row, "What?")[2], "…", row[1], "t")
        for number, row in enumerate(rows)
    )
    return Instructions(micrographs, records, np.arange(count), captions or ("",) * count)


TRAIN = instructions(
    (0, (("size", "small"), ("bar", "long"))),
    (0, (("size", "large"), ("bar", "long"), ("shape", "rod"))),
    (0, (("category", "particles"), ("shape", "spherical"))),
    (1, (("size", "large"), ("bar", "short"))),
)


def test_an_answer_is_right_that_states_one_value_and_the_right_one():
    posed = instructions(*[(0, (("size", "small"),))] * 5)
    answers = ["They are small.", "They are large.", "Small or large.", "Not small.", "No idea."]
    values = [("small",), ("large",), ("large", "small"), (), ()]
    judged = [(Judged("size", len(own), own == ("small",), "small", own),) for own in values]
    assert [
        tuple(fact._replace(values=tuple(sorted(fact.values))) for fact in own) for own in judge(answers, posed, TRAIN)
    ] == judged


def test_stating_the_right_value_twice_is_stating_it_once():
    assert judge(["small, tiny"], instructions((0, (("size", "small"),))), TRAIN) == [
        (Judged("size", 1, True, "small", ("small",)),)
    ]


def test_what_is_stated_beyond_what_was_asked_is_neither_right_nor_wrong():
    posed = instructions((0, (("size", "small"),)))
    assert judge(["small rods, no scale bar"], posed, TRAIN) == judge(["small"], posed, TRAIN)


def test_only_kinds_that_vary_within_the_category_are_asked():
    posed = instructions(
        (0, (("size", "small"), ("bar", "long"), ("category", "particles"))), (1, (("size", "large"), ("bar", "short")))
    )
    assert [[fact.kind for fact in asked] for asked in judge(["", ""], posed, TRAIN)] == [["size"], []]


def test_a_kind_that_varies_between_the_two_sides_is_asked():
    assert judge([""], instructions((1, (("bar", "long"),))), TRAIN) == [(Judged("bar", 0, False, "long", ()),)]


def test_what_caption_or_question_state_is_not_asked():
    facts = (("size", "small"), ("shape", "rod"))
    told = instructions((0, facts), captions=("A picture of small particles.",))
    assert [fact.kind for fact in judge([""], told, TRAIN)[0]] == ["shape"]
    asked = instructions((0, facts, "What do these rods look like?"))
    assert [fact.kind for fact in judge([""], asked, TRAIN)[0]] == ["size"]


def test_a_question_that_offers_several_values_gives_none_away():
    posed = instructions((0, (("size", "small"),), "Are they small or large?"))
    assert judge(["small"], posed, TRAIN) == [(Judged("size", 1, True, "small", ("small",)),)]


def test_a_fact_without_phrases_is_not_asked():
    train = instructions((0, (("mood", "gay"),)), (0, (("mood", "sad"), ("size", "huge"))), (0, (("size", "small"),)))
    assert judge(["gay"], instructions((0, (("mood", "gay"), ("size", "huge")))), train) == [()]


def test_counts_per_kind_are_right_asked_and_stated():
    texts = ("small", ())
    judged = [
        (Judged("size", 1, True, *texts), Judged("bar", 3, False, *texts)),
        (),
        (Judged("size", 0, False, *texts),),
    ]
    assert per_kind(judged) == {"bar": [0, 1, 3], "size": [1, 2, 1]}
    assert [counts_of(answer) for answer in judged] == [FactCounts(2, 4, 1), FactCounts(0, 0, 0), FactCounts(1, 0, 0)]
