"""`bench run --task classification` from end to end: any pictures, any number of categories, models that fail."""

import json
import re

import numpy as np
import pytest
import torch
from torch import nn

from bench import ModelSpec
from bench.store.record import parsed


def records(store):
    found = [parsed(path.read_bytes()) for path in (store / "cells").glob("*.json")]
    return {record.cell.model: record for record in found}


@pytest.mark.parametrize("categories", [2, 9, 11])
def test_pictures_of_any_kind_and_number_of_categories_are_classified(folder, classify, store, categories):
    code, _, err = classify(folder(*[8] * categories), "gcn,majority,pixels,spectrum", "--set", "k=4")
    assert code == 0, err
    for record in records(store).values():
        scored = store / "stages" / record.stages["score"] / "product" / "scores.json"
        counts = np.array(json.loads(scored.read_text())["counts"]["confusion"])
        assert counts.shape == (categories, categories) and counts.sum() == record.n > categories
    assert f" and {2 * categories - 1} more: has only 1 x 1 pixels" in err


@pytest.mark.parametrize("options", [(), ("--fraction", "0.1"), ("--mask-bar",)])
def test_a_category_that_a_side_of_the_fold_lacks_stops_nobody(folder, classify, store, options):
    code, _, err = classify(folder(9, 9, 2), "gcn,majority,pixels,spectrum", *options)
    assert code == 0, err
    assert "the smallest category allows no 5" in err
    assert records(store).keys() == {"gcn", "majority", "pixels", "spectrum"}


def test_a_training_whose_loss_is_no_number_fails_alone_and_says_where(folder, classify, store):
    code, out, err = classify(folder(8, 8, 8), "gcn,majority", "--set", "k=3", "--set", "gcn.learning_rate=1e30")
    assert code == 1 and "1 of 2 cells failed" in out
    assert re.search(r"gcn fold 0: train failed: .*diverged in epoch 1, at its end: validation=nan", err)
    assert "Traceback" not in err and records(store).keys() == {"majority"}


class Peeping:
    """Tells the category of a picture wherever it is shown it, by its label or by the name of its folder."""

    def __init__(self, context):
        pass

    def fit(self, train, validation):
        self.categories = train.categories

    def save(self, folder):
        (folder / "categories.json").write_text(json.dumps(self.categories))

    @classmethod
    def load(cls, folder, context):
        model = cls(context)
        model.categories = json.loads((folder / "categories.json").read_text())
        return model

    def predict_proba(self, images):
        named = [[category in name.split("/") for category in self.categories] for name in images.ids]
        labelled = images.labels[:, None] == np.arange(len(self.categories))
        shown = np.array(named) | labelled
        return np.where(shown.any(1, keepdims=True), shown, 1 / len(self.categories)).astype(float)


def test_a_classifier_is_shown_neither_labels_nor_names_of_folders(folder, classify, store, plugged):
    plugged(ModelSpec(name="peeping", label="Peeping", family="convnet", estimator=f"{__name__}:Peeping"))
    assert classify(folder(8, 8, 8), "peeping", "--set", "k=4")[0] == 0
    assert records(store)["peeping"].metrics["top1"].value < 0.5


class Speechless:
    """Would train, but lacks what is called afterwards."""

    def __init__(self, context):
        pass

    def fit(self, train, validation):
        raise AssertionError("trained")

    @classmethod
    def load(cls, folder, context):
        return cls(context)


def test_a_model_that_lacks_a_method_fails_before_it_is_trained(folder, classify, plugged):
    plugged(ModelSpec(name="speechless", label="Speechless", family="convnet", estimator=f"{__name__}:Speechless"))
    code, _, err = classify(folder(8, 8), "speechless", "--set", "k=2")
    assert code == 1 and "has no save and no predict_proba, which the task 'classification' needs; add" in err
    assert "name a torch module by `builds`" in err
    assert "trained" not in err


class Cramped(nn.Module):
    """A network for whose batches above ``most`` there is no memory."""

    def __init__(self, num_classes, most):
        super().__init__()
        self.most, self.layer = most, nn.Linear(3, num_classes)

    def forward(self, pictures):
        if len(pictures) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return self.layer(pictures.mean((2, 3)))


def cramped(num_classes):
    return Cramped(num_classes, 5)


def bursting(num_classes):
    network = Cramped(num_classes, 1)
    network.register_forward_pre_hook(lambda network, inputs: setattr(network, "most", 1 - network.training))
    return network


def test_a_batch_that_does_not_fit_goes_in_pieces_or_fails_its_cell_alone(folder, classify, store, plugged):
    for name in ("cramped", "bursting"):
        plugged(ModelSpec(name=name, label=name, family="convnet", builds=f"{__name__}:{name}"))
    code, out, err = classify(folder(8, 8, 8), "bursting,cramped,majority", "--set", "k=4")
    assert code == 1 and "1 of 3 cells failed" in out
    assert "bursting fold 0: train failed: memory does not hold a training step of one picture alone" in err
    assert records(store)["cramped"].training["parts"] == 4
    assert records(store).keys() == {"cramped", "majority"}


def test_a_record_tells_time_memory_precision_and_the_sizes_of_the_sides(folder, classify, store):
    assert classify(folder(8, 8, 8), "gcn", "--set", "k=4")[0] == 0
    record = records(store)["gcn"]
    assert record.training["precision"] == "32-true" and record.training["parts"] == 1
    assert record.sides == {"train": 12, "validation": 1, "test": 5} and record.n == 5
    for stage in ("train", "predict", "score"):
        timing = record.timings[stage]
        assert timing.seconds > 0 and 2**26 < timing.memory.process < 2**36
