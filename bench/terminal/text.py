"""Text of any origin for a terminal, and data as JSON: no letter controls the terminal, hides or cannot be encoded.

The formats of tables build on it: each has one function that all text passes (``bench.tables`` ``markdown.plain``,
``latex.escaped``, ``page.page``, ``data.guarded``; ``bench.figures.lettering.drawable``).
"""

import json
import re
import unicodedata
from collections.abc import Callable

_LONGEST, _SHOWN = 400, 60
"""How many letters of a word are cut at least, and how many remain."""
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0]")
"""Letters that count as printable but show nothing: fillers, joiners, a Braille cell without dots."""


def is_shown(letter: str) -> bool:
    """Return whether a letter shows as itself, or is a blank; controls, surrogates and bidi overrides do not."""
    return (letter.isprintable() or unicodedata.category(letter) == "Zs") and not _UNSEEN.match(letter)


def safe(text: str) -> str:
    """Return untrusted text on one line, with unprintable characters escaped."""
    return _replaced(text, lambda letter: ascii(letter)[1:-1])


def safe_lines(text: str) -> str:
    """Return untrusted text with its line breaks, each line escaped."""
    return "\n".join(map(safe, text.split("\n")))


def running(text: str) -> str:
    """Return untrusted text as ``safe`` does, but with a blank for every control character, such as a line break."""
    blank = ("Cc", "Zl", "Zp")
    return _replaced(text, lambda letter: " " if unicodedata.category(letter) in blank else ascii(letter)[1:-1])


def json_text(data: object, indent: int | None = 1) -> str:
    """Return data as JSON that can be printed and encoded anywhere, and reads back as it was."""
    lines = json.dumps(data, indent=indent, ensure_ascii=False).split("\n")
    return "\n".join(_replaced(line, lambda letter: json.dumps(letter)[1:-1]) for line in lines)


def _replaced(text: str, instead: Callable[[str], str]) -> str:
    """Return a text with something else in place of each letter that does not show."""
    if text.isprintable() and not _UNSEEN.search(text):
        return text
    return "".join(letter if is_shown(letter) else instead(letter) for letter in text)


def brief(text: str) -> str:
    """Return a message in which words too long to read, such as a path of 5,000 letters, are cut."""
    long = rf"(\S{{{_SHOWN}}})(\S{{{_LONGEST},}}?)((?:'?[:;,)]*)(?=\s|$))"
    return re.sub(long, lambda word: f"{word[1]}...{word[3]} ({len(word[0]):,} letters)", text)
