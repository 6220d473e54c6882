"""A scene: the facts from which a picture is drawn, independent of resolution."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from bench.tasks.datasets.synthetic.priors import SEM_COUNTS, kinds_of, shapes_of

if TYPE_CHECKING:  # the data digest covers all imports, and the contracts determine no picture
    from bench.contracts import Facts

LABELS, FACTS, GEOMETRY, INSTRUMENT, NOISE, LOOK = range(6)
"""The streams of random numbers; each is keyed by the seed and, but for LABELS, by the picture's index."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Scene:
    """The facts of one picture, kind to value; ``seed`` and ``index`` determine the positions of structures.

    In the varied look, ``specimen`` is the place in the category's catalogue, and ``magnification`` multiplies lengths.
    """

    seed: int
    index: int
    facts: "Facts"
    specimen: int | None = None
    magnification: float = 1.0

    def __getitem__(self, kind: str) -> str:
        return dict(self.facts)[kind]

    def get(self, kind: str, default: str) -> str:
        """Return the value of a kind, or the default if the scene does not show it."""
        return dict(self.facts).get(kind, default)

    @property
    def certain(self) -> "Facts":
        """The facts that the picture shows for certain: of a varied one, category and shape."""
        return self.facts if self.specimen is None else self.facts[:2]

    def stream(self, which: int) -> np.random.Generator:
        """Return the random numbers for positions (GEOMETRY), microscope settings (INSTRUMENT), its NOISE or LOOK."""
        return generator(self.seed, which, self.index)


def generator(*key: int) -> np.random.Generator:
    """Return a generator that depends only on the key."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key)))


def scene(seed: int, index: int, category: str) -> Scene:
    """Draw the facts of picture ``index``."""
    random = generator(seed, FACTS, index)
    shape = one_of(random, shapes_of(category))
    facts = {"category": category, "shape": shape}
    for kind, weights in kinds_of(category, shape).items():
        facts[kind] = one_of(random, weights)
    return Scene(seed, index, tuple(facts.items()))


def one_of(random: np.random.Generator, weights: Mapping[Value, float]) -> Value:
    """Draw one of the values by their weights."""
    values = list(weights)
    point = random.random() * sum(weights.values())
    for value in values[:-1]:
        point -= weights[value]
        if point < 0:
            return value
    return values[-1]


def labels(seed: int, size: int, balanced: bool) -> np.ndarray:
    """Return the category index of every picture (size,), categories in the order of ``SEM_COUNTS``."""
    counts = category_counts(size, balanced)
    ordered = np.repeat(np.arange(len(counts)), list(counts.values()))
    return generator(seed, LABELS).permutation(ordered)


def category_counts(size: int, balanced: bool) -> Mapping[str, int]:
    """Share out ``size`` pictures: evenly, or as the SEM dataset has them.

    The minimum is 20 per category if the size allows it, else half an even share: with 10 folds, each then
    holds two of every category, and one is left for validation.
    """
    weights = np.ones(len(SEM_COUNTS)) if balanced else np.array(list(SEM_COUNTS.values()), float)
    floor = min(20, size // (2 * len(weights))) if not balanced else size // len(weights)
    raised = np.zeros(len(weights), bool)
    share = np.zeros(len(weights))
    while True:
        free = size - floor * raised.sum()
        share = np.where(raised, floor, weights * free / max(weights[~raised].sum(), 1e-9))
        low = (share < floor) & ~raised
        if not low.any():
            break
        raised |= low
    return dict(zip(SEM_COUNTS, _rounded(share, size), strict=True))


def _rounded(share: np.ndarray, size: int) -> list[int]:
    """Round shares down, and give the rest to the largest remainders."""
    counts = np.floor(share + 1e-9).astype(int)
    for place in np.argsort(counts - share, kind="stable")[: size - counts.sum()]:
        counts[place] += 1
    return counts.tolist()
