"""Sizing: how large the structures of a micrograph are, and how many: the task and its table."""

from collections.abc import Callable

from bench.specs import Column, TableSpec, TaskSpec
from bench.specs.hookspecs import hookimpl

_TASK = TaskSpec(
    name="sizing",
    label="Measuring the size of structures in nanometres, and counting them",
    asks="answerer",
    builds="bench.tasks.sizing:Sizing",
    oracle="bench.tasks.sizing:truth",
)
_TABLE = TableSpec(
    name="sizing",
    number=17,
    title="Sizing: mean diameters and counts that answers state.",
    task="sizing",
    columns=tuple(
        column
        for short in ("size", "count")
        for column in (
            Column(f"{short}_within_20", f"{short} within 20 %"),
            Column(f"{short}_log_error", f"{short}, log error", higher_is_better=False),
            Column(f"{short}_unstated", f"no {short}", digits=2, higher_is_better=False),
        )
    ),
    notes=(
        "Within 20 %: the share of answers that state the size, or the count, to a fifth of the reference. Log error: "
        "the median of |ln(stated / reference)| over the answers that state one: 0.18 is 20 % too much, 0.69 twice as "
        "much or half. No size, no count: the share that states none. A model that does not beat `median`, the median "
        "of the category in training, has measured nothing; `measured` is image processing, which learns nothing.",
    ),
    breakdowns=("category", "question"),
    options={"controls_by": ("size within 20 %", "count within 20 %")},
)


@hookimpl
def register_tasks(register: Callable[[TaskSpec], None]) -> None:
    """Register the task."""
    register(_TASK)


@hookimpl
def register_tables(register: Callable[[TableSpec], None]) -> None:
    """Register the table."""
    register(_TABLE)
