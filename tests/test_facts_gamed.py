"""Whoever answers without looking gets no more facts than the control ``majority``, however the answer is put."""

from collections import Counter, defaultdict
from types import SimpleNamespace

import numpy as np
import pytest

from bench.contracts import Instructions, Micrographs
from bench.models.controls.majority import Majority
from bench.models.controls.shotgun import Shotgun
from bench.statistics.clustered import clustered_mean
from bench.tasks.datasets.captions import caption
from bench.tasks.datasets.synthetic.scene import labels, scene
from bench.tasks.facts import CATEGORIES, KINDS
from bench.tasks.metrics.facts import counts_of, judge
from bench.tasks.teachers.scripted import ScriptedTeacher
from tests.toy_instructions import toy_context

TRAIN, TEST = range(500), range(500, 620)


@pytest.fixture(scope="module")
def sides():
    """The scripted records of drawn scenes, training and test side; no picture is rendered."""
    categories = labels(0, len(TRAIN) + len(TEST), balanced=True)
    shown = [dict(scene(0, index, CATEGORIES[label]).facts) for index, label in enumerate(categories)]
    return [side([shown[index] for index in indices]) for indices in (TRAIN, TEST)]


def side(shown):
    ids = tuple(f"p{number}" for number in range(len(shown)))
    own = np.array([CATEGORIES.index(facts["category"]) for facts in shown])
    micrographs = Micrographs(np.zeros((len(shown), 1, 1), np.uint8), np.arange(len(shown)), ids, own, CATEGORIES)
    dataset = SimpleNamespace(load=lambda: micrographs, facts=lambda position: shown[position])
    records = ScriptedTeacher("", 0).records(dataset)
    pictures = np.repeat(np.arange(len(shown)), len(records) // len(shown))
    return Instructions(micrographs, records, pictures, tuple(caption(CATEGORIES[label]) for label in own))


@pytest.fixture(scope="module")
def commonest(sides):
    """(caption, kind) to the values of the training side, commonest first."""
    counts = defaultdict(Counter)
    for position, record in enumerate(sides[0].records):
        for kind, value in record.facts:
            counts[sides[0].caption(position), kind][value] += 1
    return {key: [value.replace("_", " ") for value, _ in values.most_common()] for key, values in counts.items()}


def everything(values):
    return f"{', '.join(values)}."


def two(values):
    return f"{' or '.join(values[:2])}."


def hedged(values):
    return f"from {' to '.join(values)}."


def all_but_the_commonest_denied(values):
    return f"{values[0]}, not {', not '.join(values[1:])}." if values[1:] else f"{values[0]}."


def each_in_a_sentence(values):
    return " ".join(f"It may be {value}." for value in values)


def the_rare(values):
    return f"{values[-1]}."


def scores(answers, sides):
    """Return right and counted of each answer."""
    train, test = sides
    counts = [counts_of(judged) for judged in judge(answers, test, train)]
    return np.array([(count.right, count.counted) for count in counts]).T


def f1(scores):
    right, counted = scores
    return right.sum() / counted.sum()


@pytest.fixture(scope="module")
def controls(sides, tmp_path_factory):
    """The scores of the controls that guess."""
    folder = tmp_path_factory.mktemp("controls")
    own = {}
    for control in (Majority, Shotgun):
        model = control(toy_context(folder, {}))
        model.fit(*sides)
        own[control] = scores(model.answer(sides[1].unanswered()), sides)
    return own


def beats_by_more_than_noise(own, others, sides):
    """Whether the difference of two F1 scores is above two of its standard errors, clustered by picture."""
    (right, counted), (other_right, other_counted) = own, others
    ratio, other_ratio = right.sum() / counted.sum(), other_right.sum() / other_counted.sum()
    influence = (right - ratio * counted) / counted.mean() - (other_right - other_ratio * other_counted) / (
        other_counted.mean()
    )
    _, error = clustered_mean(influence, sides[1].pictures.tolist())
    return ratio - other_ratio > 2 * error


def test_stating_every_kind_to_every_question_gains_nothing(sides, controls):
    assert 0.3 < f1(controls[Majority]) < 0.55
    assert not beats_by_more_than_noise(controls[Shotgun], controls[Majority], sides)


@pytest.mark.parametrize(
    "put",
    [everything, two, hedged, each_in_a_sentence, all_but_the_commonest_denied, the_rare],
    ids=lambda put: put.__name__,
)
def test_no_way_to_put_a_guess_gains_anything(sides, controls, commonest, put):
    asked = defaultdict(set)
    for record in sides[0].records:
        asked[record.question].update(kind for kind, _ in record.facts)
    answers = [
        " ".join(
            f"{kind.capitalize()}: {put(values)}"
            for kind in sorted(asked[record.question])
            if (values := commonest.get((sides[1].caption(position), kind)))
        )
        for position, record in enumerate(sides[1].records)
    ]
    assert not beats_by_more_than_noise(scores(answers, sides), controls[Majority], sides)


def test_naming_all_values_costs_more_than_naming_none(sides, commonest):
    size = [f"Size: {everything(values)}" for values in [KINDS["size"]] * len(sides[1])]
    assert f1(scores(size, sides)) == 0
    right = [record.answer for record in sides[1].records]
    assert f1(scores(right, sides)) == 1
    spoilt = [f"{answer} Size: small. Size: large." for answer in right]
    assert f1(scores(spoilt, sides)) < 1
