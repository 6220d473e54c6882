"""A run on a cluster: its files in the store, and the submission of its cells.

::

    runs/<run>/request.json          what was asked for, and its cells in clear
    runs/<run>/jobs/<unique>.json    what each job is to do
    runs/<run>/submissions/<time>/   submitit's files of one submission, and its ledger
    runs/<run>/cells/<id>.json       what workers tell of a cell
    runs/<run>/beats/<job>.<rank>    touched while a worker lives
    runs/<run>/again/<job>           there while a job wants to be queued again
    runs/<run>/meetings/<job>.json   where the processes of a job that compute a cell together find each other
    runs/<run>/retries.json          how often each cell was submitted again after an end of its own
    runs/<run>/prepared.json         there once a first job has made pictures and records ready
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from bench.config.cluster import Cluster
from bench.errors import BenchError
from bench.launch.reports import Reports
from bench.launch.slurm.packing import Job, Work, arrays, packed
from bench.launch.slurm.queue import cancel
from bench.launch.slurm.submission import LEDGER, Submitter
from bench.store.fingerprint import digest
from bench.store.store import Store, read_json, write_json

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

    def begin(self, request: Mapping[str, Any], cells: Mapping[str, Planned], code: Path | None) -> None:
        """Write what the run is asked for."""
        kept = {cell: asdict(planned) for cell, planned in cells.items()}
        said = {"code": str(code) if code else None, "home": str(Path.cwd()), "planned": kept}
        write_json(self.folder / "request.json", {**request, **said})

    def submit(self, cells: Sequence[str], array_size: int, at_once: int | None) -> list[str]:
        """Pack cells into jobs and submit them, of which so many run at once; return the jobs' ids.

        Pictures and records are made ready by a job before them, where that is asked for and not done.
        """
        submitter, wanted = self.submitter, set(cells)
        planned = {cell: found for cell, found in self.planned().items() if cell in wanted}
        works = [Work(cell, found.model, found.seconds) for cell, found in planned.items()]
        errands = [self._write(job, planned) for job in packed(works, submitter.cluster, at_once)]
        parts = arrays(range(len(errands)), array_size)
        each = max(1, at_once // len(parts)) if at_once else None
        first, ids = self._prepare(), []
        try:
            for part in parts:
                ids += submitter.submit([errands[index] for index in part], each, *first)
        except BenchError:
            cancel([*first, *ids])  # all or nothing
            raise
        return ids

    def _prepare(self) -> list[str]:
        """Submit the job that makes pictures and records ready, and return its id; nothing where none is needed."""
        submitter = self.submitter
        if submitter.cluster.prepare == "here" or (self.folder / PREPARED).is_file():
            return []
        return replace(submitter, cluster=submitter.cluster.single).submit([self._errand({"kind": "prepare"})])

    def planned(self) -> dict[str, Planned]:
        """Return the cells of the run by id, in the order in which they were planned."""
        return {cell: Planned(**found) for cell, found in self.request["planned"].items()}

    @property
    def request(self) -> dict[str, Any]:
        """What the run was asked for."""
        return read_json(self.folder / "request.json")

    @property
    def submitter(self) -> Submitter:
        """Who submits jobs of this run."""
        asked = self.request
        code = Path(asked["code"]) if asked["code"] else None
        cluster = Cluster.model_validate(asked["config"]["cluster"])
        return Submitter(self.folder, cluster, code, Path(asked["home"]))

    @property
    def lock(self) -> FileLock:
        """Held while jobs are submitted: who looks meanwhile would take them for lost."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(str(self.folder / "submitting.lock"))

    def jobs(self) -> dict[str, tuple[str, ...]]:
        """Return the cells of every job that was submitted, by the job's id, in the order of submission."""
        found: dict[str, tuple[str, ...]] = {}
        ledgers = (self.folder / "submissions").glob(f"*/{LEDGER}")
        for ledger in sorted(ledgers, key=lambda path: path.stat().st_mtime_ns):  # clocks of login nodes may be apart
            for job, errand in read_json(ledger).items():
                found[job] = tuple(read_json(Path(errand)).get("cells", ()))
        return found

    def outputs(self, job: str) -> list[Path]:
        """Return the files of what a job wrote."""
        return sorted((self.folder / "submissions").glob(f"*/{job}_*_log.*")) if job else []

    def _write(self, job: Job, planned: Mapping[str, Planned]) -> Path:
        fingerprints = [fingerprint for cell in job.cells for fingerprint in planned[cell].stages.values()]
        asked = {"cells": list(job.cells), "stages": digest(fingerprints)}
        return self._errand({"kind": "cells", "seconds": job.seconds, **asked})

    def _errand(self, asked: Mapping[str, Any]) -> Path:
        path = self.folder / "jobs" / f"{uuid.uuid4().hex[:12]}.json"
        write_json(path, asked)
        return path


def campaigns(store: Store) -> list[Campaign]:
    """Return the runs on a cluster that a store holds, latest first."""
    found = sorted((store.root / "runs").glob("*/jobs"), reverse=True)
    return [Campaign(folder.parent.resolve()) for folder in found]
