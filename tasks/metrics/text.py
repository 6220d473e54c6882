"""How close answers are to their references as text: BLEU, ROUGE, METEOR and length.

The definitions are those that reproduce the scores the paper prints with its sample answers: nltk's
sentence BLEU without smoothing and its ``single_meteor_score``, both on text split at white space and with
nltk's default parameters, and the F-measure of rouge-score on its own tokens, without stemming.

The values equal those of the two libraries to the last bit and are computed several times as fast
(benchmarks/text_metrics.py). The libraries give each word's tokens, stem and synonyms once per call; n-grams and
subsequences, which differ from pair to pair, are counted here.

They are made for English. What they cannot judge is undefined, see ``bench.tasks.metrics.words``, which also splits
text of any other script.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain

import numpy as np

from bench.tasks.metrics.meteor import meteor
from bench.tasks.metrics.words import Splitting, is_english, is_split_at_blanks, words_of

METRICS = ("bleu2", "bleu4", "rouge1", "rouge2", "rougeL", "meteor", "length_ratio")
"""What ``text_scores`` returns, in this order; all but the last lie in 0…1, more is better."""

FEWEST = {"bleu2": 2, "bleu4": 4, "rouge1": 1, "rouge2": 2, "rougeL": 1, "meteor": 1, "length_ratio": 1}
"""The fewest words of a reference for which each of them is defined."""
Words = Sequence[str]
Pair = tuple[list[str], list[str]]
"""The words of an answer and of its reference."""
Tokens = Callable[[str], Words]
"""Returns the tokens that ROUGE counts within a word."""


def text_scores(
    answers: Sequence[str], references: Sequence[str], splitting: Splitting = "blanks"
) -> dict[str, np.ndarray]:
    """Score each of N answers against its reference.

    Returns one float64 array (N,) for each of ``METRICS``, NaN where the metric is undefined, which its reference alone
    decides: it has too few words (``FEWEST``), or it is in letters or a script that the splitting loses. An answer
    without words scores 0; ``length_ratio`` is words of the answer over words of the reference. ValueError if the two
    differ in number.
    """
    split = words_of if splitting == "unicode" else str.split
    pairs = [
        (list(split(answer)), list(split(reference))) for answer, reference in zip(answers, references, strict=True)
    ]
    tokens = _lower if splitting == "unicode" else _english_tokens()
    lengths = [len(answer) / max(1, len(reference)) for answer, reference in pairs]
    scores = {
        **_columns(("bleu2", "bleu4"), [_bleu(answer, reference) for answer, reference in pairs]),
        **_columns(("rouge1", "rouge2", "rougeL"), _rouge(pairs, tokens)),
        "meteor": meteor(pairs),
        "length_ratio": np.array(lengths, float),
    }
    for position, (reference, (_, words)) in enumerate(zip(references, pairs, strict=True)):
        readable = splitting == "unicode" or is_split_at_blanks(reference)
        counted = sum(len(tokens(word)) for word in words) if splitting == "unicode" or is_english(reference) else 0
        for name, fewest in FEWEST.items():
            if not readable or (counted if name.startswith("rouge") else len(words)) < fewest:
                scores[name][position] = math.nan
    return scores


def _bleu(answer: Words, reference: Words) -> tuple[float, float]:
    """Return nltk's sentence BLEU-2 and BLEU-4; as there, a size without matches counts as the smallest number."""
    matches = [_common(answer, reference, size) for size in (1, 2, 3, 4)]
    if not matches[0]:
        return 0.0, 0.0
    possible = [len(answer) - size for size in range(4)]
    logs = [
        math.log(count / most if count else sys.float_info.min) for count, most in zip(matches, possible, strict=True)
    ]
    brevity = 1 if len(answer) > len(reference) else math.exp(1 - len(reference) / len(answer))
    return (
        brevity * math.exp(math.fsum(log / 2 for log in logs[:2])),
        brevity * math.exp(math.fsum(log / 4 for log in logs)),
    )


def _english_tokens() -> Tokens:
    """Return rouge-score's own tokeniser, without stemming, for single words."""
    from rouge_score.tokenize import tokenize

    return cache(lambda word: tokenize(word, None))


def _lower(word: str) -> Words:
    return (word.lower(),)


def _rouge(pairs: Sequence[Pair], tokens: Tokens) -> list[tuple[float, float, float]]:
    """Return ROUGE-1, -2 and -L of each pair; white space ends a token, so words are tokenised one by one."""

    def score(answer: Words, reference: Words) -> tuple[float, float, float]:
        answer_tokens, reference_tokens = [
            list(chain.from_iterable(map(tokens, words))) for words in (answer, reference)
        ]
        return (
            _f_measure(_common(answer_tokens, reference_tokens, 1), len(answer_tokens), len(reference_tokens)),
            _f_measure(_common(answer_tokens, reference_tokens, 2), len(answer_tokens) - 1, len(reference_tokens) - 1),
            _f_measure(
                _longest_common_subsequence(answer_tokens, reference_tokens), len(answer_tokens), len(reference_tokens)
            ),
        )

    return [score(answer, reference) for answer, reference in pairs]


def _f_measure(common: int, answer_length: int, reference_length: int) -> float:
    """Return the harmonic mean of precision and recall in rouge-score's order of operations."""
    if not common:
        return 0.0
    precision, recall = common / answer_length, common / reference_length
    return 2 * precision * recall / (precision + recall)


def _common(answer: Words, reference: Words, size: int) -> int:
    """Count the n-grams of this size that two texts have in common, each as often as both have it."""
    left = Counter(_ngrams(reference, size))
    common = 0
    for ngram in _ngrams(answer, size):
        if left.get(ngram):
            left[ngram] -= 1
            common += 1
    return common


def _ngrams(words: Words, size: int) -> Iterator[Words]:
    return zip(*(words[start:] for start in range(size)), strict=False)


def _longest_common_subsequence(first: Words, second: Words) -> int:
    """Return its length; a row of the table is the bits of one number (H. Hyyrö, Bit-parallel LCS, 2004)."""
    places: dict[str, int] = {}
    for place, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << place
    everywhere = row = (1 << len(first)) - 1
    for word in second:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & everywhere
    return len(first) - row.bit_count()


def _columns(names: tuple[str, ...], rows: Sequence[tuple[float, ...]]) -> dict[str, np.ndarray]:
    return dict(zip(names, np.array(rows, dtype=np.float64).reshape(-1, len(names)).T, strict=True))
