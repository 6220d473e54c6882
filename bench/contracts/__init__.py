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
from bench.contracts.judges import NOBODY, Judge, Marking, MarkingPrompt, Marks
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
)
from bench.contracts.sources import Dataset, Teacher
from bench.contracts.tasks import Scores, Task

__all__ = [
    "CATEGORY_QUESTION",
    "DISTRIBUTION_QUESTION",
    "NOBODY",
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
    "Judge",
    "Look",
    "Marking",
    "MarkingPrompt",
    "Marks",
    "Matcher",
    "Micrographs",
    "Numbers",
    "Scores",
    "Task",
    "Teacher",
]
