"""What stages cost: estimated from measurements or counts, and compared with what they took."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapreplace
from typing import Literal

from bench.config.budget import Budget
from bench.planning.plan import Plan
from bench.stages.fitting import trainings
from bench.store.cell import Cell, Stage
from bench.store.record import Record
from bench.store.run_request import Cost, RunRequest
from bench.store.store import Store
from bench.terminal.quantities import duration, size
from bench.training.history import PARTS
from bench.training.schedule import at_once_of

_SCORING_SECONDS = 1.0
Source = Literal["probe", "record", "kept", "FLOPs", "rule", ""]
"""The source of a cost: this command's probe, the store's records, an earlier measurement on this machine ("kept"), the
work of a small step ("FLOPs"), or the rule that scoring takes a second if no record exists. '' if nothing is known."""


@dataclass(frozen=True)
class Pace:
    """What a stage takes, measured or counted: seconds per picture, bytes of its process, with how many threads.

    A training ``by_epochs`` takes that in each epoch, another once. ``device`` is a graphics card's, or cpu; ``memory``
    is None if it was not measured. ``flops`` are those of training on one picture, None if they are not known.
    """

    seconds: float
    memory: int | None
    threads: int
    device: str
    source: Source
    by_epochs: bool = True
    flops: float | None = None


Paces = Mapping[tuple[str, str], Pace]
"""By model and name of a stage."""


class Costs:
    """Estimates for the stages of a plan, by the paces of its models."""

    def __init__(self, plan: Plan, paces: Paces) -> None:
        self._plan, self._paces = plan, paces

    def learned(self, cell: Cell) -> float:
        """Return about how many pictures a cell's model learns from."""
        learned = (1 - 1 / self._plan.k) * (1 - self._plan.config.validation_share) * cell.fraction
        return len(self._plan.dataset.labels()) * learned

    def of(self, cell: Cell, stage: Stage) -> Cost:
        """Estimate one stage from its beginning."""
        row = self._plan.rows[cell.model]
        pace = self._paces.get((cell.model, stage.name))
        if pace is None and stage is cell.score:
            return Cost(_SCORING_SECONDS, None, 1, "cpu", "rule")
        if pace is None:
            return Cost(None, None, 1, "cpu", "")
        if stage.name not in PARTS:
            pictures = self._plan.tested
        elif not pace.by_epochs:
            pictures = self.learned(cell)
        else:
            passes = self.passes(cell, stage)
            pictures = None if passes is None else passes * trainings(row.recipe) * self.learned(cell)
        seconds = None if pictures is None else pace.seconds * pictures
        return Cost(seconds, pace.memory, pace.threads, pace.device, pace.source)

    def passes(self, cell: Cell, stage: Stage) -> float | None:
        """Return about how often one training goes through its pictures; None if a budget in FLOPs hides it."""
        recipe, pace = self._plan.rows[cell.model].recipe_of(stage.name), self._paces.get((cell.model, stage.name))
        if not self.learned(cell):
            return 0.0  # all pictures are tested
        if recipe.budget is None:
            row = self._plan.rows[cell.model]
            at_once = at_once_of(recipe, row.trains_on == "instructions")
            return max(recipe.epochs, recipe.fewest_steps / math.ceil(self.learned(cell) / at_once))
        budget = Budget.parsed(recipe.budget)
        if budget.unit == "pictures":
            return budget.amount / self.learned(cell)
        return budget.amount / pace.flops / self.learned(cell) if pace and pace.flops else None


def spread(cells: Sequence[Sequence[Cost]], jobs: int, threads: int) -> float:
    """Return the seconds until the last of ``jobs`` workers is done; each takes the next cell when it is free.

    A cell is the costs of its stages; a stage of unknown cost takes no time. A worker with fewer ``threads`` than the
    estimate's is assumed to be slower by their ratio.
    """
    free = [0.0] * jobs
    for stages in cells:
        heapreplace(free, free[0] + sum(_slowed(cost, threads) for cost in stages))
    return max(free)


def _slowed(cost: Cost, threads: int) -> float:
    return (cost.seconds or 0.0) * (max(1.0, cost.threads / threads) if cost.device == "cpu" else 1.0)


def recorded_paces(plan: Plan, records: Sequence[Record]) -> dict[tuple[str, str], Pace]:
    """Return the paces of the plan's models from their latest records on the task; records are sorted by time."""
    paces: dict[tuple[str, str], Pace] = {}
    for record in records:
        model = record.cell.model
        if record.cell.task != plan.request.task or model not in plan.rows:
            continue
        for stage, timing in record.timings.items():
            environment = record.environment[stage]
            memory = timing.memory.process if timing.memory else None
            threads = environment["threads"] * environment.get("processes", 1)
            seconds, machine = timing.seconds / timing.units, (threads, environment["device"])
            flops = record.history(stage).get("training_flops", 0.0) / timing.units or None
            paces[model, stage] = Pace(seconds, memory, *machine, "record", record.has_epochs(stage), flops)
    return paces


@dataclass(frozen=True)
class Settlement:
    """What a run expected one cell to take and what it took, over the stages that it computed.

    ``took`` and ``held`` are None while the cell has no record, ``held`` also if it was not measured; ``expected`` is
    None if a stage's cost was unknown. ``source`` is the source of the first stage's cost.
    """

    cell: str
    expected: float | None
    took: float | None
    memory: int | None
    held: int | None
    source: str


def settled(run: RunRequest, store: Store) -> list[Settlement]:
    """Compare what a run expected its cells to take with what they took, in the order of its cells."""
    return [_settled(cell, run.expected[cell], store.record(cell)) for cell in run.cells if run.expected.get(cell)]


def as_text(settlements: Sequence[Settlement]) -> str:
    """Render settlements as a table with its total, which leaves out cells without a record or an estimate."""
    from tabulate import tabulate

    rows = [
        [
            cost.cell,
            "" if cost.expected is None else duration(cost.expected),
            "no record" if cost.took is None else duration(cost.took),
            f"{cost.took / cost.expected:.2f}" if cost.took and cost.expected else "",
            size(cost.memory),
            size(cost.held),
            cost.source,
        ]
        for cost in settlements
    ]
    heads = ["cell", "expected", "took", "ratio", "memory expected", "held", "known from"]
    pairs = [(cost.expected, cost.took) for cost in settlements if cost.expected is not None and cost.took is not None]
    expected, took = (sum(parts) for parts in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
    ratio = f", {took / expected:.2f} of it" if expected else ""
    total = f"{len(pairs)} of {len(settlements)} cells: expected {duration(expected)}, took {duration(took)}{ratio}"
    return f"{tabulate(rows, headers=heads)}\n\n{total}"


def _settled(cell: str, expected: Mapping[str, Cost], record: Record | None) -> Settlement:
    source = next(iter(expected.values())).source
    memory = max((cost.memory for cost in expected.values() if cost.memory), default=None)
    known = [cost.seconds for cost in expected.values() if cost.seconds is not None]
    seconds = sum(known) if len(known) == len(expected) else None
    if record is None:
        return Settlement(cell, seconds, None, memory, None, source)
    timings = [record.timings[stage] for stage in expected if stage in record.timings]
    peak = max((timing.memory.process for timing in timings if timing.memory), default=None)
    return Settlement(str(record.cell), seconds, sum(timing.seconds for timing in timings), memory, peak, source)
