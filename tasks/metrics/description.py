"""Which noun a word describes: 'dark' the background of 'a dark, even background' and of 'the background is dark'."""

import itertools
from collections.abc import Sequence

from bench.tasks.metrics.phrases import Phrase
from bench.tasks.metrics.scope import is_heading, is_verb

NONE, UNKNOWN, THING = "", "unknown", "thing"
"""A word that describes no noun, one that the lexicon does not know, and a subject that it does not know."""
_RESPECTS = frozenset(
    {"size", "contrast", "arrangement", "texture", "coverage", "shape", "uniformity", "focus", "composition"}
)
"""Classes of nouns in respect of which something can be described: 'low in contrast'."""
_ADJECTIVE = ("ed", "y", "al", "ous", "ic", "less", "ish", "ive", "ar", "ing", "ful", "ble", "er", "ly")
_DETERMINERS = frozenset({"this", "these", "those", "all", "each", "some", "many", "most"})
"""Words that stand before a noun, or for one."""
_PRONOUNS = frozenset({"it", "which", "that", "this", "one", "ones"})
_ASIDE = frozenset({"presence", "hedge"})
_RELATIVES = frozenset({"that", "which", "who"})
_COPULAS = frozenset({"be", "appear", "seem", "look", "remain"})
_SHOWING = frozenset({"show", "depict", "display", "see", "feature", "reveal", "contain", "observe", "exhibit"})
_PREPOSITIONS = frozenset({"unlike", "compared", "of", "with", "without", "like", "than"})
_DEGREES = frozenset(
    {
        "very",
        "quite",
        "rather",
        "too",
        "so",
        "all",
        "both",
        "each",
        "either",
        "some",
        "many",
        "most",
        "others",
        "somewhat",
        "more",
        "less",
        "not",
    }
)
_JOINING = frozenset({"and", ",", "as well as", "both", "&", "image", "surface"})
_PREDICATES = frozenset({"vary", "varies", "differ", "differs", "change", "changes", "fluctuate"})


def nouns_described(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> Sequence[str]:
    """Return the classes of the nouns that a word may describe, likeliest first; or one of the above."""
    respect = _respect(sentence, position)
    if respect:
        return [respect]
    before = sentence[position - 1].meaning.noun if position and sentence[position].text.endswith("ly") else ""
    if before in ("arrangement", "spacing", "direction"):
        return [before]  # 'arranged regularly'
    inverted = _subject_behind(sentence, numbers, position)
    if inverted:
        return [inverted]
    if position > 1 and sentence[position - 1].text == "but" and sentence[position - 2].meaning.describes:
        return nouns_described(sentence, numbers, position - 2)  # 'not horizontal but diagonal'
    behind = sentence[position + 1 : position + 4]
    if behind and (behind[0].text == "behind" or behind[0].text == "in" and behind[-1].meaning.noun == "background"):
        return ["background"]  # 'it is dark behind the wires'
    if sentence[position].text == "one" and any(
        sentence[place].text in ("one", "other", "another") and not _is_pronoun(sentence, place)
        for place in range(len(sentence))
        if place != position
    ):
        return [UNKNOWN]  # 'one dark, the other bright'
    if sentence[position].text not in _PREDICATES:
        nouns = _following(sentence, numbers, position)
        following = sentence[position + 1].text if position + 1 < len(sentence) else ""
        if nouns and following != "," and not sentence[position].text.endswith("ly"):
            return nouns
        if nouns:
            return [*nouns, *_subjects(sentence, numbers, position)]
    if sentence[position].text == "one" and not (position and _verb_before(sentence, position)):
        return [UNKNOWN]
    return _subjects(sentence, numbers, position)


def _is_pronoun(sentence: Sequence[Phrase], place: int) -> bool:
    """Return whether a 'one' is anybody, or an 'other' each other: 'one sees'."""
    before, behind = sentence[place - 1 : place], sentence[place + 1 : place + 2]
    if sentence[place].text == "one":
        return any(is_verb(phrase) or phrase.text == "can" for phrase in behind)
    return any(phrase.text == "each" for phrase in before)


def _subject_behind(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> str:
    """Return the class of a noun that ends the clause as its subject: 'black as pitch is the background'."""
    end = position
    while end + 1 < len(sentence) and numbers[end + 1] == numbers[position]:
        end += 1
    is_first = all(
        sentence[place].meaning.describes for place in range(position) if numbers[place] == numbers[position]
    )
    if not is_first or end < position + 3 or sentence[end - 1].text not in ("the", "its"):
        return ""
    verb = sentence[end - 2]
    if verb.text != "," and not verb.lemmas & _COPULAS:
        return ""
    return sentence[end].meaning.noun if sentence[end].meaning.noun != "other" else ""


def nouns_joined(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> Sequence[str]:
    """Return the classes of the nouns in a subject of several: 'contrast and coverage are low'."""
    verb = next((place for place in range(position, 0, -1) if is_verb(sentence[place])), 0)
    nouns: list[str] = []
    for place in range(verb - 1, -1, -1):
        phrase = sentence[place]
        if numbers[place] != numbers[position]:
            break
        if phrase.meaning.noun in _RESPECTS:
            nouns.append(phrase.meaning.noun)
        elif phrase.text not in _JOINING and not phrase.has("opener"):
            break
    return nouns if len(nouns) > 1 else []


def _respect(sentence: Sequence[Phrase], position: int) -> str:
    """Return the class of the noun after 'in' or 'of': 'equal in size', '' without one."""
    places = range(position + 1, min(position + 6, len(sentence)))
    for start in places:
        if sentence[start].text in ("in", "at", "of", "among") and start <= position + 2:
            nouns = (sentence[place].meaning.noun for place in range(start + 1, min(start + 4, len(sentence))))
            return next((noun for noun in nouns if noun in _RESPECTS and (sentence[start].text != "of")), "")
        if not sentence[start].text.endswith("ly"):
            return ""
    return ""


def _following(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> list[str]:
    """Return the classes of the nouns that an adjective stands before; none if it stands before none."""
    nouns: list[str] = []
    is_unknown, is_joined, is_adverb = False, False, sentence[position].text.endswith("ly")
    is_predicate = position > 0 and _verb_before(sentence, position) and not sentence[position - 1].lemmas & _SHOWING
    place = position + 1
    while place < len(sentence) and numbers[place] == numbers[position]:
        phrase = sentence[place]
        if phrase.text in ("one", "ones") and not nouns and not _is_more(sentence, place):
            apposed = position > 1 and "," in (sentence[position - 1].text, sentence[position - 2].text)
            subject = apposed and _nearest(sentence, position) or _subjects(sentence, numbers, position)[0]
            return ["structure" if subject in (NONE, THING) else subject]
        if phrase.has("measure"):
            return [_measured(sentence, numbers, place)]
        if phrase.text in (",", "and", "or"):
            if is_predicate or nouns or is_unknown or not _is_adjective(sentence, place + 1):
                break
            is_joined = True
        elif phrase.text == "looking" and nouns == []:
            pass  # 'a flat looking film'
        elif is_verb(phrase) or phrase.has("stop") or not phrase.is_word or phrase.has("negation"):
            break
        elif phrase.meaning.noun == "other" and is_joined:
            is_joined = False  # of 'vertical and equally spaced', an adjective
        elif phrase.meaning.noun:
            nouns.append(phrase.meaning.noun)
            if any(kind == "defect" for kind, _, _ in phrase.meaning.facts) and not phrase.text.endswith(_ADJECTIVE):
                break  # 'small craters dot it': the craters
        elif not (
            phrase.meaning.describes
            or phrase.meaning.facts
            or phrase.text.endswith("ly")
            or phrase.meaning.roles & _ASIDE
        ):
            is_unknown = not is_adverb
        place += 1
    return nouns or ([UNKNOWN] if is_unknown else [])


def _verb_before(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether a word follows a verb, adverbs aside."""
    before = position - 1
    while before > 0 and (sentence[before].text.endswith("ly") or sentence[before].text in _DEGREES):
        before -= 1
    if is_verb(sentence[before]) or sentence[before].text == ":":
        return True
    while before > 0 and (sentence[before].text in ("and", ",") or sentence[before].meaning.describes):
        before -= 1
    return bool(sentence[before].lemmas & _COPULAS)


def _is_more(sentence: Sequence[Phrase], place: int) -> bool:
    """Return whether a 'one' is a number before a noun."""
    return place + 1 < len(sentence) and bool(sentence[place + 1].meaning.noun)


def _is_adjective(sentence: Sequence[Phrase], place: int) -> bool:
    if place >= len(sentence) or is_verb(sentence[place]):
        return False
    meaning = sentence[place].meaning
    return bool(meaning.describes) or meaning.noun == "other" or sentence[place].text.endswith(_ADJECTIVE)


def _looks_like_adjective(phrase: Phrase) -> bool:
    return phrase.text.endswith(_ADJECTIVE) and not phrase.text.endswith("ity") and not phrase.meaning.noun


def _measured(sentence: Sequence[Phrase], numbers: Sequence[int], place: int) -> str:
    """Return the class of what a measure is of: 'a high level of contrast', 'cover it to a moderate degree'."""
    if place + 1 < len(sentence) and sentence[place + 1].text == "of":
        following = (phrase.meaning.noun for phrase in sentence[place + 2 : place + 6])
        run = itertools.takewhile(bool, itertools.dropwhile(lambda noun: not noun, following))
        return next(reversed(list(run)), UNKNOWN)  # of 'a high degree of size consistency', the consistency
    nouns = [
        sentence[before].meaning.noun
        for before in range(place)
        if numbers[before] == numbers[place] and sentence[before].meaning.noun
    ]
    return next((noun for noun in nouns if noun in _RESPECTS), nouns[0] if nouns else UNKNOWN)


def _subjects(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> list[str]:
    """Return the class of the subject of which a word is said; without a verb there may be two."""
    start = next(place for place in range(position + 1) if numbers[place] == numbers[position])
    verbs = [
        place
        for place in range(start, position + 1)
        if is_verb(sentence[place]) or sentence[place].text == ":" and is_heading(sentence, start, place)
    ]
    if not verbs:
        return _fragment(sentence, start, position)
    end = verbs[-1]
    if sentence[end].meaning.noun and (position <= end + 2 or sentence[position].text.endswith("ly")):
        return [sentence[end].meaning.noun]  # of 'the wires cover it sparsely', the coverage
    complement = "" if sentence[position].text.endswith("ly") else _complement(sentence, end + 1, position)
    if complement:
        return [_antecedent(sentence, start) if complement in _PRONOUNS else complement]
    shown = _shown(sentence, verbs, position)
    if shown:
        return [shown]
    region = _heads(sentence, _after_comma(sentence, start, end), end)
    if not any(phrase.meaning.noun or _is_noun(phrase) for phrase in region):
        region = [*region, *_heads(sentence, end, position)]
    if region and region[-1].text in _RELATIVES:
        return [_nearest(sentence, end) or "structure"]
    region = [
        phrase  # of 'particle density', the density
        for place, phrase in enumerate(region)
        if not (
            phrase.meaning.noun
            and place + 1 < len(region)
            and region[place + 1].meaning.noun not in ("", "other")
            and region[place + 1].text != "them"
        )
        or phrase.text in _DEGREES
        or phrase.has("place")
    ]
    that = next((place for place, phrase in enumerate(region) if phrase.text in ("that", "this")), len(region))
    names_none = not any(phrase.meaning.noun for phrase in region[:that])
    if names_none and any(phrase.meaning.noun or _is_noun(phrase) for phrase in region[that + 1 :]):
        region = region[that + 1 :]  # of 'I would say that the wires', the wires
    for phrase in sorted(region, key=lambda phrase: phrase.text in _DEGREES):  # 'all details' are details
        if phrase.text == "it" and any(other.meaning.noun == "background" for other in sentence[start:end]):
            return ["background"]  # 'in the background it is dark'
        if phrase.text in _PRONOUNS:
            noun = _antecedent(sentence, start, _clause_before(sentence, numbers, start))
            is_unnamed = phrase.text == "it" and start == 0
            return [noun, "image"] if is_unnamed else [noun]  # 'it' may be the image
        if phrase.meaning.noun and phrase.meaning.noun != "other":
            return [phrase.meaning.noun]
    if any(_is_noun(phrase) for phrase in region):
        return [THING]
    return [_nearest(sentence, start)]


def _shown(sentence: Sequence[Phrase], verbs: Sequence[int], position: int) -> str:
    """Return the class of what a verb shows, '' without one: 'the image shows wires, small and running diagonally'."""
    last = sentence[verbs[-1]]
    is_participle = last.text.endswith(("ing", "ed")) and not last.lemmas & _COPULAS
    shows = verbs[-2:][0] if is_participle else verbs[-1]
    if is_participle and shows == verbs[-1]:
        return _structure(sentence[: verbs[-1]])
    if not sentence[shows].lemmas & _SHOWING:
        return ""
    return _structure(_heads(sentence, shows + 1, verbs[-1] if is_participle else position))


def _structure(region: Sequence[Phrase]) -> str:
    """Return the class of the first noun that is a structure, '' if there is none."""
    nouns = (phrase.meaning.noun for phrase in region if not phrase.meaning.describes)
    return next((noun for noun in nouns if noun in ("structure", "strand")), "")


def _after_comma(sentence: Sequence[Phrase], start: int, end: int) -> int:
    """Return where a subject begins: after the last comma before its verb if a noun stands there."""
    commas = [place for place in range(start, end) if sentence[place].text == "," and place + 1 < end]
    begins_aside = _is_preposition(sentence[start])
    if (
        commas
        and not is_verb(sentence[commas[-1] + 1])
        and (begins_aside or any(map(is_verb, sentence[start : commas[-1]])))
    ):
        nouns = (phrase.meaning.noun not in ("", "other") for phrase in _heads(sentence, commas[-1] + 1, end))
        return commas[-1] + 1 if any(nouns) else start
    return start


def _complement(sentence: Sequence[Phrase], start: int, position: int) -> str:
    """Return the noun right before a word: 'makes it long', 'the particles are small, the background dark'."""
    if position <= start:
        return ""
    before = position - 1
    while before > start and (sentence[before].text.endswith("ly") or sentence[before].text in _DEGREES):
        before -= 1
    phrase = sentence[before]
    if phrase.text in _PRONOUNS:
        return phrase.text
    if phrase.text in _DEGREES:
        return ""
    opened = before == start or any(
        sentence[place].text in ("and", ",") or sentence[place].has("opener")
        for place in (before - 1, before - 2)
        if place >= start
    )
    return phrase.meaning.noun if opened and not phrase.meaning.describes and phrase.meaning.noun != "other" else ""


def _clause_before(sentence: Sequence[Phrase], numbers: Sequence[int], start: int) -> int:
    """Return where the last clause that names anything begins."""
    last = next((numbers[place] for place in range(start - 1, -1, -1) if sentence[place].meaning.noun), 0)
    return next(place for place in range(start + 1) if numbers[place] >= last)


def _antecedent(sentence: Sequence[Phrase], start: int, begin: int = 0) -> str:
    """Return the class of what a pronoun stands for: the first noun of the clause before, else a structure."""
    for phrase in _heads(sentence, begin, start):
        if phrase.meaning.noun and phrase.meaning.noun != "other" and phrase.text not in _PRONOUNS:
            return phrase.meaning.noun
    return "structure"


def _fragment(sentence: Sequence[Phrase], start: int, position: int) -> list[str]:
    """Return the classes of the nearest noun and of the first, where no verb says which of them a word describes."""
    noun = _nearest(sentence, position)
    if noun:
        is_apart = position > 0 and sentence[position - 1].text in (",", "and")
        structure = _structure(sentence[start:position])
        return [*([structure] if structure else []), noun, _antecedent(sentence, position)] if is_apart else [noun]
    return [THING] if any(_is_noun(phrase) for phrase in sentence[start:position]) else [NONE]


def _heads(sentence: Sequence[Phrase], start: int, end: int) -> list[Phrase]:
    """Return the words of a subject without those in phrases that begin with a preposition."""
    heads: list[Phrase] = []
    inside, measured = False, False
    for place in range(start, end):
        phrase = sentence[place]
        of_measure, measured = measured and phrase.text == "of", phrase.has("measure")
        if of_measure or measured:
            continue  # what is measured is the head: 'the length of the bar'
        if _is_preposition(phrase):
            inside = True
        elif phrase.text == ",":
            inside = False
        elif inside:
            is_noun = phrase.meaning.noun and phrase.text not in _DETERMINERS or _is_noun(phrase)
            inside = not (is_noun and (phrase.meaning.noun or _ends_phrase(sentence, place)))
        else:
            heads.append(phrase)
    return heads


def _is_preposition(phrase: Phrase) -> bool:
    """Return whether a phrase begins an aside; 'behind' is none, because what is behind is the background."""
    return (phrase.has("place") or phrase.text in _PREPOSITIONS) and phrase.meaning.noun != "background"


def _ends_phrase(sentence: Sequence[Phrase], place: int) -> bool:
    """Return whether no noun follows in the same phrase."""
    following = sentence[place + 1] if place + 1 < len(sentence) else None
    return following is None or following.has("stop") or is_verb(following) or not following.is_word


def _is_noun(phrase: Phrase) -> bool:
    """Return whether a word outside the lexicon may be a noun."""
    meaning, text = phrase.meaning, phrase.text
    known = meaning.facts or meaning.describes or meaning.roles - {"idiom"}
    return phrase.is_word and not known and not _looks_like_adjective(phrase) and len(text) > 2


def _nearest(sentence: Sequence[Phrase], position: int) -> str:
    """Return the class of the nearest noun before a place, '' if there is none."""
    return next(
        (
            noun
            for place in range(position - 1, -1, -1)
            if (noun := sentence[place].meaning.noun) and noun != "other" and not sentence[place].meaning.describes
        ),
        "",
    )
