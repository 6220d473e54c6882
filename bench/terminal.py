"""Text of any origin on a terminal: nothing in it may command the terminal."""


def safe(text: str) -> str:
    """Return text of any origin on one line, with an escape in the place of what could command a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def safe_lines(text: str) -> str:
    """Return text of any origin in its lines, each of them safe."""
    return "\n".join(map(safe, text.split("\n")))
