"""The commands `bench run --launcher slurm` and `bench status` over many cells, with a Slurm that answers at once."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.config.cluster import Cluster
from bench.launch.reports import Report
from bench.launch.slurm.campaign import Campaign, Planned
from bench.launch.slurm.submission import LEDGER
from bench.store.sealed import write_json
from bench.store.store import Store
from benchmarks.measurement import Row, alone

COMMANDS = {
    "sinfo": "echo 'main|main*|up|infinite|4|64|256000|gpu:4|(null)'",
    "scontrol": "echo 'MaxArraySize = 1001'",
    "sbatch": "echo 'Submitted batch job 7'",
    "squeue": "seq 0 999 | sed 's/.*/7_&|PENDING|Priority||0:00|bench-20260101T000000000000/'",
    "srun": "",
    "sacct": "exit 1",
}
"""Stand-ins for Slurm: shell scripts of these names, first on the path."""
MODELS = "vanillavit,gcn,gat,cait"
PER_JOB = 10


def rows() -> list[Row]:
    """Return the rows of both commands."""
    return [submission(), status()]


def submission(repeats: int = 15, repetitions: int = 3) -> Row:
    """Measure the submission of the cells of four models, ten folds and these many repeats, a job each."""
    cells = 40 * repeats
    with tempfile.TemporaryDirectory() as folder, _slurm() as environment:
        settings = ("synthetic.size=200", "cluster.job_minutes=0", "cluster.probe_seconds=0", f"repeats={repeats}")
        arguments = ["run", "--task", "classification", "--models", MODELS, "--folds", "all", "--launcher", "slurm"]
        arguments += [part for setting in settings for part in ("--set", setting)]
        taken = alone(lambda: _bench([*arguments, "--store", folder], environment), repetitions)
    return Row(f"`bench run --launcher slurm`, {cells:,} cells", "", taken, "s", 10)


def status(cells: int = 6000, repetitions: int = 3) -> Row:
    """Measure `bench status` on this many cells: two in three done, the others running, queued and failed."""
    with tempfile.TemporaryDirectory() as folder, _slurm() as environment:
        _fill(Store(Path(folder)), cells)
        taken = alone(lambda: _bench(["status", "--store", folder], environment), repetitions)
    return Row(f"`bench status` over {cells:,} cells", "", taken, "s", 2)


def _fill(store: Store, count: int) -> None:
    """Write a run of this many cells in jobs of ten, with its workers' reports."""
    store.prepare()
    campaign = Campaign(store.root / "runs" / "20260101T000000000000")
    cells = {f"cell{number:06d}": Planned(f"net fold {number}", "net", 60, _stages(number)) for number in range(count)}
    campaign.begin({"config": {"cluster": Cluster().model_dump()}, "at_once": None}, cells, None)
    ids, ledger = list(cells), {}
    for number in range(-(-count // PER_JOB)):
        assignment = campaign.folder / "jobs" / f"{number}.json"
        write_json(assignment, {"kind": "cells", "cells": ids[number * PER_JOB : (number + 1) * PER_JOB]})
        ledger[f"7_{number}"] = str(assignment)
    write_json(campaign.folder / "submissions" / "one" / LEDGER, ledger)
    for number, cell in enumerate(ids):
        if number % 3 < 2:
            write_json(store.stages.folder(_stages(number)["score"]) / "product" / "product.json", {})
            write_json(store.root / "cells" / f"{cell}.json", {})
        elif number % 2:
            state = "failed" if number % 5 == 0 else "running"
            campaign.reports.write(cell, Report(state, "training", 3, 10, job=f"7_{number // PER_JOB}"))


def _stages(number: int) -> dict[str, str]:
    return {"score": f"{number:032x}"}


@contextmanager
def _slurm() -> Iterator[dict[str, str]]:
    """Write the scripts to a folder and yield an environment with it on the path."""
    with tempfile.TemporaryDirectory() as folder:
        for name, script in COMMANDS.items():
            path = Path(folder) / name
            path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            path.chmod(0o755)
        yield {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def _bench(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-m", "bench", *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stderr
