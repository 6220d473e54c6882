"""The metric ``facts``: which of the reference's facts an answer gets right, and what it states wrongly instead.

A fact is asked for if the lexicon knows its value, its kind varies within the picture's category, and the prompt
(caption and question) does not state it. An answer is right if it states exactly one value of that kind, the
reference's. Each further value counts as stated, so that naming all of them is worse than naming none. Of a kind that
is not asked for, an answer may state what it likes: the reference does not say what is right.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from bench.contracts import Facts, Instructions
from bench.tasks.metrics.reading import Lexicon, named


class Judged(NamedTuple):
    """One fact that was asked for: its kind, how many values of it the answer states, and whether it is right.

    ``value`` is the reference's, ``values`` are those that the answer states of that kind.
    """

    kind: str
    stated: int
    right: bool
    value: str
    values: tuple[str, ...]


class FactCounts(NamedTuple):
    """The facts of one answer: how many were expected, how many values it states of their kinds, how many rightly."""

    expected: int
    stated: int
    right: int

    @property
    def counted(self) -> float:
        """The mean of expected and stated: right over it, summed over answers, is F1."""
        return (self.expected + self.stated) / 2


def judge(answers: Sequence[str], posed: Instructions, train: Instructions) -> list[tuple[Judged, ...]]:
    """Return the facts asked for of each answer; the references of both sides decide which kinds vary."""
    lexicon = Lexicon(posed.micrographs.categories)
    judged = []
    for answer, facts in zip(answers, asked_for(posed, train), strict=True):
        expected = [fact for fact in facts if fact in lexicon]
        stated = lexicon.parse(answer) if expected else ()
        judged.append(tuple(_judged(kind, value, stated) for kind, value in expected))
    return judged


def asked_for(posed: Instructions, train: Instructions) -> list[Facts]:
    """Return the facts of each reference that its prompt does not state and whose kind varies in its category.

    A value that the lexicon does not know counts: a reader other than the lexicon may understand it.
    """
    lexicon = Lexicon(posed.micrographs.categories)
    varying = _varying(posed, train)
    facts_of = cache(lambda prompt: named(lexicon.presupposed(prompt)))
    expected: list[Facts] = []
    for position, record in enumerate(posed.records):
        prompt, category = facts_of(f"{posed.caption(position)}\n{record.question}"), _category(posed, position)
        expected.append(
            tuple(
                (kind, value)
                for kind, value in record.facts
                if (category, kind) in varying and prompt.get(kind) != value
            )
        )
    return expected


def counts_of(judged: Sequence[Judged]) -> FactCounts:
    """Return the counts of one answer."""
    return FactCounts(len(judged), sum(fact.stated for fact in judged), sum(fact.right for fact in judged))


def per_kind(judged: Sequence[Sequence[Judged]]) -> dict[str, list[int]]:
    """Return kind to [right, asked, stated], kinds in order."""
    counts: dict[str, list[int]] = {}
    for fact in sorted(fact for facts in judged for fact in facts):
        count = counts.setdefault(fact.kind, [0, 0, 0])
        count[0] += fact.right
        count[1] += 1
        count[2] += fact.stated
    return counts


def _judged(kind: str, value: str, stated: Facts) -> Judged:
    values = [own for other, own in stated if other == kind]
    return Judged(kind, len(values), values == [value], value, tuple(values))


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
