"""How far a question is like those that a model was taught, by its words."""

import re
from collections.abc import Collection, Iterable

_WORD = re.compile(r"[^\W\d_]+")
_ANY_QUESTION = frozenset({"does"})
"""A word of any question that scikit-learn's list lacks."""
_LEAST = 0.3
"""The least share of a question's content words that are also in the taught ones; tests/test_familiarity.py measures
it on wordings that no model is taught, and on questions about other things."""


def is_familiar(question: str, taught: Collection[str]) -> bool:
    """Return whether enough of a question's words are in those that were taught; False if it has no word of its own."""
    own, known = _content([question]), _content(taught)
    return bool(own) and len(own & known) >= _LEAST * len(own)


def _content(texts: Iterable[str]) -> frozenset[str]:
    """Return the stems of the words of texts, without those that any sentence can have."""
    from nltk.stem.porter import PorterStemmer
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = {word for text in texts for word in _WORD.findall(text.casefold())}
    return frozenset(map(PorterStemmer().stem, words - ENGLISH_STOP_WORDS - _ANY_QUESTION))
