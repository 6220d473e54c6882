"""What a training may cost: how a budget is written, how many steps it pays for, and what a record tells of it."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn

from bench.config.budget import Budget
from bench.config.loading import Recipe, load_config
from bench.contracts import Context
from bench.errors import BenchError
from bench.models.selfsupervised.pretraining import Draws
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.specs import ModelSpec
from bench.terminal.progress import NoProgress
from bench.training.budget import shortened, steps_of
from bench.training.flops import FlopCounter
from bench.training.history import TrainingDiverged
from bench.training.loop import train

WIDTH = 500
STEP = 3 * 2 * 8 * 3 * WIDTH - 2 * 8 * 3 * WIDTH
"""FLOPs of a step of ``Pairs``: forward and of the weights, since its inputs need no gradient."""


class Pairs:
    """Four steps an epoch, of eight pairs each."""

    pictures = 32

    def __len__(self):
        return 4

    def __call__(self, epoch, step):
        random = np.random.default_rng([1, epoch, step])
        return torch.from_numpy(random.standard_normal((8, 3)).astype(np.float32))


class Rates(NoProgress):
    def __init__(self):
        self.rates, self.totals = [], []

    def start(self, what, total, done=0):
        self.totals.append((total, done))

    def advance(self, done, **figures):
        self.rates.append(figures["lr"])


def squares(module, inputs):
    return {"loss": (module(inputs).mean(1) - inputs.sum(1)).square().mean()}


def training(folder, batches=None, losses=squares, seconds=3600, validation=1.0, **recipe):
    """A training's history, its module and its progress; checkpoints are so many seconds apart."""
    torch.manual_seed(0)
    module, progress = nn.Linear(3, WIDTH), Rates()
    asked = Recipe(**{"schedule": "linear", "stop_after": 1000, "learning_rate": 1.0, **recipe})
    context = Context(ModelSpec("m", "M", "f"), {}, asked, 0, "cpu", progress, folder, checkpoint_seconds=seconds)
    return train(module, batches or Pairs(), losses, lambda module: validation, context), module, progress


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1e14", "1e+14 FLOPs"),
        (1e14, "1e+14 FLOPs"),
        (100_000_000_000_000, "1e+14 FLOPs"),
        ("2.5e9 FLOPs", "2.5e+09 FLOPs"),
        ("20000 pictures", "20000 pictures"),
        (" 2e4pictures ", "20000 pictures"),
    ],
)
def test_a_budget_has_one_form_however_it_is_written(text, canonical):
    budget = Recipe(budget=text).budget
    assert budget == canonical and Recipe(budget=budget).budget == canonical


@pytest.mark.parametrize(
    "text", ["", "much", "1e14 watts", "-1e14", "0 pictures", "1e5", "1e99", "1..5e9", "nan", True, [1], 10**400]
)
def test_what_is_no_budget_is_refused_with_the_forms(text):
    with pytest.raises(ValidationError, match="give FLOPs, such as 1e14, or"):
        Recipe(budget=text)


@pytest.mark.parametrize(
    ("budget", "steps"),
    [
        (f"{23 * STEP + 1} FLOPs", 23),
        ("80 pictures", 10),
        ("84 pictures", 10),
        ("1 pictures", 1),
        ("33 pictures", 4),
    ],
)
def test_a_budget_pays_for_so_many_steps_and_the_schedule_spans_them(tmp_path, budget, steps):
    history, _, progress = training(tmp_path, budget=budget)
    assert progress.rates == pytest.approx([1 - step / steps for step in range(steps)])
    assert len(history.epochs) == -(-steps // 4) and progress.totals == [(steps, 0)]
    assert history.flops == steps * STEP == history.summary["training_flops"]
    assert history.passes == steps / 4


def test_the_flops_of_a_training_are_told_without_a_budget_too(tmp_path):
    assert training(tmp_path, epochs=3)[0].summary["training_flops"] == 12 * STEP
    stopped = training(tmp_path, epochs=30, stop_after=2)[0]
    assert stopped.flops == 4 * len(stopped.epochs) * STEP < 120 * STEP


@pytest.mark.parametrize("steps", [1, 3, 5, 9])
def test_a_training_with_a_budget_resumes_bit_for_bit(tmp_path, steps):
    def losses(module, inputs):
        if not left:
            raise KeyboardInterrupt
        left.pop()
        return squares(module, inputs)

    recipe = {"budget": "80 pictures"}
    left, (_, whole, _) = [0] * steps, training(tmp_path / "whole", **recipe)
    with pytest.raises(KeyboardInterrupt):
        training(tmp_path / "parts", losses=losses, seconds=0, **recipe)
    history, resumed, progress = training(tmp_path / "parts", **recipe)
    assert torch.equal(whole.weight, resumed.weight) and progress.totals == [(10, steps)]
    assert history.flops == 10 * STEP


@pytest.mark.parametrize(("value", "steps"), [(float("nan"), 1), (1.0, 4)])
def test_a_divergence_costs_the_steps_until_it_is_seen(tmp_path, value, steps):
    def losses(module, inputs):
        return {"loss": value * squares(module, inputs)["loss"]}

    with pytest.raises(TrainingDiverged) as diverged:
        training(tmp_path, losses=losses, validation=float("nan"))
    assert diverged.value.flops == steps * STEP


def test_a_model_whose_work_cannot_be_counted_is_told_to_use_the_other_unit(tmp_path):
    with pytest.raises(BenchError, match="torch counts no FLOPs in a step of this model; give pictures instead"):
        training(tmp_path, losses=lambda module, inputs: {"loss": module.weight.square().mean()}, budget="1e9")

    class Bare(Pairs):
        pictures = None

    with pytest.raises(BenchError, match="do not say how many pictures they are of"):
        training(tmp_path, Bare(), budget="80 pictures")


def test_batches_that_depend_on_the_length_of_a_training_learn_it(tmp_path):
    class Momentous(Draws):
        moments = []

        def __call__(self, epoch, step):
            draw = super().__call__(epoch, step)
            self.moments.append(draw.moment.done)
            return torch.ones(8, 3)

    training(tmp_path, Momentous(32, 8, 0), budget=f"{1e6}")
    steps = len(Momentous.moments)
    assert steps == 1e6 // STEP and Momentous.moments == pytest.approx([step / steps for step in range(steps)])


def test_our_own_operations_count_like_torchs():
    from bench.training.linear import Linear

    counts = []
    for layer in (nn.Linear(256, 256), Linear(256, 256)):
        with FlopCounter() as counter:
            layer(torch.randn(300, 256, requires_grad=True)).sum().backward()
        counts.append(counter.flops)
    assert counts == [3 * 2 * 300 * 256 * 256] * 2


def test_counting_changes_no_number():
    def gradients(counting):
        torch.manual_seed(0)
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.1, batch_first=True)
        with counting:
            layer(torch.randn(3, 50, 32)).square().sum().backward()
        return [weights.grad for weights in layer.parameters()]

    counted, usual = gradients(FlopCounter()), gradients(nullcontext())
    assert all(torch.equal(own, other) for own, other in zip(counted, usual, strict=True))


def test_a_share_of_a_recipe_is_a_share_of_its_budget_or_of_its_epochs():
    assert shortened(Recipe(budget="1000 pictures"), 0.25).budget == "250 pictures"
    assert shortened(Recipe(epochs=10), 0.25).epochs == 2 and shortened(Recipe(epochs=2), 0.1).epochs == 1
    assert Budget.parsed(str(Budget(1e14, "FLOPs").share(1 / 3))).amount == 1e14 / 3


@pytest.mark.parametrize("budget", ["1 pictures", "1e6"])
def test_a_share_of_the_smallest_budget_still_pays_for_a_step(budget):
    short = shortened(shortened(Recipe(budget=budget), 0.3), 0.001)
    assert steps_of(short, 4, 32, STEP) == 1


def plan(model, *options, task="classification"):
    config, explicit = load_config("demo", ["synthetic.size=60", "k=3", "folds=0", *options])
    return Plan(Request(task, (model,), config, explicit), Registry(), NoProgress())


def test_a_budget_stands_in_the_fingerprint_in_clear_and_in_no_protocol():
    (one,), (same,), (other,) = (
        plan("gcn", f"recipe.budget={text}").cells for text in ("1e12", "1000000000000 FLOPs", "2e12")
    )
    assert one.train.fingerprint == same.train.fingerprint != other.train.fingerprint
    assert one.train.inputs["recipe"]["budget"] == "1e+12 FLOPs" and one.protocol == other.protocol


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("recipe.budget=1e12", "recipe.epochs=9", True),
        ("recipe.epochs=3", "recipe.epochs=9", False),
        ("recipe.tune=nothing", "recipe.trials=4", True),
        ("recipe.tune=all", "recipe.trials=4", False),
    ],
)
def test_what_a_budget_or_a_recipe_without_trials_does_not_read_decides_nothing(first, second, is_same):
    (one,), (other,) = plan("gcn", first).cells, plan("gcn", first, second).cells
    assert (one.train.fingerprint == other.train.fingerprint) == is_same


@pytest.mark.parametrize(("model", "first"), [("minigpt4", 0.5), ("distillation", 0.5), ("simclr", 1.0)])
def test_the_two_steps_of_a_row_share_its_budget(model, first):
    task = "vqa" if model == "minigpt4" else "classification"
    (cell,) = plan(model, "recipe.budget=1000 pictures", task=task).cells
    assert cell.pretrain.inputs["recipe"]["budget"] == f"{round(1000 * first)} pictures"
    assert first == 1 or cell.train.inputs["recipe"]["budget"] == f"{round(1000 * (1 - first))} pictures"


def test_a_record_tells_what_training_cost(classify, folder, store):
    from bench.store.store import Store

    budget = ("--set", "recipe.budget=40 pictures", "--set", "recipe.batch_size=4")
    classify(folder(8, 8, 8), "gcn,simclr", "--set", "k=4", "--set", "simclr.view_size=32", *budget)
    records = {record.cell.model: record for record in Store(store).records()}
    assert records["gcn"].training["training_flops"] > 1e6 and records["gcn"].parameters > 1e4
    assert records["gcn"].timings["train"].units == 40
    assert records["simclr"].pretraining["training_flops"] > 100 * records["gcn"].training["training_flops"]


def test_an_estimate_goes_by_the_budget(classify, folder, store):
    from bench.planning.outlook import outlook
    from bench.store.store import Store

    mine = folder(8, 8, 8)
    classify(mine, "gcn", "--set", "k=4", "--set", "recipe.epochs=2")
    (record,) = Store(store).records()
    once = record.training["training_flops"]

    def seconds(*options):
        config, explicit = load_config("demo", [f"dataset={mine}", "k=4", "folds=1", "image_size=32", *options])
        asked = Plan(Request("classification", ("gcn",), config, explicit), Registry(), NoProgress())
        return outlook(asked, Store(store))[0].costs["train"].seconds

    pace = record.timings["train"].seconds / record.timings["train"].units
    assert seconds("recipe.budget=500 pictures") == pytest.approx(500 * pace)
    assert seconds(f"recipe.budget={10 * once}") == pytest.approx(10 * record.timings["train"].seconds)
    tuned = ("recipe.tune=learning_rate", "recipe.trials=4", "recipe.trial_share=0.25")
    assert seconds("recipe.budget=500 pictures", *tuned) == pytest.approx(2 * 500 * pace)
