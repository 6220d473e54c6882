"""The oracles of the tasks: what a model that knows everything could answer. They answer for the upper rows.

An answer states every fact of its reference and no other. Its words are drawn without a look at the reference's, since
nothing in a picture tells which words those are. So its score by a metric of text is what right facts alone are worth.
"""

import hashlib
from collections.abc import Sequence
from string import Formatter

import numpy as np

from bench.contracts import Facts, Instructions, Micrographs
from bench.errors import BenchError
from bench.tasks.datasets.captions import category_name
from bench.tasks.prompts import QUESTIONS
from bench.tasks.teachers.frames import FRAMES, OTHERWISE
from bench.tasks.teachers.wording import SAID, TOPICS, USES

_OPENINGS = ("The image shows", "The micrograph has", "Visible here:")
_PLAIN = {"use", "topic"}
"""The slots of a frame that state no fact."""


def answers(posed: Instructions) -> list[str]:
    """Return for each record an answer that states the facts of its reference; '' if it has none.

    BenchError if no reference states a fact.
    """
    if not any(record.facts for record in posed.records):
        raise BenchError(
            "the references state no facts, so an oracle has nothing to say; leave it away, or name the facts of each "
            "record in the file of records"
        )
    return [worded(record.facts, record.question, record.id) if record.facts else "" for record in posed.records]


def probabilities(posed: Micrographs) -> np.ndarray:
    """Return 1 for each picture's category (N, C), and 0 for the others."""
    return np.eye(len(posed.categories))[posed.labels]


def worded(facts: Facts, question: str, key: str) -> str:
    """Return facts in words that the key decides: in a sentence that answers the question, else in one for each."""
    drawn = int.from_bytes(hashlib.blake2b(f"oracle\n{key}".encode(), digest_size=16).digest(), "big")
    phrases: list[str] = []
    for kind, value in facts:
        several = _phrases(kind, value)
        drawn, choice = divmod(drawn, len(several))
        phrases.append(several[choice])
    texts = _framed(facts, phrases, question) or _listed(phrases)
    return texts[drawn % len(texts)]


def _framed(facts: Facts, phrases: Sequence[str], question: str) -> list[str]:
    """Return the scripted teacher's sentences that answer a question with exactly these facts, if it has any."""
    number = next((each.number for each in QUESTIONS if each.text == question), None)
    known = {kind: phrase for (kind, _), phrase in zip(facts, phrases, strict=True)}
    if number is None or len(known) < len(facts):
        return []
    kinds, use = known.keys() | set(), USES.get(dict(facts).get("category", ""))
    known |= {"topic": TOPICS[number - 1], **({"use": use} if use else {})}
    own = [frame for group in FRAMES[number - 1] for frame in group]
    for frames in (own, OTHERWISE):
        slots = {frame: {slot for _, slot, _, _ in Formatter().parse(frame) if slot} for frame in frames}
        fitting = [frame for frame in frames if slots[frame] - _PLAIN == kinds and slots[frame] <= known.keys()]
        if fitting:
            return [frame.format_map(known) for frame in fitting]
    return []


def _listed(phrases: Sequence[str]) -> list[str]:
    """Return the phrases in a sentence each, so that a negation ends before the next fact begins."""
    return [" ".join(f"{opening} {phrase}." for phrase in phrases) for opening in _OPENINGS]


def _phrases(kind: str, value: str) -> tuple[str, ...]:
    """Return what can be said of a fact."""
    named = (category_name(value) if kind == "category" else f"{kind} {value}",)
    return SAID.get(kind, {}).get(value, named)
