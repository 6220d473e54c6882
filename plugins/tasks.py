"""The tasks that models are measured by."""

from collections.abc import Callable

from bench.plugins.mvaema import VARIANTS
from bench.specs import SuiteSpec, TaskSpec
from bench.specs.hookspecs import hookimpl

_VQA = TaskSpec(
    name="vqa",
    label="Visual question answering",
    asks="answerer",
    builds="bench.tasks.vqa:VQA",
    oracle="bench.tasks.oracle:answers",
    marking="bench.tasks.judging:AnswerMarking",
)


_CLASSIFICATION = TaskSpec(
    name="classification",
    label="Telling the category of a micrograph",
    asks="classifier",
    builds="bench.tasks.classification:Classification",
    oracle="bench.tasks.oracle:probabilities",
)


ABLATION = SuiteSpec(
    name="ablation",
    label="MVaEMa and what it is without each of its parts",
    tasks=("vqa", "classification"),
    models=("mvaema", "mvaema-mean", *(f"mvaema-no-{part}" for part in VARIANTS)),
)


@hookimpl
def register_suites(register: Callable[[SuiteSpec], None]) -> None:
    """Register the suites."""
    register(ABLATION)


@hookimpl
def register_tasks(register: Callable[[TaskSpec], None]) -> None:
    """Register the tasks."""
    register(_VQA)
    register(_CLASSIFICATION)
