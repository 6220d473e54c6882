"""The tasks that models are measured by."""

from collections.abc import Callable

from bench.hookspecs import hookimpl
from bench.plugins.mvaema import VARIANTS
from bench.specs import Setting, SuiteSpec, TaskSpec

_VQA = TaskSpec(
    name="vqa",
    label="Visual question answering",
    asks="answerer",
    builds="bench.tasks.vqa:VQA",
    settings={
        "caption": Setting(
            "with",
            "whether the prompt names the category, for every row alike",
            choices=("with", "without"),
            stage="predict",
        ),
        "questions": Setting(
            "all",
            "how many questions of each test picture are asked",
            choices=("all", *range(1, 23)),
            stage="predict",
        ),
        "group": Setting(
            "all",
            "which prompt group's questions are asked",
            choices=("all", *range(1, 11)),
            stage="predict",
        ),
    },
)


_CLASSIFICATION = TaskSpec(
    name="classification",
    label="Telling the category of a micrograph",
    asks="classifier",
    builds="bench.tasks.classification:Classification",
)


ABLATION = SuiteSpec(
    name="ablation",
    label="MVaEMa and what it is without each of its parts",
    tasks=("vqa", "classification"),
    models=("mvaema", *(f"mvaema-no-{part}" for part in VARIANTS)),
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
