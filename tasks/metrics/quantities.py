"""Numbers read from free text: the diameter that an answer states, in nanometres, and how many structures it counts.

Own code, because what a length is said of decides: that of a scale bar, a distance or how long a wire is must not be
taken for a diameter. The general readers of quantities know units, not that.
"""

import re
from collections.abc import Iterator
from math import inf
from typing import NamedTuple

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75", "1/2": "0.5", "1/4": "0.25", "3/4": "0.75"}
_SMALL = {
    **{"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9},
    **{"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16},
    **{"seventeen": 17, "eighteen": 18, "nineteen": 19},
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_TIMES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_VAGUE = re.compile(r"(?:few|several|many|some|couple of|dozens? of|hundreds? of|thousands? of)[\s-]+$")
"""What makes no number of 'hundred': a few hundred may be any."""
_WORD = "|".join(sorted((*_SMALL, *_TENS, *_TIMES), key=len, reverse=True))
_PRONOUN = (
    r"(?<=\bone)\s+(?:can|could|may|might|would|sees?|finds?|observes?|notices?|of|as|another|is|has|by|side|phase)\b"
)
"""What makes no number of 'one'."""
_WORDS = re.compile(
    rf"(?<![\w-])(?:(?:a|an)\s+(?={'|'.join(_TIMES)}))?(?:{_WORD})(?:[\s-]+(?:and\s+)?(?:{_WORD}))*(?![\w])(?!{_PRONOUN})"
)
_HALF = re.compile(r"\b(?:half\s+(?:of\s+)?(?:an?|one)|an?\s+half|one[\s-]half(?:\s+of)?(?:\s+an?)?)\b")

_UNITS = {
    r"nano-?met(?:er|re)s?|nms?": 1.0,
    r"micro-?met(?:er|re)s?|microns?|micra|[µu]ms?": 1e3,
    r"milli-?met(?:er|re)s?|mm": 1e6,
    r"centi-?met(?:er|re)s?|cm": 1e7,
    r"pico-?met(?:er|re)s?|pm": 1e-3,
    r"(?:å|a)ngstr(?:ö|o|oe)ms?|å": 0.1,
    r"met(?:er|re)s?|m": 1e9,
}
"""The nanometres of each unit."""
_UNIT = "|".join(f"(?:{unit})" for unit in _UNITS)
_DIGITS = r"\d{1,3}(?:[,'\u00a0\u2009\u202f]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?|\.\d+"
_POWER = r"(?:\s*[x×·*]\s*10\s*\^?\s*(?P<{0}>[-+]?\d+)|e(?P<{0}e>[-+]?\d+))?"
_NUMBER = rf"(?<![\w.,^/])(?P<number>{_DIGITS})" + _POWER.format("power")
_END = r"(?![\w²³^/])"
_LENGTH = re.compile(rf"{_NUMBER}[\s-]*(?:(?:±|\+/-)\s*(?:{_DIGITS})\s*)?(?P<unit>{_UNIT}){_END}")
_SHARE = re.compile(rf"{_NUMBER}\s*(?:%|percent|per cent)\s+of\s+(?:the\s+)?(?:picture|image)'?s?\s+sides?\b")
"""A size as a share of the picture's side, the only measure that needs no scale."""
_TO = r"\s*(?:-|–|—|~|to|and|till|until|up to|through|x|×|by)\s*"
_OPEN = re.compile(rf"{_NUMBER}(?P<to>{_TO})$")
_A_UNIT = re.compile(rf"\b(?:an?|one)\s+(?=(?:{_UNIT}){_END})")

_OF_STRUCTURES = r"diameters?|widths?|wide|across|sizes?|sized|thick|thickness|measur\w+|dimensions?|big|large"
_OF_OTHERS = (
    r"(?:field|bar|pixel|image|picture|view|step)\s+(?:widths?|sizes?|thickness|dimensions?)|bars?|scale|field|fov|hfw|wd|working|magnification|pixels?|resolution|wavelength|spac\w+|distances?|apart|gaps?|"
    r"pitch|long|lengths?|tall|high|heights?|deep|depth|view|voltage"
)
_CUE = re.compile(rf"\b(?:(?P<other>{_OF_OTHERS})|(?P<own>{_OF_STRUCTURES}))\b")
_MEAN = re.compile(r"\b(?:mean|average[sd]?|averaging|median|typical(?:ly)?)\b")
_SENTENCE = re.compile(r"[.!?;](?=\s|$)|\n")
_WITHIN = 3
"""A word says what a length before it is of if it is one of so many behind it."""


class _Length(NamedTuple):
    """A length in a text: its ends in nanometres, equal if it is no range, and what it is said of."""

    low: float
    high: float
    is_diameter: bool
    is_mean: bool


def stated_size(text: str, side: float | None = None) -> float | None:
    """Return the mean diameter that an answer states, in nanometres; None if it states none.

    Of a range it is the middle. Lengths that are said of a scale bar, a distance or a length do not count; if several
    do, those called a mean are taken, then those called a diameter, and of several the middle of smallest and largest.
    If none does, a share of the picture's ``side``, in nanometres, may.
    """
    lengths = [length for sentence in _SENTENCE.split(_plain(text)) for length in _lengths(sentence)]
    for chosen in (
        [length for length in lengths if length.is_mean],
        [length for length in lengths if length.is_diameter],
        lengths,
    ):
        if chosen:
            return (min(length.low for length in chosen) + max(length.high for length in chosen)) / 2
    return share_in_nm(text, side)


def share_in_nm(text: str, side: float | None) -> float | None:
    """Return the size that an answer states as a share of the picture's ``side``, both in nanometres."""
    share = _SHARE.search(_plain(text)) if side else None
    return _value(share) / 100 * side if share and side else None


def _lengths(sentence: str) -> Iterator[_Length]:
    """Yield the lengths of a sentence that may be diameters."""
    matches = [match for match in _LENGTH.finditer(sentence) if 0 < _nanometres(match) < inf]
    ends = [0, *(match.end() for match in matches), len(sentence)]
    starts = [*(match.start() for match in matches), len(sentence)]
    pending: float | None = None
    cue: str | None = None
    for place, match in enumerate(matches):
        high = _nanometres(match)
        before, after = sentence[ends[place] : match.start()], sentence[match.end() : starts[place + 1]]
        opened = _OPEN.search(before)
        low = _value(opened) * _factor(match) if opened else high
        if pending is not None:
            low, pending = pending, None
        elif re.fullmatch(_TO, after) and place + 1 < len(matches) and not _joins_two(sentence, match, after):
            pending = low  # a range whose ends have a unit each
            continue
        cue = _cue(before, after) or (cue if cue == "own" and re.match(r"\s*(?:,|and\b)", before) else None)
        if cue != "other":
            yield _Length(min(low, high), max(low, high), cue == "own", _MEAN.search(before) is not None)


def _joins_two(sentence: str, match: re.Match[str], after: str) -> bool:
    """Return whether 'and' between two lengths joins two statements: only after 'between' it makes a range."""
    return after.strip() == "and" and "between" not in sentence[: match.start()]


def _cue(before: str, after: str) -> str | None:
    """Return whether a length is said of the structures ('own') or of something else, None if nothing tells."""
    close = re.match(rf"[\s-]*(?:[\w-]+[\s-]+){{0,{_WITHIN - 1}}}?{_CUE.pattern}", re.split(r"[,(]|\band\b", after)[0])
    cues = [close] if close else [*_CUE.finditer(before.rpartition(",")[2] or before)][-1:]
    return cues[0].lastgroup if cues and cues[0].lastgroup in ("own", "other") else None


def stated_count(text: str) -> float | None:
    """Return how many structures an answer counts; None if it states no number of them.

    Of a range it is the middle; of several numbers the one called a total, then the first that stands before what may
    be counted.
    """
    plain = _plain(text)
    counts = [(_standing(plain, match), -place, match) for place, match in enumerate(_COUNT.finditer(plain))]
    counts = [count for count in counts if count[0] is not None]
    if counts:
        match = max(counts, key=lambda count: count[:2])[2]
        high = _value(match, "high") if match["high"] else _value(match)
        return (_value(match) + high) / 2
    return 0.0 if _NONE.search(plain) else None


_THINGS = (
    r"structures?|objects?|fib(?:re|er)s?|particles?|nanoparticles?|spheres?|microspheres?|nanospheres?|rods?|nanorods?|"
    r"wires?|nanowires?|grains?|crystals?|cells?|pores?|holes?|pillars?|lines?|tubes?|nanotubes?|strands?|threads?|"
    r"filaments?|beads?|flakes?|clusters?|features?|elements?|items?|pieces?|bodies|cords?|yarns?|columns?|tips?|"
    r"squares?|pollen|diatoms?|shells?|neurons?|somata|bacteria|crystallites?|balls?|islands?|domains?|needles?|"
    r"of them|in total"
)
_COUNT = re.compile(
    rf"{_NUMBER}(?:(?:\s*(?:-|–|—|to|or)\s*|\s+and\s+)(?P<high>{_DIGITS})" + _POWER.format("high_power") + rf")?{_END}"
)
_NOT_COUNTED = re.compile(
    rf"\s*(?:%|percent|per cent|°|degrees?|k?ev\b|k?v\b|(?:x|×)(?!\s*10)|[dD]\b|times|fold|[\s-]*(?:{_UNIT}){_END})"
)
_BEFORE_OTHERS = re.compile(r"(?:figure|fig\.?|magnification(?: of)?|version|group|type|[x×]|±|\+/-|:\s*1)\s*$")
_NAMED = re.compile(rf"[\s-]*(?:[a-z-]+[\s,]+){{0,4}}?(?:{_THINGS})\b")
_TOTAL = re.compile(
    r"\b(?:total(?:\s+(?:number|count))?(?:\s+\w+){0,3}|number(?:\s+\w+){0,4}|count(?:\s+\w+){0,2}|sum)"
    r"[\s:=]*(?:is|are|of|about|approximately|roughly|around|~|≈|=|:|\s)*$"
)
_ABOUT = r"about|approximately|around|roughly|nearly|almost"
_THERE = re.compile(rf"(?:\b(?:there (?:are|is)|contains?|shows?|count(?:ed|s)?|see|{_ABOUT}|ca\.?)|~|≈)\s*$")
_NONE = re.compile(rf"\b(?:no|zero|0|without(?: any)?)\s+(?:\w+\s+){{0,2}}(?:{_THINGS})\b")


def _standing(text: str, match: re.Match[str]) -> int | None:
    """Return how surely a number counts structures, None if it does not."""
    before, after = text[: match.start()], text[match.end() :]
    value = _value(match)
    if _NOT_COUNTED.match(after) or _BEFORE_OTHERS.search(before) or not value.is_integer():
        return None
    if _TOTAL.search(before):
        return 3
    if _NAMED.match(after):
        return 2
    if _THERE.search(before):
        return 1
    return 0 if re.fullmatch(r"[\s\W]*", before + after) else None


def _plain(text: str) -> str:
    """Return a text in lower case with its numbers in figures."""
    text = text.replace("μ", "µ").replace("−", "-").replace("\u2011", "-").replace("Å", "å")
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+", _exponent, text).lower()
    for fraction, figures in _FRACTIONS.items():
        text = re.sub(rf"(?<![\d/]){re.escape(fraction)}(?![\d/])", figures, text)
    text = re.sub(r"\\(?:mathrm|text|mu|,|;|times)|[${}]", _latex, text)
    text = re.sub(r"(?<![\w.,])(?<![x×·*])(?<![x×·*]\s)10\s*\^\s*([-+]?\d+)", r"1e\1", text)
    text = _HALF.sub("0.5", text)
    text = _WORDS.sub(lambda match: _figures(match, text), text)
    return _A_UNIT.sub("1 ", text)


def _latex(match: re.Match[str]) -> str:
    return {r"\mu": "µ", r"\times": "×"}.get(match[0], " " if match[0] in (r"\,", r"\;") else "")


def _exponent(match: re.Match[str]) -> str:
    digits = match[0].translate(_SUPERSCRIPTS)
    before = match.string[: match.start()].rstrip()
    return f"^{digits}" if before.endswith("10") else match[0]


def _figures(match: re.Match[str], text: str) -> str:
    """Return number words in figures; what is vague stays."""
    if _VAGUE.search(text[: match.start()]) or text[match.end() :].startswith("s of "):
        return match[0]
    total, part = 0, 0
    for word in re.findall(_WORD, match[0]):
        if word in _TIMES:
            part = max(part, 1) * _TIMES[word]
            total, part = (total + part, 0) if word != "hundred" else (total, part)
        else:
            part += _SMALL.get(word, _TENS.get(word, 0))
    return str(total + part)


def _value(match: re.Match[str], name: str = "number") -> float:
    """Return a number; a comma before other than three digits is a decimal one."""
    figures = re.sub(r"['\u00a0\u2009\u202f]", "", match[name])
    thousands = re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", figures)
    figures = figures.replace(",", "") if thousands else figures.replace(",", ".")
    power = "power" if name == "number" else f"{name}_power"
    exponent = match[power] or match[f"{power}e"] or "0"
    return float(figures) * 10.0 ** max(-30, min(30, int(exponent)))


def _factor(match: re.Match[str]) -> float:
    return next(factor for unit, factor in _UNITS.items() if re.fullmatch(unit, match["unit"]))


def _nanometres(match: re.Match[str]) -> float:
    """Return a length in nanometres; 0 for metres without a power of ten, which no micrograph shows."""
    if match["unit"] == "m" and not (match["power"] or match["powere"]):
        return 0.0
    return _value(match) * _factor(match)
