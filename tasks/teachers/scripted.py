"""The teacher ``scripted``: answers written from what each picture is known to show.

It states only facts of the scene, in one to three sentences in the style of the paper's Table 7. The wording is
drawn from (seed, picture, question) alone, so that the order of the pictures changes nothing.
"""

import hashlib
import string
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from bench.code_digest import code_digest
from bench.contracts import Dataset, Facts, InstructionRecord
from bench.errors import BenchError
from bench.tasks.facts import KINDS
from bench.tasks.prompts import QUESTIONS, Question
from bench.tasks.teachers.frames import FRAMES
from bench.tasks.teachers.lexicon import spoken_name
from bench.tasks.teachers.wording import LABEL_ONLY, NOT_SEEN, SAID, TOPICS, USES

NAME = "scripted"


class Frame(NamedTuple):
    """An answer with slots to fill: ``text`` and its slots in their order."""

    text: str
    slots: tuple[str, ...]


class ScriptedTeacher:
    """Answers all questions on every picture of a dataset; takes no argument."""

    def __init__(self, argument: str, seed: int) -> None:
        if argument:
            raise BenchError(f"teacher {NAME!r} takes no argument, not {argument!r}; write {NAME}")
        self._seed = seed

    def identity(self) -> dict[str, Any]:
        """Return name, seed and the digest of the code and wording."""
        return {"teacher": NAME, "seed": self._seed, "code": code_digest(__name__)}

    def records(self, dataset: Dataset) -> tuple[InstructionRecord, ...]:
        """Return one record a question of every picture, in the order of the pictures."""
        return tuple(
            self._record(picture, dataset.facts(position), question)
            for position, picture in enumerate(dataset.load().ids)
            for question in QUESTIONS
        )

    def _record(self, picture: str, scene: Mapping[str, str], question: Question) -> InstructionRecord:
        drawn = hashlib.blake2b(f"{self._seed}\n{picture}\n{question.number}".encode(), digest_size=16).digest()
        answer, facts = _answer(scene, question, int.from_bytes(drawn, "big"))
        return InstructionRecord(
            id=f"{picture}#{question.number:02d}",
            picture=picture,
            group=question.group,
            question=question.text,
            answer=answer,
            facts=facts,
            teacher=NAME,
        )


def _answer(scene: Mapping[str, str], question: Question, drawn: int) -> tuple[str, Facts]:
    """Return the answer and the facts it states, sorted; ``drawn`` decides the wording."""
    if not any(kind != "category" and kind in KINDS for kind in scene):
        name = scene["category"]
        text = LABEL_ONLY.format(category=spoken_name(name), topic=TOPICS[question.number - 1])
        return text, (("category", name),)
    frames = next((group for group in _frames(question.number) if _fills(scene, group[0])), None)
    if frames is None:
        return NOT_SEEN.format(topic=TOPICS[question.number - 1]), ()
    drawn, choice = divmod(drawn, len(frames))
    frame = frames[choice]
    words: dict[str, str] = {}
    for slot in frame.slots:
        phrases = _phrases(scene, slot)
        drawn, choice = divmod(drawn, len(phrases))
        words[slot] = phrases[choice]
    facts = tuple(sorted((slot, scene[slot]) for slot in frame.slots if slot != "use"))
    return frame.text.format_map(words), facts


def _phrases(scene: Mapping[str, str], slot: str) -> tuple[str, ...]:
    """Return the phrases that can fill a slot; none where the scene does not know it."""
    if slot == "use":
        use = USES.get(scene["category"])
        return (use,) if use else ()
    return SAID[slot].get(scene.get(slot, ""), ())


def _fills(scene: Mapping[str, str], frame: Frame) -> bool:
    return all(_phrases(scene, slot) for slot in frame.slots)


@cache
def _frames(number: int) -> tuple[tuple[Frame, ...], ...]:
    """Return the frames of a question, in groups that share their slots."""
    return tuple(
        tuple(
            Frame(text, tuple(slot for _, slot, _, _ in string.Formatter().parse(text) if slot)) for text in group
        )
        for group in FRAMES[number - 1]
    )
