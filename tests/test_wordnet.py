"""The reduced WordNet answers METEOR as the full one does."""

import lzma
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from nltk.translate.meteor_score import single_meteor_score

from bench.tasks.metrics.wordnet import RESOURCE, synonyms_within, wordnet

GOLDEN = Path(__file__).parent / "golden" / "meteor.tsv.xz"


def names(word: str) -> set[str]:
    return {lemma.name() for synset in wordnet().synsets(word) for lemma in synset.lemmas()}


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_meteor_equals_that_of_nltk_with_the_full_wordnet_on_ten_thousand_pairs(every: int) -> None:
    pairs = [line.split("\t") for line in lzma.decompress(GOLDEN.read_bytes()).decode().splitlines()]
    assert len(pairs) == 10_000
    pairs = pairs[::every]
    lexicon: Any = wordnet()
    scores = [single_meteor_score(reference.split(), answer.split(), wordnet=lexicon) for reference, answer, _ in pairs]
    assert scores == pytest.approx([float(score) for *_, score in pairs], abs=1e-12)


@pytest.mark.parametrize(
    ("form", "synonym"),
    [
        ("fibers", "fibre"),
        ("Films", "movie"),
        ("mice", "mouse"),
        ("forming", "shape"),
        ("densest", "thick"),
        ("quickly", "rapidly"),
        ("bases-on-balls", "walk"),
    ],
)
def test_an_inflected_word_has_the_synonyms_of_its_base(form: str, synonym: str) -> None:
    assert synonym in names(form)


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("substrates", "substrate"),
        ("pancreases", "pancreas"),
        ("behalves", "behalf"),
        ("vertexes", "vertex"),
        ("quartzes", "quartz"),
        ("finches", "finch"),
        ("marshes", "marsh"),
        ("doormen", "doorman"),
        ("cavities", "cavity"),
        ("depicts", "depict"),
        ("intensifies", "intensify"),
        ("diminishes", "diminish"),
        ("dispersed", "disperse"),
        ("depicted", "depict"),
        ("describing", "describe"),
        ("depicting", "depict"),
        ("rougher", "rough"),
        ("roughest", "rough"),
        ("denser", "dense"),
        ("densest", "dense"),
    ],
)
def test_every_ending_leads_to_its_base(form: str, base: str) -> None:
    assert base in names(form)


def test_a_synset_is_found_once() -> None:
    found = wordnet().synsets("apparatus")
    assert len(found) == len(set(found)) > 0


def test_an_irregular_form_is_not_also_read_by_rule() -> None:
    assert "synapsis" in names("synapses")
    assert "synapse" not in names("synapses")


def test_names_keep_their_case() -> None:
    assert "Wood" in names("wood")


def test_an_unknown_word_has_no_synsets() -> None:
    assert wordnet().synsets("qwrtzp") == []


def test_synonyms_are_kept_where_they_are_among_the_words_asked_for():
    synonyms = synonyms_within({"fibre", "movie", "film"})
    found = {word: synonyms(word) for word in ("fiber", "films", "fibre", "wire")}
    assert found == {"fiber": {"fibre"}, "films": {"film", "movie"}, "fibre": set(), "wire": set()}


def test_the_resource_is_small_and_stands_beside_its_licence() -> None:
    folder = files("bench.tasks.metrics")
    assert len(folder.joinpath(RESOURCE).read_bytes()) < 1_000_000
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in folder.joinpath("WORDNET_LICENSE").read_text()
