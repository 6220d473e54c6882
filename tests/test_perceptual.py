import numpy as np
import pytest
from PIL import Image, ImageFilter

from bench.data.perceptual import BITS, groups, hashes, links, unlike
from bench.tasks.datasets.synthetic.dataset import Synthetic
from bench.terminal.progress import NoProgress

MOST = 51


@pytest.fixture(scope="module")
def pictures():
    dataset = Synthetic("", 224, NoProgress(), size=200)
    return np.asarray(dataset.load().pixels)


def brighter(picture):
    return np.clip((picture.astype(float) - 128) * 0.75 + 110, 0, 255).astype(np.uint8)


def blurred(picture):
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(2)))


def noisy(picture):
    return np.clip(picture + np.random.default_rng(0).normal(0, 12, picture.shape), 0, 255).astype(np.uint8)


def other_bar(picture):
    return np.concatenate([picture[:180], np.full((44, 224), 255, np.uint8)])


def turned(picture):
    return np.asarray(Image.fromarray(picture).rotate(1, fillcolor=int(picture.mean())))


@pytest.mark.parametrize("change", [brighter, blurred, noisy, other_bar, turned])
def test_a_changed_copy_is_linked_to_its_picture(pictures, change):
    some = pictures[:30]
    both = np.concatenate([some, np.stack([change(picture) for picture in some])])
    found = links(both, MOST)
    linked = set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert sum((place, place + 30) in linked for place in range(30)) >= 29
    assert len(linked) <= 31


def test_different_pictures_are_not_linked(pictures):
    assert len(links(pictures, MOST).first) == 0


def test_links_are_all_pairs_within_the_distance_and_no_other(pictures):
    bits = hashes(pictures)
    distance = (bits[:, None] != bits[None]).sum(-1)
    most = int(np.sort(distance[np.triu_indices(len(bits), 1)])[40])
    found = links(pictures, most)
    left, right = np.nonzero(np.triu(distance <= most, 1))
    assert set(zip(found.first.tolist(), found.second.tolist(), found.distance.tolist(), strict=True)) == set(
        zip(left.tolist(), right.tolist(), distance[left, right].tolist(), strict=True)
    )


def test_the_same_pixels_are_told_from_the_same_hash(pictures):
    found = links(np.stack([pictures[0], pictures[0], other_bar(pictures[0])]), MOST)
    assert {(int(a), int(b)): bool(same) for a, b, _, same in zip(*found, strict=True)} == {(0, 1): True, (0, 2): False}


def test_a_thousand_copies_make_a_thousand_links_not_a_million():
    found = links(np.zeros((1000, 32, 32), np.uint8), MOST)
    assert len(found.first) == 999 and len(set(groups(found.first, found.second, 1000))) == 1


def test_groups_join_what_is_linked_by_several_steps():
    numbers = groups(np.array([0, 1]), np.array([1, 4]), 5)
    assert numbers[0] == numbers[1] == numbers[4] and len(set(numbers)) == 3


def test_what_no_step_links_to_other_pictures_is_unlike_them():
    bits = np.zeros((4, BITS), bool)
    bits[1, :40], bits[2, :80], bits[3] = True, True, True
    assert unlike(bits[1:], bits[:1], 40).tolist() == [2]
    assert unlike(bits[1:], bits[:1], 39).tolist() == [0, 1, 2]


@pytest.mark.parametrize("side", [8, 16, 32, 100])
def test_pictures_of_any_size_have_a_hash(side):
    picture = np.random.default_rng(side).integers(0, 256, (2, side, side), dtype=np.uint8)
    bits = hashes(picture)
    assert bits.shape == (2, BITS) and (bits[0] != bits[1]).sum() > 20
