"""What submitit pickles for a job: only the path of a file that describes the assignment."""

from pathlib import Path
from typing import Any

_WORK = "bench.launch.slurm.worker:work"
OTHERS = {"probe": "bench.launch.slurm.probe:answer"}
"""Lazy paths of the functions for other kinds of assignment; they submit assignments themselves."""


class Assignment:
    """Called on a node; submitit calls ``checkpoint`` before the job is requeued."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> None:
        """Carry out the assignment in the file."""
        from bench.specs import resolve
        from bench.store.sealed import read_json

        path = Path(self.path)
        content = read_json(path)
        resolve(OTHERS.get(content["kind"], _WORK))(path, content)

    def checkpoint(self) -> Any:
        """Return the same assignment: finished results are in the store."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self)
