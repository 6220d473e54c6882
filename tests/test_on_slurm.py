"""The launcher on a real Slurm of four nodes: what is lost comes back, with the numbers of a run left alone."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from bench.launch.slurm.site import seconds

pytestmark = [pytest.mark.slurm, pytest.mark.timeout(1500)]

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (
    "synthetic.size=200",
    "image_size=64",
    "machine.threads=1",
    "machine.checkpoint_seconds=2",
    "recipe.stop_after=999",
)
CLUSTER = ("cluster.memory_gb=2", "cluster.cpus=1", "cluster.grace_seconds=20")
TIDY = {"timings", "environment", "finished", "stages", "products", "digest"}


def options(*settings):
    return ["--config", "classify", *(part for text in (*SETTINGS, *CLUSTER, *settings) for part in ("--set", text))]


class User:
    """Somebody at the command line, with a store of their own."""

    def __init__(self, store):
        self.store = store

    def __call__(self, *arguments, code=0):
        command = [sys.executable, "-m", "bench", *map(str, arguments), "--store", str(self.store)]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=900)
        assert code is None or ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def submit(self, models, *settings, folds="0", arguments=()):
        asked = ("--task", "classification", "--models", models, "--folds", folds, "--launcher", "slurm", *arguments)
        return self("run", *asked, *options(*settings))

    def states(self):
        """The states of all cells of the latest run, by name."""
        (cells,) = json.loads(self("status", "--json", code=None)).values()
        return {cell["name"]: cell for cell in cells}

    def until(self, seen, seconds=240):
        """Wait until the states are as ``seen`` asks; return them."""
        end = time.monotonic() + seconds
        while not seen(states := self.states()):
            assert time.monotonic() < end, states
            time.sleep(0.3)
        return states

    def ended(self, seconds=240):
        """Wait until nothing changes by itself any more."""
        return self.until(lambda states: not {"running", "queued", "preempted"} & kinds(states), seconds)

    def records(self):
        """What the store's records say, without what differs from run to run."""
        found = {path.stem: json.loads(path.read_text()) for path in (self.store / "cells").glob("*.json")}
        return {
            name: {key: value for key, value in record.items() if key not in TIDY} for name, record in found.items()
        }


def kinds(states):
    return {cell["state"] for cell in states.values()}


def running(states):
    """A cell in training, past its first steps; None where there is none."""
    found = [cell for cell in states.values() if cell["state"] == "running" and cell["report"]["what"] == "training"]
    return next((cell for cell in found if cell["report"]["done"]), None)


def processes(job):
    """The Python processes of a job, by its id."""
    array, _, task = job.partition("_")
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            environment = process.environ() if "submitit.core._submit" in (process.info["cmdline"] or []) else {}
        except psutil.Error:
            continue
        own = environment.get("SLURM_ARRAY_JOB_ID", environment.get("SLURM_JOB_ID"))
        if (own, environment.get("SLURM_ARRAY_TASK_ID", "")) == (array, task) and "srun" not in process.info["cmdline"][
            0
        ]:
            found.append(process)
    return found


@pytest.fixture
def user(slurm, tmp_path):
    yield User(tmp_path / "store")
    subprocess.run(["scancel", "--user", "root"], capture_output=True)
    while subprocess.run(["squeue", "-h"], capture_output=True, text=True).stdout.strip():
        time.sleep(0.2)


@pytest.fixture
def undisturbed(tmp_path_factory):
    """The same cells computed inline; returns (user, records)."""

    def compute(models, *settings, folds="0"):
        alone = User(tmp_path_factory.mktemp("alone") / "store")
        alone("run", "--task", "classification", "--models", models, "--folds", folds, *options(*settings))
        return alone

    return compute


LONG = "model.epochs=150"


@pytest.mark.parametrize("end", ["USR2", "TERM", "KILL"])
def test_a_job_that_is_stopped_goes_on_and_its_numbers_are_those_of_a_run_left_alone(user, undisturbed, end):
    user.submit("vanillavit", LONG)
    cell = running(user.until(running))
    time.sleep(3)  # a checkpoint stands
    if end == "KILL":
        (process,) = processes(cell["job"])
        process.kill()
        lost = user.until(lambda states: kinds(states) == {"lost"})["vanillavit fold 0"]
        assert "FAILED" in lost["why"] or "OUT_OF_MEMORY" in lost["why"]
        assert "1 cell resubmitted" in user("retry")
    else:
        subprocess.run(["scancel", "--signal", end, cell["job"]], check=True)
    assert kinds(user.ended()) == {"done"}
    assert "resumed at epoch" in user("logs", "vanillavit fold 0")
    assert user.records() == undisturbed("vanillavit", LONG).records()


def test_a_cancelled_job_is_named_and_retried(user):
    user.submit("vanillavit", LONG)
    cell = running(user.until(running))
    subprocess.run(["scancel", cell["job"]], check=True)
    user.until(lambda states: kinds(states) == {"cancelled"})
    assert "1 cell resubmitted" in user("retry", "--watch", "--every", "2")
    assert kinds(user.states()) == {"done"}
    assert "nothing to retry" in user("retry")


def test_a_frozen_worker_is_silent_and_its_job_is_cancelled_by_a_retry(user, bench, monkeypatch):
    monkeypatch.setattr("bench.launch.slurm.states.LIMIT_SECONDS", 2)
    user.submit("vanillavit", LONG)
    cell = running(user.until(running))
    (process,) = processes(cell["job"])
    process.suspend()
    time.sleep(5)
    (beat,) = (user.store / "runs").glob("*/beats/*")
    os.utime(beat, (time.time() - 4,) * 2)
    code, out, _ = bench("status", "--store", user.store)
    assert code == 1 and "silent (no sign of life" in out
    assert bench("retry", "--store", user.store)[0] == 0
    psutil.wait_procs([process], timeout=60)
    assert not process.is_running()
    assert kinds(user.ended()) == {"done"}


def test_a_cell_that_takes_no_step_is_told_to_hang(user):
    user.submit("vanillavit", LONG)
    cell = running(user.until(running))
    report = next((user.store / "runs").glob("*/cells/*.json"))
    (process,) = processes(cell["job"])
    process.suspend()
    os.utime(report, (time.time() - 10_000,) * 2)
    assert kinds(user.states()) == {"hangs"}
    process.resume()


def test_a_full_disk_is_named_and_mended(user, tmp_path):
    user.store.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(user.store)], check=True)
    try:
        user.submit("vanillavit", LONG)
        running(user.until(running))
        filler = user.store / "filler"
        with filler.open("wb") as stream:
            try:
                while stream.write(b"0" * 2**16):
                    stream.flush()
            except OSError:
                pass
        states = user.ended()
        assert kinds(states) <= {"failed", "lost"}
        filler.unlink()
        user("retry", "--failed")
        assert kinds(user.ended()) == {"done"}
    finally:
        subprocess.run(["umount", "-l", str(user.store)], check=True)


def test_the_controller_may_restart(user, slurm):
    user.submit("vanillavit", LONG)
    running(user.until(running))
    pid = int((slurm / "run" / "slurmctld.id").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    assert kinds(user.states()) <= {"unknown", "running", "done"}
    subprocess.run([ROOT / "tests" / "slurm" / "slurm-up", slurm], check=True, capture_output=True)
    assert kinds(user.ended()) == {"done"}


def test_processes_that_share_a_job_compute_cells_of_their_own_and_stop_and_go_on_together(user, undisturbed):
    user.submit("vanillavit", "model.epochs=40", "cluster.cells_per_gpu=2", folds="0-3")
    states = user.until(lambda states: sum(cell["state"] == "running" for cell in states.values()) == 2)
    assert len({cell["report"]["worker"] for cell in states.values() if cell["state"] == "running"}) == 2
    time.sleep(3)
    (job,) = {cell["job"] for cell in states.values()}
    subprocess.run(["scancel", "--signal", "USR2", job], check=True)
    user.until(lambda states: "preempted" in kinds(states))
    assert kinds(user.ended()) == {"done"}
    assert user.records() == undisturbed("vanillavit", "model.epochs=40", folds="0-3").records()


def test_a_cell_on_two_nodes_is_that_of_one_process_through_a_stop_too(user, undisturbed):
    model = ("model.epochs=60",)
    user.submit("vanillavit", *model, "cluster.nodes_per_cell=2")
    cell = running(user.until(running))
    assert {int(process.environ()["SLURM_PROCID"]) for process in processes(cell["job"])} == {0, 1}
    time.sleep(3)
    subprocess.run(["scancel", "--signal", "USR2", cell["job"]], check=True)
    user.until(lambda states: "preempted" in kinds(states))
    assert kinds(user.ended()) == {"done"}
    assert "resumed at epoch" in user("logs", "vanillavit fold 0")
    ((name, made),) = user.records().items()
    expected = undisturbed("vanillavit", *model).records()[name]
    assert made["training"]["validation"] == pytest.approx(expected["training"]["validation"], rel=1e-4)
    assert made["n"] == expected["n"]
    (record,) = (user.store / "cells").glob("*.json")
    assert json.loads(record.read_text())["environment"]["train"]["processes"] == 2


def test_a_process_that_dies_takes_those_of_its_cell_with_it(user):
    user.submit("vanillavit", LONG, "cluster.nodes_per_cell=2")
    cell = running(user.until(running))
    doomed, *others = sorted(processes(cell["job"]), key=lambda process: -int(process.environ()["SLURM_PROCID"]))
    doomed.kill()
    _, alive = psutil.wait_procs(others, timeout=60)
    assert not alive
    assert kinds(user.until(lambda states: "running" not in kinds(states), 60)) == {"lost"}


def test_two_runs_over_the_same_cells_compute_each_stage_once(user):
    with ThreadPoolExecutor(2) as pool:  # one after the other, the second finds what the first has finished
        submitted = [
            pool.submit(user.submit, "vanillavit,gcn", "model.epochs=4", "cluster.job_minutes=0", folds="0-2")
            for _ in range(2)
        ]
    for each in submitted:
        each.result()
    runs = sorted(path.stem for path in (user.store / "runs").glob("*.json"))
    assert len(runs) == 2
    end = time.monotonic() + 600
    while not all("6 done" in user("status", "--run", run, code=None) for run in runs):
        assert time.monotonic() < end
        time.sleep(5)  # each look is a process that takes time from what it waits for
    lines = [line for path in (user.store / "logs").glob("*.log") for line in path.read_text().splitlines()]
    made = [
        tuple(line.split()[2:4]) for line in lines if re.match(r"\S+ \S+ (train|predict|score) [0-9a-f]{32} by ", line)
    ]
    assert len(made) == len(set(made)) == 18


def test_pictures_may_be_made_ready_by_a_first_job(user, monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    user.submit("gcn", "model.epochs=1", "cluster.prepare=job", "synthetic.seed=7")
    (cell,) = user.states().values()
    assert "Dependency=afterok:" in asked("scontrol", "show", "job", cell["job"])
    assert kinds(user.ended()) == {"done"}
    assert list((user.store / "runs").glob("*/prepared.json"))


def test_a_cell_that_needs_more_memory_than_its_job_has_is_named_and_given_up_after_a_third_time(user):
    user.submit("vanillavit", LONG, "cluster.memory_gb=0.2", "cluster.probe_seconds=0")
    said = user("retry", "--watch", "--every", "1")
    assert "ended 3 times" in said and said.count("1 cell resubmitted") == 2
    assert kinds(user.states()) == {"lost"}


def test_a_node_tells_what_it_has(slurm, user):
    out = user("doctor", "--node", *(part for text in CLUSTER for part in ("--set", text)), code=None)
    assert re.search(r"ok\s+node\s+n\d", out) and "torch, torchvision" in out


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (("cluster.partition=mian",), "did you mean 'main'"),
        (("cluster.gpus=2",), "cluster.gpus=2: a node of partition 'main' has at most 1"),
        (("cluster.setup=[exit 1]",), "left no answer"),
        (("cluster.sbatch.licenses=none@here",), "sbatch refuses: Batch job submission failed"),
    ],
)
def test_what_the_cluster_cannot_do_is_refused_before_anything_is_queued(user, settings, said):
    out = user("run", "--task", "classification", "--models", "gcn", "--launcher", "slurm", *options(*settings), code=2)
    assert said in out and "Traceback" not in out
    assert not subprocess.run(["squeue", "-h"], capture_output=True, text=True).stdout.strip()
    assert not list((user.store / "runs").glob("*.json")) if user.store.exists() else True


def test_a_store_that_nodes_do_not_see_is_refused(user, tmp_path):
    """The command sees a file system of its own in the store's place, which Slurm's nodes do not."""
    user.store.mkdir()
    command = [
        sys.executable,
        "-m",
        "bench",
        "run",
        "--task",
        "classification",
        "--models",
        "gcn",
        "--launcher",
        "slurm",
    ]
    words = " ".join([*command, *(f"'{part}'" for part in options()), "--store", str(user.store)])
    script = f"mount -t tmpfs tmpfs {user.store} && {words}"
    ran = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 2 and "name a folder that all nodes share with --store" in ran.stderr


def lose_node(slurm, name):
    """Kill a node's daemon and all it runs, as a power cut would: nobody is left to tell the controller."""
    daemon = int((slurm / "run" / f"slurmd-{name}.id").read_text().split()[0])
    parts, steps = set(), set()
    for process in psutil.process_iter():
        try:
            if process.environ().get("SLURMD_NODENAME") == name:
                parts.add(process.pid)
                steps |= {parent.pid for parent in process.parents() if parent.name().startswith("slurmstepd")}
        except psutil.Error:
            continue
    for pid in (daemon, *steps, *parts):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def on_nodes(seconds_left):
    """Wait until each node has a job with so much time left that what befalls it is not its time limit; job to node."""
    for _ in range(300):
        lines = asked("squeue", "-h", "-a", "-r", "-t", "R", "-o", "%i|%N|%L").splitlines()
        jobs = [(job, node, seconds(left)) for job, node, left in (line.split("|") for line in lines)]
        where = {job: node for job, node, left in jobs if left is not None and left >= seconds_left}
        if len(set(where.values())) == 4:
            return where
        time.sleep(1)
    raise AssertionError(f"no job for each of the nodes: {lines}")


def hold_up(process):
    """Freeze a process, on a host of any speed, until its time is nearly over; Slurm's warning wakes it."""
    process.suspend()
    psutil.wait_procs([process], timeout=300)


def test_forty_cells_through_trouble_are_those_of_a_run_left_alone(user, undisturbed, slurm):
    models, short = "vanillavit,gcn,gat,cait", ["model.epochs=12", "cluster.job_minutes=0", "cluster.minutes=2"]
    short += ["cluster.cpus=2"]
    user.submit(models, *short, folds="all", arguments=("--jobs", "8"))
    user.until(running)
    where = on_nodes(seconds_left=45)
    lost, *nodes = sorted(set(where.values()))
    cancelled = next(job for job, node in where.items() if node == nodes[0])
    subprocess.run(["scancel", cancelled], check=True)
    lose_node(slurm, lost)
    urgent = ("sbatch", "--wait", "-p", "urgent", "-w", nodes[1], "--exclusive", "-o", "/dev/null", "--wrap", "sleep 3")
    first = subprocess.Popen(urgent)
    late = next(job for job, node in where.items() if node == nodes[2])
    user.until(lambda states: running({name: cell for name, cell in states.items() if cell["job"] == late}))
    hold_up(*processes(late))
    log = [f"jobs {where}: {cancelled} cancelled, node {lost} lost, {nodes[1]} taken by a job that goes before ours"]
    log.append(f"job {late} held up until its time is nearly over")
    for _ in range(8):
        states = user.ended(600)
        subprocess.run([ROOT / "tests" / "slurm" / "slurm-up", slurm], check=True, capture_output=True)
        log.append(
            user("status", code=None) + "".join(f"  {cell['name']}: {cell['why']}\n" for cell in states.values())
        )
        if kinds(states) == {"done"}:
            break
        log.append(user("retry"))
    controller = (slurm / "log" / "slurmctld.log").read_text()
    requeued = re.findall(r"Requeuing JobId=(\w+)", controller)
    resumed = sum(path.read_text().count("resumed at epoch") for path in (user.store / "logs").glob("*.log"))
    log.append(f"{len(requeued)} times queued again, {resumed} trainings resumed")
    print("\n".join(log))
    assert first.wait(60) == 0 and f"due to failure of node {lost}" in controller
    assert late in requeued  # by its time limit: nothing else befell it
    assert kinds(user.states()) == {"done"}
    alone = undisturbed(models, *short, folds="all")
    assert user.records() == alone.records() and len(user.records()) == 40
    assert user("table", "2", "--format", "csv") == alone("table", "2", "--format", "csv")


def asked(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_each_job_has_watchers_of_its_own_and_the_command_says_that_it_has_submitted(slurm, tmp_path):
    user = User(tmp_path / "store")
    user.submit("majority,pixels", "cluster.job_minutes=0", arguments=("--watch", "file"))
    assert kinds(user.ended()) == {"done"}
    files = {path.parts[-3]: path for path in user.store.glob("watch/*/*/file/events.jsonl")}
    events = {worker: [json.loads(line) for line in file.open()] for worker, file in files.items()}
    assert [event["state"] for event in events.pop("command")] == ["started", "submitted"]
    ends = [event for own in events.values() for event in own if event["event"] == "cell" and event["outcome"]]
    assert {(event["cell"]["model"], event["outcome"]) for event in ends} == {("majority", "done"), ("pixels", "done")}
