"""How the task vqa judges answers: closeness of the text, and facts."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.contracts import Instructions, Scores
from bench.statistics.clustered import clustered_mean
from bench.tasks.metrics.facts import Judged, judge, per_kind
from bench.tasks.metrics.text import METRICS as TEXT_METRICS
from bench.tasks.metrics.text import text_scores

_DEFINITIONS = {
    "bleu2": "sentence BLEU of nltk, uniform weights on 1- and 2-grams, no smoothing, text split at white space",
    "bleu4": "sentence BLEU of nltk, uniform weights on 1- to 4-grams, no smoothing, text split at white space",
    "rouge1": "F-measure of rouge-score on unigrams, no stemming",
    "rouge2": "F-measure of rouge-score on bigrams, no stemming",
    "rougeL": "F-measure of rouge-score on the longest common subsequence, no stemming",
    "meteor": "single_meteor_score of nltk with WordNet 3.0, text split at white space",
    "length_ratio": "words of the answer over words of the reference",
    "facts": "of the reference's facts whose kind varies within the category and which the prompt does not state, "
    "the share for which the answer names exactly one value of that kind, and the right one",
    "standard_error": "linearised, questions and facts clustered by picture",
}


def definitions(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return in clear what each metric means."""
    return dict(_DEFINITIONS)


def score(answers: list[str], posed: Instructions, train: Instructions, settings: Mapping[str, Any]) -> Scores:
    """Score one answer a posed question, in order.

    Where no fact is asked for, the metric ``facts`` is absent. ValueError where the questions are not answered
    exactly once each.
    """
    _check(answers, posed)
    pictures = [record.picture for record in posed.records]
    text = text_scores(answers, [record.answer for record in posed.records])
    judged = judge(answers, posed, train)
    metrics = {name: clustered_mean(text[name], pictures) for name in TEXT_METRICS}
    facts = [(fact.right, picture) for picture, asked in zip(pictures, judged, strict=True) for fact in asked]
    if facts:
        metrics["facts"] = clustered_mean([right for right, _ in facts], [picture for _, picture in facts])
    values = {name: text[name].tolist() for name in TEXT_METRICS}
    rows = [{name: values[name][position] for name in values} for position in range(len(posed))]
    items = tuple(
        _item(answer, posed, position, row, asked)
        for position, (answer, row, asked) in enumerate(zip(answers, rows, judged, strict=True))
    )
    return Scores(metrics=metrics, items=items, counts={"facts": per_kind(judged)})


def _check(answers: list[str], posed: Instructions) -> None:
    if len(answers) != len(posed):
        raise ValueError(f"{len(answers)} answers to {len(posed)} questions; each must be answered exactly once")
    if len({record.id for record in posed.records}) != len(posed):
        raise ValueError("a question is posed twice: record ids repeat")
    if not len(posed):
        raise ValueError("no question was posed")


def _item(
    answer: str, posed: Instructions, position: int, row: Mapping[str, float], asked: Sequence[Judged]
) -> dict[str, Any]:
    record, micrographs = posed.records[position], posed.micrographs
    return {
        "id": record.id,
        "picture": record.picture,
        "category": micrographs.categories[micrographs.labels[posed.pictures[position]]],
        "group": record.group,
        "question": record.question,
        "reference": record.answer,
        "answer": answer,
        **row,
        "facts_asked": len(asked),
        "facts_right": sum(fact.right for fact in asked),
    }
