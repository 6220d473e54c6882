"""Reads ``lexicon.toml``, the words by which an answer is read; its head says what an entry is."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

RESOURCE = "lexicon.toml"
Fact = tuple[str, str]
"""A kind and its value."""


class Words(NamedTuple):
    """The entries of the lexicon, by what they do.

    ``facts`` are what states a fact whatever it describes; ``descriptions`` what states one only of some classes of
    nouns; ``denied`` what states one only where it is denied; ``nouns`` the classes of nouns and ``parents`` a class to
    the one that it belongs to; ``roles`` what other phrases do in a sentence. ``adverbs`` do not mean what their
    adjective means; ``spellings`` are American ones to British ones.
    """

    facts: Mapping[Fact, Sequence[str]]
    descriptions: Sequence[tuple[Sequence[str], Mapping[str, Fact]]]
    denied: Mapping[Fact, Sequence[str]]
    nouns: Mapping[str, Sequence[str]]
    parents: Mapping[str, str]
    roles: Mapping[str, Sequence[str]]
    adverbs: frozenset[str]
    spellings: Mapping[str, str]


@cache
def lexicon() -> Words:
    """Return the words of the lexicon."""
    data = tomllib.loads(files("bench.tasks.metrics").joinpath(RESOURCE).read_text(encoding="utf-8"))
    return Words(
        {(kind, value): entries for kind, values in data["facts"].items() for value, entries in values.items()},
        [
            (each["words"], {noun: _fact(text) for text, nouns in each["states"].items() for noun in nouns})
            for each in data["descriptions"]
        ],
        {_fact(text): entries for text, entries in data["denied"].items()},
        data["nouns"],
        data["parents"],
        data["roles"],
        frozenset(data["adverbs"]),
        data["spellings"],
    )


def _fact(text: str) -> Fact:
    kind, _, value = text.partition("=")
    return kind, value
