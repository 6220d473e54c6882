"""What submitit pickles for a job: the path of a file that says what is to be done, and nothing else."""

from pathlib import Path
from typing import Any

WORK = "bench.launch.slurm.worker:work"
OTHERS = {"probe": "bench.launch.slurm.probe:answer"}
"""Who does which kind of errand, by lazy path: they submit errands themselves."""


class Assignment:
    """Called on a node; submitit calls ``checkpoint`` when the job is to be queued again."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> None:
        """Do what the file says."""
        from bench.specs import resolve
        from bench.store.store import read_json

        path = Path(self.path)
        asked = read_json(path)
        resolve(OTHERS.get(asked["kind"], WORK))(path, asked)

    def checkpoint(self) -> Any:
        """Return the same errand: what is done already stands in the store."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self)
