"""What Slurm says of jobs: a hint, for it forgets them minutes after their end, and accounting is often absent."""

import getpass
from collections.abc import Collection
from dataclasses import dataclass

from bench.errors import BenchError
from bench.launch.slurm.site import asked, seconds

WAITING = frozenset(
    {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT", "SUSPENDED"}
)
ALIVE = frozenset({"RUNNING", "COMPLETING", "STAGE_OUT", "SIGNALING", "STOPPED", "RESIZING"})
GONE = "GONE"
"""The state of a job of which Slurm says nothing any more."""
UNCOUNTED = frozenset({"TIMEOUT", "PREEMPTED", "NODE_FAIL", "BOOT_FAIL", "REVOKED"})
"""Ends that are no fault of the cell's."""


@dataclass(frozen=True)
class Hint:
    """What Slurm says of a job: its state, why it waits, the node it is or was on, its name.

    ``elapsed`` are the seconds since it began, for the last time; None where that is not known.
    """

    state: str
    reason: str = ""
    node: str = ""
    name: str = ""
    elapsed: int | None = None

    @property
    def ended(self) -> bool:
        """Tell whether the job will compute nothing more."""
        return self.state not in WAITING | ALIVE


def queue() -> dict[str, Hint] | None:
    """Return what Slurm says of this user's jobs, by id such as ``12_3``; None where it does not answer."""
    try:
        lines = asked(
            "squeue",
            "--array",
            "--states=all",
            "--noheader",
            f"--user={getpass.getuser()}",
            "--format=%i|%T|%r|%N|%M|%j",
        ).splitlines()
    except BenchError:
        return None
    found: dict[str, Hint] = {}
    for line in lines:
        job, state, reason, node, elapsed, name = line.split("|", 5)
        found[job.strip()] = Hint(state, "" if reason == "None" else reason, node, name.strip(), seconds(elapsed))
    return found


def accounted(jobs: Collection[str]) -> dict[str, Hint]:
    """Return what accounting says of jobs that the queue has forgotten; nothing where there is no accounting."""
    if not jobs:
        return {}
    arrays = ",".join(sorted({job.partition("_")[0] for job in jobs}))
    try:
        lines = asked(
            "sacct", "--noheader", "--parsable2", "--allocations", "--array", f"--jobs={arrays}",
            "--format=JobID,State,NodeList",
        ).splitlines()  # fmt: skip
    except BenchError:
        return {}
    found: dict[str, Hint] = {}
    for line in lines:
        job, state, node = line.split("|")[:3]
        hint = Hint(state.split()[0] if state else GONE, node=node)
        if job in jobs and hint.ended:  # accounting is seconds behind, or says PENDING for good of a job that was lost
            found[job] = hint
    return found


def cancel(jobs: Collection[str]) -> None:
    """Cancel jobs; those that have ended already stay as they are."""
    if jobs:
        asked("scancel", "--quiet", *sorted(jobs))
