import re

import numpy as np
import pytest

from bench.config.loading import load_config
from bench.data import grouped, splits
from bench.data.duplicates import clusters, duplicates
from bench.data.partition import Partition
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.tasks.datasets.folder import Folder
from bench.terminal.progress import NoProgress

CATEGORIES = ("a", "b", "c")


def drawn(seed=0, size=300):
    """Labels and groups: most pictures alone, some groups of up to nine, one across two categories."""
    random = np.random.default_rng(seed)
    labels = random.choice(3, size, p=[0.6, 0.3, 0.1])
    groups = np.arange(size)
    for _ in range(25):
        first = int(random.integers(size))
        groups[random.choice(np.flatnonzero(labels == labels[first]), random.integers(1, 9))] = groups[first]
    groups[np.flatnonzero(labels == 1)[:2]] = groups[np.flatnonzero(labels == 0)[0]]
    return labels, groups


@pytest.mark.parametrize(
    ("index", "repeat", "validation", "test"),
    [
        (0, 0, [0, 2, 3], [1, 4, 6, 11, 12, 13]),
        (1, 0, [8, 16, 17], [0, 2, 3, 5, 7, 9]),
        (0, 1, [2, 7, 9], [0, 3, 6, 8, 10, 15]),
        (1, 1, [0, 3, 11], [1, 2, 4, 13, 14, 17]),
    ],
)
def test_a_grouped_fold_is_the_one_that_stored_results_stand_on(index, repeat, validation, test):
    labels, groups = np.array([0, 1, 2] * 4 + [0] * 6), np.array([0, 1, 2, 0, 1, *range(5, 18)])
    fold = grouped.grouped_fold(labels, groups, 3, index, repeat, 0.25)
    assert (fold.validation.tolist(), fold.test.tolist()) == (validation, test)


def test_validation_is_as_near_to_the_share_as_groups_allow():
    labels, groups = np.zeros(40, int), np.repeat(np.arange(12), [9, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1, 1])
    sizes = [len(grouped.grouped_fold(labels, groups, 2, index, 0, 0.25).validation) for index in range(2)]
    rest = [len(labels) - len(grouped.grouped_fold(labels, groups, 2, index, 0, 0.25).test) for index in range(2)]
    assert all(abs(size - 0.25 * whole) < 3 for size, whole in zip(sizes, rest, strict=True)), (sizes, rest)


@pytest.mark.parametrize(("share", "size"), [(0.5, 10), (0.25, 5), (0.1, 2), (0.9, 10)])
def test_validation_is_one_of_as_many_equal_parts_as_the_share_says_and_never_all(share, size):
    fold = grouped.grouped_fold(np.zeros(40, int), np.arange(40), 2, 0, 0, share)
    assert (len(fold.validation), len(fold.train)) == (size, 20 - size)


def test_categories_without_a_second_group_are_refused_by_name_and_two_groups_are_enough():
    labels = np.array([0] * 4 + [1] * 4 + [2] * 4)
    assert grouped.usable_k(labels, np.array([0, 1, 2, 3, 4, 4, 5, 5, *range(6, 10)]), 2, True, CATEGORIES) == 2
    assert grouped.usable_k(labels, np.arange(12), 3, True, CATEGORIES) == 3
    assert grouped.usable_k(labels, np.arange(12), 4, True, CATEGORIES) == 4
    with pytest.raises(BenchError, match=r"k=3 .*'b' .*\(2\); use k=2"):
        grouped.usable_k(labels, np.array([0, 1, 2, 3, 4, 4, 5, 5, *range(6, 10)]), 3, True, CATEGORIES)
    for explicit in (True, False):
        with pytest.raises(BenchError, match=r"'b' has 1 group\(s\)"):
            grouped.usable_k(labels, np.array([0, 1, 2, 3, 4, 4, 4, 4, *range(6, 10)]), 3, explicit, CATEGORIES)
        with pytest.raises(BenchError, match="needs at least 2"):
            grouped.usable_k(labels, np.arange(12), 1, explicit, CATEGORIES)


def test_a_category_that_is_left_no_picture_to_train_on_is_named_as_the_reason():
    labels, groups = np.array([0] * 8 + [1] * 4), np.array([*range(8), 8, 8, 8, 8])
    with pytest.raises(BenchError, match="leave it no picture to train on; use another k"):
        for index in range(2):
            grouped.grouped_fold(labels, groups, 2, index, 0, 0.25)


@pytest.mark.parametrize(
    ("k", "repeat"), [(2, 0), (2, 1), (5, 0), (5, 1), (10, 0), pytest.param(10, 1, marks=pytest.mark.slow)]
)
def test_no_group_is_on_two_sides_and_every_picture_is_tested_once(k, repeat):
    labels, groups = drawn()
    tested = []
    for index in range(k):
        fold = grouped.grouped_fold(labels, groups, k, index, repeat, 0.1)
        sides = [set(groups[side]) for side in fold]
        assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]
        assert sorted(np.concatenate(fold)) == list(range(len(labels)))
        assert all(np.all(np.diff(side) > 0) for side in fold)
        assert set(labels[fold.train]) == {0, 1, 2} and 0.04 < len(fold.validation) / len(labels) < 0.16
        tested += fold.test.tolist()
    assert sorted(tested) == list(range(len(labels)))


def test_the_stratified_split_of_the_same_data_has_groups_on_two_sides():
    labels, groups = drawn()
    fold = splits.fold(labels, 5, 0, 0, 0.1)
    assert set(groups[fold.train]) & set(groups[fold.test])


def test_categories_are_spread_over_the_folds():
    labels, groups = drawn()
    folds = [grouped.grouped_fold(labels, groups, 5, index, 0, 0.1) for index in range(5)]
    shares = np.array([np.bincount(labels[fold.test], minlength=3) / np.bincount(labels) for fold in folds])
    assert shares.min() > 0.08 and shares.max() < 0.35


def test_the_repeat_redraws_and_the_same_repeat_does_not():
    labels, groups = drawn()
    first, again, other = (grouped.grouped_fold(labels, groups, 5, 0, repeat, 0.1).test for repeat in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_validation_never_takes_the_last_pictures_of_a_category(share):
    labels = np.array([0] * 40 + [1] * 4)
    groups = np.array([*range(40), 40, 40, 41, 41])
    for index in range(2):
        fold = grouped.grouped_fold(labels, groups, 2, index, 0, share)
        assert set(labels[fold.train]) == {0, 1} and len(fold.validation)


def test_k_is_bounded_by_groups_not_by_pictures():
    labels, groups = np.array([0] * 6 + [1] * 6 + [2] * 6), np.array([*range(12), 12, 12, 12, 13, 13, 14])
    assert grouped.usable_k(labels, groups, 10, False, CATEGORIES) == 3
    with pytest.raises(BenchError, match=r"k=10 .*'c'.*\(3\)"):
        grouped.usable_k(labels, groups, 10, True, CATEGORIES)
    with pytest.raises(BenchError, match="--split stratified"):
        grouped.usable_k(labels, np.array([*range(12)] + [12] * 6), 10, False, CATEGORIES)


def partition(dataset, *assignments):
    config, _ = load_config("demo", assignments)
    return Partition(dataset, config, False, NoProgress())


@pytest.fixture
def copies(tmp_path):
    """Twelve pictures of two categories, each with a darker, noisier copy."""
    from PIL import Image, ImageFilter

    random = np.random.default_rng(0)
    for category in ("x", "y"):
        (tmp_path / "pictures" / category).mkdir(parents=True)
        for number in range(6):
            plain = Image.fromarray(random.integers(0, 256, (16, 16), dtype=np.uint8)).resize((200, 150))
            plain.save(tmp_path / "pictures" / category / f"{number}.png")
            darker = plain.filter(ImageFilter.GaussianBlur(1)).point(lambda level: level * 0.8)
            darker.save(tmp_path / "pictures" / category / f"{number}-again.jpg")
    return Folder(str(tmp_path / "pictures"), 64, NoProgress())


def test_copies_are_one_cluster_each_and_never_on_two_sides(copies):
    found = duplicates(copies, 51, NoProgress())
    ids = copies.load().ids
    assert [[ids[place][:3] for place in places] for places in clusters(found)] == [
        [f"{category}/{number}"] * 2 for category in "xy" for number in range(6)
    ]
    drawn = partition(copies, "split=grouped", "k=3")
    for index in range(3):
        fold = drawn.fold(index, 0)
        assert not set(found.groups[fold.test]) & set(found.groups[np.concatenate([fold.train, fold.validation])])


def test_clusters_are_found_once(copies, monkeypatch):
    duplicates(copies, 51, NoProgress())
    monkeypatch.setattr("bench.data.perceptual.links", lambda *_: pytest.fail("compared again"))
    duplicates(copies, 51, NoProgress())


def plan(*assignments):
    from bench.planning.plan import Plan
    from bench.planning.rows import Request

    config, explicit = load_config("demo", ("synthetic.size=60", "synthetic.balanced=true", "k=3", *assignments))
    return Plan(Request("classification", ("squeezenet",), config, explicit), Registry(), NoProgress())


def test_the_protocol_of_a_stratified_run_has_no_new_entries():
    protocol = plan().protocol(1.0)
    assert protocol["split"] == {"kind": "stratified", "k": 3, "validation_share": 0.1}
    assert set(protocol) == {"data", "split", "repeats", "image_size", "task", "metrics"}


@pytest.mark.parametrize("choice", ["split=grouped", "mask_bar=true"])
def test_another_split_or_masked_pictures_are_another_protocol_and_another_training(choice):
    plain, other = plan().cells[0], plan(choice).cells[0]
    assert plain.protocol != other.protocol and plain.train.fingerprint != other.train.fingerprint


def test_the_protocol_of_the_grouped_split_names_its_distance_and_its_code():
    split = plan("split=grouped", "duplicate_distance=30").protocol(1.0)["split"]
    assert split["duplicate_distance"] == 30 and re.fullmatch("[0-9a-f]{16}", split["code"])


def test_the_distance_affects_only_the_protocol_of_the_grouped_split():
    assert plan("duplicate_distance=30").cells[0].protocol == plan().cells[0].protocol
    grouped = [plan("split=grouped", f"duplicate_distance={most}").cells[0].protocol for most in (30, 51)]
    assert grouped[0] != grouped[1]
