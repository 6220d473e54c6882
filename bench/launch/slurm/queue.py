"""Slurm's hints on jobs: it forgets ended jobs within minutes, and accounting is often absent."""

import getpass
from collections.abc import Collection
from dataclasses import dataclass

from bench.errors import BenchError
from bench.launch.slurm.site import output_of, seconds

WAITING = frozenset(
    {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT", "SUSPENDED"}
)
ALIVE = frozenset({"RUNNING", "COMPLETING", "STAGE_OUT", "SIGNALING", "STOPPED", "RESIZING"})
GONE = "GONE"
"""The state of a job that Slurm no longer knows."""
UNCOUNTED = frozenset({"TIMEOUT", "PREEMPTED", "NODE_FAIL", "BOOT_FAIL", "REVOKED"})
"""Ends that the cell has not caused."""


@dataclass(frozen=True)
class Hint:
    """Slurm's information on a job: its state, why it waits, its present or last node, its name.

    ``elapsed`` is the number of seconds since its last start; None if unknown.
    """

    state: str
    reason: str = ""
    node: str = ""
    name: str = ""
    elapsed: int | None = None

    @property
    def ended(self) -> bool:
        """Whether the job will compute nothing more."""
        return self.state not in WAITING | ALIVE


def queue() -> dict[str, Hint] | None:
    """Return Slurm's hints on this user's jobs, by id such as ``12_3``; None if Slurm does not answer."""
    try:
        lines = output_of(
            "squeue",
            "--array",
            "--states=all",
            "--noheader",
            f"--user={getpass.getuser()}",
            "--format=%i|%T|%r|%N|%M|%j",
        ).splitlines()
    except BenchError:
        return None
    hints: dict[str, Hint] = {}
    for line in lines:
        job, state, reason, node, elapsed, name = line.split("|", 5)
        hints[job.strip()] = Hint(state, "" if reason == "None" else reason, node, name.strip(), seconds(elapsed))
    return hints


def accounted(jobs: Collection[str]) -> dict[str, Hint]:
    """Return accounting's hints on jobs that the queue has forgotten; empty without accounting."""
    if not jobs:
        return {}
    arrays = ",".join(sorted({job.partition("_")[0] for job in jobs}))
    try:
        lines = output_of(
            "sacct", "--noheader", "--parsable2", "--allocations", "--array", f"--jobs={arrays}",
            "--format=JobID,State,NodeList",
        ).splitlines()  # fmt: skip
    except BenchError:
        return {}
    hints: dict[str, Hint] = {}
    for line in lines:
        job, state, node = line.split("|")[:3]
        hint = Hint(state.split()[0] if state else GONE, node=node)
        if job in jobs and hint.ended:  # accounting lags by seconds, or says PENDING forever for a lost job
            hints[job] = hint
    return hints


def cancel(jobs: Collection[str]) -> None:
    """Cancel jobs; ended jobs are unaffected."""
    if jobs:
        output_of("scancel", "--quiet", *sorted(jobs))
