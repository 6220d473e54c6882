"""What passes between the harness, a dataset, a teacher, a model and a task; plugins import it from here."""

from bench.contracts.instructions import (
    CATEGORY_QUESTION,
    DISTRIBUTION_QUESTION,
    SIZE_QUESTION,
    Facts,
    InstructionRecord,
    Instructions,
    Numbers,
)
from bench.contracts.micrographs import Micrographs
from bench.contracts.models import (
    Answerer,
    Attentive,
    Bounded,
    Classifier,
    Context,
    Encoder,
    Estimator,
    Look,
    Matcher,
    Origin,
)
from bench.contracts.sources import Dataset, Teacher
from bench.contracts.tasks import Scores, Task

__all__ = [
    "CATEGORY_QUESTION",
    "DISTRIBUTION_QUESTION",
    "SIZE_QUESTION",
    "Answerer",
    "Attentive",
    "Bounded",
    "Classifier",
    "Context",
    "Dataset",
    "Encoder",
    "Estimator",
    "Facts",
    "InstructionRecord",
    "Instructions",
    "Look",
    "Matcher",
    "Micrographs",
    "Numbers",
    "Origin",
    "Scores",
    "Task",
    "Teacher",
]
