"""What each lever from drawn to real is worth: measured by trainings that resume, compared picture by picture."""

import numpy as np
import pytest
import torch
from PIL import Image

from bench.tasks.datasets.synthetic.drawing import draw
from bench.tasks.datasets.synthetic.scene import scene
from benchmarks import levers


@pytest.fixture
def real(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    for category in ("particles", "tips"):
        (tmp_path / "real" / category).mkdir(parents=True)
        for index in range(2):
            picture = Image.fromarray(draw(scene(2, index, category), (64, 64)))
            picture.save(tmp_path / "real" / category / f"{index}.png")
    return f"folder:{tmp_path / 'real'}"


def test_trainings_are_compared_and_a_second_call_trains_nothing(real, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(levers, "DRAWN", {"varied": 60})
    monkeypatch.setattr(levers, "HELD_OUT", 20)
    monkeypatch.setattr(levers, "DRAWN_SIDE", 64)
    levers.drawn_pictures.cache_clear()
    small = levers.Training(pictures=40, seen=64)
    kinds = {
        "reference": small,
        "strong": levers.replace(small, augment="crops and tones"),
        "pretrained": levers.replace(small, pretrained="real", standardise=False),
    }
    monkeypatch.setattr(levers, "TRAININGS", kinds)
    arguments = [real, real, "--unlabelled", real, "--out", str(tmp_path / "levers.jsonl"), "--seeds", "2"]
    levers.main(arguments)
    first = capsys.readouterr().out
    assert first.count("seed 1:") == 3
    assert "batch norms half adapted" in first
    levers.main(arguments)
    assert capsys.readouterr().out == first[first.index("| training") :]
    levers.drawn_pictures.cache_clear()


def test_a_change_has_the_errors_of_pictures_and_of_seeds():
    reference = np.zeros((3, 50))
    better = reference.copy()
    better[:, :10] = 1
    paired = levers.change(better, reference)
    assert paired.value == pytest.approx(0.2) and paired.error == pytest.approx((0.2 * 0.8 / 49) ** 0.5)
    better[0, :30] = 1
    assert levers.change(better, reference).error > paired.error


def test_adapted_statistics_are_those_of_the_tested_pictures():
    torch.manual_seed(0)
    network, pixels = levers.Network(10), np.random.default_rng(0).integers(0, 256, (8, 64, 64), np.uint8)
    own, half, whole = (levers.adapted(network, pixels, share) for share in (0.0, 0.5, 1.0))
    before, between, after = (each.trunk[1].running_mean for each in (own, half, whole))
    assert torch.equal(before, network.trunk[1].running_mean)
    assert torch.allclose(between, (before + after) / 2) and not torch.allclose(before, after)


def test_pictures_are_chosen_in_the_datasets_shares_or_evenly():
    names = tuple(levers.category_counts(100, True))
    labels = np.arange(3000) % len(names)
    even = levers.chosen(labels, names, True, 200)
    assert np.bincount(labels[even]).tolist() == [20] * len(names)
    shares = levers.chosen(labels, names, False, 200)
    assert np.bincount(labels[shares]).tolist() == list(levers.category_counts(200, False).values())
