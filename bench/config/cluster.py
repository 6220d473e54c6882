"""What a run asks of a cluster: the part ``cluster`` of a config."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

OneLine = Annotated[str, Field(pattern=r"^[^\n\r\x00]{1,500}$")]
_MADE_HERE = {
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
    """Where and how a cluster computes cells; stands in no fingerprint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partition: OneLine | None = None
    account: OneLine | None = None
    qos: OneLine | None = None
    constraint: OneLine | None = None
    minutes: PositiveInt = 240
    """The time limit of a job; work that is not done by then is queued again and goes on."""
    memory_gb: PositiveFloat = 8
    """Memory on each node."""
    cpus: PositiveInt = 2
    """CPUs of each process, and its threads where ``machine.threads`` says nothing."""
    gpus: NonNegativeInt = 0
    """GPUs of a job on each node."""
    cells_per_gpu: PositiveInt = 1
    """How many processes share a GPU (without GPUs: a job), each with cells of its own."""
    gpus_per_cell: PositiveInt = 1
    """How many processes on each node compute a cell together, each on a GPU of its own, or on CPUs without GPUs."""
    nodes_per_cell: PositiveInt = 1
    """On how many nodes a cell is computed at once."""
    job_minutes: NonNegativeInt = 10
    """Cells of a model share a job until their work is expected to take so long; see also ``--jobs``."""
    sbatch: dict[str, str | int | bool] = {}
    """Further parameters of sbatch, without their dashes."""
    setup: tuple[OneLine, ...] = ()
    """Lines that the job's shell runs first, such as ``module load``."""
    container: OneLine | None = None
    """A command in front of Python's, such as ``apptainer exec --nv image.sif``."""
    python: OneLine | None = None
    """Python on the nodes; this process's own where nothing is said, ``python3`` in a container."""
    online: bool = False
    """Whether nodes reach the internet; libraries are told not to try where they do not."""
    code: Literal["snapshot", "installed"] = "snapshot"
    """Jobs run a copy of the code as it is at submission, or refuse where the installed one has changed since."""
    prepare: Literal["here", "job"] = "here"
    """Pictures and records are made ready by the process that submits, or by a first job that the others wait for."""
    grace_seconds: Annotated[int, Field(ge=10, le=3600)] = 120
    """How long before its end a job is told of it."""
    stall_minutes: PositiveInt = 30
    """A cell without a step for so long is ended by its own process."""
    probe_seconds: NonNegativeInt = 120
    """How long a first job may wait in the queue that looks whether nodes see the store; 0 asks none to look."""

    @property
    def processes(self) -> int:
        """The processes of a job on each node."""
        if self.together > 1:
            return self.gpus_per_cell
        return max(self.gpus, 1) * self.cells_per_gpu

    @property
    def together(self) -> int:
        """How many processes compute one cell."""
        return self.gpus_per_cell * self.nodes_per_cell

    @property
    def single(self) -> "Cluster":
        """The same for a job of one process that computes no cell."""
        one = {"cells_per_gpu": 1, "gpus_per_cell": 1, "nodes_per_cell": 1, "gpus": min(1, self.gpus)}
        return self.model_copy(update=one)

    @model_validator(mode="after")
    def _fitting(self) -> "Cluster":
        """Refuse values that exclude each other."""
        wrong = [*self._shares(), *(_own(name) for name in sorted({_bare(name) for name in self.sbatch}))]
        if said := "; ".join(sentence for sentence in wrong if sentence):
            raise ValueError(said)
        return self

    def _shares(self) -> list[str]:
        found = []
        if self.together > 1 and self.cells_per_gpu > 1:
            found.append(
                "cells_per_gpu shares a GPU among cells, gpus_per_cell and nodes_per_cell share a cell: one only"
            )
        if self.together > 1 and self.gpus not in (0, self.gpus_per_cell):
            found.append(f"gpus={self.gpus} is not gpus_per_cell={self.gpus_per_cell}: a job computes one such cell")
        if self.grace_seconds >= 60 * self.minutes:
            found.append(f"grace_seconds={self.grace_seconds} is all of the {self.minutes} minutes")
        return found


def _bare(name: str) -> str:
    return re.sub("_", "-", name.lstrip("-"))


def _own(name: str) -> str:
    if name in _BY_KEY:
        return f"sbatch.{name} is the key {_BY_KEY[name]}"
    return f"sbatch.{name} is set by the launcher" if name in _MADE_HERE else ""
