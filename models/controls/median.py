"""The control that never measures: the median of every number in training, of the category if the caption names it."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Self

from bench.contracts import Context, Instructions

_FILE = "medians.json"
_SENTENCES = {"size_nm": "About {:.4g} nm.", "count": "About {:.0f} of them."}
_Medians = dict[str, dict[str, str]]
"""The answer to each question, by caption; by '' over all captions."""


class Median:
    """Answers a question with the medians of the numbers that training records have; an ``Answerer``.

    To a question whose records have none it says so.
    """

    def __init__(self, context: Context) -> None:
        self._medians: _Medians = {}

    def fit(self, train: Instructions, validation: Instructions) -> None:
        """Take the medians of the training side; the validation side is not needed."""
        numbers: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for position, record in enumerate(train.records):
            for kind, number in record.numbers:
                for caption in {train.caption(position), ""}:
                    numbers[caption, record.question][kind].append(number)
        for (caption, question), values in numbers.items():
            self._medians.setdefault(caption, {})[question] = _sentence(values)

    def save(self, folder: Path) -> None:
        """Write the answers as JSON."""
        (folder / _FILE).write_text(json.dumps(self._medians, indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Read what ``save`` wrote."""
        control = cls(context)
        control._medians = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return control

    def answer(self, questions: Instructions) -> list[str]:
        """Return the answer to each question."""
        overall = self._medians.get("", {})
        return [
            self._medians.get(questions.caption(position), {}).get(record.question)
            or overall.get(record.question, "No number is known.")
            for position, record in enumerate(questions.records)
        ]


def _sentence(values: Mapping[str, list[float]]) -> str:
    """Return the medians in words; a kind that nothing words stands by its name."""
    return " ".join(_SENTENCES.get(kind, f"{kind}: {{:.4g}}.").format(median(own)) for kind, own in values.items())
