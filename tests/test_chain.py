"""A training that is a chain: its first step is done once, kept by itself, counted, and found again."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from bench import ModelSpec
from bench.models.images.distillation import Distillation, TeacherNetwork
from bench.models.selfsupervised.graphs.pretraining import GraphPretraining
from bench.models.selfsupervised.images.views import ImageView
from bench.models.selfsupervised.method import Method
from bench.models.selfsupervised.probe import Probed
from bench.store.record import parsed

SMALL = ("--set", "model.patch_size=16", "--set", "recipe.batch_size=8")
STUDENT = ("teacher=squeezenet1_1", "depth=1", "embed_dim=16", "patch_size=16")
CHAINS = {
    "gbt": (GraphPretraining, Probed, SMALL, "l2=[0.5]"),
    "distillation": (
        TeacherNetwork,
        Distillation,
        [part for text in STUDENT for part in ("--set", f"model.{text}")],
        "alpha=0.3",
    ),
}
every_chain = pytest.mark.parametrize("name", CHAINS)


@pytest.fixture
def dataset(folder):
    """Pictures of three categories, a path of this test."""
    return folder(9, 9, 9)


def record(store, name):
    (path,) = [path for path in (store / "cells").glob("*.json") if f"_{name}_" in path.name]
    return parsed(path.read_bytes())


def forbidden(*_):
    raise AssertionError("done again")


@every_chain
def test_a_first_step_is_not_done_again_for_other_settings_of_the_second(name, dataset, classify, store, monkeypatch):
    first, _, small, changed = CHAINS[name]
    assert classify(dataset, name, "--set", "k=3", "--folds", "0", *small)[0] == 0
    before = record(store, name)
    monkeypatch.setattr(first, "fit", forbidden)
    code, _, err = classify(dataset, name, "--set", "k=3", "--folds", "0", *small, "--set", f"{name}.{changed}")
    assert code == 0, err
    after = record(store, name)
    same = {stage: before.stages[stage] == after.stages[stage] for stage in before.stages}
    assert same == {"pretrain": True, "train": False, "predict": False, "score": False}


@every_chain
def test_killed_in_the_second_step_it_does_not_repeat_the_first(name, dataset, classify, store, monkeypatch):
    first, second, small, _ = CHAINS[name]
    fit = second.fit
    monkeypatch.setattr(second, "fit", forbidden)
    code, _, err = classify(dataset, name, "--set", "k=3", "--folds", "0", *small)
    assert code == 1 and f"{name} fold 0: train failed" in err
    monkeypatch.setattr(second, "fit", fit)
    monkeypatch.setattr(first, "fit", forbidden)
    code, _, err = classify(dataset, name, "--set", "k=3", "--folds", "0", *small)
    assert code == 0, err


@every_chain
def test_other_settings_of_the_first_step_do_all_again(name, dataset, classify, store):
    small = CHAINS[name][2]
    classify(dataset, name, "--set", "k=3", "--folds", "0", *small)
    before = record(store, name)
    changed = {"gbt": "drop_edges=0.4", "distillation": "teacher=alexnet"}[name]
    options = ("--dry-run", "--explain") if name == "distillation" else ()  # which is too small for that teacher
    code, out, err = classify(
        dataset, name, "--set", "k=3", "--folds", "0", *small, "--set", f"{name}.{changed}", *options
    )
    assert code == 0, err
    if options:
        assert re.search(r"pretrain: model.settings.teacher: \"squeezenet1_1\" -> \"alexnet\"", out)
    else:
        assert not set(before.stages.values()) & set(record(store, name).stages.values())


@every_chain
def test_the_record_tells_of_both_steps_and_the_table_counts_both(name, dataset, classify, store, bench):
    classify(dataset, name, "--set", "k=3", "--folds", "0", *CHAINS[name][2])
    told = record(store, name)
    assert told.pretraining["epochs"] == told.model.recipe["epochs"] and told.pretraining["validation"] > 0
    assert set(told.timings) == {"pretrain", "train", "predict", "score"}
    if name == "gbt":
        assert "epochs" not in told.training and len(told.training["tuning"]) == 6
    store_file = next((store / "cells").glob("*.json"))
    longer = {"pretrain": 3600.0, "train": 1800.0}
    timings = {stage: replace(took, seconds=longer.get(stage, took.seconds)) for stage, took in told.timings.items()}
    store_file.write_text(json.dumps(replace(told, timings=timings).as_json()))
    table = bench("table", "3" if name == "gbt" else "2", "--costs")[1]
    assert "1.5 h" in table or "90 min" in table, table


@every_chain
def test_what_is_to_do_is_told_step_by_step(name, dataset, classify):
    options = ("--set", "k=3", "--folds", "0", *CHAINS[name][2], "--dry-run")
    lines = classify(dataset, f"{name},majority", *options)[1].splitlines()
    head = next(line for line in lines if line.startswith("cell"))
    assert head.split()[:5] == ["cell", "pretrain", "train", "predict", "score"]


def test_a_probe_of_neighbours_asks_again_without_probing_again(dataset, classify, store, monkeypatch):
    options = ("--set", "k=3", "--folds", "0", *SMALL, "--set", "random-gcn.probe=knn")
    assert classify(dataset, "random-gcn", *options)[0] == 0
    monkeypatch.setattr(Probed, "fit", forbidden)
    code, _, err = classify(dataset, "random-gcn", *options, "--set", "random-gcn.knn_k=3")
    assert code == 0, err
    code, _, err = classify(dataset, "random-gcn", *options, "--set", "random-gcn.knn_k=300")
    assert code == 1 and "knn_k 300 is larger than the bank of" in err and "Traceback" not in err


def test_a_learning_rate_is_tuned_by_the_probe(dataset, classify, store):
    options = ("--set", "k=3", "--folds", "0", *SMALL, "--set", "model.tune=learning_rate")
    options += ("--set", "recipe.learning_rate=0.001")
    code, _, err = classify(dataset, "gbt", *options)
    assert code == 0, err
    tried = record(store, "gbt").pretraining["tuning"]
    assert [each["learning_rate"] for each in tried] == [1e-4, 3e-4, 1e-3]
    assert record(store, "gbt").pretraining["validation"] == min(each["validation"] for each in tried)


def test_a_row_is_held_against_the_control_that_takes_the_same_first_step(dataset, classify, bench, store):
    options = ("--set", "k=3", "--folds", "0", *SMALL)
    assert classify(dataset, "gbt,gat,random-gcn", *options, "--set", "random-gcn.l2=[100.0]")[0] == 0
    for path in (store / "cells").glob("*.json"):
        told = json.loads(path.read_text())
        del told["digest"]
        told["metrics"]["top1"]["value"] = {"gbt": 0.2, "gat": 0.1, "random-gcn": 0.3}[told["cell"]["model"]]
        path.write_text(json.dumps(told))
    out = bench("table", "3")[1]
    assert "GBT does not beat Random GCN in Top-1" in out and "GAT does not beat" not in out


def test_what_a_fraction_leaves_out_may_teach_without_labels(dataset, classify, store):
    options = ("--set", "k=3", "--folds", "0", *SMALL, "--set", "gbt.pretrain_on=fold")
    code, _, err = classify(dataset, "gbt", *options)
    assert code == 1 and "this fold has none without labels" in err and "Traceback" not in err
    code, _, err = classify(dataset, "gbt", *options, "--fraction", "0.5")
    assert code == 0, err


class Alike(Method):
    """A stranger's method: both views are to have the same features, times a weight."""

    views = (ImageView(), ImageView())

    def __init__(self, encoder, weight=2.0):
        super().__init__(encoder)
        self.weight = weight

    def outputs(self, shown, moment):
        return tuple(self.encoder(view) for view in shown)

    def loss(self, first, second):
        return self.weight * (first - second).square().mean()


class Brightness:
    """A stranger's encoder, which learns how bright pictures are."""

    def __init__(self, context):
        self.context = context

    def fit(self, train, validation):
        self.mean = float(train.batch(slice(None)).mean())

    def save(self, folder):
        (folder / "mean.json").write_text(json.dumps(self.mean))

    @classmethod
    def load(cls, folder, context):
        encoder = cls(context)
        encoder.mean = json.loads((folder / "mean.json").read_text())
        return encoder

    def features(self, images):
        return images.batch(slice(None)).mean((1, 2))[:, None] - self.mean


STRANGERS = {
    "alike": ModelSpec("alike", "Alike", "vsl", builds=f"{__name__}:Alike"),
    "brightness": ModelSpec("brightness", "Brightness", "vsl", pretrains=f"{__name__}:Brightness"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_strangers_method_or_encoder_is_probed_as_ours_are(name, plugged, dataset, classify, store):
    plugged(STRANGERS[name])
    small = ("--set", "recipe.batch_size=8", *(("--set", "alike.view_size=32") if name == "alike" else ()))
    code, _, err = classify(dataset, name, "--set", "k=3", "--folds", "0", *small)
    assert code == 0, err
    assert np.isfinite(record(store, name).metrics["top1"].value)
    assert bool(record(store, name).pretraining) == (name == "alike")
