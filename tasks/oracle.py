"""The oracles of the tasks: what a model that knows everything could answer. They answer for the upper rows.

An answer states every fact of its reference and no other, but in other words, since nothing in a picture tells which
words its reference chose. So its score by a metric of text is what right facts alone are worth.
"""

import hashlib
from string import Formatter

import numpy as np

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.errors import BenchError
from bench.tasks.datasets.captions import category_name
from bench.tasks.prompts import QUESTIONS
from bench.tasks.teachers.frames import FRAMES, OTHERWISE
from bench.tasks.teachers.wording import SAID, TOPICS, USES

_OPENINGS = ("The image shows", "The micrograph has", "Visible here:")
_PLAIN = {"use", "topic"}
"""The slots of a frame that state no fact."""


def answers(posed: Instructions) -> list[str]:
    """Return for each record an answer that states the facts of its reference in other words; '' if it has none.

    BenchError if no reference states a fact.
    """
    if not any(record.facts for record in posed.records):
        raise BenchError(
            "the references state no facts, so an oracle has nothing to say; leave it away, or name the facts of each "
            "record in the file of records"
        )
    return [_restated(record) if record.facts else "" for record in posed.records]


def probabilities(posed: Micrographs) -> np.ndarray:
    """Return 1 for each picture's category (N, C), and 0 for the others."""
    return np.eye(len(posed.categories))[posed.labels]


def _restated(record: InstructionRecord) -> str:
    """Return a wording of a record's facts that is not its answer: a sentence of the teacher's, else one per fact."""
    drawn = int.from_bytes(hashlib.blake2b(record.id.encode(), digest_size=8).digest(), "big")
    wordings = [text for text in _framed(record) or _listed(record) if text != record.answer]
    return wordings[drawn % len(wordings)]


def _framed(record: InstructionRecord) -> list[str]:
    """Return the scripted teacher's sentences that answer the question with exactly these facts, but not its own."""
    number = next((question.number for question in QUESTIONS if question.text == record.question), None)
    if number is None or len(dict(record.facts)) < len(record.facts):
        return []
    facts = {kind: _phrase(kind, value, record.answer) for kind, value in record.facts}
    use = USES.get(dict(record.facts).get("category", ""))
    known = {**facts, "topic": TOPICS[number - 1], **({"use": use} if use else {})}
    own = [frame for group in FRAMES[number - 1] for frame in group]
    for frames in (own, OTHERWISE):
        slots = {frame: {slot for _, slot, _, _ in Formatter().parse(frame) if slot} for frame in frames}
        fitting = [frame for frame in frames if slots[frame] - _PLAIN == facts.keys() and slots[frame] <= known.keys()]
        if others := [frame for frame in fitting if not _is_of(frame, record.answer)]:
            return [frame.format_map(known) for frame in others]
    return []


def _listed(record: InstructionRecord) -> list[str]:
    """Return the facts in a sentence each, so that a negation ends before the next fact begins."""
    phrases = [_phrase(kind, value, record.answer) for kind, value in record.facts]
    return [" ".join(f"{opening} {phrase}." for phrase in phrases) for opening in _OPENINGS]


def _phrase(kind: str, value: str, reference: str) -> str:
    """Return a phrase for a fact, one that the reference does not use if there are several."""
    phrases = SAID.get(kind, {}).get(value)
    if phrases is None:
        return category_name(value) if kind == "category" else f"{kind} {value}"
    return next((phrase for phrase in phrases if phrase not in reference), phrases[0])


def _is_of(frame: str, text: str) -> bool:
    """Return whether a text was written in a frame: whether it has all that stands between its slots."""
    return all(literal in text for literal, _, _, _ in Formatter().parse(frame))
