"""Which clauses of a sentence refuse to say, and what in it is only named, supposed or compared with."""

from collections.abc import Sequence

from bench.tasks.metrics.phrases import Phrase
from bench.tasks.metrics.scope import MAYBE, REACH

_DEGREES_OF = (["degree", "of"], ["extent", "of"], ["question", "of"])
_KINDS_OF = (["kind", "of"], ["type", "of"])
_INDEFINITE = frozenset({"a", "some", "this", "one", "another"})
_PERHAPS = frozenset({"perhaps", "maybe", "possibly"})
_OUR_SPEECH = frozenset(
    {"call", "say", "describe", "estimate", "file", "classify", "rate", "judge", "class", "put", "seem", "appear"}
)
_CONDITIONS = frozenset({"if", "unless"})
_NOT_CONDITIONAL = frozenset({"as", "even", "what", "only", "see", "tell", ","})
_DISREGARDED = frozenset({"disregard", "ignore", "overlook", "neglect", "except", "discount", "not", "anything"})
"""What follows an 'if' that supposes nothing."""
_PREVENTED = frozenset({"prevent", "avoid", "reduce", "minimise", "suppress", "mitigate", "exclude"})
"""What one does for fear of what may not be there: 'coated to prevent charging'."""
_ORDERS = frozenset({"please", "do", "he", "she"})
"""Words at the begin of a sentence that tells the reader to do something, or what somebody did."""
_OUR_CHOICE = frozenset({"guess", "class", "category", "answer", "choice", "bet", "verdict", "label"})
_POSSIBLE = frozenset(
    {"be", "have", "show", "look", "think", "believe", "suppose", "assume", "expect", "exist", "occur", "contain"}
)
"""What follows a 'may' that says what is possible."""
_SEEN = frozenset(
    {"see", "observe", "notice", "discern", "find", "spot", "recognise", "distinguish", "detect", "identify", "note"}
    | {"make", "call", "describe", "say", "consider", "regard", "characterise", "term", "classify"}
)
"""What follows a 'may' that only says what one can see or say: 'pits may be seen', 'it might be called dense'."""
_SUPPOSED = frozenset({"be", "need", "have", "show", "require", "expect", "help", "become", "look", "take"})


def refused(sentence: Sequence[Phrase], numbers: Sequence[int]) -> set[int]:
    """Return the numbers of the clauses that refuse to say or only suppose."""
    if sentence[0].text in _ORDERS and sentence[-1].text != ":":
        return set(numbers)
    if sentence[0].has("condition") and any(
        phrase.has("supposition") or phrase.text in ("could", "might") for phrase in sentence
    ):
        return set(numbers)
    guesses = [number for number, phrase in zip(numbers, sentence, strict=True) if phrase.text in _PERHAPS]
    return {number for number in guesses if len(guesses) > 1} | {
        numbers[position]
        for position, phrase in enumerate(sentence)
        if (phrase.text == "or" and [other.text for other in sentence[position + 1 : position + 2]] == ["not"])
        or phrase.has("refusal")
        and not any("make" in other.lemmas for other in sentence[:position])
        or (phrase.has("supposition") and not _is_our_speech(sentence, position))
        or (phrase.text in ("not", "cannot", "no", "never") and _is_not_told(sentence, position))
    }


def _is_our_speech(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether a 'would' is only polite: 'I would call it small'."""
    following = sentence[position + 1 : position + 3]
    if sentence[position].text == "ought":
        return False
    if any(phrase.text in _OUR_CHOICE for phrase in sentence[:position]):
        return True
    return any(phrase.lemmas & _OUR_SPEECH for phrase in following) or not any(
        phrase.lemmas & _SUPPOSED for phrase in following
    )


def _is_not_told(sentence: Sequence[Phrase], position: int) -> bool:
    if position and sentence[position - 1].text == "would":
        return False
    for phrase in sentence[position + 1 : position + 1 + REACH]:
        if phrase.has("judgement"):
            return True
        if phrase.is_evidence or not phrase.is_word:
            return False
    return False


def unasserted(sentence: Sequence[Phrase], numbers: Sequence[int]) -> set[int]:
    """Return the places of what is only named or thought possible: 'as for aggregation, …', 'it might be blurred'."""
    places: set[int] = set()
    for position, phrase in enumerate(sentence):
        before = [other.text for other in sentence[max(0, position - 3) : position]] if phrase.is_evidence else []
        is_named = before[-2:] in _KINDS_OF and not _INDEFINITE & set(before[:-2])
        if (
            (before[-2:] in _DEGREES_OF and before[:-2] in ([], ["the"]))
            or is_named
            or (before[-1:] == ["the"] and phrase.meaning.noun in ("variation", "uniformity"))
        ):
            places.add(position)
        if phrase.has("supposing"):
            places |= _supposed(sentence, numbers, position)
        if phrase.text == "than" and _is_comparative(sentence, position):
            places.update(range(position, min(position + REACH, len(sentence))))
        if phrase.text == "to" and position + 1 < len(sentence) and sentence[position + 1].lemmas & _PREVENTED:
            places.update(range(position, _next_comma(sentence, position, len(sentence))))
        if (phrase.text in _CONDITIONS or phrase.text == "should" and not position) and _supposes(sentence, position):
            places.update(range(position, _next_comma(sentence, position, len(sentence))))
        if phrase.has("topic") and (position == 0 or not sentence[position - 1].is_word):
            places.update(range(position, _next_comma(sentence, position, position)))
    return places


def thought_possible(sentence: Sequence[Phrase], numbers: Sequence[int]) -> set[int]:
    """Return the places of what may be so, and of what may not be there: 'it might be blurred', 'cracks may exist'."""
    places: set[int] = set()
    for position, phrase in enumerate(sentence):
        if phrase.text in MAYBE and _is_predicate(sentence, position):
            may_exist = any(other.has("presence") for other in sentence[position + 1 : position + 4])
            begin = 0 if may_exist else position
            places.update(place for place in range(begin, len(sentence)) if numbers[place] == numbers[position])
    return places


def _supposed(sentence: Sequence[Phrase], numbers: Sequence[int], position: int) -> set[int]:
    """Return the places of what is looked for or feared: behind the phrase, else in front: 'cracks are suspected'."""
    clause = [place for place, number in enumerate(numbers) if number == numbers[position]]
    behind = {place for place in clause if place > position}
    return behind if any(sentence[place].is_evidence for place in behind) else set(clause)


def _is_comparative(sentence: Sequence[Phrase], than: int) -> bool:
    """Return whether a 'than' is that of 'bigger than a cell', 'more a maze than a foam'."""
    before = [phrase.text for phrase in sentence[:than]]
    return bool(before) and (
        before[-1].endswith("er") and before[-1] != "other" or bool({"more", "less", "rather"} & set(before))
    )


def _next_comma(sentence: Sequence[Phrase], position: int, default: int) -> int:
    return next((place for place in range(position, len(sentence)) if sentence[place].text == ","), default)


def _supposes(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether an 'if' begins a condition, not 'as if' and not 'if one disregards the dust'."""
    before = sentence[position - 1].text if position else ""
    following = sentence[position + 1 : position + 1 + REACH]
    return before not in _NOT_CONDITIONAL and not any(phrase.lemmas & _DISREGARDED for phrase in following)


def _is_predicate(sentence: Sequence[Phrase], position: int) -> bool:
    """Return whether a 'might' says what something might be, not that it can be seen."""
    following = sentence[position + 1 : position + 4]
    return (
        not any(phrase.has("negation") for phrase in following[:1])
        and any(phrase.text in _POSSIBLE for phrase in following[:2])
        and not any(phrase.lemmas & _SEEN for phrase in following)
    )
