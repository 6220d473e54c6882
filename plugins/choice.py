"""Choice: questions with options: the task and its tables."""

from collections.abc import Callable

from bench.specs import Column, TableSpec, TaskSpec
from bench.specs.hookspecs import hookimpl

_TASK = TaskSpec(
    name="choice",
    label="Choosing the right one of several options",
    asks="chooser",
    builds="bench.tasks.choice:Choice",
    oracle="bench.tasks.choice:truth",
)
_TABLE = TableSpec(
    name="choice",
    number=18,
    title="Choice: questions with options.",
    task="choice",
    columns=(
        Column("accuracy", "accuracy"),
        Column("chance", "chance", higher_is_better=None),
        Column("consistency", "consistency", higher_is_better=None),
        Column("always_right", "right in every order"),
        Column("calibration_error", "ECE", higher_is_better=None),
        Column("unreadable", "unreadable", higher_is_better=None),
        Column("accuracy_read", "accuracy of read", higher_is_better=None),
    ),
    notes=(
        "Each question is asked in several orders of its options. Consistency: how often two orders lead to the same "
        "option; a model without knowledge that always takes one letter has none. ECE: the distance between the chosen "
        "option's share of the likelihood and accuracy, which is small, too, if a model knows nothing and is unsure; "
        "a model that replies in words has none. Unreadable: replies that name no option, or too many; they are not "
        "right, and accuracy of read leaves them out.",
    ),
    breakdowns=("topic", "category", "pictures"),
    options={"controls_by": ("accuracy",)},
)


@hookimpl
def register_tasks(register: Callable[[TaskSpec], None]) -> None:
    """Register the task."""
    register(_TASK)


_STUDY = TableSpec(
    name="nffa-rs",
    number=19,
    title="NFFA-RS: categories of 250 pictures of the SEM dataset, chosen among ten, beside a published study.",
    task="choice",
    builds="bench.tasks.study_table:on_subset",
    columns=(
        Column("accuracy", "accuracy", published="accuracy"),
        Column("chance", "chance", higher_is_better=None),
        Column("unreadable", "unreadable", higher_is_better=None),
    ),
    notes=(
        "Published: ChatGPT of Verma, Van and Wu 2024 (arXiv 2405.00876), asked once for the category of each picture, "
        "counted from the list that the authors published; their numbers for Gemini and LLaVA are not here. Measured "
        "rows compare with it where all 250 pictures were there; if chance is above 0.100, some categories were not.",
    ),
    breakdowns=("category",),
    options={"controls_by": ("accuracy",)},
)


@hookimpl
def register_tables(register: Callable[[TableSpec], None]) -> None:
    """Register the tables."""
    register(_TABLE)
    register(_STUDY)
