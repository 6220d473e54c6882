"""What a column's heading means: the metric and how classes are averaged in it."""

import re
from typing import NamedTuple

from bench.auditing.publication import Average

METRICS = (
    *("accuracy", "top2", "top3", "top5", "top10", "precision", "recall", "f1"),
    *("bleu1", "bleu2", "bleu3", "bleu4", "rouge1", "rouge2", "rougeL", "meteor"),
)
"""The metrics that checks know, all of 0…1; of top2 to top10 any number will do."""
_HEADINGS = {
    "accuracy": r"acc(uracy)?|(top|acc|accuracy|hits?)1(acc|accuracy)?",
    "precision": r"prec(ision)?|ppv|positivepredictivevalue",
    "recall": r"rec(all)?|sensitivity|tpr|truepositiverate",
    "f1": r"f1?|dice",
    "bleu4": "bleu",
    "meteor": "meteor",
    "rougeL": "rougel",
}
"""Each metric's headings in small letters and digits, without the words below."""
_NUMBERED = {
    "top": r"(?:top|acc|accuracy|hits?)(\d+)(?:acc|accuracy)?",
    "bleu": r"bleu([1-4])",
    "rouge": r"rouge([12])",
}
_AVERAGES: tuple[Average, ...] = ("macro", "weighted", "micro")
_ASIDE = re.compile(r"\([^)]*\)|\[[^]]*\]|macro|weighted|micro|average|avg|mean|score|measure|[^a-z0-9]")


class HeadingMeaning(NamedTuple):
    """A metric, '' if it is not known, and how classes are averaged, '' if that is not said."""

    metric: str
    average: Average


def meaning(heading: str) -> HeadingMeaning:
    """Return what a heading such as 'Top-1', 'Avg-F1 Score' or 'macro F1 (%)' means."""
    small = heading.casefold()
    averages: list[Average] = [each for each in _AVERAGES if small.count(each)]
    average: Average = averages[0] if averages else ""
    core = _ASIDE.sub("", small)
    if core in ("balancedaccuracy", "balancedacc"):
        return HeadingMeaning("recall", "macro")
    for metric, pattern in _HEADINGS.items():
        if re.fullmatch(pattern, core):
            return HeadingMeaning(metric, average)
    for name, pattern in _NUMBERED.items():
        if match := re.fullmatch(pattern, core):
            return HeadingMeaning(f"{name}{int(match[1])}", average)
    return HeadingMeaning("", average)


def is_metric(name: str) -> bool:
    """Return whether a name is that of a metric which checks know."""
    return name in METRICS or re.fullmatch(r"top[1-9]\d*", name) is not None
