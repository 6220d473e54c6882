"""Facts that a sentence states in no fixed phrase: 'about 5 % of the field', 'from top left to bottom right'."""

import re

_FIELD = r"(?:field|area|frame|image|picture|micrograph|view)"
_COVER = r"(?:cover|occup|fill|take[sn]? up|taking up|took up|blanket)"
_WHOLE = r"(?:whole|entire|all|every|most|complete|full)"
_NEARLY = r"(?:(?:nearly|almost|practically|virtually|about|just about) )?"
_EMPTY = r"(?:bare|empty|free|vacant|blank|unoccupied|uncovered)"
_CORNER = r"(?:top|bottom|upper|lower)[ -](?:left|right)"
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent|per cent)")
_OF_FIELD = re.compile(rf"\b{_COVER}|coverage|\bof the (?:\w+ )?{_FIELD}")
_ONE_STRUCTURE = re.compile(
    r"\beach\b|\bwidth|\bheight|\blength|\bbar\b|\bsingle\b|\bdiameter|\bthe object\b|\bthe tip\b"
)
_SPARSE, _MODERATE, _DENSE = 15, (20, 50), 60
"""Percent of the field: at most sparse, from and to moderate, at least dense; between them nothing is stated."""
_SHORT, _LONG = 20, 30
"""Percent of the picture's width: a bar is at most short, at least long; between them nothing is stated."""
_BAR_WIDTH = re.compile(r"\bbar\b.*\bwidth")
_COVERAGE = {
    "sparse": rf"(?:tenth|twentieth) of the (?:\w+ )?{_FIELD}"
    rf"|(?:most|much) of the (?:\w+ )?{_FIELD}(?: of view)? (?:is|being|remains|stays|left|are) (?:\w+ )?{_EMPTY}"
    rf"|(?:large|big|wide|great|most) (?:parts?|portions?|areas?|regions?) of the (?:\w+ )?{_FIELD}(?: of view)? "
    rf"(?:is|being|remains?|stays?|left|are) (?:\w+ )?{_EMPTY}"
    rf"|{_COVER}\w* (?:only )?a (?:very )?(?:small|tiny|minute|little) (?:part|portion|share|fraction) of the"
    rf"|(?:small|tiny|minute) (?:part|portion|share|fraction) of the (?:\w+ )?{_FIELD} (?:is|are) {_COVER}"
    rf"|(?:leave|leaving)\w* (?:it|the \w+|most \w+).* {_EMPTY}",
    "moderate": rf"(?:third|quarter|half) of the (?:\w+ )?{_FIELD}",
    "dense": rf"(?:two thirds|three quarters|four fifths|nine tenths) of the (?:\w+ )?{_FIELD}"
    rf"|{_COVER}\w* {_NEARLY}(?:the )?{_WHOLE}\b(?: part| bit)?(?: of)?(?: the)?(?: \w+)? ?{_FIELD}"
    rf"|{_COVER}\w* (?:a |the )?(?:very )?(?:large|great|big|larger|greater) (?:part|portion|share|fraction) of the"
    rf"|(?:large|great) (?:part|portion|share|fraction) of the (?:\w+ )?{_FIELD} (?:is|are) {_COVER}"
    rf"|{_COVER}\w* {_NEARLY}(?:everything|every part|all of it)"
    rf"|{_WHOLE}(?: of the)? (?:\w+ )?{_FIELD}(?: of view)? (?:is|are|being) (?:\w+ )?{_COVER}",
}
_STATED = {
    **{("coverage", value): re.compile(pattern) for value, pattern in _COVERAGE.items()},
    ("size", "small"): re.compile(
        rf"\b(?:each|every|one|a single|an individual)\b.*{_COVER}\w* (?:only |just |no more than )*a "
        r"(?:very )?(?:small|tiny|minute|little) (?:part|portion|share|fraction|speck|spot|bit)"
    ),
    ("bar", "short"): re.compile(r"\bbar\b.*\b(?:tenth|eighth|sixth|fifth) of the (?:\w+ )*?width"),
    ("bar", "long"): re.compile(
        r"\bbar\b.*\b(?:third|half|halfway|two thirds|most)(?: of)? (?:the )?(?:\w+ )*?width|\bbar\b.*\bhalf the width"
    ),
    ("contact", "touching"): re.compile(r"contact (?:\w+ ){0,2}between"),
    ("direction", "diagonal"): re.compile(
        rf"from (?:the |its )?{_CORNER}(?: corner| edge)? (?:in)?to (?:the |its )?{_CORNER}"
    ),
    ("contact", "separate"): re.compile(
        r"(?<!the )(?:gaps?|free space|distance|separation)(?: \w+){0,2}(?<! in) between "
        r"(?:each|all|every|the|them|neigh|adjacent|any|one|struct|part)"
    ),
}
_REFUTED = re.compile(r"\b(?:not|no|without|hardly|cannot|whether|if|unclear)\b")


def pattern_facts(sentence: str) -> list[tuple[str, str]]:
    """Return the facts that a sentence in lower case states by a pattern."""
    return [fact for part in sentence.split(",") for fact in _of_part(part)]


def _of_part(sentence: str) -> list[tuple[str, str]]:
    """Return the facts of a sentence between commas; none if it denies or doubts anything."""
    if _REFUTED.search(sentence):
        return []
    facts = [fact for fact, pattern in _STATED.items() if pattern.search(sentence)]
    number = _PERCENT.search(sentence)
    if number and _BAR_WIDTH.search(sentence):
        return [*facts, *_bar(float(number[1]))]
    if _ONE_STRUCTURE.search(sentence):
        return [fact for fact in facts if fact[0] != "coverage"]
    if number and _OF_FIELD.search(sentence):
        return [*(fact for fact in facts if fact[0] != "coverage"), *_coverage(float(number[1]))]
    return facts


def _bar(percent: float) -> list[tuple[str, str]]:
    if percent <= _SHORT:
        return [("bar", "short")]
    return [("bar", "long")] if percent >= _LONG else []


def _coverage(percent: float) -> list[tuple[str, str]]:
    if percent <= _SPARSE:
        return [("coverage", "sparse")]
    if percent >= _DENSE:
        return [("coverage", "dense")]
    return [("coverage", "moderate")] if _MODERATE[0] <= percent <= _MODERATE[1] else []
