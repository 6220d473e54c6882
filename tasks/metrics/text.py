"""How close answers are to their references as text: BLEU, ROUGE, METEOR and length.

The definitions are those that reproduce the scores the paper prints beside its sample answers: nltk's
sentence BLEU without smoothing and its ``single_meteor_score``, both on text split at white space and with
nltk's default parameters, and the F-measure of rouge-score on its own tokens, without stemming.
"""

import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from bench.tasks.metrics.wordnet import wordnet

METRICS = ("bleu2", "bleu4", "rouge1", "rouge2", "rougeL", "meteor", "length_ratio")
"""What ``text_scores`` returns, in this order; all but the last lie in 0…1, more is better."""


def text_scores(answers: Sequence[str], references: Sequence[str]) -> dict[str, np.ndarray]:
    """Score each of N answers against its reference.

    Returns one float64 array (N,) for each of ``METRICS``. An answer without words scores 0; ``length_ratio``
    is words of the answer over words of the reference (over 1 where the reference has none). ValueError where
    the two differ in number.
    """
    pairs = list(zip(answers, references, strict=True))
    words = [(answer.split(), reference.split()) for answer, reference in pairs]
    lengths = [len(answer) / max(1, len(reference)) for answer, reference in words]
    return {
        **_bleu(words),
        **_rouge(pairs),
        "meteor": _meteor(words),
        "length_ratio": np.array(lengths, float),
    }


def _bleu(pairs: list[tuple[list[str], list[str]]]) -> dict[str, np.ndarray]:
    from nltk.translate.bleu_score import sentence_bleu

    weights = [(1 / 2,) * 2, (1 / 4,) * 4]
    rows = [sentence_bleu([reference], answer, weights, smoothing_function=_unsmoothed) for answer, reference in pairs]
    return _columns(("bleu2", "bleu4"), rows)


def _unsmoothed(precisions: list[Fraction], **_: object) -> list[Fraction | float]:
    # As nltk's own method0, which warns at every pair without a common 4-gram.
    return [precision if precision.numerator else sys.float_info.min for precision in precisions]


def _rouge(pairs: list[tuple[str, str]]) -> dict[str, np.ndarray]:
    from rouge_score.rouge_scorer import RougeScorer

    names = ("rouge1", "rouge2", "rougeL")
    scorer = RougeScorer(names, use_stemmer=False)
    scores = [scorer.score(reference, answer) for answer, reference in pairs]
    return _columns(names, [[score[name].fmeasure for name in names] for score in scores])


def _meteor(pairs: list[tuple[list[str], list[str]]]) -> np.ndarray:
    from nltk.translate.meteor_score import single_meteor_score

    lexicon: Any = wordnet()
    return np.array([single_meteor_score(reference, answer, wordnet=lexicon) for answer, reference in pairs], float)


def _columns(names: tuple[str, ...], rows: list) -> dict[str, np.ndarray]:
    return dict(zip(names, np.array(rows, dtype=np.float64).reshape(-1, len(names)).T, strict=True))
