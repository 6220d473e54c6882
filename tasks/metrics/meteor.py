"""METEOR, equal to nltk's ``single_meteor_score`` to the last bit (Lavie and Agarwal, 2007).

nltk stems each word and looks up its synonyms anew for each pair; here that is done once per word.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain

import numpy as np

from bench.tasks.metrics.wordnet import synonyms_within

ALPHA, BETA, GAMMA = 0.9, 3.0, 0.5
"""nltk's parameters: the weight of precision, the shape and the maximum of the penalty for scattered matches."""

_UNMATCHED = -2

Places = dict[str, list[int]]
"""Word to its places in the reference that are still free, ascending."""


def meteor(pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> np.ndarray:
    """Return the score (N,) of each answer and its reference, both split into words."""
    from nltk.stem.porter import PorterStemmer

    lower, stem = cache(str.lower), cache(PorterStemmer().stem)
    words = set(chain.from_iterable(reference for _, reference in pairs))
    synonyms = synonyms_within({stem(lower(word)) for word in words})

    def score(answer: Sequence[str], reference: Sequence[str]) -> float:
        matches = _aligned(list(map(lower, answer)), list(map(lower, reference)), stem, synonyms)
        return _score(matches, len(reference))

    return np.array([score(answer, reference) for answer, reference in pairs], float)


def _aligned(
    answer: Sequence[str],
    reference: Sequence[str],
    stem: Callable[[str], str],
    synonyms: Callable[[str], Iterable[str]],
) -> list[int]:
    """Return each answer word's place in the reference, that of the same word, of the same stem, or of a synonym.

    As in nltk, words choose from the last to the first, and each takes the last free place.
    """
    matches = [_UNMATCHED] * len(answer)
    free = _places(enumerate(reference))
    left = _matched(matches, zip(range(len(answer) - 1, -1, -1), reversed(answer), strict=True), free)
    if not left:
        return matches
    remaining = sorted(chain.from_iterable(free.values()))
    free = _places([(place, stem(reference[place])) for place in remaining])
    left = _matched(matches, [(number, stem(word)) for number, word in left], free)
    for number, word in left:
        # The stem itself is no candidate: if it were free, it would have been taken.
        last = max((free[synonym][-1] for synonym in synonyms(word) if free.get(synonym)), default=None)
        if last is not None:
            matches[number] = last
            free[stem(reference[last])].pop()
    return matches


def _places(words: Iterable[tuple[int, str]]) -> Places:
    places: Places = {}
    for place, word in words:
        places.setdefault(word, []).append(place)
    return places


def _matched(
    matches: list[int], words: Iterable[tuple[int, str]], free: Mapping[str, list[int]]
) -> list[tuple[int, str]]:
    """Give each word its last free place; return the words that have none."""
    left: list[tuple[int, str]] = []
    for number, word in words:
        places = free.get(word)
        if places:
            matches[number] = places.pop()
        else:
            left.append((number, word))
    return left


def _score(matches: Sequence[int], reference_length: int) -> float:
    """Return the score in nltk's order of operations; chunks are runs of matches in the reference's order."""
    count = len(matches) - matches.count(_UNMATCHED)
    if not count:
        return 0.0
    precision, recall = count / len(matches), count / reference_length
    mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall)
    chunks, before = 0, _UNMATCHED
    for place in matches:
        chunks += place not in (before + 1, _UNMATCHED)
        before = place
    return (1 - GAMMA * (chunks / count) ** BETA) * mean
