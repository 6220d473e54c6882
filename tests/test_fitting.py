import json
import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from bench.config.loading import Recipe, load_config
from bench.contracts import Context
from bench.errors import BenchError
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.specs import ModelSpec
from bench.stages.context import load_estimator
from bench.stages.fitting import candidates, described, fit, trainings
from bench.terminal.progress import NoProgress
from bench.training.history import Epoch, History, TrainingDiverged


class Trainee:
    """Its validation loss is least at a learning rate of 0.3; counts its trainings."""

    trained: list[float] = []
    keeps_history = True

    def __init__(self, context):
        self.rate, self.epochs = context.recipe.learning_rate, context.recipe.epochs

    def fit(self, train, validation):
        self.trained.append(self.rate)
        if self.rate in train:
            raise KeyboardInterrupt

    def save(self, folder):
        loss = abs(self.rate - 0.3)
        (folder / "rate.json").write_text(json.dumps(self.rate))
        if self.keeps_history:
            epochs = Epoch({}, 9.0, self.rate, 1.0), Epoch({}, loss, self.rate, 1.0)
            History(epochs, 1, flops=1e6, passes=self.epochs).save(folder / "history.json")


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


def tuned(context, **recipe):
    return replace(context, recipe=Recipe(**{"learning_rate": 1.0, "tune": "learning_rate", **recipe}))


def test_trials_cost_a_share_and_the_best_is_trained_in_full(context, tmp_path):
    recipe = {"trials": 4, "trial_share": 0.2, "epochs": 50}
    assert fit(Trainee, (), (), tuned(context, **recipe), tmp_path / "weights") == 4 * 10 + 50
    assert Trainee.trained == pytest.approx([0.03, 0.1, 0.3, 1.0, 0.3])
    told = described(tmp_path / "weights")
    assert told["training_flops"] == 5e6, "those of all trainings"
    assert [trial.get("chosen", False) for trial in told["tuning"]] == [False, False, True, False]
    assert {trial["training_flops"] for trial in told["tuning"]} == {1e6}


@pytest.mark.parametrize(
    ("recipe", "trainings_in_full"),
    [({}, 1), ({"tune": "learning_rate"}, 3), ({"tune": "all", "trials": 4, "trial_share": 0.2}, 1.8)],
)
def test_every_row_costs_as_many_trainings_in_full(recipe, trainings_in_full):
    assert trainings(Recipe(**recipe)) == pytest.approx(trainings_in_full)


GRID = {"weight": (0.03, 1.0), "names": (("a",), ("b",), ("c",))}


def test_all_rows_try_the_same_rates_and_each_value_of_a_setting_equally_often():
    recipe = Recipe(learning_rate=0.01, trials=4)
    plain, rich = candidates(recipe, {}, 5), candidates(recipe, GRID, 5)
    assert [each.learning_rate for each in rich] == [each.learning_rate for each in plain]
    assert len({each.learning_rate for each in plain}) == 4 and candidates(recipe, GRID, 5) == rich
    assert sorted(each.settings["weight"] for each in rich) == [0.03, 0.03, 1.0, 1.0]
    assert len({each.settings["names"] for each in rich}) == 3
    assert len({str(candidates(recipe, GRID, seed)) for seed in range(9)}) > 1


class Weighted(Trainee):
    """Its loss is least at a weight of 0.03; it is loaded with the weight that was chosen."""

    def __init__(self, context, weight=0.5, names=("z",)):
        super().__init__(context)
        self.rate += weight
        self.weight, self.names = weight, names

    @classmethod
    def load(cls, folder, context, **settings):
        return cls(context, **settings)


def test_the_settings_that_tuning_chose_are_those_a_model_is_loaded_with(context, tmp_path):
    context = replace(tuned(context, tune="all"), settings={"weight": 0.5, "names": ("z",)})
    fit(Weighted, (), (), context, tmp_path / "weights", GRID)
    chosen = next(trial for trial in described(tmp_path / "weights")["tuning"] if trial.get("chosen"))
    loaded = load_estimator(Weighted, tmp_path / "weights", context)
    assert chosen["settings"] == {"weight": loaded.weight, "names": list(loaded.names)} and loaded.weight != 0.5
    fit(Weighted, (), (), replace(context, recipe=Recipe()), tmp_path / "plain", GRID)
    assert load_estimator(Weighted, tmp_path / "plain", context).weight == 0.5


class Diverging(Trainee):
    """Diverges above a rate of 0.2, or at every rate."""

    least = 0.2

    def fit(self, train, validation):
        super().fit(train, validation)
        if self.rate > self.least:
            raise TrainingDiverged("loss=nan", 7e5)


def test_a_trial_that_diverges_has_lost_and_is_not_tried_again(context, tmp_path):
    fit(Diverging, (), (), context, tmp_path / "weights")
    told = described(tmp_path / "weights")
    assert [trial["validation"] for trial in told["tuning"]] == [pytest.approx(0.2), None, None]
    assert told["training_flops"] == pytest.approx(1e6 + 2 * 7e5)
    fit(Diverging, (), (), context, tmp_path / "again")
    assert Trainee.trained == [0.1, 0.3, 1.0]


def test_trials_that_all_diverge_are_told_in_one_sentence(context, tmp_path, monkeypatch):
    monkeypatch.setattr(Diverging, "least", 0.0)
    with pytest.raises(BenchError, match="diverged at every learning rate from 0.1 to 1; try a smaller"):
        fit(Diverging, (), (), context, tmp_path / "weights")


def row(name, *options, task="vqa"):
    config, explicit = load_config("demo", ["synthetic.size=60", "k=3", "folds=0", "recipe.tune=all", *options])
    return Plan(Request(task, (name,), config, explicit), Registry(), NoProgress())


def test_what_a_spec_tunes_stands_in_the_fingerprint_unless_it_is_given():
    plan = row("mvaema", "mvaema.itc_weight=0.1")
    assert plan.rows["mvaema"].grid("train") == {} and "tuned" not in plan.cells[0].train.inputs
    assert row("llava").rows["llava"].grid("train") == {}


def test_a_row_is_tuned_over_the_grid_of_its_spec(plugged):
    tunes = {"depth": [1, 2], "knn_k": [3]}
    plugged(ModelSpec(name="mine", family="gcl", builds="bench.models.selfsupervised.graphs.gbt:GBT", tunes=tunes))
    with pytest.raises(BenchError, match="tunes of model 'mine': knn_k = .* of a setting that training reads"):
        row("mine", task="classification")
    with pytest.raises(BenchError, match="unknown setting in tunes of model 'other'"):
        plugged(ModelSpec(name="other", builds="bench.models.images.convnets:resnet", tunes={"deepth": [1]}))
        row("other", task="classification")


def test_a_grid_belongs_to_the_stage_that_reads_its_settings(plugged):
    tunes = {"embed_dim": [8, 16], "probe": ["linear", "knn"]}
    plugged(ModelSpec(name="mine", family="gcl", builds="bench.models.selfsupervised.graphs.gbt:GBT", tunes=tunes))
    plan = row("mine", task="classification")
    assert plan.rows["mine"].grid("pretrain") == {"embed_dim": (8, 16)}
    assert plan.cells[0].pretrain.inputs["tuned"] == {"embed_dim": (8, 16)}
    assert plan.cells[0].train.inputs["tuned"] == {"probe": ("linear", "knn")}
