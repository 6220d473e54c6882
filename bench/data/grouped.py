"""The grouped split: near-duplicates stay on one side, so that no test picture closely resembles a training one."""

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from bench.data.splits import Fold
from bench.errors import BenchError


def _group_counts(labels: np.ndarray, groups: np.ndarray, categories: int) -> np.ndarray:
    """Return the number of groups of each category (C,): it cannot be spread over more folds."""
    pairs = np.unique(np.stack([labels, groups]), axis=1)
    return np.bincount(pairs[0], minlength=categories)


def united(groups: np.ndarray, values: Sequence[str]) -> np.ndarray:
    """Return the groups (N,) of pictures linked, directly or indirectly, by a group or by an equal value."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    _, kinds = np.unique(np.asarray(values), return_inverse=True)
    nodes = int(groups.max()) + 1
    links = coo_matrix((np.ones(len(groups)), (groups, nodes + kinds)), shape=(nodes + len(kinds),) * 2)
    return connected_components(links, directed=False)[1][groups]


def usable_k(
    labels: np.ndarray,
    groups: np.ndarray,
    requested: int,
    explicit: bool,
    categories: tuple[str, ...],
    column: str | None = None,
) -> int:
    """Return the number of folds: the requested one, at most the number of groups of the category with the fewest.

    ``column`` names what the groups are made by, beside near-duplicates. BenchError if that is fewer than two, or if a
    larger number was requested explicitly.
    """
    counts = _group_counts(labels, groups, len(categories))
    fewest, name = int(counts.min()), categories[int(counts.argmin())]
    if explicit and requested > fewest >= 2:
        raise BenchError(
            f"k={requested} is more than category {name!r} has {_what(column)} ({fewest}); use k={fewest} or less"
        )
    if min(requested, fewest) < 2:
        other = f"group by another column than {column!r}" if column else "use --split stratified"
        raise BenchError(
            f"category {name!r} has {fewest} {_what(column, few=True)}, a grouped split needs at least 2; "
            f"add other pictures, lower duplicate_distance, or {other}"
        )
    return min(requested, fewest)


def _what(column: str | None, few: bool = False) -> str:
    """Name groups; ``few`` if there may be one."""
    groups = "group(s)" if few else "groups"
    return f"{groups} by {column!r} and near-duplicates" if column else f"{groups} of near-duplicates"


def grouped_fold(
    labels: np.ndarray, groups: np.ndarray, k: int, index: int, repeat: int, validation_share: float
) -> Fold:
    """Draw fold ``index`` of k, stratified as far as whole groups allow; the repeat redraws.

    Validation is taken from the training side by groups too, as near to the share as groups allow. BenchError if a
    category is left without a training picture.
    """
    seed = 7919 * repeat
    rest, test = _folds(labels, groups, k, seed)[index]
    validation = _validation(labels[rest], groups[rest], validation_share, seed + index)
    train = np.delete(rest, validation)
    lost = np.setdiff1d(labels, labels[train])
    if len(lost):
        raise BenchError(
            f"fold {index} of {k}: a category's near-duplicates leave it no picture to train on; "
            f"use another k, lower duplicate_distance, or use --split stratified"
        )
    if not len(validation):
        raise BenchError(
            f"fold {index} of {k}: {len(rest)} pictures remain to train on, too few to hold some back for validation; "
            "use another k, or add pictures"
        )
    return Fold(np.sort(train), np.sort(rest[validation]), np.sort(test))


def _folds(labels: np.ndarray, groups: np.ndarray, k: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a category with fewer groups than folds does no harm
        folds = StratifiedGroupKFold(k, shuffle=True, random_state=seed).split(labels, labels, groups)
        return list(folds)


def _validation(labels: np.ndarray, groups: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Return positions of the validation side: of about equal candidates the one nearest to the share.

    With a single group, or one picture per category, pictures are drawn whatever their group: only the test side must
    share none with the others.
    """
    if len(np.unique(groups)) < 2 or int(np.bincount(labels).max()) < 2:
        held = np.random.default_rng(seed).permutation(len(labels))[: max(1, round(share * len(labels)))]
        return _spared(labels, np.arange(len(labels)), np.sort(held))
    count = min(round(1 / share), int(np.bincount(labels).max()), len(np.unique(groups)))
    drawn = [_spared(labels, groups, held) for _, held in _folds(labels, groups, max(2, count), seed)]
    return min(drawn, key=lambda held: abs(len(held) - share * len(labels)))


def _spared(labels: np.ndarray, groups: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Return the positions without groups whose category would otherwise have no picture left."""
    lost = np.setdiff1d(labels, np.delete(labels, held))
    needed = groups[held][np.isin(labels[held], lost)]
    return held[~np.isin(groups[held], needed)]
