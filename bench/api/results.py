"""Results: models compared, the origin of a number, the worst answers, an exported model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.output import FIGURES, by_suffix, write_out, writing
from bench.errors import BenchError
from bench.inputs import check_number, checked, new_path, words
from bench.registered.registry import Registry
from bench.store.store import opened
from bench.tables.build import View, build, chosen, table_of_task
from bench.tables.selection import measured_task, select

if TYPE_CHECKING:
    from bench.exports.exported import Exported
    from bench.tables.comparison import Comparison
    from bench.tables.provenance import Origin


_MOST_ANSWERS = 10_000
"""How many answers a page of the worst holds at most: each has a picture."""


@checked
def compare(
    models: str | Sequence[str],
    *,
    task: str | None = None,
    metric: str | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    figure: str | Path | None = None,
    store: str | Path | None = None,
) -> "Comparison":
    """Compare models pair by pair and all at once; "a,b" means two of them, "all" all measured ones.

    ``task`` is by default the latest record's task, ``metric`` the one by which its tables judge first; ``figure`` is a
    file for the critical-difference diagram. BenchError for fewer than two models, models without a fold in common, or
    a file that cannot be written.
    """
    from bench.tables.comparison import compare as compared
    from bench.tables.model_scores import column_of, columns_of

    if figure is not None:
        by_suffix(figure, FIGURES)
    open_store = opened(store)
    task = measured_task(open_store, task)
    selection = select(open_store, task, dataset, protocol)
    named = [name for each in ([models] if isinstance(models, str) else models) for name in words(each, "models")]
    names = list(selection.by_model) if named == ["all"] else list(dict.fromkeys(named))
    if len(names) < 2:
        raise BenchError(f"{', '.join(names)} alone cannot be compared; name at least two models, or all")
    registry = Registry()
    column = column_of(metric, selection, columns_of(task, registry.every("table").values()))
    comparison = compared(selection, open_store, names, column, registry.every("model").values())
    if figure is not None:
        from bench.figures.critical_difference import of_comparison

        with writing(figure) as path:
            of_comparison(comparison, path)
    return comparison


@dataclass(frozen=True)
class Provenance:
    """Where a number of a table comes from; ``print`` shows it in few lines, ``full`` has every detail."""

    data: "Origin"

    @property
    def full(self) -> str:
        """All inputs in clear, packages and files, one value per line."""
        from bench.tables.provenance import as_text

        return as_text(self.data)

    def __str__(self) -> str:
        from bench.tables.provenance import summary

        return summary(self.data)


@checked
def why(
    table: str | int,
    row: str,
    column: str,
    *,
    dataset: str | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> Provenance:
    """Return the origin of a table's number, by the row's label or model and the column's heading or metric.

    BenchError if there is no such number.
    """
    from bench.tables.provenance import provenance

    registry, open_store = Registry(), opened(store)
    (spec,) = chosen([str(table)], registry)
    return Provenance(
        provenance(spec, build(spec, View(dataset, protocol), registry, open_store), row, column, open_store)
    )


@checked
def gallery(
    model: str,
    out: str | Path = "gallery.html",
    *,
    worst: int = 20,
    table: str | int | None = None,
    column: str | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> int:
    """Write a model's worst answers with their pictures as one HTML page; return the number of answers shown.

    ``table`` and ``column`` judge, by default the first table of the model's latest task and the column in which it
    compares controls. BenchError if the model was not measured, or nothing is wrong.
    """
    from bench.tables import gallery as galleries
    from bench.tables.pictures import as_png, embedded

    check_number(worst, "--worst", 1, _MOST_ANSWERS)
    by_suffix(out, {".html": "html", ".htm": "html"})
    registry, open_store = Registry(), opened(store)
    spec = chosen([str(table)], registry)[0] if table is not None else None
    latest = galleries.latest(model, open_store, spec.task if spec else None).cell
    spec = spec or table_of_task(latest.task, registry)
    if dataset is None and protocol is None:
        dataset, protocol = latest.dataset, latest.protocol
    selection = select(open_store, spec.task, dataset, protocol)
    mistakes = galleries.worst(spec, selection, open_store, model, column, worst)
    names = dict.fromkeys(mistake.picture for mistake in mistakes)
    pictures = embedded(as_png(names, selection.protocol, selection.dataset, open_store, registry))
    write_out(out, galleries.as_html(selection, model, mistakes, pictures))
    return len(mistakes)


@checked
def export(
    cell: str,
    folder: str | Path,
    *,
    task: str | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    cite: Mapping[str, str] | None = None,
    benchmark: str | None = None,
    store: str | Path | None = None,
) -> "Exported":
    """Write a trained model with its model card into a new folder; ``cell`` is a model's or a cell's name.

    The card also says what the model scores on other datasets, if the store has records of that (`bench run` with
    ``test_dataset``); ``cite`` says where the pictures of such a dataset come from, by the last part of its name.
    ``benchmark`` is the id of a publication on the hub, OWNER/NAME, for whose leaderboards the scores are written, too.
    BenchError if its weights were dropped, or the folder cannot be written.
    """
    from bench.exports import exporting
    from bench.exports.evaluation import check_hub_id

    out = new_path(folder, "the folder")
    if benchmark is not None:
        check_hub_id(benchmark, "--benchmark")
    registry, open_store = Registry(), opened(store)
    if task is not None:
        registry.find("task", task)
    record = exporting.named(cell, open_store, task, dataset, protocol)
    return exporting.export(record, open_store, registry, out, cite, benchmark or "")
