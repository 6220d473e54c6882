"""Which phrases of a sentence belong to one clause, and which of them are denied."""

from collections.abc import Sequence, Set

from bench.tasks.metrics.phrases import Phrase

REACH = 4
"""How many words may stand between 'not' and what it says not to be there, or not to be told."""
_ALONE = frozenset({"no", "not", "never", "non", "hardly", "barely", "scarcely"})
"""Negations that do not reach past 'and' to another kind of fact: 'no charging and thin cracks'."""
MAYBE = frozenset({"may", "might", "could"})
_OF_VERBS = frozenset({"not", "cannot", "never", "hardly", "barely", "scarcely", "nowhere"})
_EXCHANGES = frozenset({"rather than", "instead of", "as opposed to", "in place of", "anything but", "far from"})
"""Negations of one alternative, which end at a comma."""
_OF_NOUNS = frozenset({"lack of", "absence of", "want of"})
"""Negations that are a subject: 'the lack of cracks shows'."""
_PARTITIVES = frozenset({"none of", "none", "not one", "not a single", "not any", "hardly any", "neither", "zero"})
"""Negations of some of a whole that is there."""
_SUBJECT = 12
"""How many phrases a subject may have before its verb."""
_EXCEPTIONS = frozenset(
    {"except", "except for", "apart from", "aside from", "other than", "save for", "besides", "with the exception of"}
)
_INSTEAD = frozenset({"just", "only", "merely", "simply", "instead", "rather"})
"""Words that begin what is there instead of what was denied: 'no layers, just one phase'."""
_SIGNS = frozenset({"sign", "trace", "hint", "evidence", "indication", "symptom", "vestige", "effect", "kind", "bit"})
"""What is denied with what it is of: 'signs of charging are missing'."""
_PHRASE_BEGINS = frozenset({"in", "out", "at", "on", "against", "before", "without", "with"})
"""Words that begin another property: 'without charging and on a dark ground'."""
_NONE = frozenset(
    {
        "hardly",
        "barely",
        "scarcely",
        "not at all",
        "none",
        "none of",
        "no",
        "zero",
        "not one",
        "not any",
        "nothing",
        "nowhere",
    }
)
_LISTED = frozenset({"defect", "charging"})
"""Kinds of which several are denied in one list: 'no cracks, pits'."""
_DENIABLE = _LISTED | {"focus", "bar"}
"""Kinds whose nouns may stand in one list of what is denied: 'free of blur, streaks and dust'."""
_SUBJECTS = frozenset({"we", "i", "it", "they", "there", "you"})
_JOINED = frozenset({"and", "&", "plus"})
_EITHER = frozenset({"or", "nor"})
_FURTHER = frozenset({"other", "further", "another", "additional"})
"""Words that open no list of another kind: 'free of cracks, pits, and other defects'."""
_DEFINITE = frozenset({"the", "its", "their", "this", "these", "that", "such"})
_STATES = frozenset({"be", "have", "has", "show", "appear", "seem", "look", "share", "remain"})
_BEING = frozenset({"be", "can", "could"})


def is_verb(phrase: Phrase) -> bool:
    """Return whether a phrase is a verb and nothing else."""
    return phrase.has("verb") and (not phrase.meaning.noun or phrase.has("acting"))


def clauses(sentence: Sequence[Phrase]) -> list[int]:
    """Return the number of each phrase's clause."""
    numbers: list[int] = []
    number = start = 0
    exceptions = {_end_of_exception(sentence, place) for place, each in enumerate(sentence) if each.text in _EXCEPTIONS}
    for position in range(len(sentence)):
        if position > start and (position in exceptions or _begins_clause(sentence, start, position)):
            number, start = number + 1, position
        numbers.append(number)
    return numbers


def _end_of_exception(sentence: Sequence[Phrase], begin: int) -> int:
    """Return the place of the comma that ends an exception in front of its clause: 'besides dust, …'; else 0."""
    if begin and sentence[begin - 1].text != "," and not sentence[begin - 1].has("contrast"):
        return 0
    verb = next((place for place in range(begin, len(sentence)) if is_verb(sentence[place])), 0)
    return max((place for place in range(begin, verb) if sentence[place].text == ","), default=0)


def _begins_clause(sentence: Sequence[Phrase], start: int, position: int) -> bool:
    phrase = sentence[position]
    if sentence[position - 1].text == "that":
        return _has_subject(sentence, position) and not any(map(_doubts, sentence[start:position]))
    if phrase.has("contrast"):
        return phrase.text != "so" or sentence[position - 1].text == ","
    if phrase.text == ":":
        return not is_heading(sentence, start, position)
    if phrase.text not in _JOINED | {",", "("} or not any(other.begins_with_verb for other in sentence[start:position]):
        return False
    following = position + 1
    while following < len(sentence) and sentence[following].text in _JOINED | {"so", "then"}:
        following += 1
    return _has_subject(sentence, following)


def _doubts(phrase: Phrase) -> bool:
    """Return whether what follows a 'that' may not be so."""
    return phrase.has("negation") or phrase.has("refusal") or phrase.has("supposition") or phrase.text in MAYBE | {"if"}


def is_heading(sentence: Sequence[Phrase], start: int, colon: int) -> bool:
    """Return whether a colon parts a heading from its value: 'Size: small'."""
    head = sentence[start:colon]
    return 0 < len(head) <= REACH and not any(map(is_verb, head)) and any(phrase.meaning.noun for phrase in head)


def _has_subject(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether words from here on are a subject with its verb."""
    has_noun = is_pair = False
    first = sentence[position] if position < len(sentence) else None
    begins_noun = first is not None and (first.has("opener") or first.has("negation"))
    for place, phrase in enumerate(sentence[position : position + _SUBJECT], position):
        if phrase.text == "," and (_is_definite(sentence, place + 1) or _is_subject(sentence, place + 1)):
            return False
        if is_verb(phrase) or phrase.has("refusal") or phrase.text == "cannot":
            return has_noun
        in_phrase = phrase.has("place") and not phrase.has("opener") and not has_noun
        is_inside = begins_noun and has_noun and (phrase.text in (",", "or") or is_pair and phrase.text in _JOINED)
        if not is_inside and (not phrase.is_word or phrase.text in _JOINED or in_phrase):
            return False
        is_pair = is_pair or phrase.text in ("between", "both")
        has_noun = has_noun or not phrase.has("negation")
    return False


def denied(sentence: Sequence[Phrase], numbers: Sequence[int], possible: Set[int] = frozenset()) -> list[int]:
    """Return how often each phrase is denied; twice is not at all. What is only possible denies nothing."""
    counts = [0] * len(sentence)
    for position, phrase in enumerate(sentence):
        is_wished = _is_wished(sentence, position)
        if not is_wished and (position in possible or not phrase.meaning.roles and phrase.text != "so"):
            continue
        if phrase.has("negation") or phrase.has("absence") or _is_denied_so(sentence, counts, position) or is_wished:
            if phrase.text == "nor" and counts[position] % 2:
                continue
            for place in _scope(sentence, numbers, position):
                counts[place] += 1
    return counts


def _is_wished(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether a 'could' says what is not so: 'it could be sharper'."""
    after = sentence[position + 1 : position + 3]
    return (
        sentence[position].text == "could"
        and len(after) == 2
        and after[0].text == "be"
        and after[1].text.endswith("er")
    )


def _is_denied_so(sentence: Sequence[Phrase], counts: Sequence[int], position: int) -> bool:
    """Return whether a 'so' repeats a denial: 'cracks are absent, and so is debris'."""
    following = sentence[position + 1] if position + 1 < len(sentence) else None
    return sentence[position].text == "so" and following is not None and is_verb(following) and any(counts)


def _scope(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> Sequence[int]:
    phrase = sentence[position]
    if _is_superlative(sentence, position):
        return []
    if phrase.text == "could":
        return [position + 2]
    if phrase.text == "non":
        return [position + 1] if position + 1 < len(sentence) else []
    if phrase.text == "free" and phrase.has("absence"):
        return [position - 1] if position else []
    if phrase.has("absence"):
        noun = position + 2 if _is_definite(sentence, position + 1) else position + 1
        if noun < len(sentence) and sentence[noun].is_evidence:
            return _behind(sentence, numbers, position)
        return [] if _is_denied_itself(sentence, position) else _in_front(sentence, numbers, position)
    if position and phrase.text in _OF_VERBS and sentence[position - 1].is_evidence and is_verb(sentence[position - 1]):
        return [position - 1]
    if phrase.text in _OF_VERBS and _is_not_there(sentence, position):
        return _in_front(sentence, numbers, position)
    if phrase.text in ("none", "nothing", "in vain") and _ends_list(sentence, position):
        return _looked_for(sentence, position)
    if phrase.text == "not" and _ends_clause(sentence, numbers, position):
        return [place for place in range(position) if numbers[place] == numbers[position]]
    nothing_follows = not any(other.is_evidence for other in sentence[position + 1 : position + 1 + REACH])
    if (
        phrase.text in _NONE
        and (nothing_follows or _ends_answer(sentence, position))
        and _follows_colon(sentence, position)
    ):
        return _in_front(sentence, numbers, position)
    return _behind(sentence, numbers, position)


def _ends_clause(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> bool:
    """Return whether nothing follows in the clause: 'sharp it is not'."""
    following = position + 1
    return following == len(sentence) or numbers[following] != numbers[position] or sentence[following].text == ","


def _ends_answer(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether a 'no' is the whole answer: 'charging: no, but blurred'."""
    following = sentence[position + 1] if position + 1 < len(sentence) else None
    return following is None or not following.is_word or following.has("contrast")


def _follows_colon(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether a 'none' is the value of a heading: 'cracks: there are none'."""
    before = position - 1
    while before > 0 and (is_verb(sentence[before]) or sentence[before].text in _SUBJECTS):
        before -= 1
    return before >= 0 and sentence[before].text == ":"


def _ends_list(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether a 'none' ends what it says: 'charging none, focus crisp', 'I looked for cracks and saw none'."""
    following = sentence[position + 1] if position + 1 < len(sentence) else None
    return position > 0 and (
        following is None
        or not following.is_word
        or following.text in _JOINED
        or bool(following.lemmas & _BEING)
        and sentence[position].text != "nothing"
    )


def _looked_for(sentence: Sequence[Phrase], position: int) -> list[int]:
    """Return the places in front of a 'none' at the end: one list of facts of the same kind."""
    places: list[int] = []
    kind = ""
    for place in range(position - 1, -1, -1):
        own = _kind(sentence[place])
        if kind and (own and own != kind or sentence[place].text == "," and _kind_before(sentence, place) != kind):
            break
        kind = kind or own
        places.append(place)
    return places


def _is_superlative(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether a 'not' only says how much: 'could not be higher'."""
    could, after = sentence[position - 1] if position else None, sentence[position + 1 : position + 3]
    return (
        could is not None
        and could.text == "could"
        and len(after) == 2
        and (after[1].text.endswith("er") or after[1].text in ("more", "better"))
    )


def _is_denied_itself(sentence: Sequence[Phrase], position: int) -> bool:
    return any(phrase.text in ("not", "never", "no") for phrase in sentence[max(0, position - 2) : position])


def _is_not_there(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether a 'not' says that its subject is not there: 'are not visible', 'do not occur'."""
    for place in range(position + 1, min(position + 1 + REACH, len(sentence))):
        phrase = sentence[place]
        following = sentence[place + 1] if place + 1 < len(sentence) else None
        if phrase.has("presence"):
            return following is None or not (following.is_evidence or following.text in ("any", "a", "the", "to"))
        if phrase.is_evidence or not phrase.is_word:
            return False
    return False


def _in_front(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> list[int]:
    """Return the places of the subject in front: the list that ends there, back to a verb or the clause's begin."""
    places: list[int] = []
    place = position - 1
    while (
        place >= 0
        and numbers[place] == numbers[position]
        and (is_verb(sentence[place]) or _says_how(sentence[place]) or sentence[place].text in (":", "there"))
    ):
        place -= 1
    region: list[int] = []
    while place >= 0 and numbers[place] == numbers[position] and not is_verb(sentence[place]):
        region.append(place)
        place -= 1
    listed = place < 0 or numbers[place] != numbers[position]
    is_denied_before = any(sentence[place].has("negation") for place in region)
    kind, joined = "", False
    for place in region:
        phrase = sentence[place]
        joined = (joined or phrase.text in _JOINED | _EITHER) and not is_denied_before
        if phrase.has("negation"):
            break
        if phrase.text in _JOINED | {","} and _kind_before(sentence, place) != kind:
            is_new = place and sentence[place - 1].text == "," and _is_definite(sentence, place + 1)
            if not listed or not joined or is_new:
                break
        if (phrase.has("place") or phrase.text == "of") and not (place and sentence[place - 1].lemmas & _SIGNS):
            kind, places = "", [other for other in places if not sentence[other].meaning.facts]
        kind = kind or _kind(phrase)
        places.append(place)
    return places


def _says_how(phrase: Phrase) -> bool:
    """Return whether a phrase stands between a subject and what is denied of it: 'the bar is clearly absent'."""
    return (
        phrase.has("presence")
        or phrase.has("hedge")
        or phrase.text in ("to", "as", "described", "altogether", "a", "an")
        or phrase.text.endswith("ly")
    )


def _kind_before(sentence: Sequence[Phrase], position: int) -> str:
    return next((kind for phrase in reversed(sentence[:position]) if (kind := _kind(phrase))), "")


def _behind(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> list[int]:
    """Return the places that a negation denies: what follows, through lists, up to the end of its scope."""
    text, places, kind, is_list = sentence[position].text, list[int](), "", False
    for place in range(_after_whole(sentence, position), len(sentence)):
        phrase = sentence[place]
        if numbers[place] != numbers[position] or phrase.text in (":", "(", ")", "than"):
            break
        if phrase.text == "," and (text in _EXCHANGES or not _goes_on(sentence, numbers, place, kind)):
            break
        if phrase.text in _JOINED and not (
            _joins(sentence, numbers, place, kind, text)
            or is_list
            and _is_bare_list(_rest(sentence, numbers, place - 1))
        ):
            break
        is_list = is_list or phrase.text == ","
        if kind and phrase.text in ("with", "that", "which", "who"):
            break
        if kind and text in _EXCHANGES and phrase.text in _SUBJECTS:
            break
        if (
            kind
            and _is_definite(sentence, place + 1)
            and (_acts(phrase) or phrase.has("place") or phrase.text.endswith(" between"))
        ):
            break
        if kind and text in _OF_NOUNS and is_verb(phrase):
            break
        if (
            kind
            and phrase.text.split()[0] in _PHRASE_BEGINS
            and _next_kind(sentence, numbers, place - 1) not in ("", kind)
        ):
            break
        kind = kind or _kind(phrase)
        places.append(place)
    return places


def _after_whole(sentence: Sequence[Phrase], position: int) -> int:
    """Return where the scope of a negation begins: 'none of the wires bend' denies no wires."""
    text = sentence[position].text
    place = position + 1 if text.endswith(" of") else position + 2
    if text not in _PARTITIVES or not _is_definite(sentence, place) or sentence[place - 1].text not in (text, "of"):
        return position + 1
    wholes = (noun for noun in range(place, len(sentence)) if sentence[noun].meaning.noun)
    whole = next((noun for noun in wholes if not sentence[noun].has("opener")), position)
    return whole + 1 if _kind(sentence[whole]) not in _DENIABLE else position + 1


def _acts(phrase: Phrase) -> bool:
    """Return whether a phrase is a verb whose object is there even if its subject is not: 'no cracks mar the edge'."""
    return is_verb(phrase) and not phrase.lemmas & _STATES


def _is_subject(sentence: Sequence[Phrase], position: int) -> bool:
    return position < len(sentence) and sentence[position].text in _SUBJECTS


def _is_definite(sentence: Sequence[Phrase], position: int) -> bool:
    return position < len(sentence) and sentence[position].text in _DEFINITE


def _goes_on(sentence: Sequence[Phrase], numbers: Sequence[int], comma: int, kind: str) -> bool:
    """Return whether a comma parts items of a list, all of which are denied."""
    following = sentence[comma + 1] if comma + 1 < len(sentence) else None
    if following is None or following.text in _INSTEAD:
        return False
    rest = _rest(sentence, numbers, comma)
    if following.text in ("a", "an", "any") and kind in _LISTED:
        is_item = _next_kind(sentence, numbers, comma) == kind
        return is_item and any(phrase.text in _EITHER for phrase in rest)
    if is_verb(following) or following.meaning.roles & {"opener", "contrast", "negation"}:
        return following.text in _EITHER
    if following.text in _EITHER:
        return True
    if following.text in _JOINED:
        return _next_kind(sentence, numbers, comma) in (kind, "") or _is_bare_list(rest)
    same = _next_kind(sentence, numbers, comma) == kind and kind in _LISTED
    return same or any(phrase.text in _EITHER for phrase in rest) or _is_bare_list(rest)


def _rest(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> list[Phrase]:
    """Return what follows a place in its clause."""
    following = range(position + 1, len(sentence))
    return [sentence[place] for place in following if numbers[place] == numbers[position]]


def _is_bare_list(rest: Sequence[Phrase]) -> bool:
    """Return whether what is left of a list are nouns of faults alone: 'streaks, and dust'."""
    last = next((place for place, phrase in enumerate(rest) if phrase.text in _JOINED | _EITHER), len(rest))
    items = [phrase for phrase in rest[: last + 2] if phrase.text != "," and phrase.text not in _JOINED | _EITHER]
    return last < len(rest) - 1 and all(
        _kind(phrase) in _DENIABLE and not phrase.meaning.describes and not phrase.text.endswith("ed")
        for phrase in items
    )


def _joins(sentence: Sequence[Phrase], numbers: Sequence[int], conjunction: int, kind: str, negation: str) -> bool:
    """Return whether 'and' joins what is denied to more of it."""
    following = sentence[conjunction + 1] if conjunction + 1 < len(sentence) else None
    if following is None or following.has("opener") or is_verb(following) or following.has("negation"):
        return False
    if following.text == "of" and negation.endswith(" of"):
        return True
    first = following.text.split()[0]
    if following.has("place") or following.has("stop") or first in _PHRASE_BEGINS:
        return False
    is_fault = _kind(following) in _DENIABLE and following.text.endswith("ing")  # 'free of blur and charging'
    if following.meaning.describes or following.text.endswith(("ed", "ing", "ly")) and not is_fault:
        return _next_kind(sentence, numbers, conjunction) == kind
    return _next_kind(sentence, numbers, conjunction) == kind or negation not in _ALONE


def _next_kind(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> str:
    return next(
        (
            kind
            for place in range(position + 1, len(sentence))
            if numbers[place] == numbers[position] and (kind := _kind(sentence[place]))
        ),
        "",
    )


def _kind(phrase: Phrase) -> str:
    """Return the kind of fact that a phrase can state, '' for none."""
    meaning = phrase.meaning
    if phrase.text in _FURTHER:
        return ""
    if meaning.facts:
        return meaning.facts[0][0]
    if meaning.bare:
        return meaning.bare[0]
    return next((fact[0] for facts, _ in meaning.describes for fact in facts.values()), "")
