import json
import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from bench.config.loading import Recipe
from bench.contracts import Context
from bench.specs import ModelSpec
from bench.stages.fitting import described, fit
from bench.terminal.progress import NoProgress
from bench.training.history import Epoch, History


class Trainee:
    """Its validation loss is least at a learning rate of 0.3; counts its trainings."""

    trained: list[float] = []
    keeps_history = True

    def __init__(self, context):
        self.rate = context.recipe.learning_rate

    def fit(self, train, validation):
        self.trained.append(self.rate)
        if self.rate in train:
            raise KeyboardInterrupt

    def save(self, folder):
        loss = abs(self.rate - 0.3)
        (folder / "rate.json").write_text(json.dumps(self.rate))
        if self.keeps_history:
            History((Epoch({}, 9.0, self.rate, 1.0), Epoch({}, loss, self.rate, 1.0)), 1).save(folder / "history.json")


@pytest.fixture
def context(tmp_path):
    Trainee.trained = []
    recipe = Recipe(learning_rate=1.0, tune="learning_rate")
    (tmp_path / "work").mkdir()
    return Context(ModelSpec("m", "M", "f"), {}, recipe, 0, "cpu", NoProgress(), tmp_path / "work")


def test_the_rate_with_the_lowest_validation_loss_is_kept_and_all_are_told(context, tmp_path):
    assert fit(Trainee, (), (), context, tmp_path / "weights") == 3 * context.recipe.epochs
    assert json.loads((tmp_path / "weights" / "rate.json").read_text()) == pytest.approx(0.3)
    told = described(tmp_path / "weights")
    assert told["best_epoch"] == 2 and [trial["learning_rate"] for trial in told["tuning"]] == [0.1, 0.3, 1.0]


class Drawing(Trainee):
    """Draws from every source, when constructed and when fitted."""

    drawn: list[list[float]] = []

    def __init__(self, context):
        super().__init__(context)
        self.draws = self._draw()

    def fit(self, train, validation):
        self.drawn.append(self.draws + self._draw())

    def _draw(self):
        return [random.random(), np.random.random(), torch.rand(()).item()]  # noqa: NPY002 -- the source in question


def test_every_training_of_a_grid_begins_from_the_seed(context, tmp_path):
    fit(Drawing, (), (), context, tmp_path / "weights")
    fit(Drawing, (), (), replace(context, seed=1, recipe=Recipe()), tmp_path / "other")
    *grid, other = Drawing.drawn
    assert grid[0] == grid[1] == grid[2] and not {*grid[0]} & {*other} and len({*grid[0]}) == 6


def test_trainings_that_are_done_are_not_done_again(context, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit(Trainee, (1.0,), (), context, tmp_path / "weights")
    fit(Trainee, (), (), context, tmp_path / "weights")
    assert Trainee.trained == [0.1, 0.3, 1.0, 1.0]


def test_without_tuning_the_recipes_rate_is_used(context, tmp_path):
    plain = replace(context, recipe=Recipe(learning_rate=0.7))
    assert fit(Trainee, (), (), plain, tmp_path / "weights") == plain.recipe.epochs
    assert Trainee.trained == [0.7] and "tuning" not in described(tmp_path / "weights")


def test_a_model_without_a_history_is_trained_once(context, tmp_path, monkeypatch):
    monkeypatch.setattr(Trainee, "keeps_history", False)
    assert fit(Trainee, (), (), context, tmp_path / "weights") == 1
    assert described(tmp_path / "weights") is None and (tmp_path / "weights" / "rate.json").exists()


def test_a_model_without_a_history_goes_through_its_pictures_once(context, tmp_path, monkeypatch):
    monkeypatch.setattr(Trainee, "keeps_history", False)
    for name, recipe in (("plain", Recipe()), ("tuned", context.recipe)):
        assert fit(Trainee, (), (), replace(context, recipe=recipe), tmp_path / name) == 1
