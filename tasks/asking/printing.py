"""What a terminal shows of an answer: text without control characters, ranked categories as bars."""

from collections.abc import Sequence

import numpy as np

_WIDTH = 30
_EIGHTHS = " ▏▎▍▌▋▊▉"

Ranked = Sequence[tuple[str, float]]


def safe(text: str) -> str:
    """Return text of any origin on one line, with an escape in the place of what could command a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def ranked(probabilities: np.ndarray, categories: Sequence[str], top: int) -> Ranked:
    """Return the likeliest categories with their probabilities (C,), best first."""
    order = np.argsort(-probabilities, kind="stable")[:top]
    return [(categories[int(place)], float(probabilities[place])) for place in order]


def chart(found: Ranked) -> str:
    """Return a bar a category; a full bar is a probability of 1."""
    names = [safe(name) for name, _ in found]
    wide = max(map(len, names))
    return "\n".join(
        f"{name:{wide}}  {_bar(share):{_WIDTH}}  {share:.3f}" for name, (_, share) in zip(names, found, strict=True)
    )


def _bar(share: float) -> str:
    whole, eighths = divmod(round(share * _WIDTH * 8), 8)
    return ("█" * whole + _EIGHTHS[eighths]).rstrip()
