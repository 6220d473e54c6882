"""Splits a text into sentences, and a sentence into phrases of the lexicon and other words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from bench.tasks.metrics.lexicon import Fact, lexicon
from bench.tasks.metrics.wordnet import SUFFIXES, wordnet

_WORD = re.compile(r"[^\W_]+|[,:;()?|&°%]")
_END = re.compile(r"(?<=[.!?;])\s+|[.!]+$|\n+|;")
_MARKUP = re.compile(r"^\s*(?:[-*•·–#>]+|\d+[.)])\s+|[*`_#]+", re.MULTILINE)
_BROKEN = re.compile(r"^([^\n:]*[^\s.!?:;])[ \t]*\n(?=[a-z][^\n:]*$)", re.MULTILINE)
_ASKING = (
    r"(?:is|are|do|does|did|was|were|can|could|has|have|will|would|may|might|should|what|which|how|why|where|who|any)\b"
)
"""The words that begin a question; one that begins otherwise is a heading: 'Cracks? None.'"""
_CONTRACTIONS = (
    (re.compile(r"\bcan't\b"), "cannot"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\b(it|that|there|what|here|everything|nothing|everyone|who|where)'s\b"), r"\1 is"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'s\b|s'(?=\s)"), lambda match: "s" if match[0].startswith("s") else ""),
)
"""What an apostrophe stands for."""
_WRITINGS = (
    (re.compile(r"(?<![\w.,/±-])0(?![\w.,/%°]|\s*(?:%|°|[a-zµ]m\b|k?e?v\b))"), "zero"),
    (re.compile(r"(?<![\w.,/±-])1(?= (?:\w+ )?phase\b)|(?<=phases: )1\b"), "one"),
    (re.compile(r"(?<![\w.,/±-])2(?=[ -](?:\w+ )?phases?\b)|(?<=phases: )2\b"), "two"),
    (re.compile(r"\bcan not\b"), "cannot"),
    (re.compile(rf"(^|[.!?;]\s+)(?!{_ASKING})((?:\w+ ){{0,2}}\w+)\?\s+(?=\w)"), r"\1\2: "),
    (re.compile(r"\bi\.e\.,?|\be\.g\.,?|\bviz\.,?"), " namely "),
    (re.compile(r"\b(approx|ca|vs|figs?|resp|max|min|avg|incl)\.(?=\s)"), r"\1"),
    (re.compile(r"\bet al\.|\betc\."), " "),
    (re.compile(r"(^|;)\s*((?:\w+ ){0,3}\w+)\s+[-–—]+\s+(?=\w)"), r"\1 \2: "),
    (re.compile(r"(?<=\w)\s+[-–—]+\s+(?=\w)|—"), " ; "),
)
_AFFIXES = ("nano", "micro", "like", "shaped")
_REMEMBERED = 100_000
"""How many pairs of words are remembered."""
_LETTERS = 3
"""The fewest letters of a word that remain of a word without its affix."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the lexicon says of a phrase.

    ``facts`` are (kind, value, strength); ``describes`` classes of nouns to facts, and how strongly; ``noun`` is the
    phrase's own class; ``bare`` the fact of its denial; ``roles`` are such as ``negation``.
    """

    facts: tuple[tuple[str, str, int], ...] = ()
    describes: tuple[tuple[Mapping[str, Fact], int], ...] = ()
    noun: str = ""
    bare: Fact | None = None
    roles: frozenset[str] = frozenset()

    def __or__(self, other: "Meaning") -> "Meaning":
        return Meaning(
            self.facts + other.facts,
            self.describes + other.describes,
            self.noun or other.noun,
            self.bare or other.bare,
            self.roles | other.roles,
        )


NOTHING = Meaning()
_IDIOM = Meaning(roles=frozenset({"idiom"}))
_VERB = Meaning(roles=frozenset({"verb"}))
_COVERING = Meaning(noun="coverage", roles=frozenset({"verb", "acting"}))
_BY_LEMMA = frozenset({"verb", "negation", "judgement", "refusal", "supposing", "measure", "absence"})
"""The roles of which a phrase's other forms have it, too."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the lexicon, or another word, as it stands in a sentence; ``lemmas`` are of its last word.

    ``begins_with_verb``: whether its first word can be a verb: 'stand apart'.
    """

    text: str
    lemmas: frozenset[str] = frozenset()
    meaning: Meaning = field(default=NOTHING)
    begins_with_verb: bool = False

    def has(self, role: str) -> bool:
        """Return whether the lexicon gives the phrase a role."""
        return role in self.meaning.roles

    @property
    def is_evidence(self) -> bool:
        """Whether the phrase can state a fact."""
        meaning = self.meaning
        return bool(meaning.facts or meaning.describes or meaning.bare or meaning.noun in ("defect", "phase"))

    @property
    def is_word(self) -> bool:
        """Whether it is a word or number, not a mark."""
        return self.text[0].isalnum()


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text, without mark-up; each keeps a question mark.

    A line ends a sentence, unless the next goes on in lower case and neither is a heading with its value.
    """
    for line in _MARKUP.sub("", _BROKEN.sub(r"\1 ", text)).lower().split("\n"):
        line = line.replace("’", "'").replace("`", "'")
        for pattern, replacement in (*_CONTRACTIONS, *_WRITINGS) if "'" in line else _WRITINGS:
            line = pattern.sub(replacement, line)
        yield from (part for part in _END.split(line) if part and part.strip())


def phrases(sentence: str) -> list[Phrase]:
    """Return a sentence as phrases of the lexicon, the longest first come, and other words and marks."""
    spellings = lexicon().spellings
    tokens = [spellings.get(token, token) for token in _WORD.findall(sentence)]
    own = [_lemmas(token) for token in tokens]
    result: list[Phrase] = []
    position = 0
    while position < len(tokens):
        length, meaning = 1, NOTHING
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        for words, of_words in _beginning_with(tokens[position], following):
            if len(words) < length:
                break
            if len(words) <= 2 or _matches(words, tokens, own, position):
                length, meaning = len(words), of_words if meaning is NOTHING else meaning | of_words
        if "idiom" in meaning.roles:
            meaning = _IDIOM
        elif meaning is NOTHING and _is_verb_alone(tokens[position]):
            meaning = _VERB
        elif meaning.noun == "coverage" and "verb" in meaning.roles and _is_plural(tokens, position):
            meaning = _COVERING
        text = " ".join(tokens[position : position + length])
        begins_with_verb = bool(own[position] & _verbs()) or "verb" in meaning.roles or _is_verb_alone(tokens[position])
        result.append(Phrase(text, own[position + length - 1], meaning, begins_with_verb))
        position += length
    return result


@lru_cache(_REMEMBERED)
def _beginning_with(word: str, following: str) -> list[tuple[tuple[str, ...], Meaning]]:
    """Return the phrases that may begin with a word and the one after it, longest first; of two words, they do."""
    first, second = _by_first_word(), {*_lemmas(following), f"={following}"}
    own = [entry for lemma in sorted({*_lemmas(word), f"={word}"}) for entry in first.get(lemma, ())]
    own = [entry for entry in own if len(entry[0]) == 1 or entry[0][1] in second]
    return sorted(own, key=lambda entry: -len(entry[0]))


def _matches(words: tuple[str, ...], tokens: list[str], own: list[frozenset[str]], position: int) -> bool:
    if position + len(words) > len(tokens):
        return False
    return all(
        word in own[position + place] or word[1:] == tokens[position + place] and word[0] == "="
        for place, word in enumerate(words)
    )


@cache
def _by_first_word() -> dict[str, list[tuple[tuple[str, ...], Meaning]]]:
    """Return the first word of each phrase to the phrases that begin with it, with what they mean."""
    by_words: dict[tuple[str, ...], Meaning] = {}
    for entry, meaning in _entries():
        words = tuple(entry.lstrip("~").split())
        weaker = entry.count("~")
        own = _weakened(meaning, weaker) if weaker else meaning
        by_words[words] = by_words.get(words, NOTHING) | own
    by_first: dict[str, list[tuple[tuple[str, ...], Meaning]]] = {}
    for words, meaning in by_words.items():
        kinds = {kind for kind, _, _ in meaning.facts}
        if kinds and not meaning.noun:
            noun = "structure" if kinds & {"shape", "category"} else "other"
            meaning = meaning | Meaning(noun=noun)
        by_first.setdefault(words[0], []).append((words, meaning))
    return by_first


def _weakened(meaning: Meaning, weaker: int) -> Meaning:
    return Meaning(
        tuple((kind, value, -weaker) for kind, value, _ in meaning.facts),
        tuple((facts, -weaker) for facts, _ in meaning.describes),
    )


def _entries() -> Iterator[tuple[str, Meaning]]:
    """Yield each entry of the lexicon with what it means in one place."""
    words = lexicon()
    for (kind, value), entries in words.facts.items():
        yield from ((entry, Meaning(((kind, value, 0),))) for entry in entries)
    for entries, facts in words.descriptions:
        yield from ((entry, Meaning(describes=((facts, 0),))) for entry in entries)
    for noun, entries in words.nouns.items():
        yield from ((entry, Meaning(noun=noun)) for entry in entries)
    for fact, entries in words.denied.items():
        yield from ((entry, Meaning(bare=fact)) for entry in entries)
    for role, entries in words.roles.items():
        for entry in entries:
            yield (entry if role in _BY_LEMMA else _exact(entry)), Meaning(roles=frozenset({role}))
            if role == "idiom":
                yield f"{_exact(entry)}s", Meaning(roles=frozenset({role}))


def _exact(entry: str) -> str:
    return " ".join(f"={word}" for word in entry.split())


@cache
def _lemmas(word: str) -> frozenset[str]:
    """Return what a word may be a form of, itself included."""
    if word in lexicon().adverbs:
        return frozenset({word})
    forms = {word, *(base for speech in SUFFIXES for base in wordnet().bases(word, speech))}
    forms |= {form.removesuffix("ly") for form in forms if form.endswith("ly")}
    forms |= {form.removesuffix("ily") + "y" for form in forms if form.endswith("ily")}
    forms |= {form.removesuffix("ally") for form in forms if form.endswith("ically")}
    forms |= {form.removesuffix("y") + "e" for form in forms if word.endswith("bly") and form.endswith("bly")}
    if forms & _vocabulary():
        return frozenset(forms)
    for affix in _AFFIXES:
        forms |= {form.removeprefix(affix).removesuffix(affix) for form in forms if len(form) >= len(affix) + _LETTERS}
    return frozenset(forms)


def _is_plural(tokens: list[str], position: int) -> bool:
    """Return whether a word follows a plural: 'cover' is a verb in 'the wires cover', a noun in 'a dense cover'."""
    before = tokens[position - 1] if position else ""
    return (
        tokens[position] == "covers" or before.endswith("s") or before in ("they", "which", "that", "to", "not", "it")
    )


@lru_cache(_REMEMBERED)
def _is_verb_alone(word: str) -> bool:
    """Return whether a word is a verb in the present, by WordNet, and no other part of speech: 'follows'."""
    names = wordnet().names
    if word.endswith(("ed", "ing")) or any(base in names["n"] for base in wordnet().bases(word, "n")):
        return False
    return (
        word not in names["a"]
        and word not in names["r"]
        and any(map(names["v"].__contains__, wordnet().bases(word, "v")))
    )


@cache
def _verbs() -> frozenset[str]:
    return frozenset(lexicon().roles["verb"])


@cache
def _vocabulary() -> frozenset[str]:
    """Return the single words that are phrases."""
    return frozenset(words[0] for entries in _by_first_word().values() for words, _ in entries if len(words) == 1)
