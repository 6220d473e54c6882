"""What Slurm tells of its site: partitions, nodes, the largest array; asked with the commands every user has."""

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
    """What the nodes of one kind have: ``memory`` in MB, ``features`` that constraints name; ``count`` of them."""

    count: int
    cpus: int
    memory: int
    gpus: int
    features: frozenset[str]


@dataclass(frozen=True)
class SlurmPartition:
    """A partition: ``minutes`` a job may take at most, None without a limit; whether it is ``up``."""

    name: str
    default: bool
    up: bool
    minutes: int | None
    shapes: tuple[NodeShape, ...]

    @property
    def nodes(self) -> int:
        """How many nodes it has."""
        return sum(shape.count for shape in self.shapes)


@dataclass(frozen=True)
class Site:
    """Partitions by name, and how many tasks an array may have."""

    partitions: dict[str, SlurmPartition]
    array_size: int

    @property
    def default(self) -> SlurmPartition | None:
        """The partition of jobs that name none, None where there is none."""
        return next((found for found in self.partitions.values() if found.default), None)


def read_site() -> Site:
    """Ask Slurm; BenchError where it is absent or does not answer."""
    lines = asked("sinfo", "--noheader", "--noconvert", "--format=%R|%P|%a|%l|%D|%c|%m|%G|%f").splitlines()
    partitions: dict[str, SlurmPartition] = {}
    for line in lines:
        name, marked, up, limit, *shape = (part.strip() for part in line.split("|"))
        before = partitions.get(name)
        shapes = (*(before.shapes if before else ()), _shape(*shape))
        partitions[name] = SlurmPartition(name, marked.endswith("*"), up == "up", minutes(limit), shapes)
    found = re.search(r"^MaxArraySize\s*=\s*(\d+)", asked("scontrol", "show", "config"), re.MULTILINE)
    return Site(partitions, int(found[1]) if found else _ARRAY)


def asked(*command: str) -> str:
    """Return what a command of Slurm's prints; BenchError where it is absent, or fails, with what it says."""
    if shutil.which(command[0]) is None:
        raise BenchError(
            f"Slurm is not here: {command[0]!r} is not found; run this on a login node of the cluster, or take "
            "--launcher local"
        )
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, env=environment())
    except subprocess.TimeoutExpired:
        raise BenchError(f"Slurm does not answer: {command[0]!r} took over {_SECONDS} s; try again later") from None
    if ran.returncode:
        said = " ".join((ran.stderr or ran.stdout).split())[:500] or f"exit code {ran.returncode}"
        raise BenchError(f"Slurm does not answer as it should: {command[0]!r} says {said!r}")
    return ran.stdout


def environment() -> dict[str, str]:
    """Return this process's environment without the variables that would speak over what is asked of Slurm.

    They are there inside of a job, and where a user has set defaults for sbatch; where Slurm's own config is, stays.
    """
    spoken = ("SBATCH_", "SLURM_", "SRUN_", "SALLOC_", "SQUEUE_", "SINFO_", "SACCT_", "SUBMITIT_")
    return {name: value for name, value in os.environ.items() if name == "SLURM_CONF" or not name.startswith(spoken)}


def minutes(limit: str) -> int | None:
    """Return the minutes, rounded up, of one of Slurm's times; None without a limit."""
    taken = seconds(limit)
    return None if taken is None else -(-taken // 60)


def seconds(time: str) -> int | None:
    """Return the seconds of one of Slurm's times, ``days-hours:minutes:seconds``; None where it is no time."""
    found = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", time)
    if not found:
        return None
    days, hours, mins, secs = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + mins) * 60 + secs


def _shape(count: str, cpus: str, memory: str, gres: str, features: str) -> NodeShape:
    gpus = re.findall(r"gpu(?::[^:,()]+)?:(\d+)", gres)
    named = frozenset(feature for feature in features.split(",") if feature and feature != "(null)")
    return NodeShape(int(count), _first(cpus), _first(memory), sum(map(int, gpus)), named)


def _first(number: str) -> int:
    """Return a number that sinfo prints, whose ``+`` says that some nodes have more."""
    found: Sequence[str] = re.findall(r"\d+", number)
    return int(found[0]) if found else 0
