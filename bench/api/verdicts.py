"""What records prove, and how many more would prove a difference: ``bench verdict`` and ``bench power``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import BenchError, unknown
from bench.inputs import check_number, checked, words
from bench.registered.registry import Registry
from bench.store.store import opened
from bench.tables.selection import measured_task, select

if TYPE_CHECKING:
    from bench.tables.power import PowerAnalysis
    from bench.tables.verdict import Verdict


@checked
def verdict(
    task: str | None = None,
    *,
    metric: str | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> "Verdict":
    """Return what the records of a task prove; ``print`` shows it in five sentences.

    ``task`` is by default the latest record's task, ``metric`` the one by which its tables judge first. BenchError if
    there is no record, or models are not ranked by the metric.
    """
    from bench.tables.verdict import verdict as judged

    open_store = opened(store)
    name = measured_task(open_store, task)
    return judged(select(open_store, name, dataset, protocol), open_store, Registry(), name, metric)


@checked
def power(
    task: str | None = None,
    *,
    models: str | Sequence[str] | None = None,
    difference: float | None = None,
    metric: str | None = None,
    level: float = 0.05,
    power: float = 0.8,
    dataset: str | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> "PowerAnalysis":
    """Return how many folds, seeds or test pictures show a true difference between two models.

    ``models`` are by default the two with the best scores, ``difference`` the one in the records, ``task`` and
    ``metric`` as in ``verdict``. The test is at a ``level``; ``power`` is the probability that it shows the difference.
    BenchError if there are no two models to compare, or a number is out of range.
    """
    from bench.tables.model_scores import Measurements, column_of, columns_of
    from bench.tables.power import PowerQuestion, analyse, best_two

    check_number(difference, "--difference", 1e-9, 1e9)
    check_number(level, "--level", 1e-9, 0.5)
    check_number(power, "--power", 0.01, 0.999)
    if level >= power:
        raise BenchError(f"--power {power:g} is no more than --level {level:g}, which chance alone has; raise it")
    open_store = opened(store)
    name = measured_task(open_store, task)
    selection = select(open_store, name, dataset, protocol)
    columns = columns_of(name, Registry().every("table").values())
    column = column_of(metric, selection, columns)
    measured = Measurements(selection, open_store, [*columns, column])
    named = [*dict.fromkeys(words(models, "models"))]
    for model in named:
        if model not in selection.by_model:
            raise unknown("measured model", model, selection.by_model)
        if not measured.scores(model, column).by_fold:
            raise BenchError(f"{model} has no {column.metric}; `bench table` says why; name another --metric")
    if named and len(named) != 2:
        raise BenchError(f"--models {','.join(named)} names {len(named)} model(s); name two, or leave it out")
    both = (named[0], named[1]) if named else best_two(selection, measured, columns, column)
    return analyse(selection, measured, both, column, PowerQuestion(difference, level, power))
