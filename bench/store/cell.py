"""A cell and its stages, each with a fingerprint over inputs kept in clear."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bench.specs import StageName
from bench.store.fingerprint import digest
from bench.store.record import CellIdentity
from bench.store.store import Store


@dataclass(frozen=True)
class Stage:
    """One of a cell's computations; ``inputs`` is all that decides its product, as JSON data."""

    name: StageName
    inputs: Mapping[str, Any]

    @cached_property
    def fingerprint(self) -> str:
        """The digest of the inputs: 32 hex digits."""
        return digest({"stage": self.name, **self.inputs})[:32]


@dataclass(frozen=True)
class Cell:
    """One (task, dataset, model, fold, repeat, seed, protocol): the unit that runs, fails, resumes and is stored.

    ``seed`` counts from 0; ``random_state`` is what the cell's random numbers follow from.
    """

    task: str
    dataset: str
    model: str
    fold: int
    repeat: int
    fraction: float
    seed: int
    protocol: str
    random_state: int
    pretrain: Stage | None
    train: Stage
    predict: Stage
    score: Stage

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in the order of computation: three, or four with pretraining."""
        first = (self.pretrain,) if self.pretrain else ()
        return *first, self.train, self.predict, self.score

    @property
    def identity(self) -> CellIdentity:
        """The cell's identity in a record."""
        place = (self.task, self.dataset, self.model, self.fold, self.repeat)
        return CellIdentity(*place, self.protocol, self.fraction, self.seed)

    @cached_property
    def id(self) -> str:
        """A file name, that of the identity."""
        return self.identity.id

    def __str__(self) -> str:
        return str(self.identity)


def recorded(store: Store, cell: Cell) -> bool:
    """Return whether the cell has a record that refers to exactly these stages, all as they were stored."""
    record = store.record(cell.id)
    if record is None or record.stages != {stage.name: stage.fingerprint for stage in cell.stages}:
        return False
    return all(store.stages.is_sound(stage.fingerprint) for stage in cell.stages) and store.agrees(record)


def needed(store: Store, cell: Cell) -> list[Stage]:
    """Return the stages to compute: those of a damaged product, or without one that the next of them needs."""
    missing: list[Stage] = []
    is_required = True
    for stage in reversed(cell.stages):
        is_lacking = is_required and not store.stages.has_product(stage.fingerprint)
        is_required = is_lacking or store.stages.is_damaged(stage.fingerprint)
        if is_required:
            missing.insert(0, stage)
    return missing
