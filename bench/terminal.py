"""Untrusted text on a terminal: it must not control the terminal, nor fill it."""

import re

_LONGEST, _SHOWN = 400, 60
"""How many letters of a word are cut at least, and how many remain."""


def safe(text: str) -> str:
    """Return untrusted text on one line, with unprintable characters escaped."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def safe_lines(text: str) -> str:
    """Return untrusted text with its line breaks, each line escaped."""
    return "\n".join(map(safe, text.split("\n")))


def brief(text: str) -> str:
    """Return a message in which words too long to read, such as a path of 5,000 letters, are cut."""
    long = rf"(\S{{{_SHOWN}}})(\S{{{_LONGEST},}}?)((?:'?[:;,)]*)(?=\s|$))"
    return re.sub(long, lambda word: f"{word[1]}...{word[3]} ({len(word[0]):,} letters)", text)
