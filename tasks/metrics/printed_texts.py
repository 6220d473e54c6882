"""Scores computed again from printed texts: by the protocol of ``bench.tasks.metrics.text``, and by every usual other.

A protocol is a tokeniser, and what of a metric differs between libraries: smoothing and weights of BLEU, the weights of
precision and recall of ROUGE, the parameters of METEOR.
"""

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import Interval
from bench.auditing.publication import Paper, PrintedText, Printing, PublishedNumber
from bench.tasks.metrics.wordnet import wordnet

Tokens = list[str]
Score = Callable[[Tokens, Tokens], float]
"""Scores the tokens of an answer against those of its reference."""
_ELSE = "other texts than the printed ones were scored, or by a protocol that is not among those tried"
_LONGEST = 20_000
"""The most letters of a text that is scored: what is longer is no answer."""


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each BLEU, ROUGE and METEOR of a printed text.

    The protocol that gives most numbers of a metric is taken for the study's.
    """
    by_metric: dict[str, list[tuple[PublishedNumber, Mapping[str, float]]]] = {}
    for text in publication.texts:
        for number in text.scores:
            if scores := recomputed(number.metric, text):
                by_metric.setdefault(number.metric, []).append((number, scores))
    for scored in by_metric.values():
        fits = Counter(name for number, scores in scored for name in _fitting(number, scores))
        first = [*scored[0][1]]
        protocol = max(first, key=lambda name: (fits[name], -first.index(name)))
        yield from (_finding(number, scores, protocol) for number, scores in scored)


def _fitting(number: PublishedNumber, scores: Mapping[str, float]) -> list[str]:
    return [name for name, score in scores.items() if number.range().meets(Interval(score, score))]


def _finding(number: PublishedNumber, scores: Mapping[str, float], protocol: str) -> AuditFinding:
    own = scores[protocol]

    def agrees(printing: Printing) -> bool:
        return number.range(printing).meets(Interval(own, own))

    others = [name for name in _fitting(number, scores) if name != protocol]
    readings = [Interpretation("by the study's protocol", agrees, plain=True)]
    if agrees("cut"):
        readings.append(Interpretation("its digits were cut off, not rounded", lambda _: True))
    if others:
        more = f" or {len(others) - 1} of the other protocols" if len(others) > 1 else ""
        readings.append(Interpretation(f"it was scored by {others[0]}{more}, unlike the others", lambda _: True))
    readings.append(Interpretation(_ELSE, lambda _: True, last=True))
    nearest = min(scores, key=lambda name: abs(scores[name] - number.value))
    fails = f"{number.label} {number.text} is not the score of the printed answer, which is {own:.4f} by {protocol}"
    if not others and nearest != protocol:
        fails += f"; the nearest of {len(scores)} protocols, {nearest}, gives {scores[nearest]:.4f}"
    return judge(
        [number], [], readings, f"The printed answer scores {own:.4f} by {protocol}: {number.text} agrees", fails
    )


def recomputed(metric: str, text: PrintedText) -> Mapping[str, float]:
    """Return the score of a printed answer by every protocol of a metric, by name; none for another metric."""
    if max(len(text.answer), len(text.reference)) > _LONGEST:
        return {}
    if metric.startswith("bleu"):
        metrics = _bleu(int(metric[4:]))
    elif metric == "rougeL":
        metrics = _rouge(_common_subsequence, 1)
    elif metric.startswith("rouge"):
        metrics = _rouge(partial(_common_ngrams, int(metric[5:])), int(metric[5:]))
    elif metric == "meteor":
        metrics = _meteor()
    else:
        return {}
    return {
        f"{score_name} on {token_name}": score(tokens(text.answer), tokens(text.reference))
        for score_name, score in metrics.items()
        for token_name, tokens in tokenisers().items()
    }


@cache
def tokenisers() -> Mapping[str, Callable[[str], Tokens]]:
    """Return the usual ways to split a text, by name."""
    from nltk.tokenize import NLTKWordTokenizer
    from rouge_score.tokenize import tokenize

    treebank = NLTKWordTokenizer()
    return {
        "words between blanks": str.split,
        "small words between blanks": lambda text: text.lower().split(),
        "words and signs": lambda text: re.findall(r"\w+|[^\w\s]", text),
        "small words and signs": lambda text: re.findall(r"\w+|[^\w\s]", text.lower()),
        "Treebank tokens": treebank.tokenize,
        "small Treebank tokens": lambda text: treebank.tokenize(text.lower()),
        "rouge-score's tokens": lambda text: tokenize(text, None),
        "rouge-score's stems": lambda text: tokenize(text, _stemmer()),
    }


@cache
def _stemmer():  # noqa: ANN202 -- nltk has no types
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()


@cache
def _bleu(order: int) -> Mapping[str, Score]:
    """Return nltk's sentence BLEU without and with each of its smoothings, and the precision of the largest n-grams."""
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    def score(answer: Tokens, reference: Tokens, method: int, weights: Sequence[float]) -> float:
        smoothing = getattr(SmoothingFunction(), f"method{method}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where no n-gram is shared
            try:
                return float(sentence_bleu([reference], answer, weights, smoothing))  # pyright: ignore[reportArgumentType]
            except (ZeroDivisionError, ValueError, IndexError):  # nltk on texts of too few tokens
                return 0.0

    even, last = [1 / order] * order, [0.0] * (order - 1) + [1.0]
    metrics: dict[str, Score] = {f"nltk's BLEU-{order}": partial(score, method=0, weights=even)}
    for method in (1, 2, 3, 4, 5, 7):  # method 6 needs longer texts than answers have
        metrics[f"nltk's BLEU-{order} with smoothing {method}"] = partial(score, method=method, weights=even)
    metrics[f"the BLEU of {order}-grams alone"] = partial(score, method=0, weights=last)
    return metrics


def _rouge(common: Callable[[Tokens, Tokens], int], size: int) -> Mapping[str, Score]:
    """Return ROUGE by what counts as common: F-measure, COCO's weights (beta 1.2), precision and recall alone."""

    def parts(answer: Tokens, reference: Tokens) -> tuple[float, float]:
        shared = common(answer, reference)
        return shared / max(1, len(answer) - size + 1), shared / max(1, len(reference) - size + 1)

    def measure(answer: Tokens, reference: Tokens, beta: float) -> float:
        precision, recall = parts(answer, reference)
        total = recall + beta**2 * precision
        return (1 + beta**2) * precision * recall / total if total else 0.0

    return {
        "the F-measure": partial(measure, beta=1.0),
        "the F-measure with beta 1.2": partial(measure, beta=1.2),
        "recall": lambda answer, reference: parts(answer, reference)[1],
        "precision": lambda answer, reference: parts(answer, reference)[0],
    }


def _common_ngrams(size: int, answer: Tokens, reference: Tokens) -> int:
    first, second = (
        Counter(zip(*(tokens[start:] for start in range(size)), strict=False)) for tokens in (answer, reference)
    )
    return (first & second).total()


def _common_subsequence(answer: Tokens, reference: Tokens) -> int:
    row = [0] * (len(reference) + 1)
    for token in answer:
        before = 0
        for place, other in enumerate(reference, 1):
            before, row[place] = row[place], before + 1 if token == other else max(row[place], row[place - 1])
    return row[-1]


@cache
def _meteor() -> Mapping[str, Score]:
    """Return METEOR as nltk has it, with the parameters of METEOR 1.5, and without synonyms."""
    from nltk.translate.meteor_score import single_meteor_score

    class NoWords:
        def synsets(self, _: str) -> list[object]:
            return []

    def score(
        answer: Tokens,
        reference: Tokens,
        words: object = None,
        alpha: float = 0.9,
        beta: float = 3.0,
        gamma: float = 0.5,
    ) -> float:
        own = wordnet() if words is None else words
        return float(single_meteor_score(reference, answer, wordnet=own, alpha=alpha, beta=beta, gamma=gamma))  # pyright: ignore[reportArgumentType]

    return {
        "nltk's METEOR": score,
        "METEOR with alpha 0.85, beta 0.2 and gamma 0.6": partial(score, alpha=0.85, beta=0.2, gamma=0.6),
        "nltk's METEOR without synonyms": partial(score, words=NoWords()),
    }
