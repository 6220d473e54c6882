"""Runs that are killed, and runs that meet: the numbers are those of a run left alone."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from bench.store import claim
from bench.store.record import parsed
from tests.conftest import SMALL

pytestmark = pytest.mark.slow

TINY = ("embed_dim=16", "num_heads=2", "depth=1", "epochs=3", "max_new_tokens=24")
SETTINGS = [part for text in TINY for part in ("--set", f"model.{text}")]
COMMAND = ("-m", "bench", "run", "--task", "vqa", *SMALL, *SETTINGS, "--set", "machine.checkpoint_seconds=0")


def start(store, *arguments, models="mvaema", host=(), environment=None):
    command = [*host, sys.executable, *COMMAND, "--models", models, "--store", str(store), *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, **(environment or {})},
    )


def finish(process):
    out = process.communicate(timeout=600)[0]
    assert process.returncode == 0, out
    return out


def results(store):
    """Metrics and answers by model."""
    found = {}
    for path in (store / "cells").glob("*.json"):
        record = parsed(path.read_bytes())
        answers = store / "stages" / record.stages["predict"] / "product" / "answers.json"
        found[record.cell.model] = (record.metrics, answers.read_bytes())
    return found


def computed(store):
    """How often each stage was begun, from the cells' logs."""
    lines = [
        line for path in (store / "logs").glob("*.log") for line in path.read_text().splitlines() if " by " in line
    ]
    return sorted(line.split()[2:4] for line in lines)


def killed_when(process, seen):
    """Kill the process and its children with SIGKILL as soon as ``seen()``."""
    end = time.monotonic() + 300
    while not seen():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Results of mvaema and blind when nothing happens."""
    store = tmp_path_factory.mktemp("undisturbed")
    finish(start(store, models="mvaema,blind"))
    return results(store)


def checkpoint(store):
    return any(path.stat().st_size for path in store.glob("stages/*/work/checkpoint.pt"))


def half_a_product(store):
    """The answers' product is being made."""
    return trained(store) and any(store.glob("stages/*/.product.part-*"))


def trained(store):
    return any(store.glob("stages/*/product/weights"))


@pytest.mark.parametrize("moment", [checkpoint, half_a_product, trained], ids=lambda moment: moment.__name__)
def test_killed_and_run_again_ends_in_the_same_numbers(undisturbed, tmp_path, moment):
    killed_when(start(tmp_path), lambda: moment(tmp_path))
    assert results(tmp_path) == {}
    finish(start(tmp_path))
    assert results(tmp_path) == {"mvaema": undisturbed["mvaema"]}


def test_what_was_trained_is_not_trained_again(tmp_path):
    killed_when(start(tmp_path), lambda: trained(tmp_path))
    finish(start(tmp_path))
    assert [name for name, _ in computed(tmp_path)].count("train") == 1


def test_a_training_goes_on_from_its_checkpoint(tmp_path):
    killed_when(start(tmp_path), lambda: checkpoint(tmp_path))
    assert "resumed at epoch" in finish(start(tmp_path))


def test_workers_killed_and_run_again_end_in_the_same_numbers(undisturbed, tmp_path):
    arguments = ("--launcher", "local", "--jobs", "2")
    killed_when(start(tmp_path, *arguments, models="mvaema,blind"), lambda: checkpoint(tmp_path))
    for file in tmp_path.glob("stages/*/claim/*"):  # workers are in sessions of their own
        os.kill(int(file.name.rsplit("~", 3)[1]), signal.SIGKILL)
    finish(start(tmp_path, *arguments, models="mvaema,blind"))
    assert results(tmp_path) == undisturbed


def test_the_other_worker_takes_over_from_one_that_was_killed(undisturbed, tmp_path):
    process = start(tmp_path, "--launcher", "local", "--jobs", "2", models="mvaema,blind")
    while not checkpoint(tmp_path):
        time.sleep(0.01)
    file = next(path for folder in tmp_path.glob("stages/*/claim") if (path := claim._holder_file(folder)))
    os.kill(int(file.name.rsplit("~", 3)[1]), signal.SIGKILL)
    finish(process)
    assert results(tmp_path) == undisturbed


def test_two_runs_started_together_compute_each_stage_once(undisturbed, tmp_path):
    runs = [start(tmp_path, models="mvaema,blind") for _ in range(2)]
    for run in runs:
        finish(run)
    assert results(tmp_path) == undisturbed
    begun = computed(tmp_path)
    assert len(begun) == len({tuple(stage) for stage in begun}) == 6


@pytest.fixture
def elsewhere(tmp_path):
    """Options of ``start`` for a host of another name, with processes and a clock of its own, an hour ahead."""
    if os.geteuid() or shutil.which("unshare") is None:
        pytest.skip("root alone, and util-linux's unshare, make another host of this one")
    ahead = tmp_path / "ahead"
    ahead.mkdir()
    (ahead / "sitecustomize.py").write_text("import time\nhere = time.time\ntime.time = lambda: here() + 3600\n")
    separate = ("unshare", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    named = ("sh", "-c", 'hostname elsewhere && exec "$@"', "sh")
    return {"host": (*separate, *named), "environment": {"PYTHONPATH": str(ahead)}}


def owners(store):
    return {path.name.split("~")[0] for path in store.glob("stages/*/claim/*")}


def test_two_hosts_whose_clocks_are_apart_compute_each_stage_once(undisturbed, tmp_path, elsewhere):
    store = tmp_path / "shared"
    runs, hosts = [start(store, models="mvaema,blind")], set()
    while not owners(store):  # so that the host ahead meets a claim, which is old by its own clock
        time.sleep(0.05)
    runs.append(start(store, models="mvaema,blind", **elsewhere))
    while any(run.poll() is None for run in runs):
        hosts |= owners(store)
        time.sleep(0.05)
    for run in runs:
        finish(run)
    assert results(store) == undisturbed and hosts == {"elsewhere", socket.gethostname()}
    begun = computed(store)
    assert len(begun) == len({tuple(stage) for stage in begun}) == 6


@pytest.mark.parametrize("lost", ["here", "elsewhere"])
def test_what_a_lost_host_was_at_is_taken_over_once_its_heart_is_still(undisturbed, tmp_path, elsewhere, lost):
    store = tmp_path / "shared"
    first, second = ({}, elsewhere) if lost == "here" else (elsewhere, {})
    killed_when(start(store, **first), lambda: checkpoint(store))
    assert "resumed at epoch" in finish(start(store, **second))
    assert results(store) == {"mvaema": undisturbed["mvaema"]}
