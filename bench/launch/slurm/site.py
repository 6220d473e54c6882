"""Slurm's site: partitions, nodes, the largest array, read with commands that every user has."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from bench.errors import BenchError

_SECONDS = 60
_ARRAY = 1001
"""Slurm's own default of MaxArraySize."""


@dataclass(frozen=True)
class NodeShape:
    """The ``count`` nodes of one kind: ``memory`` is in MB, ``features`` can be named by constraints."""

    count: int
    cpus: int
    memory: int
    gpus: int
    features: frozenset[str]


@dataclass(frozen=True)
class SlurmPartition:
    """A partition; ``minutes`` is the longest time limit, None without one."""

    name: str
    default: bool
    up: bool
    minutes: int | None
    shapes: tuple[NodeShape, ...]

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return sum(shape.count for shape in self.shapes)


@dataclass(frozen=True)
class Site:
    """Partitions by name, and the largest number of tasks in an array."""

    partitions: dict[str, SlurmPartition]
    array_size: int

    @property
    def default(self) -> SlurmPartition | None:
        """The partition for jobs that name none, None if there is none."""
        return next((partition for partition in self.partitions.values() if partition.default), None)


def read_site() -> Site:
    """Return what Slurm reports; BenchError if it is absent or does not answer."""
    lines = output_of("sinfo", "--noheader", "--noconvert", "--format=%R|%P|%a|%l|%D|%c|%m|%G|%f").splitlines()
    partitions: dict[str, SlurmPartition] = {}
    for line in lines:
        name, marked, up, limit, *shape = (part.strip() for part in line.split("|"))
        before = partitions.get(name)
        shapes = (*(before.shapes if before else ()), _shape(*shape))
        partitions[name] = SlurmPartition(name, marked.endswith("*"), up == "up", minutes(limit), shapes)
    match = re.search(r"^MaxArraySize\s*=\s*(\d+)", output_of("scontrol", "show", "config"), re.MULTILINE)
    return Site(partitions, int(match[1]) if match else _ARRAY)


def output_of(*command: str) -> str:
    """Return the output of a Slurm command; BenchError with its message if it is absent or fails."""
    if shutil.which(command[0]) is None:
        raise BenchError(
            f"Slurm is not here: {command[0]!r} is not found; run this on a login node of the cluster, or use "
            "--launcher local"
        )
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, env=environment())
    except subprocess.TimeoutExpired:
        raise BenchError(f"Slurm does not answer: {command[0]!r} took over {_SECONDS} s; try again later") from None
    if ran.returncode:
        output = " ".join((ran.stderr or ran.stdout).split())[:500] or f"exit code {ran.returncode}"
        raise BenchError(f"Slurm does not answer as it should: {command[0]!r} says {output!r}")
    return ran.stdout


def environment() -> dict[str, str]:
    """Return this process's environment without variables that override a command's arguments.

    Such variables exist inside a job, or where a user has set defaults for sbatch. SLURM_CONF stays.
    """
    overriding = ("SBATCH_", "SLURM_", "SRUN_", "SALLOC_", "SQUEUE_", "SINFO_", "SACCT_", "SUBMITIT_")
    return {
        name: value for name, value in os.environ.items() if name == "SLURM_CONF" or not name.startswith(overriding)
    }


def minutes(limit: str) -> int | None:
    """Return a Slurm time in minutes, rounded up; None without a limit."""
    taken = seconds(limit)
    return None if taken is None else -(-taken // 60)


def seconds(time: str) -> int | None:
    """Return a Slurm time, ``days-hours:minutes:seconds``, in seconds; None if it is not a time."""
    match = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", time)
    if not match:
        return None
    days, hours, mins, secs = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + mins) * 60 + secs


def _shape(count: str, cpus: str, memory: str, gres: str, features: str) -> NodeShape:
    gpus = re.findall(r"gpu(?::[^:,()]+)?:(\d+)", gres)
    named = frozenset(feature for feature in features.split(",") if feature and feature != "(null)")
    return NodeShape(int(count), _first(cpus), _first(memory), sum(map(int, gpus)), named)


def _first(number: str) -> int:
    """Return a number printed by sinfo; a ``+`` after it means that some nodes have more."""
    digits: Sequence[str] = re.findall(r"\d+", number)
    return int(digits[0]) if digits else 0
