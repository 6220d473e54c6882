"""Probabilities averaged over views of a picture: the whole and its corners, as they are and mirrored."""

from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from bench.contracts import Micrographs
from bench.models.images.estimator import ImageClassifier, pictures
from bench.models.images.picture_input import PLAIN, InputChoice
from bench.models.views import views
from bench.training.augmentation import Alterations, altered


class Halves(nn.Module):
    """Scores a picture by the brightness of its left and of its right half."""

    def forward(self, shown):
        return torch.stack([shown[:, 0, :, :8].mean((1, 2)), shown[:, 0, :, 8:].mean((1, 2))], 1)


def test_the_views_are_ten_the_first_two_whole_and_all_within_the_picture():
    maps = views()
    corners = maps @ torch.tensor([[1.0, 1, 1], [1, -1, 1], [-1, 1, 1], [-1, -1, 1]]).T
    assert maps.shape == (10, 2, 3) and corners.abs().max() <= 1 + 1e-6
    shown = torch.arange(64, dtype=torch.uint8).reshape(1, 8, 8)
    assert torch.equal(altered(shown, Alterations(maps[:1])), shown)
    assert torch.equal(altered(shown, Alterations(maps[1:2])), shown.flip(2))


def test_probabilities_are_the_mean_over_the_views():
    pixels = np.zeros((3, 16, 16), np.uint8)
    pixels[:, :, :4] = 255
    images = Micrographs(pixels, np.arange(3), ("0", "1", "2"), np.zeros(3, int), ("a", "b"))
    progress = SimpleNamespace(advance=lambda done: None)
    context = SimpleNamespace(device="cpu", recipe=SimpleNamespace(batch_size=2), progress=progress)
    result = {}
    for choice in ("one", "ten"):
        estimator = ImageClassifier(context, views=choice, choice=InputChoice())
        estimator.network, estimator.history = Halves(), SimpleNamespace(precision="32-true")
        result[choice] = estimator.predict_proba(images)
    rows = np.arange(3)
    each = [pictures(images, "cpu", PLAIN, rows, Alterations(view.expand(3, 2, 3))) for view in views()]
    mean = np.mean([Halves()(one).softmax(1).numpy() for one in each], axis=0)
    assert result["one"][0, 0] > 0.6 and abs(result["ten"][0, 0] - 0.5) < 0.05
    assert np.allclose(result["ten"], mean, atol=1e-6) and np.allclose(result["ten"].sum(1), 1)
