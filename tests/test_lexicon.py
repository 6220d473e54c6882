import random

import pytest

from bench.tasks.facts import CATEGORIES, KINDS, SHAPES
from bench.tasks.prompts import QUESTIONS
from bench.tasks.teachers.lexicon import PHRASES, Lexicon, named

LEXICON = Lexicon()
EVERY_VALUE = [(kind, value) for kind, values in KINDS.items() for value in values]


def test_it_holds_every_kind_and_value_and_no_other():
    assert {kind: set(values) for kind, values in PHRASES.items()} == {
        kind: set(values) for kind, values in KINDS.items()
    }
    assert all(fact in LEXICON for fact in EVERY_VALUE)
    assert ("size", "gigantic") not in LEXICON


@pytest.mark.parametrize(("kind", "value"), EVERY_VALUE)
def test_each_phrase_states_its_own_fact_alone(kind, value):
    for phrase in PHRASES[kind][value]:
        assert LEXICON.parse(f"The image shows {phrase}, in all.") == ((kind, value),), phrase


@pytest.mark.parametrize("question", [question.text for question in QUESTIONS])
def test_no_question_of_the_paper_gives_an_answer_away(question):
    assert named(LEXICON.parse(question)) == {}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("A SINGLE phase of a single strand", (("phases", "one"), ("shape", "single"))),
        ("It is evenly spaced, the smallest of barcodes", (("arrangement", "ordered"),)),
        ("electrodes; MEMS devices and electrodes", (("category", "mems_devices_electrodes"), ("shape", "electrode"))),
        ("a non-uniform and disordered look", (("uniformity", "varied"),)),
        ("dark\nbackground", (("background", "dark"),)),
        ("small, or perhaps large", (("size", "large"), ("size", "small"))),
        ("nothing of the kind", ()),
        ("", ()),
    ],
)
def test_whole_words_and_the_longest_phrase_count(text, facts):
    assert LEXICON.parse(text) == facts


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("there are no cracks", ()),
        ("without any visible pits or cracks", ()),
        ("no cracks, pits or debris", ()),
        ("not very dense but sparse", (("coverage", "sparse"),)),
        ("no cracks, small", (("size", "small"),)),
        ("no charging and cracks", (("charging", "none"), ("defect", "cracks"))),
        ("no scale bar, debris", (("bar", "absent"), ("defect", "debris"))),
        ("no visible defects", (("defect", "none"),)),
        ("It is not sharp. Cracks run", (("defect", "cracks"),)),
    ],
)
def test_what_is_denied_is_not_stated(text, facts):
    assert LEXICON.parse(text) == facts


def test_own_categories_count_after_the_word_category_only():
    lexicon = Lexicon(("gold", "gold_wires", "cracks", "no charging", "Größe 1.5 nm", "particles"))
    for category in ("gold", "gold_wires", "cracks", "no charging", "Größe 1.5 nm", "particles"):
        text = f"The label names the category {category.replace('_', ' ')}; more is not told."
        assert lexicon.parse(text) == (("category", category),)
    assert lexicon.parse("gold with cracks") == (("defect", "cracks"),)
    assert ("category", "gold_wires") in lexicon and ("category", "gold_wires") not in LEXICON


def test_only_a_kind_with_one_value_is_named():
    assert named((("size", "large"), ("size", "small"), ("bar", "long"))) == {"bar": "long"}


def test_parsing_finds_whatever_is_listed():
    generator = random.Random(0)
    for _ in range(500):
        facts = {kind: generator.choice(values) for kind, values in KINDS.items() if generator.random() < 0.5}
        listed = ". ".join(generator.choice(PHRASES[kind][value]) for kind, value in facts.items())
        assert LEXICON.parse(listed) == tuple(sorted(facts.items()))


def test_shapes_of_all_categories_are_kinds():
    assert set(SHAPES) == set(CATEGORIES)
    assert set(KINDS["shape"]) == set(PHRASES["shape"])
