"""The cluster settings of a run: the section ``cluster`` of a config."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

OneLine = Annotated[str, Field(pattern=r"^[^\n\r\x00]{1,500}$")]
Several = Annotated[int, Field(ge=1, le=10_000)]
Minutes = Annotated[int, Field(ge=1, le=1_000_000)]
_SET_BY_LAUNCHER = {
    "array", "chdir", "dependency", "error", "job-name", "nodes", "ntasks", "ntasks-per-node", "open-mode", "output",
    "requeue", "signal", "time",
}  # fmt: skip
"""Parameters of sbatch that the launcher sets itself."""
_BY_KEY = {
    "partition": "partition",
    "account": "account",
    "qos": "qos",
    "constraint": "constraint",
    "mem": "memory_gb",
    "cpus-per-task": "cpus",
    "gpus": "gpus",
    "gpus-per-node": "gpus",
    "gres": "gpus",
    "time": "minutes",
}


class Cluster(BaseModel):
    """Where and how a cluster computes cells; part of no fingerprint."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    partition: OneLine | None = None
    """The partition of the jobs."""
    account: OneLine | None = None
    """The account that pays for the jobs."""
    qos: OneLine | None = None
    """The quality of service of the jobs."""
    constraint: OneLine | None = None
    """The features that a node must have."""
    minutes: Minutes = 240
    """The time limit of a job; unfinished work is requeued and resumes."""
    memory_gb: Annotated[float, Field(gt=0, le=1_000_000)] = 8
    """Memory per node."""
    cpus: Several = 2
    """CPUs per process; also its number of threads, unless ``machine.threads`` is set."""
    gpus: Annotated[int, Field(ge=0, le=10_000)] = 0
    """GPUs of a job, per node."""
    cells_per_gpu: Several = 1
    """Number of processes that share a GPU (without GPUs: a job), each with its own cells."""
    gpus_per_cell: Several = 1
    """Number of processes per node that compute a cell together, each on its own GPU (without GPUs: on CPUs)."""
    nodes_per_cell: Several = 1
    """Number of nodes on which one cell is computed."""
    job_minutes: Annotated[int, Field(ge=0, le=1_000_000)] = 10
    """Cells of a model share a job up to this much expected work; see also ``--jobs``."""
    sbatch: dict[str, str | int | bool] = {}
    """Further parameters of sbatch, without their dashes."""
    setup: tuple[OneLine, ...] = ()
    """Shell lines that a job runs first, such as ``module load``."""
    container: OneLine | None = None
    """A command in front of the Python command, such as ``apptainer exec --nv image.sif``."""
    python: OneLine | None = None
    """Python on the nodes; default: this process's Python, in a container ``python3``."""
    online: bool = False
    """Whether nodes have internet access; otherwise libraries run in offline mode."""
    code: Literal["snapshot", "installed"] = "snapshot"
    """Jobs run a copy of the code made at submission, or refuse if the installed code has changed since."""
    prepare: Literal["here", "job"] = "here"
    """Pictures and records are prepared by the submitting process, or by a first job that the others wait for."""
    grace_seconds: Annotated[int, Field(ge=10, le=3600)] = 120
    """How long before its end a job is warned."""
    stall_minutes: Minutes = 30
    """A process that finishes no step for this long ends itself."""
    probe_seconds: Annotated[int, Field(ge=0, le=1_000_000)] = 120
    """How long the first job, which checks that nodes see the store, may be queued; 0: no check."""

    @property
    def processes(self) -> int:
        """The number of processes of a job, per node."""
        if self.together > 1:
            return self.gpus_per_cell
        return max(self.gpus, 1) * self.cells_per_gpu

    @property
    def together(self) -> int:
        """The number of processes that compute one cell."""
        return self.gpus_per_cell * self.nodes_per_cell

    @property
    def single(self) -> "Cluster":
        """The same settings for a job of one process that computes no cell."""
        one = {"cells_per_gpu": 1, "gpus_per_cell": 1, "nodes_per_cell": 1, "gpus": min(1, self.gpus)}
        return self.model_copy(update=one)

    @model_validator(mode="after")
    def _fitting(self) -> "Cluster":
        """Reject values that exclude each other."""
        wrong = [*self._shares(), *(_own(name) for name in sorted({_bare(name) for name in self.sbatch}))]
        if message := "; ".join(sentence for sentence in wrong if sentence):
            raise ValueError(message)
        return self

    def _shares(self) -> list[str]:
        conflicts = []
        if self.together > 1 and self.cells_per_gpu > 1:
            conflicts.append(
                "cells_per_gpu shares a GPU among cells, gpus_per_cell and nodes_per_cell share a cell; use one"
            )
        if self.together > 1 and self.gpus not in (0, self.gpus_per_cell):
            conflicts.append(
                f"gpus={self.gpus} is not gpus_per_cell={self.gpus_per_cell}: a job computes one such cell"
            )
        if self.grace_seconds >= 60 * self.minutes:
            conflicts.append(f"grace_seconds={self.grace_seconds} uses up all of the {self.minutes} minutes")
        return conflicts


def _bare(name: str) -> str:
    return re.sub("_", "-", name.lstrip("-"))


def _own(name: str) -> str:
    if name in _BY_KEY:
        return f"sbatch.{name} is the key {_BY_KEY[name]}"
    return f"sbatch.{name} is set by the launcher" if name in _SET_BY_LAUNCHER else ""
