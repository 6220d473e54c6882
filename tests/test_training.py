"""The training loop: what it minimises, when it halves and stops, how a killed run resumes bit for bit."""

import json
import math
import subprocess
import sys
from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from bench.config.loading import Recipe
from bench.contracts import Context
from bench.specs import ModelSpec
from bench.terminal.progress import NoProgress, Stopped
from bench.training.checkpoint import Checkpoints
from bench.training.loop import TrainingDiverged, train
from bench.training.precision import precision


class Pairs:
    """Four steps an epoch of a noisy linear relation."""

    def __len__(self):
        return 4

    def __call__(self, epoch, step):
        random = np.random.default_rng([1, epoch, step])
        inputs = torch.from_numpy(random.standard_normal((8, 3)).astype(np.float32))
        return inputs, inputs.sum(1, keepdim=True)


class Ear(NoProgress):
    def __init__(self):
        self.said, self.figures, self.done = [], [], []

    def start(self, what, total, done=0):
        self.started = (total, done)

    def advance(self, done, **figures):
        self.done.append(done)
        self.figures.append(figures)

    def say(self, text):
        self.said.append(text)


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(0.2), nn.BatchNorm1d(8), nn.Linear(8, 1))


def squares(module, batch):
    inputs, targets = batch
    loss = nn.functional.mse_loss(module(inputs), targets)
    return {"loss": loss, "half": loss / 2}


def held_out(module):
    inputs = torch.linspace(-1, 1, 30).reshape(10, 3)
    return nn.functional.mse_loss(module(inputs), inputs.sum(1, keepdim=True))


@pytest.fixture
def context(tmp_path):
    spec = ModelSpec("tiny", "Tiny", "fakes")
    recipe = Recipe(epochs=3, learning_rate=0.01)
    return Context(spec, {}, recipe, 0, "cpu", Ear(), tmp_path / "work", checkpoint_seconds=0)


def with_recipe(context, **values):
    return Context(
        context.model,
        {},
        Recipe(**{"epochs": 3, **values}),
        0,
        "cpu",
        Ear(),
        context.folder,
        context.checkpoint_seconds,
    )


def interrupted_after(steps):
    """Losses that raise when asked once more than ``steps`` times."""
    left = [steps]

    def losses(module, batch):
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        return squares(module, batch)

    return losses


def same(left, right):
    return all(torch.equal(left[name], right[name]) for name in left)


def test_training_lowers_the_validation_loss_and_keeps_its_figures(context):
    module = network()
    before = held_out(module.eval()).item()
    history = train(module, Pairs(), squares, held_out, with_recipe(context, epochs=30, learning_rate=0.01))
    assert min(epoch.validation for epoch in history.epochs) < before / 3
    assert history.epochs[0].losses["half"] == pytest.approx(history.epochs[0].losses["loss"] / 2)
    history.save(context.folder.parent / "history.json")
    assert len(json.loads((context.folder.parent / "history.json").read_text())["epochs"]) == 30


def test_the_best_weights_are_restored(context):
    module, losses = network(), iter([3.0, 1.0, 2.0])
    seen = []

    def validate(wrapped):
        seen.append({name: value.clone() for name, value in module.state_dict().items()})
        return next(losses)

    assert train(module, Pairs(), squares, validate, context).best == 1
    assert same(module.state_dict(), seen[1])
    assert not same(seen[1], seen[2])
    assert not module.training


def test_the_learning_rate_halves_after_stagnant_epochs(context):
    recipe = with_recipe(context, epochs=7, learning_rate=0.01, halve_after=2, stop_after=10)
    history = train(network(), Pairs(), squares, lambda module: 1.0, recipe)
    assert [epoch.learning_rate for epoch in history.epochs] == [0.01] * 3 + [0.005] * 2 + [0.0025] * 2


def test_training_stops_after_stagnant_epochs(context):
    history = train(network(), Pairs(), squares, lambda module: 1.0, with_recipe(context, epochs=50, stop_after=3))
    assert len(history.epochs) == 4


@pytest.mark.parametrize("steps", [1, 4, 6, 11])
def test_an_interrupted_training_resumes_bit_for_bit(context, steps):
    whole = network()
    expected = train(whole, Pairs(), squares, held_out, context)
    first, second = network(), network()
    with pytest.raises(KeyboardInterrupt):
        train(first, Pairs(), interrupted_after(steps), held_out, context)
    torch.manual_seed(99)
    np.random.seed(99)
    resumed = train(second, Pairs(), interrupted_after(12 - steps), held_out, context)
    assert same(whole.state_dict(), second.state_dict())
    assert [(e.losses, e.validation, e.learning_rate) for e in resumed.epochs] == [
        (e.losses, e.validation, e.learning_rate) for e in expected.epochs
    ]


@pytest.mark.parametrize("steps", [1, 4, 6, 12])
def test_a_training_told_to_stop_keeps_its_last_step_and_goes_on_bit_for_bit(context, steps):
    class Stopping(Ear):
        def advance(self, done, **figures):
            super().advance(done, **figures)
            if done == steps:
                raise Stopped

    whole, second = network(), network()
    expected = train(whole, Pairs(), squares, held_out, context)
    seldom = replace(context, checkpoint_seconds=3600)  # so that nothing but being told writes a checkpoint
    with pytest.raises(Stopped):
        train(network(), Pairs(), squares, held_out, replace(seldom, progress=Stopping()))
    torch.manual_seed(99)
    resumed = train(second, Pairs(), interrupted_after(12 - steps), held_out, seldom)
    assert same(whole.state_dict(), second.state_dict())
    assert [epoch.validation for epoch in resumed.epochs] == [epoch.validation for epoch in expected.epochs]


def test_an_interrupted_training_resumes_its_schedule_and_its_patience(context):
    recipe = with_recipe(context, epochs=20, halve_after=2, stop_after=5)
    with pytest.raises(KeyboardInterrupt):
        train(network(), Pairs(), interrupted_after(9), lambda module: 1.0, recipe)
    history = train(network(), Pairs(), squares, lambda module: 1.0, recipe)
    assert len(history.epochs) == 6
    assert history.epochs[3].learning_rate == 0.0005


def test_resuming_says_where_and_counts_the_steps_done(context):
    with pytest.raises(KeyboardInterrupt):
        train(network(), Pairs(), interrupted_after(6), held_out, context)
    again = with_recipe(context)
    train(network(), Pairs(), squares, held_out, again)
    assert again.progress.started == (12, 6)
    assert again.progress.said == ["resumed at epoch 2, step 3"]
    assert again.progress.done == list(range(7, 13))
    assert {"loss", "half", "val", "lr"} <= again.progress.figures[-1].keys()


def test_a_truncated_checkpoint_gives_way_to_the_one_before(context):
    whole, second = network(), network()
    train(whole, Pairs(), squares, held_out, context)
    with pytest.raises(KeyboardInterrupt):
        train(network(), Pairs(), interrupted_after(6), held_out, context)
    newest = context.folder / "checkpoint.pt"
    newest.write_bytes(newest.read_bytes()[:1000])
    again = with_recipe(context, learning_rate=0.01)
    train(second, Pairs(), squares, held_out, again)
    assert again.progress.started == (12, 5)
    assert str(newest) in again.progress.said[0]
    assert same(whole.state_dict(), second.state_dict())


def test_the_checkpoint_is_readable_without_pickled_objects(context):
    with pytest.raises(KeyboardInterrupt):
        train(network(), Pairs(), interrupted_after(2), held_out, context)
    assert torch.load(context.folder / "checkpoint.pt", weights_only=True)["standing"]["step"] == 2


def test_a_process_killed_after_its_training_trains_no_step_again(context, monkeypatch):
    whole, second = network(), network()
    train(whole, Pairs(), squares, held_out, context)
    monkeypatch.setattr(Checkpoints, "_ended", set())  # as in another process
    again = with_recipe(context)
    train(second, Pairs(), squares, held_out, again)
    assert again.progress.done == [] and same(whole.state_dict(), second.state_dict())


def test_another_training_in_the_same_folder_begins_anew(context):
    train(network(), Pairs(), squares, held_out, context)
    again = with_recipe(context)
    train(network(), Pairs(), squares, held_out, again)
    assert again.progress.done == list(range(1, 13))


def test_a_short_training_writes_no_checkpoint(context):
    context = replace(context, checkpoint_seconds=60)
    with pytest.raises(KeyboardInterrupt):
        train(network(), Pairs(), interrupted_after(6), held_out, context)
    assert not context.folder.exists()


def test_a_loss_that_is_no_number_is_named_with_its_step(context):
    def losses(module, batch):
        return {"loss": module(batch[0]).sum(), "matching": torch.tensor(float("nan"))}

    with pytest.raises(TrainingDiverged, match=r"epoch 1, step 1: loss=.*matching=nan"):
        train(network(), Pairs(), losses, held_out, context)


def test_frozen_parameters_are_neither_trained_nor_stored(context):
    module = network()
    module[0].requires_grad_(False)
    before = module[0].weight.clone()
    with pytest.raises(KeyboardInterrupt):
        train(module, Pairs(), interrupted_after(6), held_out, context)
    stored = torch.load(context.folder / "checkpoint.pt", weights_only=True)["module"]
    assert "0.weight" not in stored
    assert "4.weight" in stored
    assert torch.equal(module[0].weight, before)


class Rates(Ear):
    """Keeps the learning rate of every step."""

    def __init__(self):
        super().__init__()
        self.rates = []

    def advance(self, done, **figures):
        self.rates.append(figures["lr"])


def rates(context, validate=lambda module: 1.0, **recipe):
    """Train with a recipe; return the learning rate of each step, over the recipe's, and what was said."""
    ear, asked = Rates(), Recipe(learning_rate=0.01, **recipe)
    train(network(), Pairs(), squares, validate, replace(context, recipe=asked, progress=ear))
    return [rate / 0.01 for rate in ear.rates], ear.said


def test_the_learning_rate_rises_over_the_warm_up_and_stays(context):
    found, said = rates(context, epochs=10, warmup=4, halve_after=20, stop_after=20)
    assert found[:4] == pytest.approx([0.25, 0.5, 0.75, 1])
    assert found[4:] == [1] * 36
    assert said == []


def test_a_warm_up_below_one_is_a_share_of_the_steps(context):
    assert rates(context, epochs=10, warmup=0.1, halve_after=20)[0][:5] == pytest.approx([0.25, 0.5, 0.75, 1, 1])


@pytest.mark.parametrize("asked", [300, 0.5])
def test_a_warm_up_that_does_not_fit_is_a_tenth_of_the_steps_and_told(context, asked):
    found, (said,) = rates(context, epochs=5, warmup=asked)
    assert found[:3] == pytest.approx([0.5, 1, 1])
    steps = 300 if asked == 300 else 10
    assert said == f"a training of 20 steps warms up for 2, a tenth of them, not for {steps}"


@pytest.mark.parametrize(
    ("schedule", "expected"), [("cosine", [1, 0.8536, 0.5, 0.1464]), ("linear", [1, 0.75, 0.5, 0.25])]
)
def test_the_learning_rate_falls_to_nothing_whether_or_not_a_validation_loss_is_watched(context, schedule, expected):
    for validate in (lambda module: 1.0, None):
        assert rates(context, validate, epochs=4, schedule=schedule)[0][::4] == pytest.approx(expected, abs=1e-4)


def test_without_a_validation_loss_there_is_no_plateau_and_the_rate_falls_along_a_cosine(context):
    assert rates(context, None, epochs=4, schedule="plateau") == rates(context, None, epochs=4, schedule="cosine")


def test_a_falling_rate_is_not_halved_and_still_stops_early_with_the_best_weights(context):
    found, _ = rates(context, epochs=20, schedule="linear", halve_after=1, stop_after=3)
    assert found == pytest.approx([1 - step / 80 for step in range(16)])


def parted():
    """A network that calls its parts as those that see and read are called."""
    torch.manual_seed(0)
    parts = {"vision_tower": nn.Linear(3, 8), "act": nn.Tanh(), "language": nn.Linear(8, 1)}
    return nn.Sequential(OrderedDict(parts))


@pytest.mark.parametrize("schedule", ["plateau", "cosine"])
def test_an_image_encoder_learns_at_its_share_of_the_learning_rate(context, schedule):
    module, recipe = parted(), Recipe(epochs=1, learning_rate=0.01, vision_rate=0.1, schedule=schedule)
    before = [value.clone() for value in module.parameters()]

    def once(module, batch):
        return squares(module, Pairs()(0, 0))  # one batch throughout, so that Adam's steps are as long as its rate

    train(module, Pairs(), once, None, replace(context, recipe=recipe))
    moved = [(value - old).abs().max().item() for value, old in zip(module.parameters(), before, strict=True)]
    steps = sum((1 + math.cos(math.pi * step / 4)) / 2 for step in range(4))
    assert moved == pytest.approx([0.001 * steps] * 2 + [0.01 * steps] * 2, rel=0.05)


@pytest.mark.parametrize("beta2", [0.999, 0.9])
def test_adam_forgets_squared_gradients_as_the_recipe_says(context, beta2):
    """One step after another is taken by torch's own Adam as well, in a loop of three lines."""
    batches, module, alone = Pairs(), parted(), parted()
    train(module, batches, squares, None, with_recipe(context, epochs=1, schedule="linear", beta2=beta2))
    adam = torch.optim.Adam(alone.parameters(), betas=(0.9, beta2))
    for step in range(len(batches)):
        adam.zero_grad()
        squares(alone, batches(0, step))["loss"].backward()
        adam.param_groups[0]["lr"] = 0.001 * (1 - step / 4)
        adam.step()
    for trained, expected in zip(module.parameters(), alone.parameters(), strict=True):
        assert torch.allclose(trained, expected, rtol=0, atol=1e-6)  # all moved by 0.0025, a thousand times as far


def test_a_loss_that_never_left_chance_is_named(context):
    history = train(network(), Pairs(), squares, held_out, context, chance={"loss": 0.0, "half": 1e9})
    assert history.at_chance == ["loss"]
    assert history.summary["at_chance"] == ["loss"]
    assert "at_chance" not in train(network(), Pairs(), squares, held_out, context, chance={"half": 1e9}).summary


@pytest.mark.parametrize(
    ("asked", "large", "device", "native", "chosen"),
    [
        ("auto", True, "cpu", "amx_bf16", "bf16-mixed"),
        ("auto", True, "cpu", "avx2", "32-true"),
        ("auto", False, "cpu", "amx_bf16", "32-true"),
        ("auto", True, "mps", "amx_bf16", "32-true"),
        ("32-true", True, "cpu", "amx_bf16", "32-true"),
        ("16-mixed", False, "cpu", "avx2", "16-mixed"),
    ],
)
def test_large_networks_compute_in_bf16_where_the_device_does(monkeypatch, asked, large, device, native, chosen):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {native: True, "bf16": False})
    assert precision(asked, large, device) == chosen


def test_what_trains_does_not_import_what_fabric_would():
    code = (
        "import sys, bench.models.mvaema.estimator\n"
        "print({'torchmetrics', 'transformers', 'torchvision', 'sklearn'} & {*sys.modules})\n"
        "import torchmetrics"  # it is there for who asks
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "set()\n"), done.stderr
