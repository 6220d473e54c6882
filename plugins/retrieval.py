"""Retrieval: whether pictures and texts that belong together lie close in a model's common space."""

from collections.abc import Callable

from bench.specs import Column, TableSpec, TaskSpec
from bench.specs.hookspecs import hookimpl

_TASK = TaskSpec(
    name="retrieval",
    label="Finding the text of a picture, and the picture of a text",
    asks="matcher",
    builds="bench.tasks.retrieval:Retrieval",
)
_WAYS = {"image_to_text": "text of a picture", "text_to_image": "picture of a text"}
_TABLE = TableSpec(
    name="retrieval",
    number=16,
    title="Retrieval: recall among the answers to the same question about all test pictures.",
    task="retrieval",
    columns=tuple(
        column
        for way, label in _WAYS.items()
        for column in (
            *(Column(f"{way}_at_{k}", f"{label}, R@{k}") for k in (1, 5, 10)),
            Column(f"chance_{way}_at_1", f"{label}, chance R@1", higher_is_better=False),
        )
    ),
    notes=(
        "R@k: the share of queries with a right entry among the k most similar ones. An answer is right if it is the "
        "picture's own, reads the same or states the same facts; chance: the same of a gallery in random order.",
    ),
    breakdowns=("category", "question"),
    options={"controls_by": ("text of a picture, R@1", "picture of a text, R@1")},
)


@hookimpl
def register_tasks(register: Callable[[TaskSpec], None]) -> None:
    """Register the task."""
    register(_TASK)


@hookimpl
def register_tables(register: Callable[[TableSpec], None]) -> None:
    """Register the table."""
    register(_TABLE)
