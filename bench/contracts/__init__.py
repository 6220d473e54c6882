"""What passes between the harness, a dataset, a teacher, a model and a task; plugins import it from here."""

from bench.contracts.choices import LETTERS, ChoiceQuestion, Choices, Preference
from bench.contracts.instructions import (
    CATEGORY_QUESTION,
    DISTRIBUTION_QUESTION,
    SIZE_QUESTION,
    Facts,
    InstructionRecord,
    Instructions,
    Numbers,
    Options,
)
from bench.contracts.micrographs import MID_GREY, Micrographs
from bench.contracts.models import (
    Answerer,
    Attentive,
    Bounded,
    Chooser,
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
    "LETTERS",
    "MID_GREY",
    "SIZE_QUESTION",
    "Answerer",
    "Attentive",
    "Bounded",
    "ChoiceQuestion",
    "Choices",
    "Chooser",
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
    "Options",
    "Preference",
    "Scores",
    "Task",
    "Teacher",
]
