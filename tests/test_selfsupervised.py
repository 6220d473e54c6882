"""Every self-supervised row: pretrained without labels, frozen, probed, and after loading what it was before saving."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from lightly.utils.benchmarking.knn import knn_predict
from torch import nn
from torch.nn.functional import normalize

from bench.config.loading import Recipe
from bench.contracts import Context, Micrographs
from bench.errors import BenchError
from bench.models.logistic import Logistic
from bench.models.selfsupervised import pretraining
from bench.models.selfsupervised.images import encoders
from bench.models.selfsupervised.linear import Labelled
from bench.models.selfsupervised.pretraining import Draws
from bench.models.selfsupervised.probe import LinearProbe, NeighbourProbe, Probed
from bench.plugins.self_supervised import ROWS
from bench.registered.registry import Registry
from bench.specs import resolve
from bench.stages.context import load_estimator, make_estimator
from bench.stages.fitting import train_estimator
from bench.tables.published import published
from bench.terminal.progress import NoProgress
from bench.training.history import Epoch, History

REGISTRY = Registry()
NARROW = {"hidden_dim": 8, "output_dim": 4, "bank_size": 6, "bottleneck_dim": 4}
SMALL = {
    "vsl": NARROW | {"view_size": 32},
    "vit": NARROW
    | {"patch_size": 16, "embed_dim": 8, "depth": 1, "num_heads": 2, "local_size": 16, "local_views": 2}
    | {"decoder_embed_dim": 8, "decoder_depth": 1, "decoder_num_heads": 2},
    "gcl": {"patch_size": 8, "neighbours": 3, "embed_dim": 8, "hidden_dim": 8},
}
SMALL["control"] = SMALL["vit"] | SMALL["gcl"] | {"view_size": 32, "patch_size": 16}
HISTORY = History((Epoch({}, None, 0.1, 1.0),), 0)
every_row = pytest.mark.parametrize("spec", ROWS, ids=lambda spec: spec.name)
taught = pytest.mark.parametrize("spec", [spec for spec in ROWS if spec.builds], ids=lambda spec: spec.name)


def toy(count=24, size=32):
    """Pictures of three categories by the width of their stripes."""
    random = np.random.default_rng(0)
    labels = np.arange(count) % 3
    waves = np.sin(np.arange(size)[None, :, None] / (1 + 2 * labels[:, None, None]))
    pixels = (127 + 60 * waves + 15 * random.standard_normal((count, size, size))).clip(0, 255).astype(np.uint8)
    return Micrographs(pixels, np.arange(count), tuple(map(str, range(count))), labels, ("fine", "middle", "coarse"))


def context_of(spec, folder, recipe=None, **settings):
    complete = {name: setting.default for name, setting in REGISTRY.settings(spec).items()}
    small = {name: value for name, value in SMALL[spec.family].items() if name in complete}
    recipe = Recipe(**{"epochs": 2, "batch_size": 6, "precision": "32-true", **(recipe or {})})
    return Context(spec, {**complete, **small, **settings}, recipe, 0, "cpu", NoProgress(), folder)


def first_step(context):
    """The context and estimator of a row's pretraining, which sees the settings of its own stage alone."""
    spec = context.model
    declared = REGISTRY.settings(spec)
    settings = {name: value for name, value in context.settings.items() if declared[name].stage == "pretrain"}
    path = spec.pretrains or REGISTRY.family(spec).pretrains
    return resolve(path), replace(context, settings=settings)


def pretrained(context, images):
    kind, first = first_step(context)
    return train_estimator(kind, images.take(np.arange(12)), images.take(np.arange(12, 18)), first)


def probed(context, encoder, images):
    context = replace(context, pretrained=lambda: encoder)
    return train_estimator(Probed, images.take(np.arange(12)), images.take(np.arange(12, 18)), context), context


def test_the_rows_are_those_of_the_papers_tables():
    families = {"VSL", "GCL"}
    printed = {(row.model, row.row) for table in (2, 3) for row in published(table).values() if row.block in families}
    ours = {(spec.name, spec.label) for spec in ROWS}
    assert printed | {("dino", "Dino"), ("ma", "MA"), ("smim", "SMIM")} == {
        row for row in ours if "Random" not in row[1]
    }


class Tiny(nn.Sequential):
    """A stand-in for a network of torchvision: its tests take a second instead of ten."""

    def __init__(self, name, weights):
        layers = nn.Conv2d(3, 8, 3, 4), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        super().__init__(*layers)
        self.fc = nn.Linear(8, 3)


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(encoders, "get_model", Tiny)


def test_the_residual_network_is_torchvisions_without_its_last_layer(monkeypatch):
    monkeypatch.undo()
    network = encoders.ResNet("resnet18")
    assert network.width == 512 and network(torch.zeros(2, 3, 32, 32)).shape == (2, 512)
    assert sum(weight.numel() for weight in network.parameters()) == 11_176_512


@every_row
def test_a_row_is_probed_and_gives_the_same_probabilities_after_loading(spec, tmp_path):
    images, context = toy(), context_of(spec, tmp_path)
    encoder = pretrained(context, images)
    estimator, context = probed(context, encoder, images)
    asked = images.take(np.arange(18, 24)).unlabelled()
    probabilities = estimator.predict_proba(asked)
    assert probabilities.shape == (6, 3) and probabilities.sum(1) == pytest.approx(1)

    for name, each in (("encoder", encoder), ("probe", estimator)):
        (tmp_path / name).mkdir()
        each.save(tmp_path / name)
    kind, first = first_step(context)
    again = replace(context, pretrained=lambda: load_estimator(kind, tmp_path / "encoder", first))
    assert np.array_equal(Probed.load(tmp_path / "probe", again).predict_proba(asked), probabilities)


@every_row
def test_pretraining_changes_the_encoder_of_every_row_but_the_random_ones_and_looks_at_no_label(spec, tmp_path):
    images, context = toy(), context_of(spec, tmp_path)
    kind, first = first_step(context)
    torch.manual_seed(0)
    fresh = pretrained(context_of(replace(spec, builds=None), tmp_path), images).encoder.state_dict()
    learned = pretrained(context, images).encoder.state_dict()
    weights = [name for name in fresh if name.endswith("weight") and fresh[name].ndim > 1]
    changed = [name for name in weights if not torch.equal(fresh[name], learned[name])]
    assert bool(changed) == (spec.builds is not None)

    shuffled = replace(images, labels=images.labels[::-1].copy())
    for name, value in pretrained(context, shuffled).encoder.state_dict().items():
        assert torch.equal(value, learned[name])


@taught
def test_a_pretraining_that_is_stopped_ends_where_one_left_alone_does(spec, tmp_path, monkeypatch):
    images = toy()
    whole = pretrained(context_of(spec, tmp_path / "whole"), images)

    context = replace(context_of(spec, tmp_path / "stopped"), checkpoint_seconds=0.0)
    draw = Draws.__call__

    def stopping(draws, epoch, step):
        if (epoch, step) == (1, 1):
            raise KeyboardInterrupt
        return draw(draws, epoch, step)

    monkeypatch.setattr(Draws, "__call__", stopping)
    with pytest.raises(KeyboardInterrupt):
        pretrained(context, images)
    monkeypatch.setattr(Draws, "__call__", draw)
    resumed = pretrained(context, images)
    for name, value in whole.encoder.state_dict().items():
        assert torch.equal(resumed.encoder.state_dict()[name], value), name
    assert resumed.history.epochs[-1].losses == whole.history.epochs[-1].losses


@taught
def test_the_last_encoder_is_kept_and_judged_by_a_probe(spec, tmp_path):
    history = pretrained(context_of(spec, tmp_path), toy()).history
    assert history.best == 1 and [epoch.validation is None for epoch in history.epochs] == [True, False]
    assert history.epochs[0].learning_rate > history.epochs[1].learning_rate
    assert all(np.isfinite(epoch.losses["loss"]) for epoch in history.epochs)


@taught
@pytest.mark.parametrize("size", [1, 13])
def test_a_batch_of_one_or_more_than_there_are_is_refused(spec, size, tmp_path):
    with pytest.raises(BenchError, match=f"batch_size {size} is no batch of a training side of 12 .* from 2 to 12"):
        pretrained(context_of(spec, tmp_path, {"batch_size": size}), toy())


def test_pictures_without_labels_join_where_a_fraction_left_some_out(tmp_path, monkeypatch):
    spec, shown = next(spec for spec in ROWS if spec.name == "gbt"), []
    draw = Draws.__init__
    monkeypatch.setattr(
        Draws, "__init__", lambda draws, count, *rest: (shown.append(count), draw(draws, count, *rest))[1]
    )
    rest = toy().take(np.arange(18, 24)).unlabelled()
    for choice in ("labelled", "fold"):
        pretrained(replace(context_of(spec, tmp_path, pretrain_on=choice), unlabelled=rest), toy())
    assert shown == [12, 18]
    with pytest.raises(
        BenchError, match="beside the 12 labelled pictures .* none without labels; train on a --fraction"
    ):
        pretrained(replace(context_of(spec, tmp_path, pretrain_on="fold"), unlabelled=rest.take(np.arange(0))), toy())


@pytest.mark.parametrize("size", [2, 5, 11, 12])
def test_no_picture_is_left_alone_in_a_batch(size):
    for count in range(size, 3 * size + 2):
        draws = Draws(count, size, 0)
        drawn = [draws(0, step).positions for step in range(len(draws))]
        assert sorted(np.concatenate(drawn)) == list(range(count))
        assert min(map(len, drawn)) >= 2


def test_the_linear_probe_keeps_the_regularisation_that_validation_prefers():
    random = np.random.default_rng(0)
    sides = []
    for count in (30, 200):
        labels = np.arange(count) % 3
        features = random.standard_normal((count, 40)) + 1.5 * np.eye(40)[labels]
        sides.append(Labelled(features, labels, 3))
    spec = next(spec for spec in ROWS if spec.name == "simclr")
    default = REGISTRY.settings(spec)["l2"].default
    probe = LinearProbe(default)
    probe.fit(*sides)
    tried = {each["l2"]: each["validation"] for each in probe._tried}
    best = min(tried, key=tried.get)
    assert tuple(tried) == default and tried[best] < min(tried[1e-4], tried[10.0])
    expected = Logistic.fitted(*sides[0], best).probabilities(sides[1].features)
    assert np.array_equal(probe.probabilities(sides[1].features, 3), expected)


@pytest.mark.parametrize(("votes", "temperature"), [(5, 0.1), (20, 0.07), (0, 0.1)])
def test_the_neighbours_vote_as_they_do_in_lightly(votes, temperature):
    random = np.random.default_rng(0)
    labels = np.arange(50) % 4
    bank, asked = random.standard_normal((50, 6)) + np.eye(6)[labels], random.standard_normal((30, 6))
    probe = NeighbourProbe(votes, temperature)
    probe.fit(Labelled(bank, labels, 5), Labelled(bank, labels, 5))
    found = probe.probabilities(asked, 5)
    unit = [normalize(torch.from_numpy(each).float(), dim=1) for each in (asked, bank)]
    ranked = knn_predict(unit[0], unit[1].T, torch.from_numpy(labels), 5, votes or 50, temperature)
    assert np.array_equal(found.argmax(1), ranked[:, 0].numpy())
    ours, theirs = (np.take_along_axis(found, order, 1) for order in (np.argsort(-found), ranked.numpy()))
    assert ours == pytest.approx(theirs) and (found[:, 4] == 0).all()


def test_more_neighbours_than_the_bank_has_are_refused():
    probe = NeighbourProbe(51, 0.1)
    probe.fit(Labelled(np.eye(50), np.arange(50) % 4, 4), Labelled(np.eye(50), np.arange(50) % 4, 4))
    with pytest.raises(BenchError, match="knn_k 51 is larger than the bank of 50 training pictures; choose at most 50"):
        probe.probabilities(np.eye(50), 4)


def test_a_category_that_training_lacks_is_judged_too(tmp_path):
    images = replace(toy(), categories=("fine", "middle", "coarse", "never"))
    spec = next(spec for spec in ROWS if spec.name == "random-gcn")
    context = context_of(spec, tmp_path)
    estimator, _ = probed(context, pretrained(context, images), images)
    assert (estimator.predict_proba(images)[:, 3] == 0).all()


def test_views_of_another_size_are_what_the_encoder_sees(tmp_path):
    spec = next(spec for spec in ROWS if spec.name == "simclr")
    kind, first = first_step(context_of(spec, tmp_path, view_size=16))
    estimator = make_estimator(kind, first)
    estimator.image_size = 32
    estimator.encoder = estimator.built()
    images = toy()
    method = type("Shown", (), {"views": resolve(spec.builds).views})
    shown = estimator.shown(images, method)(Draws(24, 6, 0)(0, 0))
    assert [tuple(view.shape) for view in shown] == [(6, 3, 16, 16)] * 2
    assert not torch.equal(*shown)
    whole = estimator.side(images).inputs(np.arange(4))
    assert whole.shape == (4, 3, 16, 16) and -1 <= whole.min() < whole.max() <= 1


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("dino", {"local_size": 24}, "local_size 24 is not a multiple of patch_size 16"),
        ("smim", {"patch_size": 10}, "image_size 32 is not a multiple"),
        ("ma", {"num_heads": 3}, "not a multiple of"),
        ("gbt", {"patch_size": 10}, "does not cut pictures of 32 x 32"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(name, settings, said, tmp_path):
    spec = next(spec for spec in ROWS if spec.name == name)
    with pytest.raises(BenchError, match=said):
        pretrained(context_of(spec, tmp_path, **settings), toy())


def test_a_step_for_which_there_is_no_memory_asks_for_a_smaller_batch(tmp_path, monkeypatch):
    spec = next(spec for spec in ROWS if spec.name == "smim")

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(resolve(spec.builds), "outputs", full)
    with pytest.raises(BenchError, match="needs the whole batch at once; take a smaller recipe.batch_size than 6"):
        pretrained(context_of(spec, tmp_path), toy())


def test_pretraining_is_judged_without_choosing_by_labels(tmp_path, monkeypatch):
    """Only the learning rate is, where the recipe asks for it: the loss that tuning compares is the probe's."""
    spec, seen = next(spec for spec in ROWS if spec.name == "gbt"), []
    monkeypatch.setattr(
        pretraining, "trials", lambda *sides: seen.append(sides) or [type("T", (), {"validation": 7.0})]
    )
    history = pretrained(context_of(spec, tmp_path), toy()).history
    assert history.summary["validation"] == 7.0 and len(seen) == 1


@pytest.mark.parametrize(("bank_size", "size"), [(6, 3), (2, 2)])
@pytest.mark.parametrize("name", ["moco", "nnclr"])
def test_a_bank_holds_at_most_a_quarter_of_the_pictures_and_says_so(name, bank_size, size, tmp_path, monkeypatch):
    sentences, sizes = [], []
    monkeypatch.setattr(NoProgress, "say", lambda progress, text: sentences.append(text))
    monkeypatch.setattr(pretraining, "train", lambda method, *_: sizes.append(len(method.bank.entries)) or HISTORY)
    spec = next(spec for spec in ROWS if spec.name == name)
    pretrained(context_of(spec, tmp_path, bank_size=bank_size), toy())
    assert sizes == [size]
    expected = ["bank_size 6 is more than a quarter of 12 training pictures; 3 are kept"] if size < bank_size else []
    assert sentences == expected
