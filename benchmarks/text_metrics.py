"""The text metrics of the scripted teacher's answers, against nltk and rouge-score pair by pair."""

import random
import warnings
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from nltk.translate.bleu_score import sentence_bleu
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer

from bench.tasks.facts import CATEGORIES, KINDS, SHAPES
from bench.tasks.metrics.meteor import meteor
from bench.tasks.metrics.text import METRICS, text_scores
from bench.tasks.metrics.wordnet import wordnet
from bench.tasks.prompts import QUESTIONS
from bench.tasks.teachers.scripted import ScriptedTeacher
from benchmarks.measurement import Row, in_turns


def rows() -> list[Row]:
    """Return the rows of METEOR and of all six."""
    return [meteor_alone(), all_six()]


def meteor_alone(pairs: int = 10_000, repetitions: int = 5) -> Row:
    """Measure METEOR; AssertionError if a value differs."""
    given = scripted_pairs(pairs)
    split = [(answer.split(), truth.split()) for answer, truth in given]
    assert meteor(split).tolist() == _meteor_one_by_one(given)
    timing = in_turns(
        lambda: meteor([(answer.split(), truth.split()) for answer, truth in given]),
        lambda: _meteor_one_by_one(given),
        repetitions,
    )
    return Row(f"METEOR of {pairs:,} answers, equal values", "nltk pair by pair", timing, "times faster", 8)


def all_six(pairs: int = 10_000, repetitions: int = 5) -> Row:
    """Measure all text metrics; AssertionError if a value differs."""
    given = scripted_pairs(pairs)
    answers, truths = [answer for answer, _ in given], [truth for _, truth in given]
    scores, expected = text_scores(answers, truths), _six_one_by_one(given)
    assert [list(row) for row in zip(*(scores[name].tolist() for name in METRICS[:-1]), strict=True)] == expected
    timing = in_turns(lambda: text_scores(answers, truths), lambda: _six_one_by_one(given), repetitions)
    what = f"all six text metrics of {pairs:,} answers, equal values"
    return Row(what, "nltk and rouge-score pair by pair", timing, "times faster", 4)


def scripted_pairs(count: int) -> list[tuple[str, str]]:
    """Return the teacher's answers to the same questions about two scenes of one category, many times."""
    scenes = -(-count // len(QUESTIONS))
    answers, truths = (_answers(scenes, name) for name in ("answers", "references"))
    return list(zip(answers, truths, strict=True))[:count]


def _answers(scenes: int, name: str) -> list[str]:
    draw = random.Random(name)
    shown = [_scene(CATEGORIES[number % len(CATEGORIES)], draw) for number in range(scenes)]
    loaded = SimpleNamespace(ids=[f"{name} {number}" for number in range(scenes)])
    dataset: Any = SimpleNamespace(name=name, load=lambda: loaded, facts=lambda position: shown[position])
    return [record.answer for record in ScriptedTeacher("", 0).records(dataset)]


def _scene(category: str, draw: random.Random) -> dict[str, str]:
    """Return a scene with about four in five of its kinds of facts known."""
    known = {kind: draw.choice(values) for kind, values in KINDS.items() if draw.random() < 0.8}
    return {**known, "category": category, "shape": draw.choice(SHAPES[category])}


def _meteor_one_by_one(pairs: Sequence[tuple[str, str]]) -> list[float]:

    lexicon: Any = wordnet()
    return [single_meteor_score(truth.split(), answer.split(), wordnet=lexicon) for answer, truth in pairs]


def _six_one_by_one(pairs: Sequence[tuple[str, str]]) -> list[list[float]]:

    names = ["rouge1", "rouge2", "rougeL"]
    scorer, weights = RougeScorer(names), [(1 / 2,) * 2, (1 / 4,) * 4]
    with warnings.catch_warnings(action="ignore"):
        bleu: Any = [sentence_bleu([truth.split()], answer.split(), weights) for answer, truth in pairs]
    rouge = [scorer.score(truth, answer) for answer, truth in pairs]
    return [
        [*first, *(second[name].fmeasure for name in names), third]
        for first, second, third in zip(bleu, rouge, _meteor_one_by_one(pairs), strict=True)
    ]
