"""The distance of drawn from real pictures is none between pictures of one kind, and large where noise differs."""

import numpy as np
import pytest
from PIL import Image

from bench.contracts import Micrographs
from bench.tasks.datasets.synthetic.drawing import draw
from bench.tasks.datasets.synthetic.scene import scene
from benchmarks import drawn_and_real


@pytest.fixture(scope="module")
def pictures():
    return np.stack([draw(scene(1, index, "particles"), (96, 96)) for index in range(48)])


def test_every_statistic_is_finite_even_of_an_empty_picture(pictures):
    values = drawn_and_real.statistics(np.concatenate([pictures[:3], np.zeros((1, 96, 96), np.uint8)]))
    assert values.shape == (4, len(drawn_and_real.NAMES)) and np.isfinite(values).all()


def test_the_lowest_sixth_does_not_count(pictures):
    changed = pictures.copy()
    changed[:, 81:] = 255
    assert np.array_equal(drawn_and_real.statistics(changed), drawn_and_real.statistics(pictures))


def test_pictures_of_one_kind_are_hardly_apart_and_noisy_ones_are(pictures):
    values = drawn_and_real.statistics(pictures)
    alike = drawn_and_real.apart([values[::2]], values[1::2])
    noise = np.random.default_rng(0).normal(0, 40, pictures.shape)
    noisy = drawn_and_real.statistics((pictures + noise).clip(0, 255).astype(np.uint8))
    assert max(alike.values()) < 0.7
    assert min(drawn_and_real.apart([values[::2]], noisy[1::2]).values()) > 0.9


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(drawn_and_real, "DRAWS", 2)
    for category in ("particles", "tips"):
        (tmp_path / "real" / category).mkdir(parents=True)
        for index in range(3):
            picture = Image.fromarray(draw(scene(2, index, category), (64, 64)))
            picture.save(tmp_path / "real" / category / f"{index}.png")
    return tmp_path / "real"


def test_the_command_compares_both_looks_and_draws_their_distances(folder, tmp_path, capsys):
    drawn_and_real.main([f"folder:{folder}", "--set", "seed=3", "--figure", str(tmp_path / "apart.svg")])
    printed = capsys.readouterr().out
    assert "log power, band 0" in printed
    assert all(f"{look} look, random forest:" in printed for look in ("plain", "varied"))
    assert "of 12 pictures told apart" in printed
    assert "svg" in (tmp_path / "apart.svg").read_text()


def test_a_look_that_is_named_is_the_only_one(folder, capsys):
    drawn_and_real.main([f"folder:{folder}", "--set", "look=varied"])
    printed = capsys.readouterr().out
    assert "varied look" in printed and "plain look" not in printed


def test_every_draw_has_other_pictures_in_the_real_ones_shares(pictures):
    labels = np.tile([0, 1], 24)
    drawn = Micrographs(pictures, np.arange(48), tuple(map(str, range(48))), labels, ("particles", "tips"))
    real = Micrographs(pictures[:3], np.arange(3), ("a", "b", "c"), np.array([0, 0, 1]), ("particles", "tips"))
    draws = [drawn_and_real.in_shares(drawn, real, draw) for draw in range(2)]
    places = [[next(i for i, known in enumerate(pictures) if np.array_equal(known, each)) for each in d] for d in draws]
    assert [sorted(labels[each].tolist()) for each in places] == [[0, 0, 1], [0, 0, 1]]
    assert not set(places[0]) & set(places[1])
