"""The control that never looks: what most training answers state, and how frequent each category was in training."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import nan
from pathlib import Path
from typing import Self

import numpy as np

from bench.contracts import ChoiceQuestion, Choices, Context, InstructionRecord, Instructions, Micrographs, Preference

_FILE = "answers.json"


@dataclass(frozen=True)
class AnswerCounts:
    """The answer to each question: by its caption, by the question alone, and to a question never seen."""

    by_caption: Mapping[str, Mapping[str, str]]
    by_question: Mapping[str, str]
    overall: str

    def to(self, question: str, caption: str) -> str:
        """Return the answer to a question; of the picture only the caption is known, '' if withheld."""
        captioned = self.by_caption.get(caption, {})
        return captioned.get(question) or self.by_question.get(question, self.overall)


class Majority:
    """Answers and classifies without looking: ``Answerer`` and ``Classifier`` of ``bench.contracts``."""

    def __init__(self, context: Context) -> None:
        self._answers = AnswerCounts({}, {}, "")
        self._shares: list[float] = []
        self._letters: list[int] = []

    def fit(self, train: Instructions, validation: Instructions) -> None:
        """Count the answers and categories of the training side; the validation side is not needed."""
        counts = np.bincount(train.micrographs.labels, minlength=len(train.micrographs.categories))
        counts = counts if counts.any() else counts + 1
        self._shares = (counts / counts.sum()).tolist()
        by_caption: dict[str, dict[str, list[InstructionRecord]]] = defaultdict(lambda: defaultdict(list))
        by_question: dict[str, list[InstructionRecord]] = defaultdict(list)
        for position, record in enumerate(train.records):
            by_caption[train.caption(position)][record.question].append(record)
            by_question[record.question].append(record)
        self._answers = AnswerCounts(
            {caption: _majorities(records) for caption, records in by_caption.items()},
            _majorities(by_question),
            majority_answer(train.records),
        )
        letters = Counter(place for record in train.records if record.options for place in record.options.right)
        self._letters = [letters[place] for place in range(max(letters, default=-1) + 1)]

    def save(self, folder: Path) -> None:
        """Write the answers as JSON."""
        clear = {
            "by_caption": self._answers.by_caption,
            "by_question": self._answers.by_question,
            "overall": self._answers.overall,
            "shares": self._shares,
            "letters": self._letters,
        }
        (folder / _FILE).write_text(json.dumps(clear, indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Read what ``save`` wrote."""
        majority = cls(context)
        clear = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        majority._shares = clear.pop("shares")
        majority._letters = clear.pop("letters")
        majority._answers = AnswerCounts(**clear)
        return majority

    def answer(self, questions: Instructions) -> list[str]:
        """Return the answer to each question."""
        return [
            self._answers.to(record.question, questions.caption(position))
            for position, record in enumerate(questions.records)
        ]

    def choose(self, questions: Choices) -> list[Preference]:
        """Return for each question the option that the majority answer to it states, else training's commonest letter.

        Options that it states alike tie. Where training had no options either, it takes the first letter.
        """
        return [self._preference(question) for question in questions.questions]

    def _preference(self, question: ChoiceQuestion) -> Preference:
        answer = self._answers.to(question.text, question.context)
        chosen = [core in answer for core in _cores(question.options)]
        if not any(chosen):
            letters = [*self._letters, *[0] * len(chosen)][: len(chosen)]
            chosen = [count == max(letters) for count in letters] if any(letters) else [True, *[False] * len(chosen)]
        return Preference(tuple(0.0 if is_chosen else nan for is_chosen in chosen[: len(question.options)]))

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return every category's share of the training side (N, C)."""
        return np.tile(self._shares, (len(images), 1))


def _cores(options: Sequence[str]) -> list[str]:
    """Return what distinguishes options: their texts without the words that all begin and all end with."""
    words = [option.split() for option in options]
    start = _alike(words)
    end = _alike([each[start:][::-1] for each in words])
    return [" ".join(each[start : len(each) - end]).rstrip(".") for each in words]


def _alike(rows: Sequence[Sequence[str]]) -> int:
    """Return how many first words all rows share, less than any has."""
    shared = takewhile(lambda column: len({*column}) == 1, zip(*(row[:-1] for row in rows), strict=False))
    return sum(1 for _ in shared)


def majority_answer(records: Iterable[InstructionRecord]) -> str:
    """Return the most frequent text among the answers that state the set of facts with the highest F1 over all.

    That set is the best that can be said without looking: the commonest value of each fact, if one answer states them
    together. If no record has facts, it is the most frequent text; ties go to the more frequent set, then the first.
    """
    texts: dict[frozenset[tuple[str, str]], Counter[str]] = defaultdict(Counter)
    for record in records:
        texts[frozenset(record.facts)][record.answer] += 1
    counts = Counter(fact for facts, answers in texts.items() for fact in facts for _ in range(answers.total()))
    total, number = counts.total(), sum(map(Counter.total, texts.values()))

    def standing(facts: frozenset[tuple[str, str]]) -> tuple[float, int]:
        named = total + number * len(facts)
        return sum(counts[fact] for fact in facts) / named if named else 0.0, texts[facts].total()

    return texts[max(texts, key=standing)].most_common(1)[0][0] if texts else ""


def _majorities(records: Mapping[str, Iterable[InstructionRecord]]) -> dict[str, str]:
    return {question: majority_answer(those) for question, those in records.items()}
