"""The controls that see a picture without a network: what each can tell apart, and what it cannot."""

from dataclasses import replace

import numpy as np
import pytest

from bench.contracts import Micrographs
from bench.models.controls.pixels import Pixels
from bench.models.controls.spectrum import Spectrum
from bench.stages.context import load_estimator
from bench.stages.fitting import train_estimator
from tests.toy_instructions import toy_context

BOTH = pytest.mark.parametrize("control", [Pixels, Spectrum])
SIZES = pytest.mark.parametrize("side", [64, 224])


def wave(random, side=64, length=0.1, degrees=0.0):
    """Stripes across ``degrees``, as long as this share of the picture, anywhere."""
    down, right = np.mgrid[:side, :side] / side
    along = right * np.cos(np.radians(degrees)) + down * np.sin(np.radians(degrees))
    return np.round(128 + 80 * np.sin(2 * np.pi * (along / length + random.random())))


def noise(random, level=128.0, side=64):
    return random.normal(level, 20, (side, side)).clip(0, 255)


def speckled(random, gathered, side=64):
    """Black and white specks on grey, in one quarter of the picture, or the same ones anywhere."""
    picture = np.full((side, side), 128)
    top, left = random.integers(0, 2, 2) * side // 2
    picture[top : top + side // 2, left : left + side // 2] = random.choice([0, 255], (side // 2, side // 2))
    return picture if gathered else random.permutation(picture.ravel()).reshape(side, side)


KINDS = {
    "directions": [lambda random, angle=angle: wave(random, degrees=angle) for angle in (0, 90)],
    "widths": [
        lambda random, length=length: wave(random, length=length, degrees=random.integers(180)) for length in (0.1, 0.2)
    ],
    "places": [lambda random, gathered=gathered: speckled(random, gathered) for gathered in (True, False)],
    "brightness": [lambda random, level=level: noise(random, level) for level in (110, 150)],
}


def micrographs(kinds, count=80):
    random = np.random.default_rng(0)
    labels = np.arange(count) % len(kinds)
    pixels = np.stack([kinds[label](random) for label in labels]).astype(np.uint8)
    ids = tuple(f"p{number}" for number in range(count))
    return Micrographs(pixels, np.arange(count), ids, labels, tuple(f"kind {label}" for label in range(len(kinds))))


def top1(control, pictures, folder):
    """Of the second half of the pictures, after fitting to the first."""
    context = toy_context(folder, {"l2": 0.03})
    first, second = np.split(np.arange(len(pictures)), 2)
    model = train_estimator(control, pictures.take(first), pictures.take(first), context)
    return (model.predict_proba(pictures.take(second)).argmax(1) == pictures.labels[second]).mean()


@BOTH
@SIZES
def test_it_gives_the_same_probabilities_after_saving_and_loading(control, side, tmp_path):
    context = toy_context(tmp_path, {"l2": 0.03})
    pictures = micrographs([lambda random, level=level: noise(random, level, side) for level in (60, 120, 180)], 9)
    model = train_estimator(control, pictures, pictures, context)
    model.save(tmp_path)
    first = model.predict_proba(pictures)
    again = load_estimator(control, tmp_path, context).predict_proba(pictures.unlabelled())
    assert first.shape == (9, 3)
    np.testing.assert_allclose(first.sum(1), 1)
    np.testing.assert_array_equal(first, again)


@BOTH
def test_more_pictures_than_are_read_at_once_keep_their_order(control, tmp_path):
    context = toy_context(tmp_path, {"l2": 0.03})
    few = micrographs(KINDS["brightness"], 6)
    model = train_estimator(control, few, few, context)
    many = replace(few, rows=np.arange(300) % 6, ids=("",) * 300, labels=np.zeros(300, dtype=int))
    np.testing.assert_array_equal(model.predict_proba(many), np.tile(model.predict_proba(few), (50, 1)))


@pytest.mark.parametrize("kind", ["directions", "widths", "places"])
def test_spectrum_tells_apart_what_pixels_cannot(kind, tmp_path):
    pictures = micrographs(KINDS[kind])
    assert top1(Spectrum, pictures, tmp_path) == 1
    assert top1(Pixels, pictures, tmp_path) < 0.8


@BOTH
def test_both_tell_bright_from_dark(control, tmp_path):
    assert top1(control, micrographs(KINDS["brightness"]), tmp_path) == 1


@SIZES
def test_the_strongest_frequencies_tell_the_width_and_direction_of_stripes_not_their_place(side, tmp_path):
    random = np.random.default_rng(0)
    spectrum = Spectrum(toy_context(tmp_path, {"l2": 0.03}))

    def strongest(length, degrees):
        pictures = [wave(random, side, length, degrees).astype(np.uint8) for _ in range(5)]
        (place,) = {int(spectrum.features(picture).argmax()) for picture in pictures}
        return place

    for length in (0.125, 0.1, 0.05):
        assert strongest(length, 20) == strongest(length, 200)
    stripes = [(length, degrees) for length in (0.125, 0.1, 0.05) for degrees in range(0, 180, 30)]
    assert len({strongest(*each) for each in stripes}) == len(stripes)


def test_spectrum_has_as_many_features_as_it_says_and_blank_pictures_have_them_all(tmp_path):
    features = Spectrum(toy_context(tmp_path, {"l2": 0.03})).features(np.zeros((224, 224), dtype=np.uint8))
    assert features.shape == (225,) and np.isfinite(features).all()
