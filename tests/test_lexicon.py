"""The lexicon's file states facts, classes and roles that there are, in entries that can be read."""

import re
from collections import Counter

import pytest

from bench.tasks.facts import KINDS
from bench.tasks.metrics.lexicon import lexicon

WORDS = lexicon()
LISTS = {
    **{"=".join(fact): entries for fact, entries in WORDS.facts.items()},
    **{f"description {number}": entries for number, (entries, _) in enumerate(WORDS.descriptions)},
    **{f"no {'='.join(fact)}": entries for fact, entries in WORDS.denied.items()},
    **WORDS.nouns,
    **WORDS.roles,
}
FORM = re.compile(r"~{0,2}(=?[^\W_A-Z]+|&|%|=?°)( (=?[^\W_A-Z]+|°))*")


def test_every_fact_is_of_the_shared_vocabulary():
    facts = {*WORDS.facts, *WORDS.denied, *(fact for _, states in WORDS.descriptions for fact in states.values())}
    assert {(kind, value) for kind, value in facts if value not in KINDS.get(kind, ())} == set()


def test_every_class_that_is_described_has_nouns():
    described = {noun for _, states in WORDS.descriptions for noun in states} | {*WORDS.parents.values()}
    assert described - {"", "any", "thing", *WORDS.nouns} == set()


@pytest.mark.parametrize("name", LISTS)
def test_entries_can_be_read_and_stand_once(name):
    entries = LISTS[name]
    assert [entry for entry in entries if not FORM.fullmatch(entry)] == []
    assert [entry for entry in entries if WORDS.spellings.keys() & entry.replace("=", "").split()] == [], "American"
    assert [entry for entry, count in Counter(entry.lstrip("~") for entry in entries).items() if count > 1] == []
