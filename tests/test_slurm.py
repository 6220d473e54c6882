"""The Slurm launcher without Slurm: settings, packing, scripts, and states of cells."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import Timeout

from bench.config.cluster import Cluster
from bench.config.loading import load_config
from bench.errors import BenchError
from bench.launch import request
from bench.launch.reports import Report
from bench.launch.slurm import site, worker
from bench.launch.slurm.campaign import PREPARED, Campaign, Planned
from bench.launch.slurm.checks import check_cluster
from bench.launch.slurm.packing import Work, arrays, packed
from bench.launch.slurm.queue import Hint
from bench.launch.slurm.signals import Abandoned, Signals
from bench.launch.slurm.site import NodeShape, Site, SlurmPartition
from bench.launch.slurm.snapshot import snapshot
from bench.launch.slurm.states import states
from bench.launch.slurm.status_writer import StatusWriter
from bench.launch.slurm.submission import Submitter
from bench.stages import environment
from bench.store.sealed import write_json
from bench.store.store import Store
from bench.terminal.progress import Lines, Stopped
from tests.table_records import made

SMALL_NODE = NodeShape(4, 4, 4000, 1, frozenset({"a100"}))
PARTITIONS = {
    "main": SlurmPartition("main", True, True, 120, (SMALL_NODE,)),
    "down": SlurmPartition("down", False, False, None, (SMALL_NODE,)),
}
SITE = Site(PARTITIONS, 1001)


def cluster(**settings):
    return Cluster(**{"minutes": 60, "memory_gb": 2, **settings})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"partition": "mian"}, "did you mean 'main'"),
        ({"partition": "down"}, "partition 'down' is down"),
        ({"minutes": 500}, "cluster.minutes=500 is more than partition 'main' allows, 120"),
        ({"gpus": 2}, "cluster.gpus=2: a node of partition 'main' has at most 1"),
        ({"cpus": 8}, "cluster.cpus=8: a node of partition 'main' has at most 4"),
        ({"cpus": 2, "cells_per_gpu": 3}, "cluster.cpus=2 for each of 3 processes"),
        ({"memory_gb": 100}, "cluster.memory_gb=100: a node of partition 'main' has at most 3.9"),
        ({"nodes_per_cell": 5}, "cluster.nodes_per_cell=5 is more than partition 'main' has, 4 nodes"),
        ({"constraint": "gpu10"}, "unknown cluster.constraint 'gpu10' (valid: a100)"),
    ],
)
def test_settings_that_no_node_satisfies_are_refused(settings, said):
    with pytest.raises(BenchError) as refused:
        check_cluster(cluster(**settings), SITE)
    assert said in str(refused.value)


def test_all_errors_are_reported_at_once():
    with pytest.raises(BenchError) as refused:
        check_cluster(cluster(gpus=3, cpus=9, minutes=1000), SITE)
    assert all(f"cluster.{key}" in str(refused.value) for key in ("gpus", "cpus", "minutes"))
    with pytest.raises(BenchError) as refused:
        load_config("demo", ["cluster.gpus=-1", "cluster.minutes=0"])
    assert "cluster.gpus" in str(refused.value) and "cluster.minutes" in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"gpus_per_cell": 2, "cells_per_gpu": 2},
        {"gpus_per_cell": 2, "gpus": 3},
        {"sbatch": {"time": 3}},
        {"sbatch": {"--gpus_per_node": 3}},
        {"minutes": 1, "grace_seconds": 60},
        {"partition": "two\nlines"},
        {"partitions": "main"},
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings):
    with pytest.raises(ValueError):
        Cluster(**settings)


SHORT = [part for text in ("minutes=1", "grace_seconds=30", "memory_gb=2") for part in ("--set", f"cluster.{text}")]


def test_a_job_too_short_for_an_epoch_is_refused(bench, monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("bench.planning.speed.measured", lambda kinds, device: dict.fromkeys(kinds, 4e10))
    monkeypatch.setattr("bench.launch.slurm.launcher.read_site", lambda: SITE)
    arguments = (
        "run",
        "--task",
        "classification",
        "--models",
        "vanillavit",
        "--config",
        "paper",
        "--launcher",
        "slurm",
    )
    code, _, err = bench(*arguments, *SHORT, "--dry-run")
    assert code == 2 and "shorter than one epoch (vanillavit about" in err and "known from FLOPs" in err
    for faster in ("cluster.gpus=1", "cluster.cpus=4", "image_size=32"):
        assert bench(*arguments, *SHORT, "--set", faster, "--dry-run")[0] == 0, faster


def test_without_slurm_nothing_is_written(bench, store, monkeypatch):
    monkeypatch.setattr(site.shutil, "which", lambda name: None)
    code, _, err = bench("run", "--task", "classification", "--models", "majority", "--launcher", "slurm")
    assert code == 2 and "Slurm is not here" in err and "--launcher local" in err
    assert not store.exists()


@pytest.mark.parametrize(
    ("text", "minutes"), [("infinite", None), ("1-02:03:04", 1564), ("2:00:00", 120), ("30:00", 30)]
)
def test_slurm_times_are_parsed(text, minutes):
    assert site.minutes(text) == minutes


def works(count, seconds=60.0, models=("a", "b")):
    return [Work(f"{model}{number}", model, seconds) for model in models for number in range(count)]


@pytest.mark.parametrize(
    ("settings", "at_once", "sizes"),
    [
        ({}, None, [10, 10]),
        ({"job_minutes": 5}, None, [5, 5, 5, 5]),
        ({"job_minutes": 0}, None, [1] * 20),
        ({"job_minutes": 0}, 4, [5, 5, 5, 5]),
        ({"minutes": 5}, None, [2] * 10),
        ({"cells_per_gpu": 2, "job_minutes": 5}, None, [10, 10]),
    ],
)
def test_cells_of_a_model_share_jobs_that_fit_the_time(settings, at_once, sizes):
    jobs = packed(works(10), cluster(**settings), at_once)
    assert sorted(len(job.cells) for job in jobs) == sorted(sizes)
    assert sorted(cell for job in jobs for cell in job.cells) == sorted(work.cell for work in works(10))
    assert all(len({cell[0] for cell in job.cells}) == 1 for job in jobs)


def test_a_long_cell_has_its_own_job_and_the_longest_job_comes_first():
    jobs = packed([*works(3), Work("c0", "c", 10_000), Work("c1", "c", 10_000)], cluster(), None)
    assert [job.cells for job in jobs[:2]] == [("c0",), ("c1",)]


def test_a_cell_of_which_nothing_is_known_has_the_time_of_a_whole_job():
    jobs = packed([*works(3), Work("c0", "a", None)], cluster(), 1)
    assert jobs[0].cells == ("c0",) and jobs[0].seconds == 0.8 * (60 * 60 - 120)
    assert sorted(job.cells for job in jobs[1:]) == [("a0", "a1", "a2"), ("b0", "b1", "b2")]


def test_jobs_hold_no_more_work_than_fits_the_time_however_unlike_cells_are():
    seconds = [9_000, 9_000, 9_000, 900, 900, 900, 90, 90]
    jobs = packed([Work(f"c{n}", "c", taken) for n, taken in enumerate(seconds)], cluster(minutes=240), 4)
    assert sum(len(job.cells) for job in jobs) == 8
    assert max(job.seconds for job in jobs) <= 0.8 * (240 * 60 - 120)


@pytest.mark.parametrize(("count", "largest", "sizes"), [(3, 10, [3]), (10, 10, [10]), (11, 10, [6, 5]), (0, 10, [])])
def test_arrays_respect_the_sites_limit(count, largest, sizes):
    parts = arrays(range(count), largest)
    assert [len(part) for part in parts] == sizes
    assert [number for part in parts for number in part] == list(range(count))


def test_the_script_for_sbatch_has_the_settings(tmp_path):
    asked = cluster(
        partition="main", gpus=1, setup=("module load cuda",), sbatch={"mail_type": "FAIL", "exclusive": False}
    )
    asked = asked.model_copy(update={"grace_seconds": 45})
    script = Submitter(tmp_path / "run", asked, Path("/shared code"), Path("/home of it")).script(3, 2, "41")
    for line in (
        "--partition=main",
        "--gpus-per-node=1",
        "--mem=2048M",
        "--signal=USR2@45",
        "--array=0-2%2",
        "--requeue",
        "--chdir='/home of it'",
        "--dependency=afterok:41",
    ):
        assert f"#SBATCH {line}\n" in script
    assert "#SBATCH --mail-type=FAIL\n" in script and "exclusive" not in script and "wckey" not in script
    lines = script.splitlines()
    assert lines.index("module load cuda") < lines.index("export PYTHONSAFEPATH=1")
    assert "export HF_HUB_OFFLINE=1" in lines and any(
        line.startswith("export PYTHONPATH='/shared code'") for line in lines
    )


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        ({}, f"{sys.executable} -m"),
        ({"container": "apptainer exec image.sif"}, "apptainer exec image.sif python3 -m"),
        ({"container": "apptainer exec image.sif", "python": "/opt/python"}, "apptainer exec image.sif /opt/python -m"),
        ({"python": "/shared/python"}, "/shared/python -m"),
    ],
)
def test_the_script_runs_the_chosen_python(tmp_path, settings, begins):
    script = Submitter(tmp_path, cluster(**settings), None, tmp_path).script(1)
    assert f" {begins} submitit.core._submit" in script


@pytest.mark.parametrize(
    ("wanted", "state", "again"),
    [
        (True, "RUNNING", True),
        (True, "PREEMPTED", True),
        (True, "COMPLETING", False),  # as one that was cancelled is
        (True, "", False),
        (False, "RUNNING", False),
    ],
)
def test_the_job_script_requeues_the_job_at_a_workers_request(tmp_path, wanted, state, again):
    """The script runs outside the container, which has no Slurm."""
    folder = tmp_path / "a run"
    lines = Submitter(folder, cluster(), None, tmp_path).script(1).splitlines()
    before, behind = lines[lines.index("# setup") + 1 :], lines[lines.index("# teardown") + 1 :]
    before = before[: before.index("")]
    asks = [f"mkdir -p '{folder}/again'", f"touch '{folder}/again/77'"]
    tools = ['scontrol() { echo "$@"; }', f"squeue() {{ echo {state}; }}"]
    script = [*tools, *asks, *before, *(asks if wanted else []), "(exit 5)", *behind]
    environment = {**os.environ, "SLURM_JOB_ID": "77"}
    ran = subprocess.run(["bash", "-c", "\n".join(script)], env=environment, capture_output=True, text=True)
    assert ran.returncode == 5 and ran.stdout == ("requeue 77\n" if again else ""), ran.stderr


def test_variables_of_the_submitting_shell_do_not_override_the_settings(monkeypatch):
    for name in ("SBATCH_PARTITION", "SLURM_JOB_ID", "SLURM_CONF", "HOME"):
        monkeypatch.setenv(name, "x")
    assert {"SLURM_CONF", "HOME"} <= site.environment().keys()
    assert not {"SBATCH_PARTITION", "SLURM_JOB_ID"} & site.environment().keys()


def test_sbatch_is_called_without_variables_that_override_the_settings(tmp_path, monkeypatch):
    (tmp_path / "errand").touch()
    sbatch, told = tmp_path / "sbatch", tmp_path / "told"
    sbatch.write_text(f"#!/bin/sh\nenv > {told}\necho Submitted batch job 7\n")
    sbatch.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("submitit.SlurmExecutor.affinity", classmethod(lambda cls: 2))
    for name in ("SBATCH_PARTITION", "SLURM_ARRAY_TASK_ID"):
        monkeypatch.setenv(name, "elsewhere")
    assert Submitter(tmp_path / "run", cluster(), None, tmp_path).submit([tmp_path / "errand"]) == ["7"]
    assert "elsewhere" not in told.read_text() and os.environ["SBATCH_PARTITION"] == "elsewhere"


def test_a_snapshot_of_the_code_runs_by_itself_and_is_made_once(tmp_path):
    folder = snapshot(tmp_path)
    assert snapshot(tmp_path) == folder and len(list((tmp_path / "code").iterdir())) == 1
    code = (
        "import bench, bench.models, bench.tasks; print(bench.__file__, bench.models.__file__, bench.tasks.__file__)\n"
        "from bench.stages import environment; print(environment.commit())"
    )
    variables = {**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
    out = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True).stdout
    assert out.count(str(folder)) == 3
    assert out.splitlines()[-1] == str(environment.commit())


@pytest.fixture
def campaign(store):
    """A run of seven cells in two jobs, of which two are done."""
    kept = Store(store)
    kept.prepare()
    found = Campaign(store / "runs" / "20260101T000000000000")
    cells = {
        f"cell{number}": Planned(f"net fold {number}", "net", 60, {"score": f"{number:032d}"}) for number in range(7)
    }
    request = {"config": {"cluster": cluster().model_dump()}, "at_once": None}
    found.begin(request, cells, None)
    ledger = {}
    for job, own in (("7_0", ["cell0", "cell1", "cell2", "cell3"]), ("7_1", ["cell4", "cell5"])):
        errand = found.folder / "jobs" / f"{job}.json"
        write_json(errand, {"kind": "cells", "cells": own})
        ledger[job] = str(errand)
    write_json(found.folder / "submissions" / "one" / "jobs.json", ledger)
    for number in (0, 1):
        write_json(store / "stages" / f"{number:032d}" / "product" / "product.json", {})
        write_json(store / "cells" / f"cell{number}.json", {"format": 2})
    return found


def told(campaign, store, hints):
    return [state.state for state in states(campaign, Store(store), hints)]


def beat(campaign, worker, seconds_ago=0.0):
    path = campaign.folder / "beats" / worker
    path.parent.mkdir(exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - seconds_ago,) * 2)


RUNNING = Report("running", "training", 3, 10, job="7_0", worker="7_0.0")


@pytest.mark.parametrize(
    ("hint", "report", "silent", "state"),
    [
        ("PENDING", None, None, "queued"),
        ("RUNNING", None, 0, "queued"),
        ("RUNNING", RUNNING, 0, "running"),
        ("RUNNING", RUNNING, 1000, "silent"),
        ("RUNNING for 5 s", RUNNING, 1000, "queued"),
        ("RUNNING for 5 s", None, None, "queued"),
        ("RUNNING for 5000 s", None, None, "silent"),
        ("PENDING", replace(RUNNING, state="stopped"), 0, "preempted"),
        ("PENDING", RUNNING, 1000, "preempted"),
        ("OUT_OF_MEMORY", RUNNING, 1000, "lost"),
        ("NODE_FAIL", RUNNING, 1000, "lost"),
        ("TIMEOUT", None, None, "lost"),
        ("CANCELLED", replace(RUNNING, state="stopped"), 0, "cancelled"),
        ("RUNNING", replace(RUNNING, state="failed", why="ValueError"), 0, "failed"),
    ],
)
def test_a_state_follows_from_the_workers_report_and_slurms_hint(campaign, store, hint, report, silent, state):
    if report:
        campaign.reports.write("cell2", report)
    if silent is not None:
        beat(campaign, "7_0.0", silent)
    word, _, elapsed = hint.removesuffix(" s").partition(" for ")
    hints = {"7_0": Hint(word, elapsed=int(elapsed) if elapsed else None), "7_1": Hint("PENDING")}
    found = told(campaign, store, hints)
    assert found == ["done", "done", state, found[3], "queued", "queued", "unsubmitted"]


def test_a_worker_that_takes_no_step_hangs(campaign, store):
    campaign.reports.write("cell2", RUNNING)
    path = campaign.folder / "cells" / "cell2.json"
    os.utime(path, (time.time() - 4000,) * 2)
    beat(campaign, "7_0.0")
    assert told(campaign, store, {"7_0": Hint("RUNNING"), "7_1": Hint("PENDING")})[2] == "hangs"


def test_a_forgotten_job_is_lost_and_without_an_answer_it_is_unknown(campaign, store, monkeypatch):
    monkeypatch.setattr("bench.launch.slurm.states.accounted", lambda jobs: {})
    assert told(campaign, store, {}) == ["done", "done", "lost", "lost", "lost", "lost", "unsubmitted"]
    assert told(campaign, store, None) == ["done", "done", "unknown", "unknown", "unknown", "unknown", "unsubmitted"]


def test_a_record_of_other_stages_does_not_count(campaign, store):
    later = time.time() + 60
    os.utime(store / "stages" / f"{1:032d}" / "product" / "product.json", (later, later))
    assert told(campaign, store, {"7_0": Hint("PENDING"), "7_1": Hint("PENDING")})[1] == "queued"


def test_another_runs_record_with_an_older_score_does_not_count(campaign, store):
    """The score existed before this run started, and the record is from a run in between."""
    earlier = time.time() - 60
    product = store / "stages" / f"{1:032d}" / "product" / "product.json"
    os.utime(product, (earlier, earlier))
    for stage, state in (("another", "queued"), (f"{1:032d}", "done")):
        Store(store).write_record("cell1", replace(made("mine", 0, 0.1), stages={"score": stage}))
        assert told(campaign, store, {"7_0": Hint("PENDING"), "7_1": Hint("PENDING")})[1] == state


def test_status_shows_counts_and_failed_cells(bench, campaign, store, monkeypatch):
    monkeypatch.setattr("bench.launch.slurm.queue.queue", lambda: {"7_0": Hint("RUNNING"), "7_1": Hint("PENDING")})
    campaign.reports.write("cell2", replace(RUNNING, figures={"epoch": 2.0, "loss": 0.5}, left=90.0, host="n1"))
    campaign.reports.write("cell3", Report("failed", why="train failed: ValueError: no", job="7_0"))
    (store / "logs" / "cell3.log").write_text("a\nb\nlast words\n")
    beat(campaign, "7_0.0")
    code, out, _ = bench("status")
    assert code == 1
    assert "7 cells" in out and "2 done" in out and "1 failed" in out
    assert "net fold 2: running, training 3/10 epoch 2 loss 0.5, 2 min left (job 7_0 on n1)" in out
    assert "net fold 3: failed (train failed: ValueError: no)" in out and "| last words" in out
    code, out, _ = bench("status", "--json")
    assert [cell["state"] for cell in json.loads(out)[campaign.folder.name]].count("queued") == 2


def test_status_of_no_run_or_an_unknown_run_is_refused(bench, campaign, tmp_path, monkeypatch):
    code, _, err = bench("status", "--store", tmp_path / "other")
    assert code == 2 and "knows no run;" in err
    monkeypatch.setattr("bench.launch.slurm.queue.queue", lambda: {})
    code, _, err = bench("status", "--run", "20260101T000000000001")
    assert code == 2 and "(valid: 20260101T000000000000)" in err


class Submitted:
    """A stand-in for Slurm that records submissions and cancellations; ``refuses`` is sbatch's error."""

    def __init__(self, monkeypatch):
        self.jobs, self.cancelled, self.at_once, self.after, self.refuses = [], set(), [], [], ""
        monkeypatch.setattr(Submitter, "submit", self.submit)
        monkeypatch.setattr("bench.launch.slurm.retrying.cancel", self.cancelled.update)
        monkeypatch.setattr("bench.launch.slurm.retrying.read_site", lambda: SITE)
        monkeypatch.setattr("bench.launch.slurm.states.accounted", lambda jobs: {})

    def submit(self, errands, at_once=None, after=None):
        if self.refuses:
            raise BenchError(self.refuses)
        self.jobs += [json.loads(path.read_text()).get("cells", ["first"]) for path in errands]
        self.at_once.append(at_once)
        self.after.append(after)
        return [f"9_{number}" for number in range(len(errands))]


def retried(bench, monkeypatch, hints, *arguments, code=0):
    monkeypatch.setattr("bench.launch.slurm.queue.queue", lambda: hints)
    ended, out, err = bench("retry", *arguments)
    assert ended == code, err
    return out


def asked_again(campaign, **settings):
    """Change the run's request to these cluster settings, or to ``at_once``."""
    request = campaign.request
    request["at_once"] = settings.pop("at_once", None)
    request["config"]["cluster"] |= settings
    write_json(campaign.folder / "request.json", request)
    past = time.time() - 60
    os.utime(campaign.folder / "request.json", (past, past))


def test_retry_submits_ended_cells_and_cancels_silent_jobs(bench, campaign, monkeypatch):
    slurm = Submitted(monkeypatch)
    campaign.reports.write("cell4", replace(RUNNING, job="7_1", worker="7_1.0"))
    beat(campaign, "7_1.0", 1000)
    retried(bench, monkeypatch, {"7_0": Hint("TIMEOUT"), "7_1": Hint("RUNNING")})
    assert sorted(cell for job in slurm.jobs for cell in job) == ["cell2", "cell3", "cell4", "cell5", "cell6"]
    assert slurm.cancelled == {"7_1"}


def test_a_silent_process_is_replaced_without_cancelling_a_working_one(bench, campaign, monkeypatch):
    slurm = Submitted(monkeypatch)
    campaign.reports.write("cell2", RUNNING)
    campaign.reports.write("cell3", replace(RUNNING, worker="7_0.1"))
    beat(campaign, "7_0.0", 1000)
    beat(campaign, "7_0.1")
    retried(bench, monkeypatch, {"7_0": Hint("RUNNING"), "7_1": Hint("PENDING")})
    assert slurm.cancelled == set() and sorted(cell for job in slurm.jobs for cell in job) == ["cell2", "cell6"]


def test_open_jobs_count_towards_the_limit_of_jobs(bench, campaign, monkeypatch):
    slurm = Submitted(monkeypatch)
    asked_again(campaign, at_once=3)
    retried(bench, monkeypatch, {"7_0": Hint("PENDING"), "7_1": Hint("PENDING")})
    assert slurm.jobs == [["cell6"]] and slurm.at_once == [1]


def test_reports_are_restored_if_sbatch_refuses(bench, campaign, monkeypatch):
    slurm = Submitted(monkeypatch)
    failed = Report("failed", why="ValueError", job="7_0")
    campaign.reports.write("cell2", failed)
    slurm.refuses = "sbatch refuses"
    hints = {"7_0": Hint("FAILED"), "7_1": Hint("PENDING")}
    for _ in range(3):
        retried(bench, monkeypatch, hints, "--failed", code=2)
    assert campaign.reports.read("cell2") == failed
    slurm.refuses = ""
    assert "2 times" not in retried(bench, monkeypatch, hints) and slurm.jobs


def test_a_first_job_prepares_pictures_once(bench, campaign, monkeypatch):
    slurm = Submitted(monkeypatch)
    asked_again(campaign, prepare="job", gpus=1)
    hints = {"7_0": Hint("CANCELLED"), "7_1": Hint("PENDING")}
    retried(bench, monkeypatch, hints)
    assert slurm.jobs[0] == ["first"] and slurm.after == [None, "9_0"]
    write_json(campaign.folder / PREPARED, {})
    slurm.jobs.clear()
    retried(bench, monkeypatch, hints)
    assert ["first"] not in slurm.jobs


def test_a_retry_holds_the_submission_lock(bench, campaign, monkeypatch):
    slurm, tried = Submitted(monkeypatch), []

    def contend():
        with pytest.raises(Timeout), campaign.submitting(seconds=0):
            pass
        tried.append(len(slurm.jobs))

    submit = slurm.submit
    monkeypatch.setattr(Submitter, "submit", lambda self, *given: (contend(), submit(*given))[1])
    looks = iter([None, contend])  # the second look is the one that counts

    def queue():
        if look := next(looks):
            look()
        return {"7_0": Hint("PENDING"), "7_1": Hint("PENDING")}

    monkeypatch.setattr("bench.launch.slurm.queue.queue", queue)
    assert bench("retry")[0] == 0 and tried == [0, 0]


def test_failed_cells_are_retried_only_with_the_option(bench, campaign, monkeypatch):
    slurm = Submitted(monkeypatch)
    campaign.reports.write("cell2", Report("failed", why="ValueError", job="7_0"))
    hints = {"7_0": Hint("RUNNING"), "7_1": Hint("PENDING")}
    beat(campaign, "7_0.0")
    retried(bench, monkeypatch, hints)
    assert slurm.jobs == [["cell6"]]
    retried(bench, monkeypatch, hints, "--failed")
    assert "cell2" in slurm.jobs[1]
    assert not campaign.reports.has_failed("cell2")


@pytest.mark.parametrize(
    ("end", "state", "times"),
    [
        ("OUT_OF_MEMORY", "running", 2),
        ("FAILED", "stalled", 2),
        ("NODE_FAIL", "running", 4),
        ("PREEMPTED", "running", 4),
        ("TIMEOUT", "running", 4),
        ("COMPLETED", "stopped", 4),
        ("FAILED", None, 2),
        ("NODE_FAIL", None, 4),
    ],
)
def test_ends_caused_by_a_cell_are_retried_twice_and_others_without_limit(
    bench, campaign, monkeypatch, end, state, times
):
    slurm = Submitted(monkeypatch)
    for _ in range(4):
        if state:
            campaign.reports.write("cell2", replace(RUNNING, state=state))
        out = retried(bench, monkeypatch, {"7_0": Hint(end), "7_1": Hint("PENDING")})
    assert sum("cell2" in job for job in slurm.jobs) == times
    assert ("ended 3 times" in out) == (times == 2)


def test_a_cell_that_had_not_started_is_not_blamed_for_its_jobs_end(bench, campaign, monkeypatch):
    slurm = Submitted(monkeypatch)
    for _ in range(4):
        campaign.reports.write("cell2", RUNNING)
        retried(bench, monkeypatch, {"7_0": Hint("FAILED"), "7_1": Hint("PENDING")})
    assert sum("cell3" in job for job in slurm.jobs) == 4


def test_jobs_in_no_ledger_are_cancelled(bench, campaign, monkeypatch):
    slurm = Submitted(monkeypatch)
    stray = Hint("PENDING", name=f"bench-{campaign.folder.name}")
    retried(bench, monkeypatch, {"7_0": Hint("PENDING"), "7_1": Hint("PENDING"), "8_0": stray})
    assert slurm.cancelled == {"8_0"}


@pytest.mark.parametrize(
    ("arguments", "jobs"), [((), {"7_0", "7_1"}), (("net fold 4",), {"7_1"}), (("cell2",), {"7_0"})]
)
def test_cancel_cancels_the_jobs_of_cells_or_all_jobs(bench, campaign, monkeypatch, arguments, jobs):
    slurm = Submitted(monkeypatch)
    monkeypatch.setattr("bench.launch.slurm.queue.queue", lambda: {"7_0": Hint("RUNNING"), "7_1": Hint("PENDING")})
    code, out, err = bench("cancel", *arguments)
    assert code == 0 and slurm.cancelled == jobs, err
    code, _, err = bench("cancel", "nte fold 4")
    assert code == 2 and "did you mean 'net fold 4'" in err


def test_a_cell_is_found_in_any_run(bench, campaign, store, monkeypatch):
    """A suite makes one run per task, and all may be active."""
    slurm = Submitted(monkeypatch)
    other = Campaign(store / "runs" / "20260102T000000000000")
    other.begin(campaign.request, {"other": Planned("other fold 0", "other", 60, {"score": "0" * 32})}, None)
    write_json(other.folder / "jobs" / "8_0.json", {"kind": "cells", "cells": ["other"]})
    write_json(other.folder / "submissions" / "one" / "jobs.json", {"8_0": str(other.folder / "jobs" / "8_0.json")})
    names = [f"bench-{found.folder.name}" for found in (campaign, other)]
    hints = {"7_0": Hint("RUNNING", name=names[0]), "7_1": Hint("PENDING"), "8_0": Hint("PENDING", name=names[1])}
    monkeypatch.setattr("bench.launch.slurm.queue.queue", lambda: hints)
    (store / "logs" / "cell2.log").write_text("of the first run\n")
    assert "of the first run" in bench("logs", "net fold 2")[1]
    code, _, err = bench("cancel", "net fold 4")
    assert code == 0 and slurm.cancelled == {"7_1"}, err
    code, _, err = bench("cancel", "other fold 1")
    assert code == 2 and "did you mean 'other fold 0'" in err and slurm.cancelled == {"7_1"}


def test_logs_show_the_cells_log_and_its_jobs_output(bench, campaign, store, monkeypatch):
    monkeypatch.setattr("bench.launch.slurm.queue.queue", lambda: {"7_0": Hint("RUNNING"), "7_1": Hint("PENDING")})
    (store / "logs" / "cell2.log").write_text("\n".join(f"line {number}" for number in range(99)) + "\n")
    (campaign.folder / "submissions" / "one" / "7_0_0_log.err").write_text("Killed\x1b[2J\n")
    code, out, _ = bench("logs", "net fold 2", "--lines", "2")
    assert code == 0 and "line 98" in out and "line 96" not in out and "Killed" in out and "\x1b" not in out


@pytest.fixture
def quiet():
    """Restores the signal handlers after the test."""
    numbers = (signal.SIGUSR2, signal.SIGTERM, signal.SIGCONT, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    signal.alarm(0)  # the time limit of the test itself
    yield
    signal.alarm(0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ([signal.SIGUSR2], 42),
        ([signal.SIGTERM], 20),
        ([signal.SIGTERM, signal.SIGUSR2], 20),
        ([signal.SIGUSR2, signal.SIGTERM], 20),
        ([signal.SIGCONT], 0),
    ],
)
def test_a_signal_stops_the_work_at_the_next_step(quiet, campaign, sent, seconds):
    signals = Signals(grace_seconds=60)
    telling = StatusWriter(campaign.reports, "7_0", "7_0.0", signals)
    telling.begin("cell2")
    telling.start("net fold 2: training", 10)
    for number in sent:
        os.kill(os.getpid(), number)
    assert signal.alarm(0) in (seconds, seconds - 1) and signals.stop == (seconds > 0)
    if signals.stop:
        with pytest.raises(Stopped):
            telling.advance(1)
    else:
        telling.advance(1)
    assert campaign.reports.read("cell2").what == "training"


def test_a_step_that_does_not_end_in_time_is_abandoned(quiet):
    Signals(grace_seconds=2)
    os.kill(os.getpid(), signal.SIGUSR2)
    with pytest.raises(Abandoned):
        time.sleep(5)


def test_a_report_that_cannot_be_written_stops_nothing(quiet, campaign, monkeypatch):
    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bench.launch.reports.write_json", full)
    telling = StatusWriter(campaign.reports, "7_0", "7_0.0", Signals(60))
    telling.begin("cell2")
    telling.start("net fold 2: training", 10)
    telling.ended("cell2", Report("failed", why="no space"))


def test_a_worker_whose_code_is_of_two_roots_refuses(monkeypatch):
    monkeypatch.setattr(request, "import_module", lambda name: SimpleNamespace(__file__="/elsewhere/tasks/__init__.py"))
    with pytest.raises(BenchError, match="install one copy of the code"):
        request.planned({}, Lines(sys.stdout))


def test_a_worker_whose_data_or_code_changed_since_the_submission_refuses():
    with pytest.raises(BenchError, match="changed since the submission"):
        worker._own(SimpleNamespace(cells=()), {"cells": ["cell2"], "stages": "of before"})


def test_an_error_of_the_first_job_fails_every_cell(quiet, campaign):
    telling = StatusWriter(campaign.reports, "6", "6.0", Signals(60))
    with pytest.raises(Exception, match="config"):
        worker._prepare({"planned": dict.fromkeys(campaign.planned())}, telling)
    assert all(campaign.reports.has_failed(cell) for cell in campaign.planned())
    assert not (campaign.folder / PREPARED).exists()


def test_a_cell_is_reported_as_running_before_its_inputs_are_loaded(quiet, campaign):
    telling = StatusWriter(campaign.reports, "7_0", "7_0.0", Signals(60))
    telling.begin("cell2")
    telling.begin_stage("train")
    assert campaign.reports.read("cell2").place == "train"


STALLING = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from bench.launch.reports import Reports
from bench.launch.slurm import worker
from bench.launch.slurm.status_writer import StatusWriter
worker.BEAT_SECONDS = 0.05
folder, patience = Path(sys.argv[1]), float(sys.argv[2])
telling = StatusWriter(Reports(folder), "7_0", "7_0.0", SimpleNamespace(stop=False))
telling.begin("cell2")
telling.start("net fold 2: training", 10)
worker.Watch(folder / "beats" / "7_0.0", telling, patience).start()
time.sleep(1.5)
"""


@pytest.mark.parametrize(("patience", "code", "state"), [("0.3", 70, "stalled"), ("inf", 0, "running")])
def test_a_worker_that_takes_no_step_for_too_long_ends_itself_and_says_why(campaign, patience, code, state):
    ran = subprocess.run([sys.executable, "-c", STALLING, campaign.folder, patience], capture_output=True, text=True)
    assert ran.returncode == code, ran.stderr
    report = campaign.reports.read("cell2")
    assert report.state == state and report.what == "training"
    assert ("no step for" in report.why) == (state == "stalled")
