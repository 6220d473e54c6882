"""The task of measuring: the size of what a micrograph shows, in nanometres, and how many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log
from typing import Annotated, Literal, NamedTuple

import numpy as np

from bench.contracts import InstructionRecord, Instructions, Scores
from bench.errors import BenchError
from bench.specs import Setting
from bench.specs.json_data import JSONObject
from bench.statistics.clustered import clustered_mean
from bench.tasks.metrics.quantities import stated_count, stated_size
from bench.tasks.numbers import NUMBERS, in_words, side

WITHIN = 0.2
"""A number is right if it is within this share of the reference: about as well as a person measures."""
_LEAST = {"size_nm": 1e-3, "count": 0.5}
"""What a smaller number counts as in the logarithm: none counted is half of one."""
_SHORT = {"size_nm": "size", "count": "count"}
_DEMANDS = {
    "size_nm": "State the mean diameter as a number with its unit, in nm or µm.",
    "count": "State as a number how many structures the image shows.",
}
"""What a model is told that was not taught to answer with numbers."""
_DEFINITIONS = {
    "{}_within_20": "share of the pictures whose {} is known, of which the answer states it within 20 % of the "
    "reference; an answer that states none is not right",
    "{}_log_error": "median of |ln(stated / reference)| over the answers that state a {}: 0.18 is 20 % too much, 0.69 "
    "twice as much or half",
    "{}_unstated": "share of the answers that state no {}: refusals, words without a number, lengths of something else",
}


class Sizing:
    """Asks for the size and the number of structures of each test picture whose are known; a ``Task``.

    ``caption`` is whether the prompt names the category.
    """

    def __init__(
        self,
        *,
        caption: Annotated[
            Literal["with", "without"], Setting("whether the prompt names the category, for every row alike")
        ] = "with",
    ) -> None:
        self._caption = caption

    def pose(self, test: Instructions) -> Instructions:
        """Return the questions whose reference is a number; BenchError if there are none."""
        positions = [position for position, record in enumerate(test.records) if record.numbers]
        if not positions:
            raise BenchError(
                f"no size and no count of these {len(test.micrographs)} pictures is known; use --dataset synthetic, "
                f"name a file of labels with columns {' or '.join(NUMBERS)} for yours, or records with 'numbers'"
            )
        posed = test.take(positions)
        return replace(posed, captions=("",) * len(posed.captions)) if self._caption == "without" else posed

    def explained(self, posed: Instructions) -> Instructions:
        """Return the questions with the demand for a number."""
        return replace(posed, records=tuple(_demanding(record) for record in posed.records))

    def untaught(self) -> str:
        """Say how such a model was asked."""
        return "trained on no records, and therefore told to state a number"

    def protocol(self) -> JSONObject:
        """Return in clear what must agree, besides the data and the split, for two rows to share a table."""
        return {"caption": self._caption, "questions": "those whose reference is a number", "demands": dict(_DEMANDS)}

    def score(self, given: Sequence[str], posed: Instructions, train: Instructions) -> Scores:
        """Score one answer per posed question, in order; ValueError unless each is answered exactly once."""
        if len(given) != len(posed):
            raise ValueError(f"{len(given)} answers to {len(posed)} questions; each must be answered exactly once")
        judged = {kind: [_judged(kind, answer, posed, place) for place, answer in enumerate(given)] for kind in NUMBERS}
        metrics: dict[str, tuple[float, float | None]] = {}
        over: dict[str, int] = {}
        for kind, own in judged.items():
            for name, (values, score) in _scores(own, posed.records).items():
                metrics[f"{_SHORT[kind]}_{name}"] = score
                over |= {f"{_SHORT[kind]}_{name}": values} if values < len(posed) else {}
        items = tuple(
            _item(answer, posed, position) | _fields({kind: own[position] for kind, own in judged.items()})
            for position, answer in enumerate(given)
        )
        return Scores(metrics, items, over=over)

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        return {
            **{
                name.format(short): text.format(short)
                for short in _SHORT.values()
                for name, text in _DEFINITIONS.items()
            },
            **{_SHORT[kind]: meaning for kind, meaning in NUMBERS.items()},
            "standard_error": "clustered by picture; that of a median is not computed",
        }


def truth(posed: Instructions) -> list[str]:
    """Return for each question an answer that states its numbers: what a model that knows everything could answer."""
    return [" ".join(in_words(kind, number, 0) for kind, number in record.numbers) for record in posed.records]


def _demanding(record: InstructionRecord) -> InstructionRecord:
    return replace(record, question=" ".join([record.question, *(_DEMANDS[kind] for kind, _ in record.numbers)]))


class _Judged(NamedTuple):
    """One answer about one kind of number: the reference, and the number that it states if it states one."""

    reference: float
    stated: float | None
    least: float

    @property
    def within(self) -> float:
        """1 if the answer is right, else 0."""
        near = WITHIN * self.reference * (1 + 1e-9)  # a fifth more is right, however the machine rounds
        return float(self.stated is not None and abs(self.stated - self.reference) <= near)

    @property
    def error(self) -> float | None:
        """The absolute logarithm of stated over reference; None if nothing is stated."""
        return None if self.stated is None else abs(log(max(self.stated, self.least) / self.reference))


def _judged(kind: str, answer: str, posed: Instructions, position: int) -> _Judged | None:
    """Judge an answer; None if the question does not ask for this kind of number."""
    reference = dict(posed.records[position].numbers).get(kind)
    if reference is None:
        return None
    if kind == "count":
        return _Judged(reference, stated_count(answer), _LEAST[kind])
    own = side(posed.micrographs, int(posed.pictures[position]))
    return _Judged(reference, stated_size(answer, own), _LEAST[kind])


def _scores(
    judged: Sequence[_Judged | None], records: Sequence[InstructionRecord]
) -> dict[str, tuple[int, tuple[float, float | None]]]:
    """Return over how many answers each metric of one kind of number is, its value and its standard error."""
    own = [(each, record.picture) for each, record in zip(judged, records, strict=True) if each is not None]
    if not own:
        return {}
    pictures = [picture for _, picture in own]
    errors = [each.error for each, _ in own if each.error is not None]
    within = clustered_mean([each.within for each, _ in own], pictures)
    unstated = clustered_mean([float(each.stated is None) for each, _ in own], pictures)
    return {
        "within_20": (len(own), within),
        "unstated": (len(own), unstated),
        **({"log_error": (len(errors), (float(np.median(errors)), None))} if errors else {}),
    }


def _item(answer: str, posed: Instructions, position: int) -> JSONObject:
    record, micrographs = posed.records[position], posed.micrographs
    return {
        "id": record.id,
        "picture": record.picture,
        "category": micrographs.categories[micrographs.labels[posed.pictures[position]]],
        "group": record.group,
        "question": record.question,
        "reference": " ".join(in_words(kind, number, 0) for kind, number in record.numbers),
        "answer": answer,
    }


def _fields(judged: Mapping[str, _Judged | None]) -> JSONObject:
    """Return the fields of an item for each kind of number; all are None if the question does not ask for it."""
    fields: JSONObject = {}
    for kind, own in judged.items():
        short = _SHORT[kind]
        fields |= {
            kind: own and own.reference,
            f"{short}_stated": own and own.stated,
            f"{short}_within_20": own and own.within,
            f"{short}_error": own and own.error,
            f"{short}_unstated": own and float(own.stated is None),
        }
    return fields
