"""Trainings on few pictures: they take a fewest number of steps, and say so."""

import pytest

from bench.config.loading import Recipe, load_config
from bench.planning.rows import Request, resolve_rows
from bench.registered.registry import Registry
from bench.training.budget import shortened, steps_of
from bench.training.standing import Standing

RECIPE = Recipe(epochs=3, fewest_steps=300)


def test_a_training_has_the_fewest_steps_however_few_an_epoch_are():
    assert [steps_of(RECIPE, steps, None, 0.0) for steps in (2, 99, 100, 101)] == [300, 300, 300, 303]
    assert steps_of(Recipe(epochs=3, fewest_steps=300, budget="10 pictures"), 2, 5, 0.0) == 4
    assert shortened(RECIPE, 0.5).fewest_steps == 150


def test_a_training_of_short_epochs_is_as_patient_as_a_third_of_its_fewest_steps():
    stagnant = Standing(epoch=21, best=0)
    assert not stagnant.finished(RECIPE, 100, 4) and stagnant.finished(RECIPE, 100, 5)
    assert stagnant.finished(Recipe(), 100, 1)


@pytest.mark.parametrize(
    ("assignments", "steps"),
    [
        ((), 300),
        (("recipe.epochs=5",), 0),
        (("alexnet.epochs=5",), 0),
        (("model.epochs=5",), 0),
        (("vgg.epochs=5",), 300),
        (("recipe.epochs=5", "recipe.fewest_steps=20"), 20),
    ],
)
def test_epochs_that_the_command_names_count_as_they_are(assignments, steps):
    config, explicit = load_config("demo", assignments)
    registry = Registry()
    request = Request("classification", ("alexnet",), config, explicit)
    (row,) = resolve_rows(request, registry.find("task", "classification")[0], registry)
    assert row.recipe.fewest_steps == steps


def test_a_run_says_how_many_steps_it_takes_instead_and_its_record_keeps_it(classify):
    steps = ("--set", "recipe.fewest_steps=9")
    code, _, err = classify("synthetic", "squeezenet", "--folds", "0", "--set", "synthetic.size=40", *steps)
    assert code == 0, err
    assert "9 steps are taken, " in err and "epochs instead of 2 (recipe.fewest_steps)" in err
