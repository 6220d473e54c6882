"""Cells as runs of Weights & Biases, offline unless its mode says otherwise: ``wandb sync FOLDER`` sends them later."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # read at its import; nothing is sent that nobody asked for

import wandb

from bench.specs import Setting
from bench.watching.tracker import Choices, Tracker


class WandbRuns(Tracker):
    """Keeps runs in its folder, or sends them to the server that wandb is set up for."""

    def __init__(
        self,
        folder: Path,
        project: Annotated[str, Setting("project of Weights & Biases")] = "bench",
        mode: Annotated[Literal["offline", "online"], Setting("online sends what it receives")] = "offline",
    ) -> None:
        self._folder, self._project, self._mode = folder, project, mode

    def open(self, name: str, group: str, choices: Choices) -> None:
        """Open the run of a cell."""
        self._run = wandb.init(
            project=self._project,
            name=name,
            group=group,
            config=dict(choices),
            mode="online" if self._mode == "online" else "offline",
            dir=self._folder,
        )

    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Log figures of an epoch."""
        self._run.log(dict(figures), step=step)

    def finish(self, failure: str) -> None:
        """Close the run; one that failed has the reason in its summary and ends with exit code 1."""
        if failure:
            self._run.summary["failure"] = failure
        self._run.finish(exit_code=1 if failure else 0)
