"""The leaderboards of a publication, and its models' results on them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bench.exports.evaluation import Score, benchmark_file, leaderboard_id, model_results
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


class Who(NamedTuple):
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
    rows: Mapping[Who, TableCell]


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
        rows: dict[Who, TableCell] = {}
        for who in dict.fromkeys(Who(cell.record.cell.model, cell.measured_by) for cell in cells):
            records = [cell.record for cell in cells if (cell.record.cell.model, cell.measured_by) == who]
            scores = where(of_records(records), "metric", column.metric)
            rows |= {who: own for own in table_cells(scores, ["model"], column.digits).values() if own.value is not None}
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
    known = [column for column in columns_of(task, registry.every("table").values()) if column.higher_is_better is not None]
    measured = dict.fromkeys(name for cell in cells for name in cell.record.metrics if ":" not in name)
    whole = [column for column in known if column.metric in measured]
    return whole or [Column(name, name) for name in measured]


def benchmark_of(boards: Iterable[Leaderboard], name: str) -> str:
    """Return ``eval.yaml`` for the leaderboards of a publication of this id."""
    every = [*boards]
    tasks = ", ".join(sorted({board.task for board in every}))
    described = (
        f"How well models read electron micrographs: {tasks}. A leaderboard is named after its task, its metric and the "
        "digest of its protocol, the rules under which scores can be compared."
    )
    return benchmark_file(name.rpartition("/")[2], described, [board.id for board in every], "answers", "test")


def results_of(cells: Iterable[PublishedCell], boards: Iterable[Leaderboard], benchmark: str) -> dict[str, str]:
    """Return the file of ``.eval_results/`` of each model that is no control, by the model's name."""
    every = [*cells]
    controls = {cell.record.cell.model for cell in every if cell.record.model.control}
    scores: dict[str, list[Score]] = {}
    for board in boards:
        for who, cell in board.rows.items():
            if who.model not in controls and cell.value is not None:
                date = max(_dates(every, who, board.protocol))
                scores.setdefault(who.model, []).append(Score(board.id, cell.value, date, _notes(board, who, cell)))
    return {model: model_results(own, benchmark, "Records and answers") for model, own in scores.items()}


def model_folder(model: str) -> str:
    """Return the name of a model's folder."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in model)


def _dates(cells: Iterable[PublishedCell], who: Who, protocol: str) -> list[str]:
    return [
        cell.record.finished
        for cell in cells
        if (cell.record.cell.model, cell.measured_by, cell.record.cell.protocol) == (*who, protocol)
    ]


def _notes(board: Leaderboard, who: Who, cell: TableCell) -> str:
    spread = f", standard deviation {cell.std:.4f}" if cell.std is not None else ""
    seeds = f", {cell.seeds} seeds each" if cell.seeds > 1 else ""
    return f"mean of {count(cell.n, 'fold')}{seeds}{spread}; dataset {board.dataset}; measured by {who.measured_by}"
