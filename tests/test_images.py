"""Every image row: it builds, scores, trains a step, and is after loading what it was before saving."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from bench.config.loading import Recipe, complete
from bench.contracts import Context, Micrographs
from bench.errors import BenchError
from bench.models.images import distillation
from bench.models.images.build import build
from bench.models.images.estimator import ImageClassifier
from bench.models.images.picture_input import InputChoice
from bench.plugins import convnets, vision_transformers
from bench.registered.registry import Registry
from bench.specs import ModelSpec, resolve
from bench.stages.context import load_estimator, make_estimator
from bench.stages.fitting import train_estimator
from bench.terminal.progress import NoProgress

ROWS = {row.name: row for row in (*convnets.ROWS, *vision_transformers.ROWS)}
SETTINGS = {name: Registry().settings(row) for name, row in ROWS.items()}
IMAGES = "bench.models.images.estimator:ImageClassifier"
CHEAPER = {
    "t2tvit": {"t2t_layers": ((15, 8), (3, 4)), "depth": 1},
    "distillation": {"teacher": "squeezenet1_1"},
}
"""Rows whose defaults take seconds a picture, at less work."""
LARGE = ("alexnet", "vgg")
"""Rows whose 60 and 140 million weights take many seconds to draw, write and read."""


class Ear(NoProgress):
    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


def micrographs(count, size=224):
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (count, size, size), dtype=np.uint8)
    categories = ("fibres", "films", "tips")
    labels = np.arange(count) % len(categories)
    return Micrographs(pixels, np.arange(count), tuple(f"p{i}" for i in range(count)), labels, categories)


def context_of(spec, folder, settings=None, **recipe):
    given = Recipe(**{"epochs": 1, "batch_size": 2, **recipe})
    complete_settings = complete(spec.name, Registry().settings(spec), settings or {})
    return Context(spec, complete_settings, given, 0, "cpu", Ear(), folder, checkpoint_seconds=1e9)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in ROWS]
)
def test_a_row_trains_a_step_and_predicts_the_same_after_loading(name, tmp_path):
    spec = ROWS[name]
    context, pictures = context_of(spec, tmp_path / "work", CHEAPER.get(name)), micrographs(2)
    if spec.pretrains:
        before = train_estimator(resolve(spec.pretrains), pictures, pictures, context)
        context = replace(context, pretrained=lambda: before)
    estimator = train_estimator(resolve(spec.estimator or IMAGES), pictures, pictures, context)
    assert np.isfinite(estimator.history.epochs[0].losses["loss"])
    estimator.save(tmp_path)

    torch.manual_seed(1)  # of another process
    first = load_estimator(type(estimator), tmp_path, context).predict_proba(pictures)
    torch.manual_seed(2)
    again = load_estimator(type(estimator), tmp_path, context).predict_proba(pictures)

    assert first.shape == (2, 3)
    np.testing.assert_allclose(first.sum(1), 1)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("name", [name for name in ROWS if "embed_dim" in SETTINGS[name]])
def test_heads_that_do_not_share_the_width_are_refused_in_one_sentence(name):
    spec = ROWS[name]
    value = {"heads": (5, 5, 5, 5)} if "heads" in SETTINGS[name] else {"num_heads": 5}
    settings = complete(name, SETTINGS[name], value)
    with pytest.raises(BenchError, match="not a multiple of"):
        if spec.builds is None:
            estimator = make_estimator(
                distillation.Distillation, Context(spec, settings, Recipe(), 0, "cpu", NoProgress(), None)
            )
            estimator.shape = {"num_classes": 3, "image_size": 224}
            estimator._built()
        else:
            build(spec, settings, 3, 224)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if "patch_size" in SETTINGS[name] and row.builds])
def test_patches_that_do_not_fill_the_picture_are_refused(name):
    if name == "pit":
        pytest.skip("its patches overlap")
    spec = ROWS[name]
    with pytest.raises(BenchError, match="image_size 224 is not a multiple"):
        build(spec, complete(name, SETTINGS[name], {"patch_size": 30}), 3, 224)


def test_a_distilled_student_predicts_by_both_heads_and_learns_from_each():
    spec = ROWS["distillation"]
    settings = complete("distillation", SETTINGS["distillation"], {"embed_dim": 16, "depth": 1})
    student = make_estimator(distillation.Distillation, Context(spec, settings, Recipe(), 0, "cpu", NoProgress(), None))
    student.shape = {"num_classes": 3, "image_size": 64}
    network, pictures = student._built(), torch.randn(4, 3, 64, 64)
    of_class, of_teacher = network.train()(pictures)
    torch.testing.assert_close(network.eval()(pictures), (of_class + of_teacher) / 2)

    labels, taught = torch.tensor([0, 1, 2, 0]), torch.randn(4, 3)
    loss = distillation.DistillationLoss(lambda _: taught, 3.0, 0.25, hard=True)
    by_labels, by_teacher = cross_entropy(of_class, labels), cross_entropy(of_teacher, taught.argmax(1))
    network.train()
    expected = 0.75 * by_labels + 0.25 * by_teacher
    assert loss(network, pictures, labels)["loss"].item() == pytest.approx(expected.item())
    soft = loss._replace(hard=False)(network, pictures, labels)["loss"]
    aims, logs = (taught / 3).softmax(1), (of_teacher / 3).log_softmax(1)
    divergence = 9 * (aims * (aims.log() - logs)).sum(1).mean()
    assert soft.item() == pytest.approx((0.75 * by_labels + 0.25 * divergence).item(), rel=1e-5)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_vgg_has_batch_norms_only_where_they_are_asked_for(batch_norm):
    with torch.device("meta"):
        network = resolve(ROWS["vgg"].builds)(3, batch_norm=batch_norm)
    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules()) == batch_norm


def test_a_list_sets_the_layers_of_each_stage():
    settings = complete("swint", SETTINGS["swint"], {"depths": [1, 1, 1, 1]})
    network = build(ROWS["swint"], settings, 3, 224)
    assert [len(stage.blocks) for stage in network.layers] == [1, 1, 1, 1]


def test_stages_need_as_many_values_of_each_setting():
    settings = complete("swint", SETTINGS["swint"], {"depths": [2, 2]})
    with pytest.raises(BenchError, match="depths has 2, heads has 4"):
        build(ROWS["swint"], settings, 3, 224)


def test_a_list_of_other_things_is_refused():
    with pytest.raises(BenchError, match="'two' is str, not int"):
        complete("swint", SETTINGS["swint"], {"depths": [2, "two"]})


@pytest.mark.parametrize(
    "name, reason",
    [
        ("width_net", "cannot be called with num_classes: missing a required argument: 'width'"),
        ("classless_net", "cannot be called with num_classes, width: got an unexpected keyword argument 'num_classes'"),
    ],
)
def test_a_network_that_cannot_be_called_says_what_it_must_take(name, reason, tmp_path):
    context = context_of(ModelSpec("own", builds=f"{__name__}:{name}"), tmp_path)
    with pytest.raises(BenchError, match=f"{reason}; `builds` names a torch module that takes num_classes"):
        build(context.model, context.settings, 3, 32)


def test_a_model_without_a_network_is_told_to_name_one():
    with pytest.raises(BenchError, match="model 'own' names no network; add builds="):
        build(ModelSpec("own"), {}, 3, 32)


def width_net(num_classes, width):
    raise AssertionError


def classless_net(width=8):
    raise AssertionError


def tuple_net(num_classes):
    class Two(torch.nn.Module):
        def forward(self, pixels):
            return pixels.mean((2, 3)), pixels

    return Two()


def test_a_network_that_returns_no_scores_is_refused_before_training(tmp_path):
    spec = ModelSpec("two", "Two", "convnet", builds=f"{__name__}:tuple_net")
    context = context_of(spec, tmp_path)
    with pytest.raises(BenchError, match="two returns tuple for one picture"):
        ImageClassifier(context, choice=InputChoice()).fit(micrographs(2, 32), micrographs(2, 32))


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_predictions_are_computed_in_the_precision_that_validation_judged(precision, tmp_path):
    context = context_of(ROWS["vanillavit"], tmp_path / "work", precision=precision, epochs=2)
    pictures = micrographs(6)
    estimator = train_estimator(ImageClassifier, pictures, pictures, context)
    estimator.save(tmp_path)
    loaded = load_estimator(ImageClassifier, tmp_path, context)
    loss = -np.log(loaded.predict_proba(pictures)[np.arange(6), pictures.labels]).mean()
    assert loaded.history.summary["precision"] == precision
    assert loss == pytest.approx(loaded.history.summary["validation"], abs=1e-5)
