"""What submitit pickles for a job: the path of a file that says what is to be done, and nothing else."""

from pathlib import Path
from typing import Any


class Errand:
    """Called on a node; submitit calls ``checkpoint`` when the job is to be queued again."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> None:
        """Do what the file says."""
        from bench.store import read_json

        path = Path(self.path)
        asked = read_json(path)
        if asked["kind"] == "probe":
            from bench.launch.slurm.probe import answer as do
        else:
            from bench.launch.slurm.worker import work as do
        do(path, asked)

    def checkpoint(self) -> Any:
        """Return the same errand: what is done already stands in the store."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self)
