"""The teacher ``scripted``: answers written from what each picture is known to show.

It states only facts of the scene, in one to three sentences in the style of the paper's Table 7. The wording is
drawn from (seed, picture, question) alone, so that the order of the pictures changes nothing.
"""

import hashlib
import string
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from bench.contracts import Dataset, Facts, InstructionRecord, Micrographs, Numbers
from bench.errors import BenchError
from bench.store.code_digest import code_digests
from bench.tasks.datasets.captions import category_name
from bench.tasks.numbers import ANSWERS, numbers_of
from bench.tasks.prompts import QUESTIONS, Question
from bench.tasks.teachers.frames import FRAMES, LABEL_ONLY, OTHERWISE
from bench.tasks.teachers.vocabulary import known, strange
from bench.tasks.teachers.wording import SAID, TOPICS, USES

NAME = "scripted"

_REFUSALS = (OTHERWISE, LABEL_ONLY)
"""The frames of an answer that says that the picture does not tell."""
Words = Mapping[str, tuple[str, ...]]
"""Slot to the phrases that can fill it."""


class Frame(NamedTuple):
    """An answer with slots to fill: ``text`` and its slots in their order."""

    text: str
    slots: tuple[str, ...]


class ScriptedTeacher:
    """Answers all questions on every picture of a dataset; takes no argument."""

    name = NAME
    questions: tuple[Question, ...] = QUESTIONS

    def __init__(self, argument: str, seed: int) -> None:
        if argument:
            raise BenchError(f"teacher {self.name!r} takes no argument, not {argument!r}; write {self.name}")
        self._seed = seed

    def identity(self) -> dict[str, Any]:
        """Return name, seed and the digest of the code and wording."""
        return {"teacher": self.name, "seed": self._seed, "code": code_digests(__name__)}

    def records(self, dataset: Dataset) -> tuple[InstructionRecord, ...]:
        """Return one record per question and picture, in the order of the pictures."""
        pictures = dataset.load()
        return tuple(
            record for position in range(len(pictures.ids)) for record in self._of_picture(dataset, pictures, position)
        )

    def sentences(self, known: Numbers, drawn: int, pictures: Micrographs, position: int) -> list[str]:
        """Return what an answer says of the numbers that belong to its question: nothing."""
        return []

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        """Return how answers name each category."""
        phrases = SAID["category"]
        return tuple(phrases[name][0] if name in phrases else category_name(name) for name in dataset.categories)

    def caveat(self, dataset: Dataset) -> str:
        """Say so if only the category was known of every picture, and name the facts that were not understood."""
        facts = [fact for position in range(len(dataset.labels())) for fact in dataset.facts(position).items()]
        categories = dataset.categories
        sentences = [strange(facts, categories)]
        if not any(kind != "category" and known(kind, value, categories) for kind, value in facts):
            numbers = any(numbers_of(dataset, position) for position in range(len(dataset.labels())))
            beside = ", and sizes and counts from what is known of them" if numbers else ""
            sentences.append(
                f"The reference answers were written from each picture's category alone{beside}: scores tell how well "
                "a model words what its caption says, not what it sees; bring records of your own with --records "
                "FILE.jsonl."
            )
        return " ".join(filter(None, sentences))

    def _of_picture(self, dataset: Dataset, pictures: Micrographs, position: int) -> list[InstructionRecord]:
        picture, scene, numbers = pictures.ids[position], dataset.facts(position), numbers_of(dataset, position)
        words = _words(scene)
        records = []
        for question in self.questions:
            random_bytes = hashlib.blake2b(
                f"{self._seed}\n{picture}\n{question.number}".encode(), digest_size=16
            ).digest()
            drawn = int.from_bytes(random_bytes, "big")
            answer, slots = _answer(question, words, drawn)
            known = tuple((kind, number) for kind, number in numbers.items() if ANSWERS.get(kind) == question.text)
            sentences = self.sentences(known, drawn, pictures, position)
            if sentences and not _answers(question, words):
                answer, slots = "", ()  # that it cannot be told would contradict them
            records.append(
                InstructionRecord(
                    id=f"{picture}#{question.number:02d}",
                    picture=picture,
                    group=question.group,
                    question=question.text,
                    answer=" ".join(filter(None, [answer, *sentences])),
                    facts=_stated(slots, scene),
                    teacher=self.name,
                    numbers=known,
                )
            )
        return records


def _words(scene: Mapping[str, str]) -> Words:
    """Return the phrases for a scene; if only its category is known, only its label fills a frame."""
    phrases = {kind: SAID[kind][value] for kind, value in scene.items() if value in SAID.get(kind, {})}
    use = USES.get(scene["category"])
    label = category_name(scene["category"])
    return {**phrases, "label": (label,), **({"use": (use,)} if use else {})}


def _answers(question: Question, words: Words) -> bool:
    """Return whether words are known that answer a question, so that its answer does not say that it cannot be told."""
    known = words.keys() | {"topic"}
    return any(known >= set(group[0].slots) for group in _frames(question.number)[: -len(_REFUSALS)])


def _answer(question: Question, words: Words, drawn: int) -> tuple[str, tuple[str, ...]]:
    """Return the answer and its slots; ``drawn`` decides the wording."""
    known = {**words, "topic": (TOPICS[question.number - 1],)}
    frames = next(group for group in _frames(question.number) if known.keys() >= set(group[0].slots))
    drawn, choice = divmod(drawn, len(frames))
    frame = frames[choice]
    filled: dict[str, str] = {}
    for slot in frame.slots:
        drawn, choice = divmod(drawn, len(known[slot]))
        filled[slot] = known[slot][choice]
    return frame.text.format_map(filled), frame.slots


def _stated(slots: tuple[str, ...], scene: Mapping[str, str]) -> Facts:
    kinds = {"category" if slot == "label" else slot for slot in slots}
    return tuple(sorted((kind, scene[kind]) for kind in kinds & scene.keys()))


@cache
def _frames(number: int) -> tuple[tuple[Frame, ...], ...]:
    """Return a question's frames in groups that share their slots; the last group suits every scene."""
    groups = (*FRAMES[number - 1], *_REFUSALS)
    return tuple(tuple(Frame(text, _slots(text)) for text in group) for group in groups)


def _slots(text: str) -> tuple[str, ...]:
    return tuple(slot for _, slot, _, _ in string.Formatter().parse(text) if slot)
