"""The tasks that models are measured by."""

from collections.abc import Callable

from bench.hookspecs import hookimpl
from bench.specs import Setting, TaskSpec

_VQA = TaskSpec(
    name="vqa",
    label="Visual question answering",
    asks="answerer",
    poses="bench.tasks.vqa.posing:pose",
    scores="bench.tasks.vqa.scoring:score",
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
    },
)


_CLASSIFICATION = TaskSpec(
    name="classification",
    label="Telling the category of a micrograph",
    asks="classifier",
    poses="bench.tasks.classification.posing:pose",
    scores="bench.tasks.classification.scoring:score",
)


@hookimpl
def register_tasks(register: Callable[[TaskSpec], None]) -> None:
    """Register the tasks."""
    register(_VQA)
    register(_CLASSIFICATION)
