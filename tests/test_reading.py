import random

import pytest

from bench.tasks.facts import CATEGORIES, KINDS, SHAPES
from bench.tasks.metrics.reading import Lexicon, named
from bench.tasks.prompts import QUESTIONS
from bench.tasks.teachers.wording import SAID

LEXICON = Lexicon()
EVERY_VALUE = [(kind, value) for kind, values in KINDS.items() for value in values]


def test_it_holds_every_kind_and_value_and_no_other():
    assert all(fact in LEXICON for fact in EVERY_VALUE)
    assert ("size", "gigantic") not in LEXICON


@pytest.mark.parametrize(("kind", "value"), EVERY_VALUE)
def test_what_the_scripted_teacher_says_of_a_fact_states_it_alone(kind, value):
    for phrase in SAID[kind][value]:
        assert LEXICON.parse(f"The image shows {phrase}, in all.") == ((kind, value),), phrase


@pytest.mark.parametrize(("kind", "value"), EVERY_VALUE)
def test_a_kind_with_its_value_behind_a_colon_states_it_alone(kind, value):
    for text in (f"{kind.capitalize()}: {value.replace('_', ' ')}.", f"- **{kind}**: {value.replace('_', ' ')}"):
        assert LEXICON.parse(text) == ((kind, value),), text


@pytest.mark.parametrize("question", [question.text for question in QUESTIONS])
def test_no_question_of_the_paper_gives_an_answer_away(question):
    assert named(LEXICON.presupposed(question)) == {}


def test_a_question_gives_away_what_it_presupposes():
    assert LEXICON.presupposed("What do these rods look like?") == (("shape", "rod"),)
    assert LEXICON.parse("What do these rods look like?") == ()


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("A SINGLE phase of a single strand", (("phases", "one"), ("shape", "single"))),
        ("It is evenly spaced, discovered in barcodes", (("arrangement", "ordered"),)),
        ("electrodes; MEMS devices and electrodes", (("category", "mems_devices_electrodes"), ("shape", "electrode"))),
        ("a disordered look of non-uniform size", (("arrangement", "random"), ("uniformity", "varied"))),
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
        ("no cracks, pits or debris", (("defect", "none"),)),
        ("neither cracks nor pits", ()),
        ("not very dense but sparse", (("coverage", "sparse"),)),
        ("no cracks, small", (("size", "small"),)),
        ("no charging and cracks", (("charging", "none"), ("defect", "cracks"))),
        ("no scale bar, debris", (("bar", "absent"), ("defect", "debris"))),
        ("no visible defects", (("defect", "none"),)),
        ("It is not sharp. Cracks run", (("defect", "cracks"), ("focus", "blurred"))),
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


def test_whatever_is_listed_is_read():
    generator = random.Random(0)
    for _ in range(200):
        facts = {kind: generator.choice(values) for kind, values in KINDS.items() if generator.random() < 0.5}
        listed = "The image shows " + ". It shows ".join(SAID[kind][value][0] for kind, value in facts.items())
        assert LEXICON.parse(listed) == tuple(sorted(facts.items()))


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("dark particles on a bright background", (("background", "bright"), ("category", "particles"))),
        ("The background is dark, the particles bright.", (("background", "dark"), ("category", "particles"))),
        ("A small amount of charging", (("charging", "streaks"),)),
        ("a large field of view", ()),
        (
            "Contrast strong, focus crisp, charging none.",
            (("charging", "none"), ("contrast", "high"), ("focus", "sharp")),
        ),
        ("I looked for charging streaks and saw none.", (("charging", "none"),)),
        ("I see neither a crack, a dent nor any other flaw.", (("defect", "none"),)),
        ("Nine tenths of the frame is empty substrate.", (("coverage", "sparse"),)),
        ("The scale bar is there, it takes four tenths of the width.", (("bar", "long"),)),
        ("Hardly any ground is left to see.", (("coverage", "dense"),)),
        ("Wires so thin that the class is nanowires.", (("category", "nanowires"),)),
        ("It looks like some kind of powder.", (("category", "powder"),)),
        ("It could not be sharper.", (("focus", "sharp"),)),
        ("The grey values hardly differ.", (("contrast", "low"),)),
        ("Crystals with flat faces and sharp edges.", (("shape", "faceted"),)),
        ("The diameters go from tiny to huge.", (("uniformity", "varied"),)),
        ("a scale bar, quite a long one", (("bar", "long"),)),
        ("low in contrast, uniform in size", (("contrast", "low"), ("uniformity", "uniform"))),
        ("a uniform background", ()),
        ("The surface is smooth.", (("texture", "smooth"),)),
        ("a smooth transition", ()),
    ],
)
def test_a_word_states_a_fact_of_what_it_describes(text, facts):
    assert LEXICON.parse(text) == facts


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("No obvious defects, cracks or pores are visible.", (("defect", "none"),)),
        ("There is no evidence of charging or streaks.", (("charging", "none"),)),
        ("They do not touch.", (("contact", "separate"),)),
        ("It is not without cracks.", (("defect", "cracks"),)),
        ("A scale bar cannot be seen.", (("bar", "absent"),)),
        ("The particles are not large.", (("category", "particles"),)),
        ("No cracks, but pits.", (("defect", "pits"),)),
        ("No defects apart from some dust.", (("defect", "debris"),)),
        ("Neither charging nor defects are present.", (("charging", "none"), ("defect", "none"))),
        ("No cracks are visible on the smooth surface.", (("texture", "smooth"),)),
        ("It is rather dark than bright: the background is dark.", (("background", "dark"),)),
        ("The surface is granular rather than smooth.", (("texture", "granular"),)),
        ("No cracks. No pits. No debris.", (("defect", "none"),)),
        ("It is free of blur, streaks, and debris.", (("charging", "none"), ("focus", "sharp"))),
        (
            "No defects, no charging, and the scale bar is missing.",
            (("bar", "absent"), ("charging", "none"), ("defect", "none")),
        ),
        ("None of the particles touches another.", (("category", "particles"), ("contact", "separate"))),
        ("Without a scale bar and in sharp focus.", (("bar", "absent"), ("focus", "sharp"))),
        ("The contrast is good, sharpness is not.", (("contrast", "high"), ("focus", "blurred"))),
        ("Charging: no, but blurred.", (("charging", "none"), ("focus", "blurred"))),
        ("Besides debris, cracks and pits do not occur.", (("defect", "debris"),)),
        ("It could be sharper.", (("focus", "blurred"),)),
        ("It is free of blur and charging.", (("charging", "none"), ("focus", "sharp"))),
    ],
)
def test_what_is_denied_is_not_stated_or_the_opposite_is(text, facts):
    assert LEXICON.parse(text) == facts


@pytest.mark.parametrize(
    "text",
    [
        "The size cannot be determined.",
        "It is unclear whether they touch.",
        "Is the image blurred?",
        "If it were in focus, small cracks would be visible.",
        "One would need a sharp image.",
        "Charging cannot be excluded.",
        "Unless the sample is tilted, the size is reliable.",
        "The foam mattress is comfortable.",
        "My cell has no reception.",
        "It was cooled to prevent charging.",
        "Do not touch the sample.",
    ],
)
def test_what_is_refused_asked_or_supposed_is_not_stated(text):
    assert LEXICON.parse(text) == ()


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("There is a scale bar. It is short.", (("bar", "short"),)),
        ("Cracks? Yes. Scale bar? None.", (("bar", "absent"), ("defect", "cracks"))),
        ("Both contrast and coverage are low.", (("contrast", "low"), ("coverage", "sparse"))),
        ("I think that the background is dark and that it is sharp.", (("background", "dark"),)),
        (
            "The image shows flakes, large relative to the frame and running diagonally.",
            (("direction", "diagonal"), ("shape", "flaky"), ("size", "large")),
        ),
        ("Black as pitch is the background.", (("background", "dark"),)),
        ("The surface is polished like marble.", (("texture", "smooth"),)),
        ("The variation in size is small.", (("uniformity", "uniform"),)),
        ("The nanowires meander like rivers.", (("category", "nanowires"), ("shape", "curved"))),
    ],
)
def test_a_word_is_said_of_what_it_describes(text, facts):
    assert LEXICON.parse(text) == facts


def test_what_is_softened_is_stated():
    assert LEXICON.parse("It seems to be slightly blurred, I would say.") == (("focus", "blurred"),)


def test_shapes_of_all_categories_are_kinds():
    assert set(SHAPES) == set(CATEGORIES)
    assert set(KINDS["shape"]) == {value for values in SHAPES.values() for value in values}
