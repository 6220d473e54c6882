"""Models trained on one dataset and tested on another."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from bench.contracts import Micrographs
from bench.data.transfer import Transfer
from bench.errors import BenchError
from bench.store.record import parsed
from bench.store.store import Store
from bench.tables.items import items_of
from bench.terminal.progress import NoProgress
from tests.test_classification_run import records


class Ear(NoProgress):
    def __init__(self):
        self.told = []

    def say(self, text):
        self.told.append(text)


class Fake:
    """A dataset of these categories and labels."""

    def __init__(self, name, categories, labels=()):
        self.name, self.categories, self._labels = name, categories, np.array(labels, dtype=np.int64)

    def identity(self):
        return {"name": self.name}

    def labels(self):
        return self._labels

    def load(self):
        rows = np.arange(len(self._labels))
        pixels = np.full((len(rows), 2, 2), self.name == "tested", np.uint8) + rows.astype(np.uint8)[:, None, None]
        return Micrographs(pixels, rows, tuple(f"p{row}" for row in rows), self._labels, self.categories)


PIXELS = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8) * 9
LEARNED = Fake("learned", ("fibres", "MEMS devices", "powder", "tips"), [0, 1])
TESTED = Fake("tested", ("Tips", "grains", "mems_devices"), [0, 1, 2, 2, 0])


def test_shared_categories_are_relabelled_and_copies_left_out():
    transfer = Transfer(LEARNED, TESTED)
    said = Ear()
    shared = transfer.shared(TESTED.load(), LEARNED.load(), said)
    assert transfer.categories == shared.categories == ("MEMS devices", "tips")
    assert shared.ids == ("p2", "p3", "p4") and shared.labels.tolist() == [0, 0, 1]
    assert len(transfer) == 3 and said.told == ["1 pictures of tested are training pictures and left out"]


def test_a_category_that_only_copies_are_left_of_is_reported():
    tested = Fake("copies", ("MEMS devices", "tips"), [1, 0, 0])
    tested.load = lambda: replace(TESTED.load(), rows=np.array([0, 1, 2]), labels=np.array([1, 0, 0]), pixels=PIXELS)
    transfer, progress = Transfer(LEARNED, tested), Ear()
    shared = transfer.shared(tested.load(), LEARNED.load(), progress)
    assert len(transfer) == len(shared) == 2 and transfer.filled == ("MEMS devices",)
    assert progress.told[1] == "no picture of tips is left to be tested"


def test_categories_that_are_alike_are_matched_by_their_exact_names():
    transfer = Transfer(Fake("learned", ("a+", "a-", "b"), [0, 1, 2]), Fake("tested", ("a-", "B", "a+"), [0, 1, 2]))
    assert transfer.categories == ("a+", "a-", "b") and transfer._labels.tolist() == [1, 2, 0]


def test_probabilities_are_those_among_the_shared_categories():
    found = Transfer(LEARNED, TESTED).restricted(np.array([[0.5, 0.3, 0.1, 0.1], [1.0, 0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(found, [[0.75, 0.25], [0.5, 0.5]])


def test_datasets_without_two_common_categories_are_refused():
    with pytest.raises(BenchError, match="'learned' and 'other' share 1 categories.*give at least two the same name"):
        Transfer(LEARNED, Fake("other", ("powder", "dust")))


def test_a_trained_model_is_tested_on_another_dataset_without_retraining(folder, classify, bench, store):
    mine, other = folder(8, 8, 8), folder(4, 5, name="other", first=8)
    classify(mine, "gcn,majority", "--set", "k=4")
    trained = records(store)["gcn"].stages["train"]
    code, _, err = classify(mine, "gcn,majority", "--set", "k=4", "--test-dataset", other)
    assert code == 0 and "7 pictures of 2 shared categories" in err
    found = [parsed(path.read_bytes()) for path in (store / "cells").glob("*gcn*.json")]
    (elsewhere,) = [record for record in found if "test_data" in record.protocol]
    assert elsewhere.stages["train"] == trained and elsewhere.n == 7
    code, out, _ = bench("table", "3", "--no-published")
    assert f"tested on all pictures of {other} of the categories that both have: kind00, kind01" in out
    assert "| n   |" in out and bench("table", "3", "--vary", "test_dataset")[0] == 0
    (line,) = [line for line in out.splitlines() if line.startswith("| Majority of the test pictures")]
    counts = Counter(item["category"] for item in items_of(Store(store), elsewhere))
    assert f"{max(counts.values()) / 7:.3f}" in line
    assert out.index("| Majority answer") < out.index(line)


def test_a_model_is_not_tested_on_what_it_was_trained_on(folder, classify):
    mine = folder(8, 8)
    code, _, err = classify(mine, "majority", "--set", "k=4", "--test-dataset", mine)
    assert code == 2 and "every picture of" in err and "name another test dataset" in err


def test_the_test_dataset_must_exist(bench):
    code, _, err = bench("run", "--task", "classification", "--models", "majority", "--test-dataset", "synthetik")
    assert code == 2 and "did you mean 'synthetic'" in err


def test_a_missing_variation_names_its_remedy(classify, bench, folder):
    learned, tested = folder(6, 6), folder(3, 3, name="theirs", first=20)
    options = ("--set", "folds=0", "--set", "k=2")
    assert classify(learned, "majority", *options, "--test-dataset", tested)[0] == 0
    code, _, err = bench("table", "2", "--vary", "test_dataset")
    assert code == 2 and f"`bench run --task classification --dataset {learned} --models majority`" in err
    assert err.endswith("its other options without --test-dataset\n") and "differs in" not in err
    assert classify(learned, "majority", *options, "--set", "image_size=32")[0] == 0
    code, _, err = bench("table", "2", "--vary", "test_dataset")
    assert code == 2 and err.endswith("its other options and --test-dataset DATASET\n")
    assert "in test_dataset alone; " in err and " differs in data and image_size, too; make some with" in err
