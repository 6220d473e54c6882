"""Grey levels are standardised picture by picture, whatever the bar, and where the run says so."""

from types import SimpleNamespace

import numpy as np
import pytest

from bench.contracts import Micrographs
from bench.data.grey_levels import standardised
from bench.data.masking import as_shown, prepared, preparing
from bench.terminal.progress import NoProgress


def pictures(count=4, side=60):
    return np.random.default_rng(0).normal(100, 10, (count, side, side)).astype(np.uint8)


def test_brightness_and_contrast_of_the_operator_are_gone():
    shown = pictures()
    other = (shown * np.array([0.5, 1, 1.5, 2])[:, None, None] + np.array([90, 0, 40, 30])[:, None, None]).astype(
        np.uint8
    )
    for each in (standardised(shown), standardised(other)):
        assert each.mean((1, 2)) == pytest.approx(np.full(4, 128), abs=2)
        assert (each.std((1, 2)) > 30).all() and (each.std((1, 2)) < 49).all()
    assert np.corrcoef(standardised(shown)[3].ravel(), shown[3].ravel())[0, 1] > 0.99


def test_a_picture_is_standardised_by_itself():
    shown = pictures()
    assert np.array_equal(standardised(shown)[1:2], standardised(shown[1:2]))


def test_what_the_lowest_sixth_shows_changes_nothing_above():
    shown, barred = pictures(), pictures()
    barred[:, 50:] = 255
    assert np.array_equal(standardised(shown)[:, :50], standardised(barred)[:, :50])


@pytest.mark.parametrize("level", [0, 77, 255])
def test_a_constant_picture_is_a_constant_one(level):
    assert (standardised(np.full((1, 20, 20), level, np.uint8)) == 128).all()


def test_faint_noise_is_not_made_the_content():
    faint = (100 + (np.random.default_rng(0).random((1, 60, 60)) < 0.5)).astype(np.uint8)
    assert standardised(faint).std() < 12


def test_pictures_are_standardised_after_their_bars_are_masked_where_the_run_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    loaded = Micrographs(pictures(3), np.arange(3), ("0", "1", "2"), np.zeros(3, int), ("a",))
    dataset = SimpleNamespace(load=lambda: loaded, identity=lambda: {"name": "mine"})
    shown = {}
    for choices in ((False, False), (False, True), (True, True)):
        config = SimpleNamespace(mask_bar=choices[0], standardise=choices[1], picture="protocol")
        shown[choices] = as_shown(dataset, config, NoProgress())
        asked = prepared(loaded.pixels, mask_bar=choices[0], standardise=choices[1])
        assert np.array_equal(shown[choices].pixels, asked)
        assert list(preparing(config)) == [name for name in ("mask_bar", "standardise") if getattr(config, name)]
    assert np.array_equal(shown[False, True].pixels, standardised(loaded.pixels))
    assert len({each.digest for each in shown.values()}) == 3
