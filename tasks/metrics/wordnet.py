"""WordNet 3.0 reduced to what METEOR asks of it: words and their single-word synonyms.

G. A. Miller, WordNet: a lexical database for English (1995); notice in WORDNET_LICENSE. Look-ups follow
``nltk.corpus.reader.wordnet`` of nltk 3.10: irregular forms first, else suffix rules, applied once.
"""

import lzma
from collections import defaultdict
from collections.abc import Callable, Set
from functools import cache
from importlib.resources import files
from typing import NamedTuple

RESOURCE = "wordnet-3.0.txt.xz"
"""One line per synset, ``part-of-speech name name…``; one per irregular form, ``PART-OF-SPEECH form base…``.

The part of speech is n, v, a or r (adverb), upper case for irregular forms. A name of several words, joined
by '_', is present only if an irregular form leads to it.
"""

SUFFIXES: dict[str, tuple[tuple[str, str], ...]] = {
    "n": (
        ("s", ""),
        ("ses", "s"),
        ("ves", "f"),
        ("xes", "x"),
        ("zes", "z"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("men", "man"),
        ("ies", "y"),
    ),
    "v": (
        ("s", ""),
        ("ies", "y"),
        ("es", "e"),
        ("es", ""),
        ("ed", "e"),
        ("ed", ""),
        ("ing", "e"),
        ("ing", ""),
    ),
    "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "r": (),
}
"""Part of speech to (ending, its replacement) pairs: WordNet's rules of detachment."""


class Lemma(NamedTuple):
    """One name of a synset, in WordNet's case."""

    text: str

    def name(self) -> str:
        """Return the name."""
        return self.text


class Synset(NamedTuple):
    """Words of one meaning."""

    names: tuple[str, ...]

    def lemmas(self) -> list[Lemma]:
        """Return the names as nltk does: as objects with ``name()``."""
        return [Lemma(name) for name in self.names]


class WordNet(NamedTuple):
    """What ``single_meteor_score(…, wordnet=…)`` needs of nltk's reader.

    ``names``: part of speech, then lower-case word, to the names of its synsets; ``irregular``: part of
    speech, then irregular form, to its bases.
    """

    names: dict[str, dict[str, list[tuple[str, ...]]]]
    irregular: dict[str, dict[str, tuple[str, ...]]]

    def synsets(self, word: str) -> list[Synset]:
        """Return the synsets of a word in any case or inflection, in no order of importance.

        Several words joined by '_' have none.
        """
        return [
            Synset(names)
            for speech, words in self.names.items()
            for base in self.bases(word.lower(), speech)
            for names in words.get(base, ())
        ]

    def bases(self, form: str, speech: str) -> dict[str, None]:
        """Return a lower-case form and what it may be a form of as this part of speech, as keys, in no order."""
        bases = self.irregular[speech].get(form)
        if bases is None:
            bases = (form.removesuffix(end) + new for end, new in SUFFIXES[speech] if form.endswith(end))
        return dict.fromkeys((form, *bases))


def synonyms_within(words: Set[str]) -> Callable[[str], Set[str]]:
    """Return a function from a word to its synonyms among these words, without itself, cached by word."""

    @cache
    def synonyms(word: str) -> Set[str]:
        names = {name for synset in wordnet().synsets(word) for name in synset.names}
        return (names & words) - {word}

    return synonyms


@cache
def wordnet() -> WordNet:
    """Return WordNet, read from the resource at the first call."""
    packed = files("bench.tasks.metrics").joinpath(RESOURCE).read_bytes()
    lexicon = WordNet({speech: defaultdict(list) for speech in SUFFIXES}, {speech: {} for speech in SUFFIXES})
    for line in lzma.decompress(packed).decode().splitlines():
        kind, first, *rest = line.split(" ")
        if kind.isupper():
            lexicon.irregular[kind.lower()][first] = tuple(rest)
        else:
            names = (first, *rest)
            for word in {name.lower() for name in names}:
                lexicon.names[kind][word].append(names)
    return lexicon
