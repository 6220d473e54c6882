"""The folds, repeats and seeds behind the rows of a table: whether rows differ in them, and which are missing."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bench.store.record import Record
from bench.tables.selection import Selection

Place = tuple[int, int]
"""Fold and repeat."""


def places_of(records: Sequence[Record]) -> frozenset[Place]:
    """Return the folds and repeats of records."""
    return frozenset(map(_place, records))


def seeds_of(records: Iterable[Record]) -> int:
    """Return the most seeds that a fold of one model's records has."""
    return max(Counter(map(_place, records)).values(), default=0)


def apart(selection: Selection) -> list[str]:
    """Name the models that lack folds, repeats or seeds of the table, and the ones that they have."""
    every = _every(selection)
    folds = [
        f"{records[0].model.label}: {len(own)} of {len(every)} folds and repeats ({_listed(own)})"
        for records in selection.by_model.values()
        if (own := places_of(records)) != every
    ]
    return [*folds, *_fewer_seeds(selection)]


def _fewer_seeds(selection: Selection) -> list[str]:
    """Name the models that have fewer seeds on a fold than others, except those that are the same for every seed."""
    most = max(map(seeds_of, selection.by_model.values()))
    sentences: list[str] = []
    for records in selection.by_model.values():
        numbers = Counter(map(_place, records))
        for number in sorted(set(numbers.values()) - {most}):
            places = [place for place in numbers if numbers[place] == number]
            if not records[0].model.deterministic:
                sentences.append(f"{records[0].model.label}: {number} of {most} seeds of {_listed(places)}")
    return sentences


def _place(record: Record) -> Place:
    return record.cell.fold, record.cell.repeat


def missing(selection: Selection) -> list[str]:
    """Say how many folds and repeats of the protocol no model has."""
    every = _every(selection)
    total = selection.clear["split"]["k"] * selection.clear["repeats"]
    lacking = total - len(every)
    unit = "folds" if selection.clear["repeats"] == 1 else "folds and repeats"
    unit = "fold" if lacking == 1 and unit == "folds" else unit
    return [f"{_listed(every)} of {total}: {lacking} {unit} missing"] if lacking > 0 and every else []


def in_words(folds: Sequence[int]) -> str:
    """Name folds, ascending: ``fold 0``, ``folds 0, 1``, ``folds 0-9``."""
    whole = len(folds) > 2 and list(folds) == list(range(folds[0], folds[-1] + 1))
    named = f"{folds[0]}-{folds[-1]}" if whole else ", ".join(map(str, folds))
    return f"fold{'s' if len(folds) > 1 else ''} {named}"


def _listed(places: Iterable[Place]) -> str:
    """Name folds, repeat by repeat if there are several repeats."""
    repeats = sorted({repeat for _, repeat in places})
    named = {number: in_words(sorted(fold for fold, repeat in places if repeat == number)) for number in repeats}
    return named[0] if repeats == [0] else ", ".join(f"{folds} of repeat {number}" for number, folds in named.items())


def _every(selection: Selection) -> frozenset[Place]:
    return frozenset(place for records in selection.by_model.values() for place in places_of(records))
