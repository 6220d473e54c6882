"""The cells of a run in rounds of folds; after each round, models that are clearly worse than the best one stop.

Which models stop follows from the records alone, so a race that was interrupted goes on as if it had not been.
"""

from collections.abc import Iterator, Sequence
from math import isnan, nan
from statistics import fmean

from bench.errors import BenchError
from bench.planning.plan import Plan
from bench.specs import Column
from bench.statistics.race import FIRST, behind, level_of
from bench.store.cell import Cell, recorded
from bench.store.run_request import Stop
from bench.store.store import Store

Place = tuple[int, int]
"""Repeat and fold, in the order of the rounds."""


class Race:
    """The race of a plan's models in the first of these columns that has scores; controls run on every fold.

    With several fractions, models race at each of them apart. BenchError if there is nothing to race for.
    """

    def __init__(self, plan: Plan, store: Store, columns: Sequence[Column]) -> None:
        self._plan, self._store, self._columns = plan, store, columns
        self._places = list(dict.fromkeys(map(_place, plan.cells)))
        self._models = [name for name, row in plan.rows.items() if not row.family.control]
        self._scores: dict[tuple[str, str], float] = {}
        self._stops: list[Stop] = []
        if len(self._places) <= FIRST:
            raise BenchError(
                f"--race judges models after {FIRST} folds, and this run has {len(self._places)}; name more with "
                "--folds, or leave --race out"
            )
        if len(self._models) < 2:
            raise BenchError(
                f"--race needs at least 2 models that are no controls, and this run has {len(self._models)}; name "
                "more, or leave --race out"
            )

    @property
    def stops(self) -> list[Stop]:
        """The models stopped so far, except those that have records of all folds from an earlier run."""
        return [stop for stop in self._stops if stop.cells]

    def rounds(self) -> Iterator[list[Cell]]:
        """Yield the cells of the first folds, then fold by fold those of the models that still race."""
        for after in range(FIRST, len(self._places) + 1):
            places = self._places[:FIRST] if after == FIRST else self._places[after - 1 : after]
            stopped = {cell for stop in self._stops for cell in stop.cells}
            yield [cell for cell in self._plan.cells if _place(cell) in places and cell.id not in stopped]
            if after < len(self._places):
                self._judge(after)

    def least(self) -> list[Cell]:
        """Return the cells that are computed in any case: of the first folds, of controls and of one model."""
        spared = self._models[1:]
        first = self._places[:FIRST]
        return [cell for cell in self._plan.cells if cell.model not in spared or _place(cell) in first]

    def _judge(self, after: int) -> None:
        """Stop the models that are worse than the best one after so many folds."""
        for protocol in dict.fromkeys(cell.protocol for cell in self._plan.cells):
            racing = self._racing(protocol)
            column = self._column(racing, after)
            if column is None:
                continue
            scores = {
                model: [self._score(cells, place, column) for place in self._places[:after]]
                for model, cells in racing.items()
            }
            for lag in behind(scores, self._plan.k, level_of(len(self._places))):
                rest = [cell for cell in racing[lag.row] if self._places.index(_place(cell)) >= after]
                cells = [cell.id for cell in rest if not recorded(self._store, cell)]
                numbers = (after, len(self._places), column.label, lag.best, lag.difference, lag.p)
                self._stops.append(Stop(lag.row, protocol, *numbers, cells))

    def _racing(self, protocol: str) -> dict[str, list[Cell]]:
        """Return the cells of each model that still races under a protocol."""
        stopped = {stop.model for stop in self._stops if stop.protocol == protocol}
        cells: dict[str, list[Cell]] = {model: [] for model in self._models if model not in stopped}
        for cell in self._plan.cells:
            if cell.protocol == protocol and cell.model in cells:
                cells[cell.model].append(cell)
        return cells

    def _column(self, racing: dict[str, list[Cell]], after: int) -> Column | None:
        """Return the first column in which any of these models has a score, None if there is none."""
        for column in self._columns:
            places = self._places[:after]
            if any(not isnan(self._score(cells, place, column)) for cells in racing.values() for place in places):
                return column
        return None

    def _score(self, cells: Sequence[Cell], place: Place, column: Column) -> float:
        """Return a model's mean score over the seeds of a fold, nan unless all of them have one."""
        return fmean(self._value(cell, column.metric) for cell in cells if _place(cell) == place)

    def _value(self, cell: Cell, metric: str) -> float:
        """Return the score in a cell's record, nan without one; scores once read do not change during a run."""
        known = self._scores.get((cell.id, metric), nan)
        record = self._store.record(cell.id) if isnan(known) and recorded(self._store, cell) else None
        if record is not None and metric in record.metrics:
            known = self._scores[cell.id, metric] = record.metrics[metric].value
        return known


def _place(cell: Cell) -> Place:
    return cell.repeat, cell.fold
