"""The split: a function of the labels, k and the repeat, the same for every task and model."""

from typing import NamedTuple

import numpy as np

from bench.errors import BenchError


class Fold(NamedTuple):
    """Positions of one fold's sides in the dataset, each ascending; together they hold every picture once."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def shrunk(side: np.ndarray, labels: np.ndarray, fraction: float, seed: int) -> np.ndarray:
    """Return a fraction of a side's positions, ascending: the same share of each category, and at least one picture.

    With one seed, a smaller fraction is contained in a larger one.
    """
    order = np.random.default_rng(seed).permutation(side)
    by_category = [order[labels[order] == category] for category in np.unique(labels[side])]
    return np.sort(np.concatenate([positions[: max(1, round(fraction * len(positions)))] for positions in by_category]))


def usable_k(labels: np.ndarray, requested: int, explicit: bool, categories: tuple[str, ...]) -> int:
    """Return the number of folds: the requested one, at most the smallest category's size.

    BenchError if that is fewer than two, or if a larger number was requested explicitly.
    """
    sizes = np.bincount(labels, minlength=len(categories))
    smallest = int(sizes.min())
    name = categories[int(sizes.argmin())]
    if explicit and requested > smallest >= 2:
        raise BenchError(
            f"k={requested} is more than category {name!r} has pictures ({smallest}); use k={smallest} or less"
        )
    if min(requested, smallest) < 2:
        few = [repr(category) for category, size in zip(categories, sizes, strict=True) if size < 2] or [repr(name)]
        named = f"category {few[0]} has" if len(few) == 1 else f"categories {', '.join(few)} have"
        each = "" if len(few) == 1 else " of each"
        raise BenchError(
            f"{named} {smallest} picture(s), a split needs at least 2{each}: one to train on and one to be tested on; "
            "add pictures, put these into a wider category, or leave them out"
        )
    return min(requested, smallest)


def fold(labels: np.ndarray, k: int, index: int, repeat: int, validation_share: float) -> Fold:
    """Draw fold ``index`` of k, stratified by category; the repeat redraws the partition.

    Validation is taken from the training side. It is stratified if every category there has at least two pictures and
    the share can hold one of each; otherwise it is drawn from all.
    """
    from sklearn.model_selection import StratifiedKFold, train_test_split

    seed = 7919 * repeat
    folds = StratifiedKFold(k, shuffle=True, random_state=seed).split(np.zeros(len(labels)), labels)
    rest, test = list(folds)[index]
    size = max(1, round(validation_share * len(rest)))
    present, counts = np.unique(labels[rest], return_counts=True)
    stratified = counts.min() >= 2 and size >= len(present)
    train, validation = train_test_split(
        rest, test_size=size, random_state=seed + index, stratify=labels[rest] if stratified else None
    )
    return Fold(np.sort(train), np.sort(validation), np.sort(test))
