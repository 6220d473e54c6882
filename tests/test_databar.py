from types import SimpleNamespace

import numpy as np
import pytest

from bench.contracts import Micrographs
from bench.data.databar import find_bars, without_bars
from bench.data.masking import as_shown
from bench.store.fingerprint import digest
from bench.tasks.datasets.synthetic import databar, microscope
from bench.tasks.datasets.synthetic.dataset import Synthetic
from bench.terminal.progress import NoProgress

SIZE = 224


@pytest.fixture(scope="module")
def drawn():
    """Pictures, the rows each bar was drawn at, and what is known of each."""
    dataset = Synthetic("", SIZE, NoProgress(), size=160, seed=3, balanced=True)
    plain, rows = microscope.draw_bar, []

    def noted(picture, scene, random):
        before = picture.copy()
        bar = plain(picture, scene, random)
        changed = np.flatnonzero((picture != before).any(1))
        rows.append((int(changed[0]), int(changed[-1]) + 1) if len(changed) else (0, 0))
        return bar

    microscope.draw_bar = noted
    try:
        pictures = np.stack([dataset.draw(place, (SIZE, SIZE)) for place in range(dataset.size)])
    finally:
        microscope.draw_bar = plain
    return pictures, np.array(rows), [dataset.facts(place)["bar"] for place in range(dataset.size)]


def overlap(one, other):
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / (max(one[1], other[1]) - min(one[0], other[0]))


def test_nearly_every_bar_is_found_where_it_is(drawn):
    pictures, rows, bars = drawn
    with_bar = np.array(bars) != "absent"
    found = find_bars(pictures)
    right = [overlap(*pair) >= 0.8 for pair in zip(rows[with_bar], found[with_bar], strict=True)]
    assert np.mean(right) >= 0.98


def test_no_bar_is_found_where_there_is_none(drawn):
    pictures, _, bars = drawn
    assert not find_bars(pictures[np.array(bars) == "absent"]).any()


@pytest.mark.parametrize("light", [True, False])
@pytest.mark.parametrize("style", databar.STYLES, ids=lambda style: style.__name__)
@pytest.mark.parametrize("above", [0, 14])
def test_every_makers_bar_is_found_dark_or_light_at_the_border_or_floating(style, light, above):
    random = np.random.default_rng(1)
    picture = random.integers(70, 190, (SIZE, SIZE), dtype=np.uint8)
    strip = databar.strip(SIZE, 22, light)
    style(strip, databar.read_off(random, True), 0.3)
    end = SIZE - above
    picture[end - 22 : end] = np.asarray(strip.image)
    assert find_bars(picture[None]).tolist() == [[end - 22, end]]


def edge(picture):
    picture[190:210] = 255


def dark_ground(picture):
    picture[100:] = 0
    picture[150, ::3] = 255


def stripes(picture):
    picture[:, ::2] = 255
    picture[:, 1::2] = 0


@pytest.mark.parametrize("draw", [edge, dark_ground, stripes])
def test_a_strip_without_text_or_too_high_is_not_a_bar(draw):
    picture = np.random.default_rng(2).integers(70, 190, (SIZE, SIZE), dtype=np.uint8)
    draw(picture)
    assert find_bars(picture[None]).tolist() == [[0, 0]]


def test_a_bar_is_filled_with_the_mean_of_the_rest_and_the_rest_stays(drawn):
    pictures, _, _ = drawn
    found = find_bars(pictures)
    blank = without_bars(pictures, found)
    for before, after, (top, end) in zip(pictures, blank, found, strict=True):
        rest = np.r_[0:top, end:SIZE] if end else np.arange(SIZE)
        assert np.array_equal(before[rest], after[rest])
        assert not end or (np.ptp(after[top:end]) == 0 and abs(int(after[top, 0]) - before[rest].mean()) <= 0.5)


def longest_runs(picture):
    """Return the longest run of white and of black in each of the lower rows: what a scale bar and its length show."""
    lower = picture[160:].astype(int)
    levels = np.stack([lower >= 200, lower <= 55])
    ends = np.cumsum(levels, axis=2)
    return (ends - np.maximum.accumulate(np.where(levels, 0, ends), axis=2)).max(2).reshape(-1)


def test_masking_hides_the_length_of_the_scale_bar(drawn):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score

    pictures, _, bars = drawn
    chosen = np.array(bars) != "absent"
    is_long = (np.array(bars) == "long")[chosen]

    def told(some):
        features = np.stack([longest_runs(picture) for picture in some[chosen]])
        return cross_val_score(RandomForestClassifier(60, random_state=0), features, is_long, cv=4).mean()

    seen, blanked = told(pictures), told(without_bars(pictures, find_bars(pictures)))
    assert seen > 0.75 and blanked < 0.62, (seen, blanked)


def test_pictures_are_shown_without_bars_where_the_run_blanks_them(drawn, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    pixels = drawn[0][:3]
    loaded = Micrographs(pixels, np.arange(3), ("0", "1", "2"), np.zeros(3, int), ("a",))
    dataset = SimpleNamespace(load=lambda: loaded, identity=lambda: {"name": "mine"})
    plain, blank = (
        as_shown(dataset, SimpleNamespace(mask_bar=on, standardise=False, picture="protocol"), NoProgress())
        for on in (False, True)
    )
    assert np.array_equal(plain.pixels, pixels)
    assert np.array_equal(blank.pixels, without_bars(pixels, find_bars(pixels)))
    assert plain.digest == digest({"name": "mine"}) != blank.digest


def test_blanking_tells_how_many_pictures_are_done(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    told = []
    progress = SimpleNamespace(start=lambda _, total: told.append(total), advance=told.append)
    pixels, rows = np.zeros((600, 8, 8), np.uint8), np.arange(600)
    loaded = Micrographs(pixels, rows, tuple(map(str, rows)), rows * 0, ("a",))
    dataset = SimpleNamespace(load=lambda: loaded, identity=lambda: {"name": "mine"})
    as_shown(dataset, SimpleNamespace(mask_bar=True, standardise=False, picture="protocol"), progress)
    assert told == [600, 256, 512, 600]


def test_masked_pictures_are_made_once_and_have_a_digest_of_their_own(drawn, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    pixels = drawn[0][:300]
    rows = np.arange(len(pixels))[::-1]
    plain = Micrographs(pixels, rows, tuple(map(str, rows)), np.zeros(len(rows), int), ("a",))
    dataset = SimpleNamespace(load=lambda: plain, identity=lambda: {"name": "mine"})
    config = SimpleNamespace(mask_bar=True, standardise=False, picture="protocol")
    first = as_shown(dataset, config, NoProgress())
    assert np.array_equal(first.pixels, without_bars(pixels, find_bars(pixels)))
    assert first.digest != digest({"name": "mine"}) and first.ids == plain.ids and np.array_equal(first.rows, rows)
    monkeypatch.setattr("bench.data.databar.find_bars", lambda _: pytest.fail("searched again"))
    again = as_shown(dataset, config, NoProgress())
    assert again.digest == first.digest and isinstance(again.pixels, np.memmap)
