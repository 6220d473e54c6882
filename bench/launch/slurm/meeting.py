"""The meeting point of a job's processes that compute a cell together: the first writes its address to a file."""

import os
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import BenchError
from bench.launch.slurm.site import output_of
from bench.processes.ranks import Ranks, join
from bench.store.sealed import read_json, write_json

if TYPE_CHECKING:
    from submitit import JobEnvironment

_WAIT_SECONDS = 600
_POLL_SECONDS = 0.2


def meet(folder: Path, seat: "JobEnvironment", device: str) -> Ranks:
    """Join the other processes of this job, which all see the folder.

    BenchError if the first process does not write its address in time.
    """
    attempt = os.environ.get("SLURM_RESTART_COUNT", "0")
    place = folder / "meetings" / f"{seat.job_id}.{attempt}.json"
    if seat.global_rank == 0:
        write_json(place, {"address": _own_address(), "port": _free_port()})
    until = time.monotonic() + _WAIT_SECONDS
    while (first := read_json(place)) is None:
        if time.monotonic() > until:
            raise BenchError(f"the first process of job {seat.job_id} did not write its address; see its log")
        time.sleep(_POLL_SECONDS)
    return join(seat.global_rank, seat.num_tasks, seat.local_rank, first["address"], first["port"], device)


def _own_address() -> str:
    """Return the address at which Slurm reaches this node, because its name may not resolve."""
    name = os.environ.get("SLURMD_NODENAME") or socket.gethostname()
    try:
        fields = dict(
            part.split("=", 1) for part in output_of("scontrol", "show", "node", "-o", name).split() if "=" in part
        )
        return fields["NodeAddr"]
    except (BenchError, KeyError):
        return socket.gethostname()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("", 0))
        return free.getsockname()[1]
