"""How well trained models withstand altered pictures: the suite, its two tasks and their tables."""

from collections.abc import Callable

from bench.specs import Column, SuiteSpec, TableSpec, TaskSpec
from bench.specs.hookspecs import hookimpl
from bench.tasks.alterations import ALTERATIONS

_TASKS = (
    TaskSpec(
        name="altered-classification",
        label="Telling the category of altered micrographs",
        asks="classifier",
        builds="bench.tasks.robustness:AlteredClassification",
    ),
    TaskSpec(
        name="altered-vqa",
        label="Answers about altered micrographs",
        asks="answerer",
        builds="bench.tasks.robustness:AlteredVQA",
    ),
)
_SUITE = SuiteSpec(
    name="robustness",
    label="Trained models on altered test pictures",
    tasks=tuple(task.name for task in _TASKS),
    models=("mvaema", "blind", "majority"),
)
_ALTERATIONS = f"{'; '.join(f'{each.name}: {each.meaning}' for each in ALTERATIONS)}."
_REWORDED = (
    "reworded: the pictures unaltered, the questions in a wording that no model is taught. A control that knows "
    "questions by their words, such as majority, answers them without knowing what is asked."
)
_SCORES = {
    "altered-classification": "Top-1 accuracy.",
    "altered-vqa": "The score facts of Table 1, of the kinds of facts that the alteration leaves as they are, so that "
    "two columns of a row are not about the same facts; the table of changes compares the same facts.",
}


def _tables(number: int, task: TaskSpec) -> tuple[TableSpec, TableSpec]:
    """Return the table of a task's scores and that of their changes."""
    names = [alteration.name for alteration in ALTERATIONS]
    notes = (_SCORES[task.name], _ALTERATIONS)
    if task.asks == "answerer":
        names, notes = [*names, "reworded"], (*notes, _REWORDED)
    labels = {name: name.replace("_", " ") for name in names}
    unaltered = Column("unaltered", "unaltered")
    return (
        TableSpec(
            name=task.name,
            number=number,
            title=f"Robustness: {task.label[0].lower()}{task.label[1:]}.",
            task=task.name,
            columns=(unaltered, *(Column(name, labels[name]) for name in names)),
            notes=notes,
            options={"controls_by": ("unaltered",)},
        ),
        TableSpec(
            name=f"{task.name}-change",
            number=number + 1,
            title=f"Robustness: {task.label[0].lower()}{task.label[1:]}, change against the same pictures unaltered.",
            task=task.name,
            columns=(unaltered, *(Column(f"{name}_change", labels[name]) for name in names)),
            builds="bench.tables.changes:changes_table",
            notes=notes,
        ),
    )


@hookimpl
def register_tasks(register: Callable[[TaskSpec], None]) -> None:
    """Register the tasks."""
    for task in _TASKS:
        register(task)


@hookimpl
def register_suites(register: Callable[[SuiteSpec], None]) -> None:
    """Register the suite."""
    register(_SUITE)


@hookimpl
def register_tables(register: Callable[[TableSpec], None]) -> None:
    """Register the tables."""
    for place, task in enumerate(_TASKS):
        for table in _tables(11 + 2 * place, task):
            register(table)
