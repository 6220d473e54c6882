"""The distance of drawn from real pictures is none between pictures of one kind, and large where noise differs."""

import numpy as np
import pytest
from PIL import Image

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
    alike = drawn_and_real.apart(values[::2], values[1::2], repeats=1)
    noise = np.random.default_rng(0).normal(0, 40, pictures.shape)
    noisy = drawn_and_real.statistics((pictures + noise).clip(0, 255).astype(np.uint8))
    assert max(alike.values()) < 0.7
    assert min(drawn_and_real.apart(values[::2], noisy[1::2], repeats=1).values()) > 0.9


def test_the_command_prints_the_accuracy_for_a_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    for category in ("particles", "tips"):
        (tmp_path / "real" / category).mkdir(parents=True)
        for index in range(6):
            picture = Image.fromarray(draw(scene(2, index, category), (64, 64)))
            picture.save(tmp_path / "real" / category / f"{index}.png")
    drawn_and_real.main([f"folder:{tmp_path / 'real'}", "--set", "seed=3", "--set", "look=varied"])
    printed = capsys.readouterr().out
    assert "of 24 pictures told apart" in printed and "log power, band 0" in printed
