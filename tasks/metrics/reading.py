"""Reads the facts that a text states, sentence by sentence: what is said, of what, and whether it is denied.

No parser of a library is used: one that knows English needs weights to download and milliseconds a sentence. Phrases
of the lexicon are matched by lemma, the longest first. A word such as 'dark' states a fact of the noun that it
describes. What is denied states the opposite if its kind has two values, else nothing; what is doubted, asked or
supposed states nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from bench.contracts import Facts
from bench.tasks.datasets.captions import category_name
from bench.tasks.facts import CATEGORIES, KINDS, SHAPES
from bench.tasks.metrics.description import nouns_described, nouns_joined
from bench.tasks.metrics.doubt import refused, thought_possible, unasserted
from bench.tasks.metrics.lexicon import Fact, lexicon
from bench.tasks.metrics.patterns import pattern_facts
from bench.tasks.metrics.phrases import Phrase, phrases, sentences
from bench.tasks.metrics.scope import REACH, clauses, denied, is_verb

Strengths = dict[Fact, int]
"""What is stated, and how strongly: of one kind only the strongest counts."""
_OPPOSITES = {
    (kind, value): (kind, other)
    for kind, values in KINDS.items()
    if len(values) == 2
    for value, other in (values, values[::-1])
}
"""What is stated by denying a value of a kind that has two."""
_DEFECTS = frozenset(("defect", value) for value in KINDS["defect"] if value != "none")
"""What is denied where each defect is: 'no cracks. No pits. No debris.'"""
_IT = re.compile(
    r"^\s*it(?= (?:is|was|appears|looks|seems|takes|spans|covers|extends|has)\b(?! \w+ (?:that|to|whether)\b))"
)
_REFERRED = frozenset(
    {"bar", "background", "contrast", "focus", "surface", "texture", "size", "coverage", "arrangement"}
)
"""Classes of nouns that an 'it' of the next sentence stands for; others leave open whether it is the picture."""
_WEAKEST = -2
"""The strength of a shape's word that may only name its category, such as 'wire'."""
_DESCRIBING = frozenset({"straight", "curved", "flat", "upright", "wrinkled"})
"""Shapes whose words also describe structures of other categories."""
_MARRED = frozenset({"defect", "charging", "phases"})
"""Kinds of what may lie here and there on the structures."""
_DRAWN = frozenset({("charging", "streaks"), ("defect", "cracks")})
_TONED = frozenset({"brightness", "contrast", "tone", "composition", "region", "image", "direction", "texture"})
"""Classes of nouns whose variation is not that of sizes."""
_TONES = frozenset({"bright", "white", "dark", "black", "light"})
_OTHERS = frozenset({"another", "other", "others", "next", "neighbour", "neighbours", "rest"})
_EPITHETS = frozenset({"straight", "flat", "curved", "bent", "upright", "planar", "linear"})
"""Words of shapes that describe other shapes, too."""
_DESCRIBED = frozenset({"lines", "pillars", "holes", "cantilever", "electrode"})
"""Shapes that they describe."""
_OURS = frozenset({"my", "your"})
_ALTERNATIVES = frozenset({"or", "either", "between", "whether", ":"})
_OFFER = re.compile(r"\bor\b|\s[-–—]\s|[:(]")
"""What shows that a question lists what may be answered."""
_ONE_FILLS = re.compile(r"\b(?:fills|takes up|occupies|covers)\b")
"""What one large structure does; it does not state how many there are."""
_RANGE = re.compile(r"\bfrom .*\bto\b|\bbetween .*\band\b")
"""What gives both ends of a range, neither of which is stated of all."""
_REMEMBERED = 100_000
"""How many sentences are remembered: models repeat themselves."""


class Statement(NamedTuple):
    """What a sentence states, each fact with its strength, which facts it denies, and what the next may call 'it'."""

    facts: tuple[tuple[Fact, int], ...] = ()
    denials: frozenset[Fact] = frozenset()
    subject: str = ""


class Lexicon:
    """Reads the facts of a text; besides its own phrases it knows the names of a dataset's categories.

    Such a name is free text and may be any word, so it counts only if it follows the word 'category'.
    """

    def __init__(self, categories: Iterable[str] = CATEGORIES) -> None:
        self._category_of = {category_name(category).lower(): category for category in categories}
        self._values = {(kind, value) for kind, values in KINDS.items() for value in values}
        self._values |= {("category", category) for category in self._category_of.values()}
        longest_first = sorted(self._category_of, key=len, reverse=True)
        self._named = re.compile(rf"\bcategory:?\s+({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)

    def __contains__(self, fact: Fact) -> bool:
        """Return whether this (kind, value) can be read."""
        return fact in self._values

    def parse(self, text: str) -> Facts:
        """Return the facts that a text states, each once, sorted."""
        own = {("category", self._category_of[match[1].lower()]) for match in self._named.finditer(text)}
        strengths: Strengths = {}
        denials: set[Fact] = set()
        subject = ""
        for sentence in sentences(self._named.sub("category", text)):
            statement = _stated(_IT.sub(subject, sentence) if subject else sentence)
            subject = statement.subject
            denials |= statement.denials
            for fact, strength in statement.facts:
                strengths[fact] = max(strength, strengths.get(fact, strength))
        if ("category", "powder") in strengths and ("shape", "clumped") in strengths:
            strengths.pop(("arrangement", "clustered"), None)  # a powder clumps
        if denials >= _DEFECTS and not any(kind == "defect" for kind, _ in strengths):
            strengths["defect", "none"] = 0
        return tuple(sorted(own | _strongest(_consistent(strengths))))

    def presupposed(self, prompt: str) -> Facts:
        """Return the facts that a prompt gives away; a question that offers values gives away none of them."""
        facts: set[Fact] = set()
        for line in prompt.split("\n"):
            stated = self.parse(line.replace("?", "."))
            offers = "?" in line and _OFFER.search(line)
            facts.update(fact for fact in stated if not offers or fact[0] in ("category", "shape"))
        return tuple(sorted(facts))


def named(facts: Facts) -> Mapping[str, str]:
    """Return kind to value, for the kinds with exactly one stated value."""
    values: dict[str, set[str]] = {}
    for kind, value in facts:
        values.setdefault(kind, set()).add(value)
    return {kind: next(iter(several)) for kind, several in values.items() if len(several) == 1}


def _consistent(strengths: Strengths) -> Strengths:
    """Return what is stated without the weakest shapes of other categories, and the weaker beside a fitting shape."""
    stated = {value for kind, value in strengths if kind == "category"}
    possible = {shape for category in stated for shape in SHAPES.get(category, ())}
    fits = any(kind == "shape" and value in possible for kind, value in strengths)
    weakest = -1 if fits else _WEAKEST
    if not possible:
        return strengths
    return {
        (kind, value): strength
        for (kind, value), strength in strengths.items()
        if kind != "shape" or value in possible or strength > weakest and not (fits and value in _DESCRIBING)
    }


def _strongest(strengths: Strengths) -> set[Fact]:
    best: dict[str, int] = {}
    for (kind, _), strength in strengths.items():
        best[kind] = max(strength, best.get(kind, strength))
    return {fact for fact, strength in strengths.items() if strength == best[fact[0]]}


@lru_cache(_REMEMBERED)
def _stated(text: str) -> Statement:
    """Return what a sentence states and denies."""
    sentence = phrases(text)
    if not sentence or sentence[-1].text == "?":
        return Statement()
    strengths: Strengths = {fact: -1 if fact[0] == "arrangement" else 1 for fact in pattern_facts(text)}
    if not any(phrase.is_evidence for phrase in sentence):
        return Statement(tuple(strengths.items()), subject=_subject(sentence))
    numbers = clauses(sentence)
    possible = thought_possible(sentence, numbers)
    counts, silent = denied(sentence, numbers, possible), refused(sentence, numbers)
    unsure = possible | unasserted(sentence, numbers)
    untrue: set[Fact] = set()
    for position, phrase in enumerate(sentence):
        if phrase.is_evidence and numbers[position] not in silent:
            is_denied = counts[position] % 2 == 1 and not _is_presupposed(sentence, position)
            if not is_denied and (
                position in unsure
                or _is_any(sentence, position)
                or _is_elsewhere(sentence, position)
                or _is_of_defect(sentence, numbers, position)
            ):
                continue
            if not is_denied and _is_of_charging(sentence, counts, position):
                continue
            untrue.update(_facts_of(sentence, numbers, position) if is_denied else ())
            for fact, strength in _of_phrase(sentence, numbers, position, counts[position] if is_denied else 0):
                strengths[fact] = max(strength, strengths.get(fact, strength))
    strengths = {fact: strength for fact, strength in strengths.items() if fact not in untrue}
    if any(phrase.text == "either" for phrase in sentence):
        strengths = dict.fromkeys(strengths, 0)  # of two alternatives neither is the stronger
    if ("uniformity", "varied") in strengths and _RANGE.search(text):
        strengths = {fact: strength for fact, strength in strengths.items() if fact[0] != "size"}
    if ("size", "large") in strengths and _ONE_FILLS.search(text):
        strengths = {fact: strength for fact, strength in strengths.items() if fact[0] != "coverage"}
    sizes = {value for kind, value in strengths if kind == "size"}
    if sizes == {"small", "large"} and not _ALTERNATIVES & {phrase.text for phrase in sentence}:
        strengths = {fact: strength for fact, strength in strengths.items() if fact[0] != "size"}
        strengths["uniformity", "varied"] = 0
    if any(kind == "defect" and value != "none" for kind, value in strengths):
        strengths.pop(("defect", "none"), None)
    return Statement(tuple(sorted(strengths.items())), frozenset(untrue), _subject(sentence))


def _subject(sentence: Sequence[Phrase]) -> str:
    """Return the first noun of a sentence if it is none of the structures, nor the picture: 'scale bar'."""
    first = next((phrase for phrase in sentence if phrase.meaning.noun), None)
    return first.text if first and first.meaning.noun in _REFERRED else ""


def _facts_of(sentence: list[Phrase], numbers: list[int], position: int) -> Strengths:
    """Return the facts that one phrase states where it is not denied, with their strengths."""
    meaning = sentence[position].meaning
    described: Strengths = {}
    if meaning.describes:
        for noun in _classes(nouns_described(sentence, numbers, position)):
            if noun == "edge" and any(
                fact[0] == "shape" and fact[2] >= 0 for other in sentence for fact in other.meaning.facts
            ):
                break  # 'facets with sharp edges' are not sharp in focus
            if noun == "elsewhere":
                break
            if noun == "strand" and sentence[min(position + 1, len(sentence) - 1)].text.endswith("s"):
                continue  # 'isolated fibres' are several
            described = {facts[noun]: strength for facts, strength in meaning.describes if noun in facts}
            if noun == "variation" and _is_of_other(sentence, position):
                break
            if noun in ("variation", "uniformity"):  # 'the variation is small' states no variation
                described = {fact: strength + 1 for fact, strength in described.items()}
            if described:
                break
        for noun in nouns_joined(sentence, numbers, position):
            described |= {facts[noun]: strength for facts, strength in meaning.describes if noun in facts}
        if sentence[position].text.endswith("ly") and position + 1 < len(sentence):
            said_next = {fact[0] for facts, _ in sentence[position + 1].meaning.describes for fact in facts.values()}
            described = {fact: strength for fact, strength in described.items() if fact[0] not in said_next}
        if _is_compared(sentence, position):
            described = {fact: strength for fact, strength in described.items() if fact[0] != "size"}
    kinds = {kind for kind, _ in described}  # 'poorly focused' is blurred, whatever 'focused' states
    plain = {(kind, value): strength for kind, value, strength in meaning.facts if kind not in kinds}
    if plain and (illustrated := _illustrated(sentence, position)) is not None:
        plain = {fact: strength for fact, strength in plain.items() if strength >= 0 or fact[0] in illustrated}
    if _is_epithet(sentence, position):
        plain = {fact: strength for fact, strength in plain.items() if fact[0] != "shape"}
    return plain | described


def _is_of_other(sentence: list[Phrase], position: int) -> bool:
    """Return whether a variation is that of something else than sizes: 'clear differences in brightness'."""
    start = next((place for place in range(position, len(sentence)) if sentence[place].meaning.noun == "variation"), 0)
    behind = sentence[start + 1 : start + 6] if start else []
    if not behind or behind[0].text not in ("in", "of", "between"):
        return False
    nouns = {phrase.meaning.noun for phrase in behind}
    return bool(nouns & _TONED) and "size" not in nouns


def _is_epithet(sentence: list[Phrase], position: int) -> bool:
    """Return whether a shape only describes one that follows: 'straight parallel lines'."""
    if sentence[position].text not in _EPITHETS:
        return False
    following = (fact for phrase in sentence[position + 1 : position + 3] for fact in phrase.meaning.facts)
    return any(kind == "shape" and value in _DESCRIBED for kind, value, _ in following)


def _of_phrase(sentence: list[Phrase], numbers: list[int], position: int, denials: int) -> Iterator[tuple[Fact, int]]:
    """Yield the facts that one phrase states as it stands, denied so many times, with their strengths."""
    bare = sentence[position].meaning.bare
    for fact, strength in sorted(_facts_of(sentence, numbers, position).items()):
        if denials % 2 == 0:
            yield fact, strength
        elif fact in _OPPOSITES:
            yield _OPPOSITES[fact], strength
    if bare and denials % 2 and not _is_described(sentence, position, bare[0]):
        yield bare, 0
    elif bare and bare in _OPPOSITES and denials and denials % 2 == 0:  # 'does not lack contrast'
        yield _OPPOSITES[bare], 0


def _classes(nouns: Sequence[str]) -> Iterator[str]:
    """Yield classes of nouns, each followed by the class that it belongs to, then 'any'."""
    parents = lexicon().parents
    for noun in nouns:
        yield from (noun, parents[noun]) if noun in parents else (noun,)
    yield "any"


def _is_described(sentence: list[Phrase], position: int, kind: str) -> bool:
    """Return whether a word before a noun states a fact of the same kind: 'no long bar' is not 'no bar'."""
    before = sentence[position - 1].meaning.describes if position else ()
    return any(fact[0] == kind for facts, _ in before for fact in facts.values())


def _is_compared(sentence: list[Phrase], position: int) -> bool:
    """Return whether a word only compares: 'larger than the others', 'as large as another'."""
    following = [phrase.text for phrase in sentence[position + 1 : position + 4]]
    if following[:1] == ["as"]:
        return bool(_OTHERS & set(following))
    return sentence[position].text.endswith("er") and following[:1] == ["than"]


def _illustrated(sentence: list[Phrase], position: int) -> frozenset[str] | None:
    """Return the kinds of fact of the word that a simile illustrates, None without a simile.

    Of 'polished like marble' it is the texture.
    """
    before = position - 1
    while before > 0 and sentence[before].text in ("a", "an", "the", "two", "that", "of"):
        before -= 1
    if before < 1 or sentence[before].text.split()[-1] not in ("like", "as"):
        return None
    likened = sentence[before if sentence[before].is_evidence else before - 1]
    is_hyphenated = before == position - 1 and not likened.text.endswith(("ed", "y", "al"))  # 'rod-like particles'
    if is_hyphenated or not (likened.is_evidence or before > 1 and sentence[before - 2].text == "as"):
        return None
    described = {fact[0] for facts, _ in likened.meaning.describes for fact in facts.values()}
    return frozenset(described | {kind for kind, _, _ in likened.meaning.facts})


def _is_presupposed(sentence: list[Phrase], position: int) -> bool:
    """Return whether a phrase names the kind of what is there anyway: 'at no point do the particles touch'."""
    if not position or not any(kind == "category" for kind, _, _ in sentence[position].meaning.facts):
        return False
    following = sentence[position + 1 : position + 4]
    if sentence[position - 1].has("negation") and following and is_verb(following[0]):  # 'no wire is bent'
        return any(phrase.is_evidence for phrase in following) and not any(
            phrase.has("presence") for phrase in following
        )
    if position < 2:
        return False
    before, determiner = sentence[position - 2], sentence[position - 1].text
    if determiner == "two":
        return before.text == "no"
    return determiner in ("the", "these", "those", "our") and not (before.has("negation") or "be" in before.lemmas)


def _is_of_defect(sentence: list[Phrase], numbers: list[int], position: int) -> bool:
    """Return whether a phrase says how many the defects are: 'cracked here and there'."""
    if ("coverage", "sparse", 0) not in sentence[position].meaning.facts:
        return False
    for place in range(position - 1, max(-1, position - 5), -1):
        phrase = sentence[place]
        if any(fact[0] in _MARRED and fact[1] != "none" for fact in phrase.meaning.facts):
            return True
        if numbers[place] != numbers[position] or phrase.text in ("and", ",") or phrase.meaning.noun == "structure":
            return False
    return False


def _is_of_charging(sentence: list[Phrase], counts: list[int], position: int) -> bool:
    """Return whether lines are those of charging or cracks: 'charging shows as bright lines'."""
    if not any(kind == "shape" and value == "lines" for kind, value, _ in sentence[position].meaning.facts):
        return False
    is_toned = position > 0 and bool(sentence[position - 1].lemmas & _TONES)
    return any(
        _DRAWN & {(kind, value) for kind, value, _ in sentence[place].meaning.facts}
        and not counts[place]
        and (is_toned or not any(phrase.text in ("and", ",") for phrase in sentence[place:position]))
        for place in range(0 if is_toned else max(0, position - REACH), position)
    )


def _is_elsewhere(sentence: list[Phrase], position: int) -> bool:
    """Return whether a phrase belongs to what no picture shows: 'a two-phase project', 'the foam of the mattress'."""
    if position and sentence[position - 1].text in _OURS:
        return True
    following = sentence[position + 1 : position + 4]
    if len(following) > 2 and following[0].text == "of" and following[1].text in _OURS:
        return True
    nouns = following[1:] if following and following[0].text in ("of", "about") else following[:1]
    return any(phrase.meaning.noun == "elsewhere" for phrase in nouns)


def _is_any(sentence: list[Phrase], position: int) -> bool:
    """Return whether a phrase is only asked about: 'any cracks'."""
    return any(phrase.text in ("any", "whether", "possible") for phrase in sentence[max(0, position - 2) : position])
