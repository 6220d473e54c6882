"""Packing of cells into jobs: cells of one model share a job, so that imports and caches are paid once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.config.cluster import Cluster

_FILLED = 0.8
"""Jobs are filled to this share of their time limit, because an estimate may be wrong."""


@dataclass(frozen=True)
class Work:
    """A cell as packing sees it: its id, its model, and the ``seconds`` it is expected to take on one process.

    None where nothing is known: the cell then has a job of its own, which is taken to be as long as a job may be.
    """

    cell: str
    model: str
    seconds: float | None


@dataclass(frozen=True)
class Job:
    """The cells of one job, and the ``seconds`` it is expected to take."""

    cells: tuple[str, ...]
    seconds: float


def packed(works: Sequence[Work], cluster: Cluster, jobs: int | None) -> list[Job]:
    """Pack cells into jobs, longest job first.

    A job holds cells of one model, up to the time limit and ``job_minutes``. If only ``jobs`` jobs may run at once, a
    job may hold an even share of all work instead, if that is more. A longer cell has its own job.
    """
    limit = _FILLED * (60 * cluster.minutes - cluster.grace_seconds)
    unknown = [Job((work.cell,), limit) for work in works if work.seconds is None]
    at_once = cluster.processes if cluster.together == 1 else 1
    share = sum(work.seconds or 0.0 for work in works) / at_once / jobs if jobs else 0.0
    room = min(limit, max(60.0 * cluster.job_minutes, share))
    packed_jobs = [job for cells in _by_model(works).values() for job in _chunks(cells, room * at_once, at_once)]
    return sorted([*unknown, *packed_jobs], key=lambda job: -job.seconds)


def arrays(jobs: Sequence[int], largest: int) -> list[list[int]]:
    """Divide job numbers into arrays of at most this size, as evenly as possible."""
    return [part.tolist() for part in np.array_split(jobs, -(-len(jobs) // largest))] if jobs else []


def _by_model(works: Iterable[Work]) -> dict[str, dict[str, float]]:
    """Return the seconds of each model's cells of which they are known."""
    models: dict[str, dict[str, float]] = {}
    for work in works:
        if work.seconds is not None:
            models.setdefault(work.model, {})[work.cell] = work.seconds
    return models


def _chunks(cells: Mapping[str, float], room: float, at_once: int) -> list[Job]:
    """Cut a model's cells into jobs of at most this work, about evenly; a cell of more work has one of its own."""
    total = sum(cells.values())
    even = total / max(1, -(-total // room)) if room else 0.0
    parts: list[dict[str, float]] = []
    taken = 0.0
    for cell, seconds in cells.items():
        if not parts or taken >= even or taken + seconds > room:
            parts.append({})
            taken = 0.0
        parts[-1][cell] = seconds
        taken += seconds
    return [_job(part, at_once) for part in parts]


def _job(cells: Mapping[str, float], at_once: int) -> Job:
    return Job(tuple(cells), max(sum(cells.values()) / at_once, *cells.values()))
