"""Ranked categories as bars in a terminal."""

from collections.abc import Sequence

import numpy as np

from bench.terminal.text import safe

_WIDTH = 30
_EIGHTHS = " ▏▎▍▌▋▊▉"

Ranked = Sequence[tuple[str, float]]


def ranked(probabilities: np.ndarray, categories: Sequence[str], top: int) -> Ranked:
    """Return the ``top`` most probable categories with their probabilities, best first, from those of all (C,)."""
    order = np.argsort(-probabilities, kind="stable")[:top]
    return [(categories[int(place)], float(probabilities[place])) for place in order]


def chart(categories: Ranked) -> str:
    """Return one bar per category; a full bar is a probability of 1."""
    names = [safe(name) for name, _ in categories]
    wide = max(map(len, names))
    return "\n".join(
        f"{name:{wide}}  {_bar(share):{_WIDTH}}  {share:.3f}"
        for name, (_, share) in zip(names, categories, strict=True)
    )


def _bar(share: float) -> str:
    whole, eighths = divmod(round(share * _WIDTH * 8), 8)
    return ("█" * whole + _EIGHTHS[eighths]).rstrip()
