"""Labels of scale bars: which numbers and units instruments write, and how sure the reading of one is."""

import re
from functools import cache
from typing import NamedTuple

import numpy as np

from bench.data.scale.letters import greedy, likelihoods

_NANOMETRES = {"Å": 0.1, "nm": 1.0, "µm": 1e3, "mm": 1e6, "cm": 1e7}
_UNIT_SHARES = {"Å": 0.1, "nm": 1.0, "µm": 1.2, "mm": 0.5, "cm": 0.1}
_ROUND = ("1", "2", "3", "4", "5", "10", "20", "25", "30", "40", "50", "100", "200", "250", "300", "400", "500")
_RARE = (
    "1.5",
    "15",
    "2.5",
    "6",
    "8",
    "60",
    "80",
    "150",
    "600",
    "700",
    "800",
    "1000",
    "2000",
    "0.1",
    "0.2",
    "0.25",
    "0.5",
)
_RARE_SHARE, _OTHER_SHARE = 0.25, 0.1
"""How much rarer a number is than a round one: one that some instruments write, and any other."""
_LIKE_LABEL = re.compile(r"[\d#][\d.#]{0,5}[nmµcÅ#.]{1,5}")
"""What a label looks like to the reader, up to a letter or two that it does not know."""
_PATTERN = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)(Å|nm|µm|mm|cm)[#.]{0,2}")


class BarLabel(NamedTuple):
    """A label's text, its length in nanometres, and the probability that it reads so."""

    text: str
    nanometres: float
    confidence: float


def label_of(steps: np.ndarray) -> BarLabel | None:
    """Return the most likely label of a text, given the log probabilities (T, 18) of letters; None if it is none."""
    seen = greedy(steps)
    if _LIKE_LABEL.fullmatch(seen) is None:
        return None
    texts, shares, nanometres = _near(seen)
    if not texts:
        return _other(steps, seen, texts, 0.0)
    weights = likelihoods(steps, texts)
    explained = float(weights.sum())
    if not explained:
        return _other(steps, seen, texts, explained)
    odds: dict[float, float] = {}
    for value, weight in zip(nanometres, weights * shares, strict=True):
        odds[value] = odds.get(value, 0.0) + float(weight)
    best = max(odds, key=odds.__getitem__)
    confidence = odds[best] / (sum(odds.values()) + _OTHER_SHARE * max(0.0, 1 - explained))
    place = max(np.flatnonzero(nanometres == best), key=lambda index: weights[index])
    other = _other(steps, seen, texts, explained)
    known = BarLabel(_spaced(texts[int(place)]), float(best), confidence)
    return other if other is not None and other.confidence > known.confidence else known


def _other(steps: np.ndarray, seen: str, texts: tuple[str, ...], explained: float) -> BarLabel | None:
    """Return a label with a number that instruments seldom write, if it is read so."""
    match = _PATTERN.fullmatch(seen)
    if match is None or seen in texts:
        return None
    weight = _OTHER_SHARE * float(likelihoods(steps, (seen,))[0])
    value = float(match[1])
    if value == 0:
        return None
    return BarLabel(_spaced(seen), value * _NANOMETRES[match[2]], weight / (weight + explained + 0.02))


def _spaced(text: str) -> str:
    """Return a label with a space before its unit, without what follows."""
    return _PATTERN.sub(r"\1 \2", text)


def _near(seen: str) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Return the labels that share a beginning or an end with what is seen: the others would take most of the time."""
    texts, shares, nanometres = _grammar()
    near = [
        place
        for place, text in enumerate(texts)
        if abs(len(text) - len(seen)) <= 2 and (text[0] == seen[0] or text[-3:] == seen[-3:])
    ]
    return tuple(texts[place] for place in near), shares[near], nanometres[near]


@cache
def _grammar() -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Return all labels that instruments write, how common each is, and its nanometres."""
    rows: dict[str, tuple[float, float]] = {}
    for numbers, common in ((_ROUND, 1.0), (_RARE, _RARE_SHARE)):
        for number in numbers:
            forms = (number,) if "." in number else (number, f"{number}.0", f"{number}.00", f"{number}.000")
            for form in (*forms, f"{number}0") if "." in number else forms:
                for unit, share in _UNIT_SHARES.items():
                    for end in ("", "#", ".", ".#"):
                        rows.setdefault(form + unit + end, (common * share, float(number) * _NANOMETRES[unit]))
    shares, nanometres = np.array(list(rows.values())).T
    return tuple(rows), shares, np.round(nanometres, 6)
