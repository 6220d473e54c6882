"""Text of any origin in a figure: drawn as it is, without mathematics, a letter that the font lacks as its code."""

from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font

from bench.terminal.text import running


def drawable(text: str) -> str:
    """Return text of any origin for a figure; give ``parse_math=False`` beside it."""
    return "".join(
        letter if letter.isascii() or _is_drawn(letter) else f"[U+{ord(letter):04X}]" for letter in running(text)
    )


@cache
def _is_drawn(letter: str) -> bool:
    return get_font(findfont(FontProperties())).get_char_index(ord(letter)) != 0
