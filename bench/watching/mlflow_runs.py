"""Cells as runs of MLflow, at the place that its variable MLFLOW_TRACKING_URI names."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read at its import; nothing is sent that nobody asked for

import mlflow

from bench.specs import Setting
from bench.watching.tracker import Choices, Tracker

_LONGEST = 500
"""The most letters of a parameter that every server of MLflow takes."""


class MLflowRuns(Tracker):
    """Keeps runs in an experiment of MLflow."""

    def __init__(
        self,
        folder: Path,
        experiment: Annotated[str, Setting("MLflow's experiment")] = "bench",
        uri: Annotated[str, Setting("where MLflow keeps runs; '' is its own choice")] = "",
    ) -> None:
        if uri:
            mlflow.set_tracking_uri(uri)
        mlflow.set_experiment(experiment)

    def open(self, name: str, group: str, choices: Choices) -> None:
        """Open the run of a cell."""
        mlflow.start_run(run_name=name, tags={"bench.run": group})
        mlflow.log_params({key.replace(":", "."): str(value)[:_LONGEST] for key, value in choices.items()})

    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Log figures of an epoch."""
        mlflow.log_metrics({key.replace(":", "."): value for key, value in figures.items()}, step=step)

    def finish(self, failure: str) -> None:
        """Close the run."""
        if failure:
            mlflow.set_tag("failure", failure)
        mlflow.end_run("FAILED" if failure else "FINISHED")
