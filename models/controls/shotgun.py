"""The control that states a value of every kind of fact, whatever it is asked: what a metric lets one guess."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from bench.contracts import Context, Facts, Instructions

_FILE = "values.json"


class Shotgun:
    """Answers each question alike, with the commonest value of every kind; an ``Answerer`` of ``bench.contracts``.

    The caption chooses among the values if it is given; of the picture nothing is used.
    """

    def __init__(self, context: Context) -> None:
        self._by_caption: dict[str, str] = {}
        self._overall = ""

    def fit(self, train: Instructions, validation: Instructions) -> None:
        """Count the facts of the training pictures, each once a picture; the validation side is not needed."""
        by_caption: dict[str, list[Facts]] = defaultdict(list)
        for picture, positions in enumerate(train.by_picture):
            facts = {fact for position in positions for fact in train.records[position].facts}
            by_caption[train.captions[picture]].append(tuple(sorted(facts)))
        self._by_caption = {caption: _statement(pictures) for caption, pictures in by_caption.items()}
        self._overall = _statement(facts for pictures in by_caption.values() for facts in pictures)

    def save(self, folder: Path) -> None:
        """Write the answers as JSON."""
        clear = {"by_caption": self._by_caption, "overall": self._overall}
        (folder / _FILE).write_text(json.dumps(clear, indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Read what ``save`` wrote."""
        shotgun = cls(context)
        clear: Mapping[str, dict[str, str]] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        shotgun._by_caption, shotgun._overall = clear["by_caption"], str(clear["overall"])
        return shotgun

    def answer(self, questions: Instructions) -> list[str]:
        """Return the answer to each question."""
        return [self._by_caption.get(questions.caption(position), self._overall) for position in range(len(questions))]


def _statement(pictures: Iterable[Facts]) -> str:
    """Return one sentence a kind with its commonest value; ties go to the first in the alphabet."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for facts in pictures:
        for kind, value in facts:
            counts[kind][value] += 1
    values = {kind: max(sorted(several), key=several.__getitem__) for kind, several in sorted(counts.items())}
    return " ".join(f"{kind.capitalize()}: {value.replace('_', ' ')}." for kind, value in values.items())
