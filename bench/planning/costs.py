"""What stages cost: estimated from records, a probe or the hint in a spec, and set beside what they took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapreplace
from typing import Any, Literal

from bench.planning.cell import Cell, Stage
from bench.planning.plan import Plan
from bench.planning.rows import Row
from bench.quantities import duration, size
from bench.stages.fitting import trainings
from bench.store.record import Record
from bench.store.store import Store
from bench.training.history import PARTS

_ANSWERING_SHARE = 0.15
"""Without a record to go by, answering is taken to cost this share of the training hint."""
_HINTED_THREADS = 2
_HINTED_SIDE = 224
_SCORING_SECONDS = 1.0


@dataclass(frozen=True)
class Pace:
    """What a stage was seen to take: seconds a picture, bytes of its process, and with how many threads.

    A training ``by_epochs`` takes that in each epoch, another once. ``device`` is a graphics card's, or cpu; ``memory``
    None where nobody looked.
    """

    seconds: float
    memory: int | None
    threads: int
    device: str
    source: Literal["record", "probe"]
    by_epochs: bool = True


@dataclass(frozen=True)
class Cost:
    """What a stage is expected to take, on one worker that computes as whoever is the ``source``."""

    seconds: float
    memory: int | None
    threads: int
    device: str
    source: Literal["record", "probe", "hint"]


Paces = Mapping[tuple[str, str], Pace]
"""By model and name of a stage."""


class Costs:
    """Estimates for the stages of a plan: a probe's word goes before that of records, theirs before a hint."""

    def __init__(self, plan: Plan, records: Sequence[Record], probed: Paces) -> None:
        self._plan = plan
        self._paces = {**_recorded(plan, records), **probed}

    def learned(self, cell: Cell) -> float:
        """Return about how many pictures a cell's model learns from."""
        learned = (1 - 1 / self._plan.k) * (1 - self._plan.config.validation_share) * cell.fraction
        return len(self._plan.dataset.labels()) * learned

    def of(self, cell: Cell, stage: Stage) -> Cost:
        """Estimate one stage from its beginning."""
        row = self._plan.rows[cell.model]
        tested = self._plan.tested
        pace = self._paces.get((cell.model, stage.name))
        passes = row.recipe.epochs * trainings(row.recipe) if pace is None or pace.by_epochs else 1
        pictures = self.learned(cell)
        if pace is not None:
            units = pictures * passes if stage.name in PARTS else tested
            return Cost(pace.seconds * units, pace.memory, pace.threads, pace.device, pace.source)
        one = row.spec.seconds / 1000 * _pixels(row, self._plan.config.image_size)
        hint, probing, answering = one * pictures * passes, *(_ANSWERING_SHARE * one * n for n in (pictures, tested))
        training = {"pretrain": hint, "train": probing} if cell.pretrain else {"train": hint}
        seconds = {**training, "predict": answering, "score": _SCORING_SECONDS}[stage.name]
        memory = None if stage.name == "score" else int(row.spec.gigabytes * 2**30)
        return Cost(seconds, memory, _HINTED_THREADS, "cpu", "hint")


def _pixels(row: Row, image_size: int) -> float:
    """Return how many times the hint's pixels a network sees; one that learns from texts has most to do with these."""
    if row.trains_on == "instructions":
        return 1.0
    return ((row.settings.get("view_size") or image_size) / _HINTED_SIDE) ** 2


def spread(cells: Sequence[Sequence[Cost]], jobs: int, threads: int) -> float:
    """Return the seconds until the last of ``jobs`` workers is done, each taking the next cell when it is free.

    A cell is the costs of its stages. A worker with fewer ``threads`` than an estimate was made with is taken to be
    slower by their ratio.
    """
    free = [0.0] * jobs
    for stages in cells:
        heapreplace(free, free[0] + sum(_slowed(cost, threads) for cost in stages))
    return max(free)


def _slowed(cost: Cost, threads: int) -> float:
    return cost.seconds * (max(1.0, cost.threads / threads) if cost.device == "cpu" else 1.0)


def _recorded(plan: Plan, records: Sequence[Record]) -> dict[tuple[str, str], Pace]:
    """Return the paces of the plan's models from their latest records on the task; records are sorted by time."""
    found: dict[tuple[str, str], Pace] = {}
    for record in records:
        model = record.cell.model
        if record.cell.task != plan.task.name or model not in plan.rows:
            continue
        for stage, timing in record.timings.items():
            environment = record.environment[stage]
            memory = timing.memory.process if timing.memory else None
            threads = environment["threads"] * environment.get("processes", 1)
            seconds, machine = timing.seconds / timing.units, (threads, environment["device"])
            found[model, stage] = Pace(seconds, memory, *machine, "record", record.has_epochs(stage))
    return found


@dataclass(frozen=True)
class Settlement:
    """What a run expected of one cell beside what it took, over the stages that it computed.

    ``took`` and ``held`` are None while the cell has no record, ``held`` also where nobody looked; ``source`` is what
    the first stage's cost was known from.
    """

    cell: str
    expected: float
    took: float | None
    memory: int | None
    held: int | None
    source: str


def settled(run: Mapping[str, Any], store: Store) -> list[Settlement]:
    """Set beside each other what a run expected its cells to take and what they took, in the order of its cells."""
    expected = run["expected"]
    return [_settled(cell, expected[cell], store.record(cell)) for cell in run["cells"] if expected.get(cell)]


def as_text(found: Sequence[Settlement]) -> str:
    """Render settlements as a table with its total, the cells that have no record yet left out of the latter."""
    from tabulate import tabulate

    rows = [
        [
            cost.cell,
            duration(cost.expected),
            "no record" if cost.took is None else duration(cost.took),
            "" if not cost.took else f"{cost.took / cost.expected:.2f}",
            size(cost.memory),
            size(cost.held),
            cost.source,
        ]
        for cost in found
    ]
    heads = ["cell", "expected", "took", "ratio", "memory expected", "held", "known from"]
    done = [(cost.expected, cost.took) for cost in found if cost.took is not None]
    expected, took = (sum(parts) for parts in zip(*done, strict=True)) if done else (0.0, 0.0)
    ratio = f", {took / expected:.2f} of it" if expected else ""
    total = f"{len(done)} of {len(found)} cells: expected {duration(expected)}, took {duration(took)}{ratio}"
    return f"{tabulate(rows, headers=heads)}\n\n{total}"


def _settled(cell: str, expected: Mapping[str, Any], record: Record | None) -> Settlement:
    source = next(iter(expected.values()))["source"]
    memory = max((cost["memory"] for cost in expected.values() if cost["memory"]), default=None)
    seconds = sum(cost["seconds"] for cost in expected.values())
    if record is None:
        return Settlement(cell, seconds, None, memory, None, source)
    timings = [record.timings[stage] for stage in expected if stage in record.timings]
    held = max((timing.memory.process for timing in timings if timing.memory), default=None)
    return Settlement(str(record.cell), seconds, sum(timing.seconds for timing in timings), memory, held, source)
