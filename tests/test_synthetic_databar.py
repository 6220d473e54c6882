import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.databar import STEPS, STYLES, read_off, strip
from bench.tasks.datasets.synthetic.microscope import photograph
from bench.tasks.datasets.synthetic.scene import Scene, generator, scene
from bench.tasks.facts import CATEGORIES

SIDE, STRIP = 112, 12
INSTRUMENT = ("contrast", "focus", "charging", "bar")


def bars(count):
    """The strips where the data bar is, and each picture's category and its scale bar's length."""
    strips, labels, lengths = [], [], []
    for index in range(count):
        label = index % len(CATEGORIES)
        shown = scene(29, index, CATEGORIES[label])
        strips.append(photograph(Canvas((SIDE, SIDE), 0.3), shown).picture[-STRIP:])
        labels.append(label)
        lengths.append(shown["bar"])
    return np.array(strips).reshape(count, -1) / 255, np.array(labels), np.array(lengths)


def read(pictures, wanted):
    """The accuracy of a classifier that learns from two thirds, on the last third."""
    known = 2 * len(pictures) // 3
    classifier = RandomForestClassifier(100, random_state=0).fit(pictures[:known], wanted[:known])
    return classifier.score(pictures[known:], wanted[known:])


def test_a_classifier_on_the_bar_alone_stays_at_the_prior():
    strips, labels, lengths = bars(600)
    assert read(strips, lengths) > 0.7  # it can read a bar
    assert read(strips, labels) == pytest.approx(0.1, abs=0.07)


def test_the_bar_is_the_same_whatever_the_category():
    for index in range(12):
        strips = []
        for category in CATEGORIES:
            shown = scene(3, index, CATEGORIES[0])
            facts = {kind: shown[kind] for kind in INSTRUMENT} | {"bar": "long" if index % 2 else "short"}
            other = Scene(3, index, (("category", category), *facts.items()))
            strips.append(photograph(Canvas((SIDE, SIDE), 0.3), other).picture[-STRIP:])
        assert all(np.array_equal(strip, strips[0]) for strip in strips)


def test_label_field_and_magnification_agree_over_three_decades():
    fields = []
    for number in range(300):
        reading = read_off(generator(1, number), long=number % 2 == 1)
        value, unit = reading.label.split()
        stands_for = float(value) * (1000 if unit == "µm" else 1)
        wide, unit = reading.width.split()
        field = float(wide) * (1000 if unit == "µm" else 1)
        assert field * reading.share == pytest.approx(stands_for, rel=0.03) and stands_for in STEPS
        times, *thousands, _ = reading.magnification.split()
        assert 1.27e8 / field == pytest.approx(float(times) * (1000 if thousands else 1), rel=0.03)
        assert (reading.share < 0.25) == (number % 2 == 0)
        fields.append(field)
    assert max(fields) / min(fields) > 1000


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("long", [False, True])
def test_every_style_draws_its_scale_bar_as_long_as_the_fact_says(style, long):
    for number in range(10):
        reading = read_off(generator(2, number), long)
        drawn = strip(448, 44, light=False)
        style(drawn, reading, 0.3)
        run = max(longest(row) for row in np.asarray(drawn.image) == 255)
        assert run / 448 == pytest.approx(reading.share, abs=0.012)


def longest(row):
    """The longest run of true values."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
    return (steps[1::2] - steps[::2]).max(initial=0)
