"""Cells as runs of Trackio, which keeps them on this machine: ``trackio show --project bench``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import trackio

from bench.specs import Setting
from bench.watching.tracker import Choices, Tracker


class TrackioRuns(Tracker):
    """Keeps runs in Trackio's folder, which its variable TRACKIO_DIR names."""

    def __init__(self, folder: Path, project: Annotated[str, Setting("Trackio's project")] = "bench") -> None:
        self._project = project

    def open(self, name: str, group: str, choices: Choices) -> None:
        """Open the run of a cell."""
        trackio.init(self._project, f"{name} {group}", group, config=dict(choices), embed=False)

    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Log figures of an epoch."""
        trackio.log(dict(figures), step)

    def finish(self, failure: str) -> None:
        """Close the run; one that failed ends with an alert."""
        if failure:
            trackio.alert("the cell has no record", failure, level=trackio.AlertLevel.ERROR)
        trackio.finish()
