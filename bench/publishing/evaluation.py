"""The leaderboards of a publication, and its models' results on them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bench.exports.evaluation import Score, benchmark_file, leaderboard_id, model_results, results_name
from bench.publishing.publication import PublishedCell
from bench.registered.registry import Registry
from bench.specs import Column
from bench.tables.frames import of_records, table_cells, where
from bench.tables.model_scores import columns_of
from bench.tables.table import TableCell
from bench.terminal.quantities import count

EVALUATION = "eval.yaml"
RESULTS = "models"
"""The folder with one folder per model, whose files belong into the model's repository."""


class MeasuredModel(NamedTuple):
    """A row of a leaderboard: a model and who measured it."""

    model: str
    measured_by: str


class Leaderboard(NamedTuple):
    """The scores of one metric under one protocol: means over folds, the best first."""

    id: str
    task: str
    dataset: str
    protocol: str
    metric: str
    meaning: str
    rows: Mapping[MeasuredModel, TableCell]


def leaderboards(cells: Iterable[PublishedCell], registry: Registry) -> list[Leaderboard]:
    """Return a leaderboard per protocol and metric by which models are ranked, those that judge first in front."""
    groups: dict[tuple[str, str, str], list[PublishedCell]] = {}
    for cell in cells:
        own = cell.record.cell
        groups.setdefault((own.task, own.dataset, own.protocol), []).append(cell)
    return [board for _, own in sorted(groups.items()) for board in _of_protocol(own, registry)]


def _of_protocol(cells: Sequence[PublishedCell], registry: Registry) -> list[Leaderboard]:
    first = cells[0].record
    meanings = first.protocol.get("metrics", {})
    boards: list[Leaderboard] = []
    for column in _columns(cells, registry):
        rows: dict[MeasuredModel, TableCell] = {}
        for row in dict.fromkeys(map(_row, cells)):
            scores = where(of_records(cell.record for cell in cells if _row(cell) == row), "metric", column.metric)
            for own in table_cells(scores, ["model"], column.digits).values():
                if own.value is not None:
                    rows[row] = own
        if rows:
            upwards = -1 if column.higher_is_better else 1
            ordered = dict(sorted(rows.items(), key=lambda row: (upwards * (row[1].value or 0.0), row[0])))
            name = leaderboard_id(first.cell, column.metric)
            meaning = str(meanings.get(column.metric, ""))
            place = (first.cell.task, first.cell.dataset, first.cell.protocol)
            boards.append(Leaderboard(name, *place, column.metric, meaning, ordered))
    return boards


def _columns(cells: Sequence[PublishedCell], registry: Registry) -> list[Column]:
    """Return the columns that rank: those of the task's tables, else a column for each metric of the whole."""
    task = cells[0].record.cell.task
    known = [
        column for column in columns_of(task, registry.every("table").values()) if column.higher_is_better is not None
    ]
    measured = dict.fromkeys(name for cell in cells for name in cell.record.metrics if ":" not in name)
    whole = [column for column in known if column.metric in measured]
    return whole or [Column(name, name) for name in measured]


def benchmark_of(boards: Iterable[Leaderboard], name: str) -> str:
    """Return ``eval.yaml`` for the leaderboards of a publication of this id."""
    every = [*boards]
    tasks = ", ".join(sorted({board.task for board in every}))
    described = (
        f"How well models read electron micrographs: {tasks}. A leaderboard is named after its task, its metric and "
        "the digest of its protocol, the rules under which scores can be compared."
    )
    return benchmark_file(name.rpartition("/")[2], described, [board.id for board in every], "answers", "test")


def results_of(cells: Iterable[PublishedCell], boards: Iterable[Leaderboard], benchmark: str) -> dict[str, str]:
    """Return the files with the scores of each model that is no control, by their names below the publication.

    What several people measured of a model is in a file for each: the hub shows one score of a file per leaderboard.
    """
    every = [*cells]
    controls = {cell.record.cell.model for cell in every if cell.record.model.control}
    scores: dict[MeasuredModel, list[Score]] = {}
    for board in boards:
        for row, cell in board.rows.items():
            if row.model not in controls and cell.value is not None:
                last = max(_dates(every, row, board.protocol))
                scores.setdefault(row, []).append(Score(board.id, cell.value, last, _notes(board, row, cell)))
    return {
        f"{RESULTS}/{model_folder(row.model)}/{results_name(benchmark, row.measured_by)}": model_results(
            own, benchmark, "Records and answers"
        )
        for row, own in scores.items()
    }


def model_folder(model: str) -> str:
    """Return the name of a model's folder."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in model)


def _row(cell: PublishedCell) -> MeasuredModel:
    return MeasuredModel(cell.record.cell.model, cell.measured_by)


def _dates(cells: Iterable[PublishedCell], row: MeasuredModel, protocol: str) -> list[str]:
    return [cell.record.finished for cell in cells if _row(cell) == row and cell.record.cell.protocol == protocol]


def _notes(board: Leaderboard, row: MeasuredModel, cell: TableCell) -> str:
    spread = f", standard deviation {cell.std:.4f}" if cell.std is not None else ""
    seeds = f", {cell.seeds} seeds each" if cell.seeds > 1 else ""
    return f"mean of {count(cell.n, 'fold')}{seeds}{spread}; dataset {board.dataset}; measured by {row.measured_by}"
