"""A run on a cluster: its files in the store, and the submission of its cells.

::

    runs/<run>/request.json          the request and its cells
    runs/<run>/jobs/<unique>.json    the assignment of each job
    runs/<run>/submissions/<time>/   submitit's files of one submission, and its ledger
    runs/<run>/cells/<id>.json       the report of a cell's worker
    runs/<run>/beats/<job>.<rank>    touched while a worker is alive
    runs/<run>/again/<job>           exists while a job wants to be requeued
    runs/<run>/meetings/<job>.json   address at which a job's processes meet to compute a cell together
    runs/<run>/retries.json          how often each cell was resubmitted after it ended its job
    runs/<run>/prepared.json         exists once a first job has prepared pictures and records
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.config.cluster import Cluster
from bench.errors import BenchError
from bench.launch.reports import Reports
from bench.launch.slurm.packing import Job, Work, arrays, packed
from bench.launch.slurm.queue import cancel
from bench.launch.slurm.submission import LEDGER, Submitter
from bench.processes.endings import held_lock
from bench.specs.json_data import Clear, JSONObject
from bench.store.fingerprint import digest
from bench.store.sealed import read_json, write_json
from bench.store.store import Store

PREPARED = "prepared.json"


@dataclass(frozen=True)
class Planned:
    """A cell as it was planned: its name for people, model, expected seconds, and the fingerprints of its stages.

    The seconds are None where nothing was known.
    """

    name: str
    model: str
    seconds: float | None
    stages: Mapping[str, str]


class Campaign:
    """A run on a cluster, by its folder in the store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports = Reports(folder)

    def begin(self, request: Clear, cells: Mapping[str, Planned], code: Path | None) -> None:
        """Write the request of the run."""
        planned_fields = {cell: asdict(planned) for cell, planned in cells.items()}
        site_fields = {"code": str(code) if code else None, "home": str(Path.cwd()), "planned": planned_fields}
        write_json(self.folder / "request.json", {**request, **site_fields})

    def submit(self, cells: Sequence[str], array_size: int, at_once: int | None) -> list[str]:
        """Pack cells into jobs, submit them with at most ``at_once`` running at a time, and return the jobs' ids.

        If the cluster's settings say so, a first job prepares pictures and records, unless that is done.
        """
        submitter, wanted = self.submitter, set(cells)
        planned = {cell: cell_plan for cell, cell_plan in self.planned().items() if cell in wanted}
        works = [Work(cell, cell_plan.model, cell_plan.seconds) for cell, cell_plan in planned.items()]
        assignments = [self._write(job, planned) for job in packed(works, submitter.cluster, at_once)]
        batches = arrays(range(len(assignments)), array_size)
        each = max(1, at_once // len(batches)) if at_once else None
        first, ids = self._prepare(), []
        try:
            for batch in batches:
                ids += submitter.submit([assignments[index] for index in batch], each, *first)
        except BenchError:
            cancel([*first, *ids])  # all or nothing
            raise
        return ids

    def _prepare(self) -> list[str]:
        """Submit the job that prepares pictures and records, and return its id in a list, empty if none is needed."""
        submitter = self.submitter
        if submitter.cluster.prepare == "here" or (self.folder / PREPARED).is_file():
            return []
        return replace(submitter, cluster=submitter.cluster.single).submit([self._assignment({"kind": "prepare"})])

    def planned(self) -> dict[str, Planned]:
        """Return the cells of the run by id, in the order in which they were planned."""
        return {cell: Planned(**fields) for cell, fields in self.request["planned"].items()}

    @property
    def request(self) -> JSONObject:
        """The request of the run."""
        return read_json(self.folder / "request.json")

    @property
    def submitter(self) -> Submitter:
        """The submitter of this run's jobs."""
        request = self.request
        code = Path(request["code"]) if request["code"] else None
        cluster = Cluster.model_validate(request["config"]["cluster"])
        return Submitter(self.folder, cluster, code, Path(request["home"]))

    @contextmanager
    def submitting(self, seconds: float = -1) -> Iterator[None]:
        """Keep readers out while jobs are submitted: they would otherwise take their cells for lost."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = held_lock(self.folder / "submitting.lock", seconds)
        try:
            yield
        finally:
            lock.release()

    def jobs(self) -> dict[str, tuple[str, ...]]:
        """Return the cells of every job that was submitted, by the job's id, in the order of submission."""
        cells_of: dict[str, tuple[str, ...]] = {}
        ledgers = (self.folder / "submissions").glob(f"*/{LEDGER}")
        for ledger in sorted(ledgers, key=lambda path: path.stat().st_mtime_ns):  # clocks of login nodes may differ
            for job, assignment in read_json(ledger).items():
                cells_of[job] = tuple(read_json(Path(assignment)).get("cells", ()))
        return cells_of

    def outputs(self, job: str) -> list[Path]:
        """Return the files with a job's output."""
        return sorted((self.folder / "submissions").glob(f"*/{job}_*_log.*")) if job else []

    def _write(self, job: Job, planned: Mapping[str, Planned]) -> Path:
        fingerprints = [fingerprint for cell in job.cells for fingerprint in planned[cell].stages.values()]
        fields = {"cells": list(job.cells), "stages": digest(fingerprints)}
        return self._assignment({"kind": "cells", "seconds": job.seconds, **fields})

    def _assignment(self, content: Clear) -> Path:
        path = self.folder / "jobs" / f"{uuid.uuid4().hex[:12]}.json"
        write_json(path, content)
        return path


def campaigns(store: Store) -> list[Campaign]:
    """Return a store's runs on a cluster, latest first."""
    folders = sorted((store.root / "runs").glob("*/jobs"), reverse=True)
    return [Campaign(folder.parent.resolve()) for folder in folders]
