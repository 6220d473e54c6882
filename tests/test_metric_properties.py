"""What holds of every metric on any input: in range or undefined, the order of items does not matter, right is best."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.tasks.classification import Classification
from bench.tasks.metrics.text import FEWEST, METRICS, text_scores
from bench.tasks.vqa import VQA

SETTLED = settings(deadline=None, max_examples=80, derandomize=True, database=None)
WORDS = [
    "wires",
    "wire",
    "Wires.",
    "the",
    "5",
    "\u00b5m",
    "\u7eb3\u7c73",
    "\u0432",
    "\u0e20\u0e32\u0e1e",
    "...",
    "",
    "\ud800",
]
TEXT = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join) | st.text(st.characters(), max_size=20)
PAIRS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5)
SPLITTING = st.sampled_from(["blanks", "unicode"])


@SETTLED
@given(PAIRS, SPLITTING)
def test_metrics_of_text_are_in_range_or_undefined_by_the_reference_alone(pairs, splitting):
    answers, references = zip(*pairs, strict=True)
    scores, own = text_scores(answers, references, splitting), text_scores(references, references, splitting)
    for name in METRICS:
        defined = ~np.isnan(scores[name])
        assert (defined == ~np.isnan(own[name])).all()
        values = scores[name][defined]
        assert np.isfinite(values).all() and (values >= 0).all()
        if name != "length_ratio":
            assert (values <= 1 + 1e-12).all()
            assert (values <= own[name][defined] + 1e-12).all()


@SETTLED
@given(TEXT, SPLITTING)
def test_the_reference_itself_has_the_best_score(text, splitting):
    for name, values in text_scores([text], [text], splitting).items():
        if name == "meteor":
            assert np.isnan(values[0]) or values[0] >= 0.5  # of one word, as in nltk
        else:
            assert np.isnan(values[0]) or values[0] == pytest.approx(1)


@SETTLED
@given(PAIRS, st.randoms(use_true_random=False), SPLITTING)
def test_the_order_of_answers_changes_nothing(pairs, random, splitting):
    order = list(range(len(pairs)))
    random.shuffle(order)
    first = _vqa(pairs, splitting)
    second = _vqa([pairs[place] for place in order], splitting, order)
    assert first.metrics.keys() == second.metrics.keys() and first.over == second.over
    for name, (value, error) in first.metrics.items():
        assert second.metrics[name] == (pytest.approx(value), pytest.approx(error, abs=1e-7))
    assert [first.items[place] for place in order] == list(second.items)


def _vqa(pairs, splitting, order=None):
    """The scores of pairs of answer and reference, each about a picture of its own."""
    count = len(pairs)
    names = tuple(f"p{place}" for place in order or range(count))
    micrographs = Micrographs(np.zeros((count, 1, 1), np.uint8), np.arange(count), names, np.zeros(count, int), ("x",))
    records = tuple(
        InstructionRecord(name, name, 1, "What?", answer, (), "t")
        for name, (_, answer) in zip(names, pairs, strict=True)
    )
    posed = Instructions(micrographs, records, np.arange(count), ("",) * count)
    return VQA(words=splitting).score([answer for answer, _ in pairs], posed, posed)


def test_means_leave_undefined_answers_out_and_say_over_how_many():
    scores = _vqa([("Yes.", "Yes."), ("two words", "two words"), ("a b c d", "a b c d")], "blanks")
    assert scores.over == {"bleu2": 2, "bleu4": 1, "rouge2": 2}
    assert scores.metrics["bleu2"][0] == scores.metrics["bleu4"][0] == 1.0
    assert [item["bleu2"] for item in scores.items] == [None, 1.0, 1.0]


def test_a_metric_that_is_undefined_for_all_answers_is_absent():
    scores = _vqa([("\u7eb3\u7c73\u7ebf", "\u7eb3\u7c73\u7ebf")], "blanks")
    assert scores.metrics == {} and scores.over == {}
    assert {scores.items[0][name] for name in METRICS} == {None}
    assert _vqa([("\u7eb3\u7c73\u7ebf", "\u7eb3\u7c73\u7ebf")], "unicode").metrics["bleu2"][0] == 1.0


def test_the_splitting_is_a_setting_that_only_scores_again():
    assert VQA().protocol() == VQA(words="unicode").protocol()
    assert VQA().definitions() != VQA(words="unicode").definitions()
    assert {*FEWEST} == {*METRICS}


LABELS = st.integers(1, 6).flatmap(
    lambda categories: st.tuples(
        st.just(categories),
        st.lists(
            st.tuples(
                st.integers(0, categories - 1), st.lists(st.floats(0.01, 1), min_size=categories, max_size=categories)
            ),
            max_size=8,
        ),
    )
)


def _side(labels, categories):
    count = len(labels)
    pixels, names = np.zeros((count, 1, 1), np.uint8), tuple("abcdef"[:categories])
    return Micrographs(pixels, np.arange(count), tuple(map(str, range(count))), np.array(labels, int), names)


@SETTLED
@given(LABELS, st.randoms(use_true_random=False))
def test_metrics_of_categories_are_in_range_and_the_order_of_pictures_changes_nothing(drawn, random):
    categories, rows = drawn
    side = _side([label for label, _ in rows], categories)
    given_ = np.array([shares for _, shares in rows], float).reshape(-1, categories)
    given_ /= given_.sum(1, keepdims=True)
    metrics = Classification().score(given_, side, side).metrics
    assert all(np.isfinite(value) and 0 <= value <= 1 + 1e-12 for value, _ in metrics.values())
    assert bool(metrics) == bool(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    again = Classification().score(given_[order], side.take(np.array(order, int)), side).metrics
    assert {name: value for name, (value, _) in again.items()} == pytest.approx(
        {name: value for name, (value, _) in metrics.items()}
    )


@SETTLED
@given(LABELS)
def test_right_categories_have_the_best_scores(drawn):
    categories, rows = drawn
    side = _side([label for label, _ in rows], categories)
    metrics = Classification().score(np.eye(categories)[side.labels], side, side).metrics
    best_at_zero = {"calibration_error", "aurc"}
    assert {value for name, (value, _) in metrics.items() if name not in best_at_zero} <= {1.0}
    assert not rows or {metrics[name][0] for name in best_at_zero} == {0}
