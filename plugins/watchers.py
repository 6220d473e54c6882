"""The watchers of runs: a file of events, and trackers of experiments."""

from collections.abc import Callable

from bench.specs import WatcherSpec
from bench.specs.hookspecs import hookimpl

_ROOM = "bench.watching"
_WATCHERS = (
    WatcherSpec(name="file", label="a line of JSON per event", builds=f"{_ROOM}.event_file:EventFile"),
    WatcherSpec(
        name="trackio",
        label="Trackio, on this machine",
        builds=f"{_ROOM}.trackio_runs:TrackioRuns",
        needs=("trackio",),
        install="'mvaema-bench[trackio]'",
    ),
    WatcherSpec(
        name="tensorboard",
        label="TensorBoard",
        builds=f"{_ROOM}.tensorboard_files:TensorBoardFiles",
        needs=("tensorboard",),
        install="'mvaema-bench[tensorboard]'",
    ),
    WatcherSpec(
        name="mlflow",
        label="MLflow",
        builds=f"{_ROOM}.mlflow_runs:MLflowRuns",
        needs=("mlflow",),
        install="'mvaema-bench[mlflow]'",
    ),
    WatcherSpec(
        name="wandb",
        label="Weights & Biases, offline unless its mode says otherwise",
        builds=f"{_ROOM}.wandb_runs:WandbRuns",
        needs=("wandb",),
        install="'mvaema-bench[wandb]'",
    ),
)


@hookimpl
def register_watchers(register: Callable[[WatcherSpec], None]) -> None:
    """Register the watchers of runs."""
    for watcher in _WATCHERS:
        register(watcher)
