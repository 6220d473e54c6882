"""Untrusted text on a terminal: it must not control the terminal."""


def safe(text: str) -> str:
    """Return untrusted text on one line, with unprintable characters escaped."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def safe_lines(text: str) -> str:
    """Return untrusted text with its line breaks, each line escaped."""
    return "\n".join(map(safe, text.split("\n")))
