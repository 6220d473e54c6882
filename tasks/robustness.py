"""The tasks of asking trained models about altered test pictures, beside the same pictures unaltered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from bench.contracts import Instructions, Micrographs, Scores
from bench.statistics.clustered import Shares, clustered_change, clustered_mean
from bench.tasks.alterations import ALTERATIONS, Alteration
from bench.tasks.altering import alter
from bench.tasks.classification import check_probabilities
from bench.tasks.metrics.classification import ranks
from bench.tasks.metrics.facts import Judged, counts_of, judge
from bench.tasks.paraphrases import in_held_out_wording
from bench.tasks.vqa import VQA, Caption, Questions, check_answers

UNALTERED = "unaltered"
REWORDED = "reworded"
CHANGE = "_change"
"""The end of a metric's name: the score on altered pictures minus that on the same pictures, unaltered."""
_MEANINGS = {
    **{alteration.name: f"on pictures altered so: {alteration.meaning}" for alteration in ALTERATIONS},
    "NAME_change": "the score of an alteration minus that of the same pictures, unaltered, on the same facts; its "
    "standard error is that of the paired difference, clustered by picture",
}


class AlteredClassification:
    """Asks for the category of each test picture, unaltered and in every alteration; a ``Task`` without settings."""

    def pose(self, test: Micrographs) -> Micrographs:
        """Return the test pictures, then those of each alteration, in one array."""
        return _with_altered(test)

    def protocol(self) -> dict[str, Any]:
        """Return in clear what must agree, besides the data and the split, for two rows to share a table."""
        return {"asked": "the category of each test picture, unaltered and altered"}

    def score(self, given: np.ndarray, posed: Micrographs, train: Micrographs) -> Scores:
        """Score probabilities (N, C), one row per posed picture; BenchError if they are no probabilities."""
        check_probabilities(given, posed)
        names = (UNALTERED, *(alteration.name for alteration in ALTERATIONS))
        right = (ranks(given, posed.labels) < 1).astype(np.float64).reshape(len(names), -1)
        pictures, predicted = posed.ids[: right.shape[1]], given.argmax(1)
        metrics: dict[str, tuple[float, float | None]] = {}
        for name, own in zip(names, right, strict=True):
            if not pictures:
                break
            metrics[name] = clustered_mean(own, pictures)
            if name != UNALTERED:
                metrics[name + CHANGE] = clustered_mean(own - right[0], pictures)
        items = tuple(
            {
                "id": name,
                "picture": pictures[position % len(pictures)],
                "category": posed.categories[posed.labels[position]],
                "alteration": names[position // len(pictures)],
                "predicted": posed.categories[predicted[position]],
                "top1": float(right.flat[position]),
            }
            for position, name in enumerate(posed.ids)
        )
        return Scores(metrics, items, {})

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        score = "share of pictures whose category is the likeliest; among equals the category listed first goes before"
        return {UNALTERED: score, **_MEANINGS, "standard_error": "of a mean over pictures"}


class _Part(NamedTuple):
    """The questions under one condition: their positions, and those of the same ones about unaltered pictures."""

    name: str
    positions: list[int]
    before: list[int]


class AlteredVQA:
    """Asks about facts of each test picture, unaltered and in every alteration; a ``Task``.

    Only facts that an alteration leaves as they were count, and only questions whose reference states such a fact are
    asked. The unaltered pictures are also asked about in a wording that no model is taught. ``caption`` and
    ``questions`` are as in ``VQA``.
    """

    def __init__(self, *, caption: Caption = "with", questions: Questions = 8) -> None:
        self._questions = VQA(caption=caption, questions=questions)

    def pose(self, test: Instructions) -> Instructions:
        """Return the questions about the test pictures, the same about those of each alteration, then reworded ones."""
        posed = self._questions.pose(test)
        count = len(posed.micrographs)
        records, pictures = [], []
        for place, (name, changes) in enumerate(_changes().items()):
            for record, picture in zip(posed.records, posed.pictures.tolist(), strict=True):
                facts = tuple(fact for fact in record.facts if fact[0] not in changes)
                if facts:
                    records.append(replace(record, id=_id(record.id, name), facts=facts))
                    pictures.append(place * count + picture)
        unaltered = replace(
            posed,
            micrographs=_with_altered(posed.micrographs),
            records=tuple(records),
            pictures=np.array(pictures, dtype=np.int64),
            captions=posed.captions * (1 + len(ALTERATIONS)),
            scales=(),  # of an altered picture it is unknown
        )
        return _with_reworded(unaltered, count)

    def protocol(self) -> dict[str, Any]:
        """Return in clear what must agree, besides the data and the split, for two rows to share a table."""
        return {
            **self._questions.protocol(),
            "not_counted": {name: sorted(own) for name, own in _changes().items()},
        }

    def score(self, given: Sequence[str], posed: Instructions, train: Instructions) -> Scores:
        """Score one answer per posed question, in order; ValueError unless each is answered exactly once."""
        check_answers(given, posed)
        metrics: dict[str, tuple[float, float | None]] = {}
        items: list[Mapping[str, Any]] = []
        for part in _parts(posed):
            questions = posed.take(part.positions)
            after, before = (
                judge([given[position] for position in positions], questions, train)
                for positions in (part.positions, part.before)
            )
            metrics |= _scores(part.name, after, before, [record.picture for record in questions.records])
            items += [
                _item(posed, position, part.name, given[position], own)
                for position, own in zip(part.positions, after, strict=True)
            ]
        return Scores(metrics, tuple(items), {})

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        score = f"{self._questions.definitions()['facts']}; not of the kinds that the alteration can change"
        reworded = "on unaltered pictures, the questions in a wording that no model is taught"
        return {
            UNALTERED: score,
            REWORDED: reworded,
            **_MEANINGS,
            "standard_error": "linearised, facts clustered by picture",
        }


def _with_altered(test: Micrographs) -> Micrographs:
    """Return the pictures, then those of each alteration; labels and ids likewise."""
    pixels = test.batch(slice(None))
    names = (UNALTERED, *(alteration.name for alteration in ALTERATIONS))
    return replace(
        test,
        pixels=np.concatenate([pixels, *(alter(alteration, pixels, test.ids) for alteration in ALTERATIONS)]),
        rows=np.arange(len(names) * len(test)),
        ids=tuple(_id(name, alteration) for alteration in names for name in test.ids),
        labels=np.tile(test.labels, len(names)),
        pixel_sizes=None,  # a magnified picture has another scale
        native=_native_altered(test),
        digest="",  # patch graphs are cached by digest, and these are other pixels
    )


def _native_altered(test: Micrographs) -> tuple[Callable[[], np.ndarray], ...] | None:
    """Return the pictures in their own size, then those of each alteration; None if they are not shown so."""
    if test.native is None:
        return None
    pairs = list(zip(test.native, test.ids, strict=True))
    altered = (partial(_one_altered, alteration, *pair) for alteration in ALTERATIONS for pair in pairs)
    return (*test.native, *altered)


def _one_altered(alteration: Alteration, read: Callable[[], np.ndarray], name: str) -> np.ndarray:
    return alter(alteration, read()[None], [name])[0]


def _id(name: str, alteration: str) -> str:
    return name if alteration == UNALTERED else f"{name}@{alteration}"


def _changes() -> dict[str, frozenset[str]]:
    """Return the kinds of facts that do not count, by alteration."""
    return {UNALTERED: frozenset(), **{alteration.name: alteration.changes for alteration in ALTERATIONS}}


def _with_reworded(posed: Instructions, pictures: int) -> Instructions:
    """Return the questions, then those about the first, unaltered pictures in a wording that no model is taught."""
    first = posed.take(np.flatnonzero(posed.pictures < pictures))
    reworded = in_held_out_wording(first)
    records = tuple(replace(record, id=_id(record.id, REWORDED)) for record in reworded.records)
    return replace(posed, records=posed.records + records, pictures=np.concatenate([posed.pictures, reworded.pictures]))


def _parts(posed: Instructions) -> Iterator[_Part]:
    """Yield the questions of each condition, the unaltered ones first."""
    place = {record.id: position for position, record in enumerate(posed.records)}
    names = (*_changes(), REWORDED)
    of_names: dict[str, list[int]] = {name: [] for name in names}
    count = len(posed.micrographs) // (1 + len(ALTERATIONS))
    for position, (record, picture) in enumerate(zip(posed.records, posed.pictures.tolist(), strict=True)):
        is_reworded = picture < count and record.id.endswith(_id("", REWORDED))
        of_names[REWORDED if is_reworded else names[picture // count]].append(position)
    for name, own in of_names.items():
        ids = [posed.records[position].id.removesuffix(_id("", name)) for position in own]
        yield _Part(name, own, [place[each] for each in ids])


def _scores(
    name: str, after: Sequence[Sequence[Judged]], before: Sequence[Sequence[Judged]], pictures: Sequence[str]
) -> dict[str, tuple[float, float | None]]:
    """Return the score of an alteration and its change; none if no fact is asked for."""
    if not any(after):
        return {}
    score, unaltered = _shares(after), _shares(before)
    value, error = clustered_change(score, Shares(np.zeros(len(after)), score.below), pictures)
    scores = {name: (value, error)}
    return scores if name == UNALTERED else scores | {name + CHANGE: clustered_change(score, unaltered, pictures)}


def _shares(judged: Sequence[Sequence[Judged]]) -> Shares:
    """Return what each answer adds to the two sums whose ratio is ``facts``."""
    counts = [counts_of(facts) for facts in judged]
    right, counted = [each.right for each in counts], [each.counted for each in counts]
    return Shares(np.array(right, dtype=np.float64), np.array(counted, dtype=np.float64))


def _item(posed: Instructions, position: int, alteration: str, answer: str, judged: Sequence[Judged]) -> dict[str, Any]:
    record, micrographs, facts = posed.records[position], posed.micrographs, counts_of(judged)
    return {
        "id": record.id,
        "picture": record.picture,
        "category": micrographs.categories[micrographs.labels[posed.pictures[position]]],
        "alteration": alteration,
        "question": record.question,
        "answer": answer,
        "facts_asked": facts.expected,
        "facts_stated": facts.stated,
        "facts_right": facts.right,
        "facts_counted": facts.counted,
    }
