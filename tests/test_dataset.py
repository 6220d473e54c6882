"""Datasets of strangers: what breaks the contract is one sentence, wherever it is found."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bench.contracts import Micrographs
from bench.data.dataset import open_dataset
from bench.errors import BenchError
from bench.specs import DatasetSpec
from bench.terminal.progress import NoProgress

SIDE = 8


class Dots:
    """A dataset that keeps the contract, with a method of its own."""

    name = "dots"
    categories = ("few", "many")

    def __init__(self, argument, image_size, progress):
        self.loads = 0

    def identity(self):
        return {"name": self.name}

    def labels(self):
        return np.arange(6) % 2

    def load(self):
        self.loads += 1
        pixels = np.zeros((6, SIDE, SIDE), np.uint8)
        ids = tuple(f"dot-{number}" for number in range(6))
        return Micrographs(pixels, np.arange(6), ids, self.labels(), self.categories)

    def facts(self, position):
        return {"category": self.categories[position % 2], "size": "small"}

    def caption(self, label):
        return "Dots."

    def set_aside(self):
        return ["dot-9: is no dot; draw one"]

    def draw(self):
        return "drawn"


chosen = Dots


def opened(kind=Dots, monkeypatch=None):
    if monkeypatch is not None:
        monkeypatch.setattr("tests.test_dataset.chosen", kind)
    spec = DatasetSpec(name="dots", label="Dots", builds="tests.test_dataset:chosen")
    return open_dataset(
        SimpleNamespace(find=lambda *_: (spec, ""), settings=lambda _: {}), "dots", {}, SIDE, NoProgress()
    )


def used(dataset):
    """All that a run asks of a dataset."""
    dataset.identity(), dataset.labels(), dataset.load(), dataset.set_aside(), dataset.caption(1)
    return [dataset.facts(position) for position in range(6)]


def loading(**changes):
    return lambda self: replace(Dots.load(self), **changes)


def raising(error):
    def method(*_):
        raise error

    return method


class Lacking(Dots):
    set_aside = name = property(raising(AttributeError("no such thing")))


def test_a_dataset_that_keeps_the_contract_is_handed_through():
    dataset = opened()
    assert used(dataset)[1] == {"category": "many", "size": "small"}
    assert (dataset.name, dataset.categories, dataset.draw()) == ("dots", ("few", "many"), "drawn")
    assert dataset.set_aside() == ("dot-9: is no dot; draw one",)
    assert not hasattr(dataset, "paint")


def test_pictures_are_asked_for_once():
    dataset = opened()
    dataset.load(), dataset.load()
    assert dataset._inner.loads == 1


def test_labels_handed_out_may_be_changed():
    dataset = opened()
    dataset.labels()[:] = 5
    assert dataset.labels().tolist() == [0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"load": loading(pixels=np.zeros((6, SIDE, SIDE), np.float32))}, r"load\(\) has pixels of float32"),
        ({"load": loading(pixels=np.zeros((6, SIDE, SIDE + 1), np.uint8))}, r"\(6, 8, 9\); return grey .*\(N, 8, 8\)"),
        ({"load": loading(pixels=np.zeros((5, SIDE, SIDE), np.uint8))}, r"rows from 0 to 5 of 5 pictures"),
        ({"load": loading(rows=np.arange(5))}, r"has 5 rows, 6 ids, 6 labels for the 6 of labels\(\)"),
        ({"load": loading(rows=np.arange(6) - 1)}, r"rows from -1 to 4"),
        ({"load": loading(rows=[0, 1, 2, 3, 4, 5])}, r"has rows of another type; make ids a tuple"),
        ({"load": loading(ids=("dot",) * 6)}, r"1 different ids for 6 pictures; give each picture an id"),
        ({"load": loading(labels=np.zeros(6, int))}, r"other labels or categories"),
        ({"load": lambda self: None}, r"load\(\) returned None; return bench.contracts.Micrographs"),
        ({"labels": lambda self: np.arange(6) % 3}, r"labels\(\) has values from 0 to 2; number the 2 categories"),
        ({"labels": lambda self: ["few", "many"]}, r"labels\(\) returned .*; return one whole number per picture"),
        ({"facts": lambda self, position: None}, r"facts\(0\) returned None; return a dictionary"),
        ({"facts": lambda self, position: {"size": "small"}}, r"names no category; give \{'category': 'few'\}"),
        ({"facts": lambda self, position: {"category": "few"}}, r"facts\(1\) names category 'few'; .*'many'"),
        ({"facts": lambda self, position: {"category": "few", "size": 3}}, r"facts\(0\) returned .*texts"),
        ({"identity": lambda self: {"seen": np.arange(3)}}, r"identity\(\) returned what JSON cannot hold \(.*ndarray"),
        ({"identity": lambda self: "dots"}, r"identity\(\) returned 'dots'; return a dictionary"),
        ({"caption": lambda self, label: None}, r"caption\(1\) returned None; return a text"),
        ({"set_aside": lambda self: "one"}, r"set_aside\(\) returned 'one'; return a tuple of sentences"),
        ({"categories": ("few", "few")}, r"categories is \('few', 'few'\); make it a tuple of different names"),
        ({"name": ""}, r"name is ''; make it a text"),
        ({"facts": raising(KeyError("size"))}, r"facts\(0\) raised KeyError: 'size' \(test_dataset.py, line \d+\)"),
        ({"__init__": lambda *_: Path("no.csv").read_text()}, r"__init__\(\) raised FileNotFound.*'no.csv' \(test_"),
    ],
)  # fmt: skip
def test_what_breaks_the_contract_names_class_method_and_remedy(changes, sentence, monkeypatch):
    kind = type("Dots", (Dots,), changes)
    with pytest.raises(BenchError, match=sentence) as raised:
        used(opened(kind, monkeypatch))
    assert str(raised.value).startswith("dataset class 'tests.test_dataset:chosen': ")
    assert "\n" not in str(raised.value)


def test_what_is_missing_is_named(monkeypatch):
    with pytest.raises(BenchError, match=r"it has no name and no set_aside; add what bench.contracts.Dataset lists"):
        opened(Lacking, monkeypatch)


def test_a_datasets_own_sentence_stays_as_it_is(monkeypatch):
    for method in ("__init__", "load"):
        kind = type("Dots", (Dots,), {method: raising(BenchError("take another file"))})
        with pytest.raises(BenchError, match="^take another file$"):
            used(opened(kind, monkeypatch))
