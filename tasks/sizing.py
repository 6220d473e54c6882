"""The task of measuring: the size of what a micrograph shows, in nanometres, and how many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log
from typing import Annotated, Literal

import numpy as np

from bench.contracts import InstructionRecord, Instructions, Scores
from bench.errors import BenchError
from bench.specs import Setting
from bench.specs.json_data import Clear, JSONObject
from bench.statistics.clustered import clustered_mean
from bench.tasks.metrics.quantities import stated_count, stated_size
from bench.tasks.numbers import NUMBERS, in_words

WITHIN = 0.2
"""A number is right if it is within this share of the reference: about as well as a person measures."""
_LEAST = {"size_nm": 1e-3, "count": 0.5}
"""What a smaller number counts as in the logarithm: none counted is half of one."""
_READERS = {"size_nm": stated_size, "count": stated_count}
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
                f"no size and no count of these {len(test.micrographs)} pictures is known; use --dataset synthetic, name "
                f"a table with columns {' or '.join(NUMBERS)} for your own, or records that have 'numbers'"
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
        items = tuple(_item(answer, posed, position) for position, answer in enumerate(given))
        metrics: dict[str, tuple[float, float | None]] = {}
        over: dict[str, int] = {}
        for kind in NUMBERS:
            own = [item for item in items if item[kind] is not None]
            if own:
                metrics |= _scores(_SHORT[kind], own)
                over |= {f"{_SHORT[kind]}_{name}": len(own) for name in ("within_20", "unstated")}
                stating = sum(item[f"{_SHORT[kind]}_error"] is not None for item in own)
                over |= {f"{_SHORT[kind]}_log_error": stating} if stating else {}
        over = {name: number for name, number in over.items() if number < len(items)}
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


def _scores(short: str, items: Sequence[Clear]) -> dict[str, tuple[float, float | None]]:
    """Return the metrics of one kind of number over the items that ask for it."""
    pictures = [str(item["picture"]) for item in items]
    errors = [item[f"{short}_error"] for item in items if item[f"{short}_error"] is not None]
    return {
        **{
            f"{short}_{name}": clustered_mean([item[f"{short}_{name}"] for item in items], pictures)
            for name in ("within_20", "unstated")
        },
        **({f"{short}_log_error": (float(np.median(errors)), None)} if errors else {}),
    }


def _item(answer: str, posed: Instructions, position: int) -> Clear:
    record, micrographs = posed.records[position], posed.micrographs
    known = dict(record.numbers)
    return {
        "id": record.id,
        "picture": record.picture,
        "category": micrographs.categories[micrographs.labels[posed.pictures[position]]],
        "group": record.group,
        "question": record.question,
        "reference": "; ".join(f"{kind} {number:.4g}" for kind, number in known.items()),
        "answer": answer,
        **{key: value for kind in NUMBERS for key, value in _judged(kind, answer, known).items()},
    }


def _judged(kind: str, answer: str, known: Mapping[str, float]) -> dict[str, float | None]:
    """Return the fields of one kind of number: the reference, what the answer states, and how well that fits.

    Of a kind that is not asked for all are None.
    """
    short, reference = _SHORT[kind], known.get(kind)
    stated = None if reference is None else _READERS[kind](answer)
    within = error = None
    if reference is not None and stated is not None:
        within = float(abs(stated - reference) <= WITHIN * reference * (1 + 1e-9))
        error = abs(log(max(stated, _LEAST[kind]) / reference))
    elif reference is not None:
        within = 0.0
    return {
        kind: reference,
        f"{short}_stated": stated,
        f"{short}_within_20": within,
        f"{short}_error": error,
        f"{short}_unstated": None if reference is None else float(stated is None),
    }
