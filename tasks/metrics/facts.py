"""The metric ``facts``: which of the facts worth asking for an answer gets right.

Asked for are the reference's facts of which the lexicon knows the value, whose kind varies within the picture's
category, and which the prompt (caption and question) does not give away. Right is an answer that names exactly one
value of that kind, and that one.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from bench.contracts import Facts, Instructions
from bench.tasks.teachers.lexicon import Lexicon, named


class Judged(NamedTuple):
    """One fact of one reference: its kind, and whether the answer states it."""

    kind: str
    right: bool


def judge(answers: Sequence[str], posed: Instructions, train: Instructions) -> list[tuple[Judged, ...]]:
    """Return for each answer the facts asked for; which kinds vary is read off both sides' references."""
    lexicon = Lexicon(posed.micrographs.categories)
    varying = _varying(posed, train)
    given = cache(lambda prompt: named(lexicon.parse(prompt)))
    judged = []
    for position, (answer, record) in enumerate(zip(answers, posed.records, strict=True)):
        prompt = given(f"{posed.caption(position)}\n{record.question}")
        asked = [
            (kind, value)
            for kind, value in record.facts
            if (kind, value) in lexicon and (_category(posed, position), kind) in varying and prompt.get(kind) != value
        ]
        stated = named(lexicon.parse(answer)) if asked else {}
        judged.append(tuple(Judged(kind, stated.get(kind) == value) for kind, value in asked))
    return judged


def per_kind(judged: Sequence[Sequence[Judged]]) -> dict[str, list[int]]:
    """Return kind to [right, asked], kinds in order."""
    counts: dict[str, list[int]] = {}
    for fact in sorted(fact for facts in judged for fact in facts):
        count = counts.setdefault(fact.kind, [0, 0])
        count[0] += fact.right
        count[1] += 1
    return counts


def _varying(*sides: Instructions) -> frozenset[tuple[str, str]]:
    """Return the (category, kind) pairs of which the references state more than one value."""
    values: dict[tuple[str, str], set[str]] = {}
    for side in sides:
        for position, record in enumerate(side.records):
            _collect(values, _category(side, position), record.facts)
    return frozenset(pair for pair, several in values.items() if len(several) > 1)


def _collect(values: dict[tuple[str, str], set[str]], category: str, facts: Facts) -> None:
    for kind, value in facts:
        values.setdefault((category, kind), set()).add(value)


def _category(side: Instructions, position: int) -> str:
    return side.micrographs.categories[side.micrographs.labels[side.pictures[position]]]
