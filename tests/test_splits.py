"""The stratified split, and the partition that a config asks for."""

from types import SimpleNamespace

import numpy as np
import pytest

from bench.config.loading import load_config
from bench.data import splits
from bench.data.partition import Partition
from bench.errors import BenchError
from bench.terminal.progress import NoProgress

CATEGORIES = ("a", "b", "c")
LABELS = np.array([0, 1, 2] * 4 + [0] * 6)


@pytest.mark.parametrize(
    ("index", "repeat", "validation", "test"),
    [
        (0, 0, [2, 4, 14], [0, 10, 11, 12, 16]),
        (1, 0, [5, 7, 14], [1, 2, 6, 15, 17]),
        (0, 1, [5, 10, 15], [3, 4, 11, 13, 16]),
        (1, 1, [4, 8, 15], [0, 5, 6, 10, 14]),
    ],
)
def test_a_fold_is_the_one_that_stored_results_stand_on(index, repeat, validation, test):
    fold = splits.fold(LABELS, 4, index, repeat, 0.25)
    assert (fold.validation.tolist(), fold.test.tolist()) == (validation, test)
    assert fold.train.tolist() == np.setdiff1d(np.arange(18), validation + test).tolist()


def test_every_picture_is_tested_once_and_categories_are_spread_evenly():
    folds = [splits.fold(LABELS, 4, index, 0, 0.25) for index in range(4)]
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(18))
    assert all(set(np.bincount(LABELS[fold.test])[1:]) == {1} for fold in folds)


def test_validation_is_stratified_where_it_can_hold_one_picture_of_each_category():
    labels = np.repeat([0, 1, 2], 8)
    for index in range(2):
        for repeat in range(3):
            assert sorted(labels[splits.fold(labels, 2, index, repeat, 3 / 12).validation]) == [0, 1, 2]
    assert len(splits.fold(labels, 2, 0, 0, 2 / 12).validation) == 2


def test_validation_is_drawn_over_all_where_a_category_has_one_picture_left():
    labels = np.repeat([0, 1], [20, 2])
    fold = splits.fold(labels, 2, 0, 0, 0.25)
    assert [len(side) for side in fold] == [8, 3, 11]
    pairs = splits.fold(np.repeat([0, 1], [4, 4]), 2, 0, 0, 0.5)  # two pictures of each category are enough
    assert [len(side) for side in pairs] == [2, 2, 4] and {*(pairs.validation > 3)} == {True, False}


def test_however_small_the_share_one_picture_validates():
    assert len(splits.fold(LABELS, 4, 0, 0, 0.001).validation) == 1


@pytest.mark.parametrize(("asked", "explicit", "k"), [(2, True, 2), (3, True, 3), (3, False, 3), (10, False, 3)])
def test_k_is_what_is_asked_at_most_the_size_of_the_smallest_category(asked, explicit, k):
    assert splits.usable_k(np.repeat([0, 1, 2], [6, 3, 5]), asked, explicit, CATEGORIES) == k


def test_a_k_that_was_asked_for_and_cannot_be_is_refused():
    with pytest.raises(BenchError, match=r"k=4 .*'b' has pictures \(3\); use k=3 or less"):
        splits.usable_k(np.repeat([0, 1, 2], [6, 3, 5]), 4, True, CATEGORIES)
    with pytest.raises(BenchError, match=r"k=3 .*'b' has pictures \(2\)"):
        splits.usable_k(np.repeat([0, 1, 2], [6, 2, 5]), 3, True, CATEGORIES)


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize(("sizes", "asked", "smallest"), [([6, 1, 5], 3, 1), ([6, 5, 0], 3, 0), ([6, 6, 6], 1, 6)])
def test_fewer_than_two_folds_are_refused(sizes, asked, smallest, explicit):
    with pytest.raises(BenchError, match=rf"has {smallest} picture\(s\), a split needs at least 2"):
        splits.usable_k(np.repeat([0, 1, 2], sizes), asked, explicit, CATEGORIES)


def partition(*assignments, explicit=False):
    config, _ = load_config("demo", assignments)
    dataset = SimpleNamespace(labels=lambda: LABELS, categories=CATEGORIES)
    return Partition(dataset, config, explicit, NoProgress())


def test_a_partition_is_the_split_that_the_config_names():
    whole = partition("k=4", "validation_share=0.25")
    for fold, expected in zip(whole.fold(1, 1), splits.fold(LABELS, 4, 1, 1, 0.25), strict=True):
        assert np.array_equal(fold, expected)


def test_a_k_that_somebody_asked_for_is_not_lowered():
    assert partition("k=9").k == 4
    with pytest.raises(BenchError, match="use k=4 or less"):
        partition("k=9", explicit=True).k  # noqa: B018 -- reading it is the act


def test_a_fraction_shrinks_the_training_side_alone_and_the_rest_is_left_out():
    whole, cell = partition("k=4", "seed=3"), SimpleNamespace(fold=0, repeat=1, fraction=0.5)
    full, half = whole.fold(0, 1), whole.of(cell)
    assert np.array_equal(half.train, splits.shrunk(full.train, LABELS, 0.5, 3)) and len(half.train) < len(full.train)
    assert np.array_equal(half.validation, full.validation) and np.array_equal(half.test, full.test)
    assert sorted([*half.train, *whole.left_out(cell)]) == full.train.tolist()


def test_what_decides_the_sides_is_told_and_a_fraction_where_there_is_one():
    whole = partition("k=4", "validation_share=0.25")
    plain = {"kind": "stratified", "k": 4, "validation_share": 0.25}
    assert whole.identity(1.0) == plain and whole.identity(0.5) == {**plain, "fraction": 0.5}
