"""The metric ``facts``: which of the reference's facts an answer gets right.

A fact is asked for if the lexicon knows its value, its kind varies within the picture's category, and the prompt
(caption and question) does not state it. An answer is right if it names exactly one value of that kind, the
reference's.
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
    """Return the facts asked for of each answer; the references of both sides decide which kinds vary."""
    lexicon = Lexicon(posed.micrographs.categories)
    varying = _varying(posed, train)
    facts_of = cache(lambda prompt: named(lexicon.parse(prompt)))
    judged = []
    for position, (answer, record) in enumerate(zip(answers, posed.records, strict=True)):
        prompt = facts_of(f"{posed.caption(position)}\n{record.question}")
        expected = [
            (kind, value)
            for kind, value in record.facts
            if (kind, value) in lexicon and (_category(posed, position), kind) in varying and prompt.get(kind) != value
        ]
        stated = named(lexicon.parse(answer)) if expected else {}
        judged.append(tuple(Judged(kind, stated.get(kind) == value) for kind, value in expected))
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
    """Return the (category, kind) pairs for which the references state more than one value."""
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
