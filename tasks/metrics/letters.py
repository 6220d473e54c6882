"""Which options a reply in words names: read strictly, so that a reply which names none, or too many, is unreadable.

Own code: the harnesses that read letters (lm-evaluation-harness, VLMEvalKit) do so by one regular expression per
benchmark, and take the first capital for a letter.
"""

import re
import unicodedata
from collections.abc import Sequence

from bench.contracts import LETTERS

_CUES = (
    r"<answer>(.*?)</answer>",
    r"\\boxed\{(?:\\text\{)?(.*?)\}",
    r"(?:final answer|right answer|correct answer|answer|right option|correct option|correct choice|choice)"
    r"(?:s|\(s\))?\s*(?:is|are|:|=)+\s*:?\s*(.*)",
)
"""What announces an answer; the last announcement counts."""
_MARKED = r"[\[(<{*_`'\"]*\s*(?:option\s+|choice\s+)?[\[(<{*_`'\"]*([A-Z])[\])>}*_`'\"]*"
_LETTER = re.compile(rf"^\s*{_MARKED}\s*(?:[.):,;\-–—]|$)")
_LONE = re.compile(rf"^\s*{_MARKED}[.):]*\s*$", re.I)
_LIST = re.compile(rf"^\s*{_MARKED}(?:\s*(?:,|;|&|/|\band\b|\bund\b)\s*(?:and\s+)?{_MARKED})+[.\s]*$", re.I)
_MENTION = re.compile(r"[(\[]([A-Z])[)\]]|\b(?i:option|choice)\s+([A-Z])\b|\*\*([A-Z])[.)]?\*\*")


def options_named(reply: str, options: Sequence[str], several: bool) -> tuple[int, ...] | None:
    """Return the positions, ascending, of the options that a reply names; None if it cannot be read.

    Read are a letter alone or before its option's text, what an announcement such as 'Answer:' is followed by, the text
    of one option, and letters in brackets. One that names two options is unreadable, unless several are wanted.
    """
    text = reply.rpartition("</think>")[2].strip()
    for announced in _announced(text):
        if (named := _read(announced, options, several)) is not None:
            return named
    return _read(text, options, several) or _mentioned(text, options, several)


def _announced(text: str) -> list[str]:
    """Return what follows the announcements of an answer, the last first."""
    hits = [hit for cue in _CUES for hit in re.finditer(cue, text, re.I)]
    return [hit.group(1).strip() for hit in sorted(hits, key=re.Match.start, reverse=True)]


def _read(text: str, options: Sequence[str], several: bool) -> tuple[int, ...] | None:
    """Read a text that is an answer and no more: a letter, letters, a letter with its text, or an option's text."""
    first = text.split("\n", 1)[0].strip()
    for part in dict.fromkeys((text, first)):
        if lone := _LONE.match(part):
            return _places([lone.group(1)], options, several)
        if _LIST.match(part):
            letters = re.findall(
                r"\b([A-Z])\b", re.sub(r"\b(?:and|und|option|choice)\b", " ", part, flags=re.I).upper()
            )
            return _places(letters, options, several)
    if several and re.fullmatch(r"[A-Z]{2,26}\.?", text) and len({*text.strip(".")}) == len(text.strip(".")):
        return _places([*text.strip(".")], options, several)
    letters: list[str] = []
    for line in text.splitlines():
        if hit := _LETTER.match(line):
            letters += [hit.group(1), *_mentions(line[hit.end() :])]
    if letters:
        return _places(letters, options, several)
    return _by_text(text, options, several)


def _by_text(text: str, options: Sequence[str], several: bool) -> tuple[int, ...] | None:
    """Read the options whose whole text a reply repeats; a text within a longer one that is repeated does not count."""
    plain = [_plain(option) for option in options]
    rest, named = f" {_plain(text)} ", []
    if not rest.strip():
        return None
    for place in sorted(range(len(options)), key=lambda each: -len(plain[each])):
        if plain[place] and f" {plain[place]} " in rest:
            named.append(place)
            rest = rest.replace(f" {plain[place]} ", "  ")
    return _checked(named, several)


def _mentioned(text: str, options: Sequence[str], several: bool) -> tuple[int, ...] | None:
    return _places(_mentions(text), options, several)


def _mentions(text: str) -> list[str]:
    return ["".join(groups) for groups in _MENTION.findall(text)]


def _places(letters: Sequence[str], options: Sequence[str], several: bool) -> tuple[int, ...] | None:
    places = [LETTERS.index(letter.upper()) for letter in letters]
    if any(place >= len(options) for place in places):
        return None
    return _checked(places, several)


def _checked(places: Sequence[int], several: bool) -> tuple[int, ...] | None:
    distinct = tuple(sorted({*places}))
    return distinct if len(distinct) == 1 or (several and distinct) else None


def _plain(text: str) -> str:
    """Return the words of a text, in lower case and without punctuation."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+(?:[.,][0-9]+)*|[^\w\s.,;:!?()\[\]'\"*]", text))
