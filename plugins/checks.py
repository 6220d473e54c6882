"""The checks of published numbers."""

from collections.abc import Callable

from bench.specs import CheckSpec
from bench.specs.hookspecs import hookimpl

_CHECKS = "bench.auditing.checks"
_REGISTERED = (
    CheckSpec(
        name="harmonic-mean",
        label="F1 against precision and recall, of one confusion table or as means over folds, runs and classes",
        checks=f"{_CHECKS}.harmonic:check",
    ),
    CheckSpec(
        name="recalls",
        label="accuracy against the recall of each class, with or without the number of test cases of each",
        checks=f"{_CHECKS}.recalls:check",
    ),
    CheckSpec(
        name="mean-recall",
        label="average recall against accuracy",
        checks=f"{_CHECKS}.mean_recall:check",
    ),
    CheckSpec(
        name="predictions",
        label="precisions and recalls of all classes against each other: all predictions together are all cases",
        checks=f"{_CHECKS}.predictions:check",
    ),
    CheckSpec(
        name="means",
        label="average precision, recall and F1 against those of each class",
        checks=f"{_CHECKS}.means:check",
    ),
    CheckSpec(
        name="top-k",
        label="Top-1 accuracy against Top-5, and Top-k against the number of classes",
        checks=f"{_CHECKS}.top_k:check",
    ),
    CheckSpec(
        name="same-number",
        label="a model's number in one table against the same in another",
        checks=f"{_CHECKS}.same_number:check",
    ),
    CheckSpec(
        name="granularity",
        label="accuracy and recall against the number of test cases, folds and runs",
        checks=f"{_CHECKS}.granularity:check",
    ),
    CheckSpec(
        name="constant",
        label="accuracy against naming always the most frequent classes, and against chance",
        checks=f"{_CHECKS}.constant:check",
    ),
    CheckSpec(
        name="deviation",
        label="a standard deviation against the mean of scores that lie in 0…1",
        checks=f"{_CHECKS}.deviation:check",
    ),
    CheckSpec(
        name="text-scores",
        label="BLEU against BLEU of fewer words, ROUGE-2 and ROUGE-L against ROUGE-1",
        checks=f"{_CHECKS}.text_scores:check",
    ),
    CheckSpec(
        name="printed-texts",
        label="BLEU, ROUGE and METEOR against those of printed answers and references, by every usual protocol",
        checks="bench.tasks.metrics.printed_texts:check",
    ),
)


@hookimpl
def register_checks(register: Callable[[CheckSpec], None]) -> None:
    """Register the checks of published numbers."""
    for check in _REGISTERED:
        register(check)
