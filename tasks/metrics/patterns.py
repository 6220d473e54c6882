"""Facts that a sentence states in no fixed phrase: 'about 5 % of the field', 'from top left to bottom right'."""

import re

_FIELD = (
    r"(?:field|area|frame|image|picture|micrograph|view|surface|substrate|ground|space|scene|photo|photograph|"
    r"background)"
)
_COVER = r"(?:cover|occup|fill|take[sn]? up|taking up|took up|blanket|populat)"
_WHOLE = r"(?:whole|entire|all|every|most|complete|full|(?:every|each) (?:corner|inch|bit|spot|part) of the)"
_NEARLY = r"(?:(?:nearly|almost|practically|virtually|about|just about) )?"
_EMPTY = r"(?:bare|empty|free|vacant|blank|unoccupied|uncovered)"
_STAYS = r"(?:is|being|remains?|stays?|left|are|lies|shows)"
_PARALLEL = r"\bparallel (?:to|with) (?:the |its |their )?(?:image's |picture's |frame's )?"
_PARTLY = r"(?:moderately|partly|partially|half|sparsely|thinly|barely|hardly|scarcely|lightly|loosely|only|not)\b"
_LITTLE = r"(?:very )?(?:small|tiny|minute|little|minor|modest)"
_MUCH = r"(?:very )?(?:large|great|big|larger|greater|good)"
_ONLY = r"(?:(?:only|just|merely|but|no more than|at most|barely|hardly) )*"
_PART = r"(?:parts?|portions?|shares?|fractions?|proportions?|bits?|areas?|regions?|stretch(?:es)?)"
_SIDE = r"(?: (?:edge|border|margin|side|rim|hand|end))*"
_CORNER = r"(?:top|bottom|upper|lower)[ -](?:left|right)"
_TO = r"(?:in|up |down )?to(?:wards?)? (?:the |its )?(?:far |very )?"


def _across(start: str, end: str) -> str:
    """Return the pattern of a way from one side of the picture to another, neither of them a corner."""
    between = rf"(?: (?:all|straight|down|up|across|over|along|through|of|the|its|this|way|{_FIELD}))*"
    no_corner_before = r"(?<!top )(?<!bottom )(?<!upper )(?<!lower )(?<!-)"
    no_corner_behind = r"(?![ -](?:left|right))"
    return rf"{no_corner_before}\b(?:{start}){no_corner_behind}{_SIDE}{between} {_TO}(?:{end})\b{no_corner_behind}"


_PARTS_OF_ONE = {
    "half": 2,
    "halfway": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "twelfth": 12,
    "twentieth": 20,
}
_UNITS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_NUMBERS = _UNITS | {
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_SHARE = re.compile(
    rf"\b(?P<percent>\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})\s*(?:%|(?:percent|per cent)\b)"
    rf"|\b(?:(?P<count>{'|'.join(_UNITS)})[ -])?(?P<part>{'|'.join(_PARTS_OF_ONE)})s?\b"
)
_OF_FIELD = re.compile(
    rf"\b{_COVER}|coverage|area fraction|\b(?:of|half) (?:the|its|this) (?:\w+ )?{_FIELD}|\bwith (?:\w+ )*structures"
)
_IS_EMPTY = re.compile(rf"\b{_EMPTY}\b|\bis (?:\w+ )*(?:background|substrate|ground)\b")
_BAR = re.compile(r"\bbar\b|\bmarker\b")
_BAR_WIDTH = re.compile(
    r"\bwidth\b|\bas (?:wide|long) as the (?:image|picture|frame|field)"
    r"|\b(?:of|across|along|half) (?:the |its |this )(?:\w+ )*?"
    r"(?:image|frame|picture|micrograph|line|edge|view|field)"
)
_OF_STRUCTURES = re.compile(
    rf"\bthe (?!bar|scale|marker|line|label)\w+ {_COVER}|"
    r"\b(?:structures?|particles?|they|their|fibres?|objects?|features?|coverage|field)\b"
)
_ONE_STRUCTURE = re.compile(
    r"\beach\b(?! other)|\b(?:one|single) \w+ (?:\w+ )?(?:fills|spans|covers|occupies|stretches|takes)\b"
    r"|\bsuffice|\bacross$|\b(?:two|three|few|couple|pair) of (?:them|these|those|which)\b"
    r"|\bwidth|\bheight|\blength|\bbar\b|\bsingle\b|\bdiameter|\bthe object\b|\bthe tip\b"
)
_SPARSE, _MODERATE, _DENSE = 15, (20, 50), 60
"""Percent of the field: at most sparse, from and to moderate, at least dense; between them nothing is stated."""
_SHORT, _LONG = 20, 30
"""Percent of the picture's width: a bar is at most short, at least long; between them nothing is stated."""
_PART_END = re.compile(
    rf",| \(| and (?=with|{_COVER})| and that | while | whereas | but | because "
    rf"| and (?=(?:the|its|their|this|most|much) (?:of the )?\w+ (?:\w+ )?(?:is|are|{_COVER}|span))"
)
_COVERAGE = {
    "sparse": rf"(?:most|much) of (?:the|it|its) ?(?:\w+ )?{_FIELD}?(?: of view)? {_STAYS} (?:\w+ )?{_EMPTY}"
    rf"|(?:large|big|wide|great|most) {_PART} of the (?:\w+ )?{_FIELD}(?: of view)? {_STAYS} (?:\w+ )?{_EMPTY}"
    rf"|{_COVER}\w* {_ONLY}a {_LITTLE} {_PART} of the"
    rf"|{_COVER}\w* (?:only |very )(?:very )?little of the"
    rf"|(?:small|tiny|minute) {_PART} of the (?:\w+ )?{_FIELD} (?:is|are) {_COVER}"
    rf"|(?:leave|leaving)\w* (?:it|the \w+|most \w+).* {_EMPTY}"
    rf"|(?:large|wide|vast|big) {_PART} (?:\w+ )?{_STAYS} (?:\w+ )?{_EMPTY}"
    r"|(?:substrate|ground|background) is (?:mostly|largely|mainly) (?:visible|exposed|free|seen)"
    r"|(?:mostly|largely|mainly|entirely|nearly all|virtually|practically|almost|nearly|all but|as good as) "
    r"(?:empty|vacant|uncovered|bare|unoccupied)",
    "dense": rf"{_COVER}\w* {_NEARLY}(?:the )?{_WHOLE}\b(?: part| bit)?(?: of)?(?: the)?(?: \w+)? ?{_FIELD}"
    rf"|{_COVER}\w* (?:a |the )?{_MUCH} {_PART} of the"
    rf"|(?:large|great) {_PART} of the (?:\w+ )?{_FIELD} (?:is|are) {_COVER}"
    rf"|{_COVER}\w* {_NEARLY}(?:everything|every part|all of it)"
    rf"|{_COVER}\w* (?:it|the (?:\w+ )?{_FIELD}(?: of view)?) (?:\w+ )?"
    r"(?:completely|entirely|fully|totally|from edge to edge)"
    rf"|{_WHOLE}(?: of the)? (?:\w+ )?{_FIELD}(?: of view)? (?:is|are|being) (?:\w+ )?{_COVER}"
    rf"|{_FIELD}(?: of view)? (?:is|being) (?!{_PARTLY})(?:\w+ )?(?:filled (?:with|by)|full\b(?! of)|crammed)"
    rf"|\bfill the (?:\w+ )?{_FIELD}|\bfills the (?:\w+ )?{_FIELD}(?! with)",
}
_STATED = {
    **{("coverage", value): re.compile(pattern) for value, pattern in _COVERAGE.items()},
    ("size", "small"): re.compile(
        rf"\b(?:each|every|one|a single|an individual|typical)\b.*{_COVER}\w* {_ONLY}a "
        rf"(?:{_LITTLE} (?:{_PART}|speck|spot)|few pixels)"
    ),
    ("size", "large"): re.compile(
        rf"\b(?:each|every one|a single one|one (?:object|structure|particle|of them)|typical \w+|an individual \w+)\b"
        rf".*(?:{_COVER}|span|stretch|reach)\w* "
        r"(?:over |across |through |along )?"
        rf"(?:most of|nearly the whole|almost the whole|much of|half of|half the|a {_MUCH} {_PART} of) ?(?:the|it)?"
        rf"|(?:{_COVER}|span|stretch|extend|reach)\w* (?:over |across |through |along )?"
        rf"(?:most of|half of|half the|a {_MUCH} {_PART} of) .*\beach\b"
        r"|\bhalf as (?:wide|tall|large|high|long|big) as the (?:field|picture|image|frame)"
        rf"|\b(?:two|three|a few|a couple|a pair) of (?:them|these|those|which)(?: \w+)? "
        rf"(?:{_COVER}|span|suffice|reach)"
    ),
    ("uniformity", "varied"): re.compile(
        r"\b(?:some|few|several|many|one|ones|certain|individual)\b.*\b(?:bigger|larger|smaller|longer|shorter|taller|wider|"
        r"thicker|thinner) than (?:the )?(?:others?|rest|remaining)\b"
    ),
    ("arrangement", "random"): re.compile(
        r"\b(?:as if|as though|like)\b.*\b(?:thrown|flung|tossed|scattered|strewn|dropped|spilled|spilt|poured|"
        r"sprinkled|blown|shaken)\b"
        r"|\b(?:lie|lies|lying|scattered|strewn|spread|dispersed|sit|sits|located|positioned)\b"
        r"(?: \w+){0,3} irregularly|"
        r"\b(?:thrown|flung|tossed|scattered|strewn|dropped|blown)\b.*\b(?:by the wind|without (?:a|any) )"
    ),
    ("uniformity", "uniform"): re.compile(
        r"\bas (?:large|big|small|tall|long|wide|thick|high) as (?:any |the |every |its |all )?"
        r"(?:others?|next|neighbours?|rest|another)\b"
    ),
    ("contact", "touching"): re.compile(
        r"\b(?:lean|rest|lie|lying|press|push|cuddle|snuggle|stick|stuck|adhere|cling|bump|nestle|butt|knock|hold|"
        r"glue|fuse|weld|join)\w* "
        r"(?:up |together )?(?:on|against|to|onto|with|up) "
        r"(?:each other|one another|(?:its|their) neighbou?rs?)\b|"
        r"contacts? (?:\w+ ){0,2}(?:between|among)"
    ),
    ("contact", "separate"): re.compile(
        r"\b(?:air|space|room|clearance) (?:\w+ )?between (?:them|each|all|any)\b"
        r"|\beach (?:one )?(?:on|in) .*\bof its own\b|"
        r"(?<!the )(?:gaps?|free space|distance|separation)(?: \w+){0,2}(?<! in) between "
        r"(?:each|all|every|the|them|neigh|adjacent|any|one|struct|part)"
        r"|\bgaps? (?:can be seen|are visible|are seen|remain|exist|are left)"
        r"|\bgaps? (?:\w+ ){0,2}around (?:each|every|all|them|the structures)"
        r"|(?:with|leav\w+|keep\w*|has|have) (?:\w+ )?(?:gaps?|spaces?|room|distance) "
        r"(?:in between|all round|(?:to|from|between|around) (?:the|its|their|each|every|one|it|them)\b)"
    ),
    ("phases", "two"): re.compile(
        r"\bone (?:phase|constituent|component|material|domain)\b.*\b(?:the other|another)\b"
    ),
    ("direction", "horizontal"): re.compile(
        f"{_across('left', 'right')}|{_across('right', 'left')}|{_PARALLEL}(?:lower|upper|bottom|top|horizontal)"
    ),
    ("direction", "vertical"): re.compile(
        f"{_across('top|upper', 'bottom|lower')}|{_across('bottom|lower', 'top|upper')}"
        f"|{_PARALLEL}(?:left|right|vertical|lateral|side)"
    ),
    ("direction", "diagonal"): re.compile(rf"{_CORNER}(?: (?:corner|edge|hand|of the \w+))* {_TO}{_CORNER}"),
    ("shape", "cantilever"): re.compile(
        r"\bbeams?\b.*\b(?:clamped|fixed|held|anchored|attached|supported|suspended) (?:only )?(?:at|by|on|to) "
        r"(?:just |only )?(?:one|a single|(?:the|its) (?:left|right))\b"
    ),
    ("shape", "comb"): re.compile(
        r"\bfingers?\b.*\b(?:mesh|interlock|interleav|intertwin|engag|reach(?:es)? (?:in|bet))"
    ),
    ("shape", "checkerboard"): re.compile(r"\bsquares?\b.*\balternat|\balternat\w*\b.*\bsquares?\b"),
    ("bar", "short"): re.compile(
        r"\bbar\b.*\b(?:under|below|less than|shorter than|smaller than|not even|within) a quarter of the"
    ),
    ("bar", "long"): re.compile(
        r"\bbar\b.*\b(?:over|above|more than|longer than|exceeds|beyond|wider than|greater than) a quarter of the"
    ),
    ("background", "dark"): re.compile(
        r"\b(?:against|on|before|upon) (?:deep |pure |pitch |plain )?black(?=[.,;]|$| and| with| but)|"
        r"\b(?:brighter|lighter) than (?:the|its|their) (?:background|ground)\b"
    ),
    ("background", "bright"): re.compile(
        r"\b(?:against|on|before|upon) (?:pure |plain )?white(?=[.,;]|$| and| with| but)|"
        r"\bdarker than (?:the|its|their) (?:background|ground)\b"
    ),
    ("bar", "absent"): re.compile(
        r"\b(?:left|leave|leaves|leaving) (?:the |a |any |its )?\w+ ?(?:bar|marker) (?:out|off|away)"
    ),
}
_DENIED = re.compile(r"\b(?:not(?! only)|no|without|hardly|cannot)\b")
_DOUBTED = re.compile(r"\b(?:whether|if|unclear)\b")
_NO_GROUND = re.compile(
    r"\b(?:no|not a (?:bit|spot|patch|trace|speck) of|hardly any|barely any|scarcely any|little|almost no|next to no|"
    r"(?:hardly|barely|scarcely) (?:any|a bit) of)"
    r" (?:of )?(?:the )?(?:\w+ )?(?:substrate|background|ground|support)"
    r" (?:\w+ ){0,2}?(?:left|visible|seen|see|free|shows?|peeks?|exposed|remains?|discernible|uncovered|bare|empty)\b"
    r"|\b(?:hardly|barely|scarcely) (?:see|make out|discern|spot|find|glimpse) "
    r"(?:any |a bit )?(?:of )?(?:the |its )?(?:\w+ )?"
    r"(?:substrate|background|ground|support)\b"
    r"|\b(?:substrate|background|ground|support) (?:(?:is|lies) (?:\w+ )*?(?:hidden|concealed|buried)"
    r"|(?:disappears|vanishes) (?:\w+ )*?(?:under|below|beneath|behind))"
    r"|\b(?:substrate|background|ground|support) (?:is|can) (?:hardly|barely|scarcely|no longer) "
    r"(?:be )?(?:visible|seen|exposed)"
)


def pattern_facts(sentence: str) -> list[tuple[str, str]]:
    """Return the facts that a sentence in lower case states by a pattern."""
    facts: list[tuple[str, str]] = [("coverage", "dense")] if _NO_GROUND.search(sentence) else []
    is_of_bar = False
    for part in _PART_END.split(sentence):
        is_of_bar = bool(_BAR.search(part)) or is_of_bar and not _OF_STRUCTURES.search(part)
        facts += _of_part(part, is_of_bar)
    return facts


def _of_part(sentence: str, is_of_bar: bool) -> list[tuple[str, str]]:
    """Return the facts of a sentence between commas; nothing behind a denial, none if it doubts anything."""
    if _DOUBTED.search(sentence):
        return []
    denial = _DENIED.search(sentence)
    asserted = sentence[: denial.start()] if denial else sentence
    facts = [fact for fact, pattern in _STATED.items() if pattern.search(asserted)]
    percent = _percent(asserted)
    if percent is not None and is_of_bar and _BAR_WIDTH.search(sentence):
        return [*(fact for fact in facts if fact[0] not in ("coverage", "size")), *_bar(percent)]
    if percent is None and not any(kind == "coverage" for kind, _ in facts):
        return facts
    if _ONE_STRUCTURE.search(sentence):
        return [fact for fact in facts if fact[0] != "coverage"]
    if percent is not None and _OF_FIELD.search(sentence):
        covered = 100 - percent if _IS_EMPTY.search(sentence) else percent
        return [*(fact for fact in facts if fact[0] != "coverage"), *_coverage(covered)]
    return facts


def _percent(sentence: str) -> float | None:
    """Return the share that a sentence names, '45 %' or 'two thirds', in percent."""
    share = _SHARE.search(sentence)
    if not share:
        return None
    if share["percent"]:
        return float(_NUMBERS.get(share["percent"], 0) or share["percent"])
    return 100 * _UNITS.get(share["count"] or "one", 1) / _PARTS_OF_ONE[share["part"]]


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
