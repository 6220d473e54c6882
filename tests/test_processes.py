"""How processes end: whatever ends a command ends all that it has started, in seconds and with one sentence."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import Mock

import psutil
import pytest
from filelock import Timeout

from bench.processes.endings import STOPPED, Interrupted, exit_code, held_lock, interruptible, undisturbed
from bench.store import claim
from tests.conftest import write

ROOT = Path(__file__).parents[1]
SCRIPT = """
import hashlib, os, signal, sys, time
from bench.processes.endings import exit_code, interruptible
{before}
try:
    with interruptible(1.0):
        {body}
except KeyboardInterrupt as interrupt:
    sys.exit(exit_code(interrupt))
"""

pytestmark = pytest.mark.usefixtures("signals_act")


def script(body, before="", **options):
    """Start a script that is interruptible while it computes its body."""
    code = SCRIPT.format(body=body, before=before)
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, **options)
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_work_with_the_code_of_the_signal(number):
    process = script("print('ready', flush=True); time.sleep(600)")
    process.send_signal(number)
    assert process.wait(60) == 128 + number


@pytest.mark.parametrize("body", ["time.sleep(600)", "hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)"])
def test_work_that_swallows_the_signal_or_computes_on_is_ended_at_the_deadline(body):
    endless = f"""while True:
            try:
                print("ready", flush=True)
                {body}
            except BaseException:
                pass"""
    process = script(endless, stderr=subprocess.PIPE)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 128 + signal.SIGTERM
    assert process.stderr
    assert process.stderr.read().decode().splitlines()[-1] == STOPPED


def test_a_second_signal_does_not_break_off_what_the_first_one_ends():
    with pytest.raises(Interrupted) as interrupt, interruptible():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
    assert exit_code(interrupt.value) == 143


def test_a_signal_that_comes_while_nothing_may_be_broken_off_ends_what_follows():
    done = []
    with pytest.raises(Interrupted), interruptible():
        with undisturbed():
            signal.raise_signal(signal.SIGTERM)
            done.append("whole")
        done.append("never")
    assert done == ["whole"]


@pytest.mark.parametrize("is_stopped", [True, False])
def test_a_thread_that_fails_once_a_signal_has_come_prints_nothing(is_stopped):
    body = """late = threading.Timer(0.5, lambda: 1 / 0)
        late.start()
        print("ready", flush=True)
        try:
            time.sleep(0.6)
        finally:
            late.join()"""
    process = script(body, before="import threading", stderr=subprocess.PIPE)
    if is_stopped:
        process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert (b"ZeroDivisionError" in err) is not is_stopped


def test_what_the_process_was_started_to_ignore_stays_ignored():
    process = script(
        "print('ready', flush=True); time.sleep(0.5)", before="signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    )
    process.send_signal(signal.SIGHUP)
    assert process.wait(60) == 0


def test_the_handlers_are_as_before_when_the_work_has_ended():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    with interruptible():
        pass
    assert [signal.getsignal(number) for number in numbers] == before


def run(folder, *arguments, prefix=()):
    """Start `bench run` on many small pictures, in a process group of its own; it would take long."""
    own = {"BENCH_STORE": str(folder / "store"), "OMP_NUM_THREADS": "1"}
    command = [*prefix, sys.executable, "-m", "bench", "run", "--task", "classification", *arguments]
    with (folder / "out.txt").open("wb") as out:
        return subprocess.Popen(
            command, env={**os.environ, **own}, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )


def processes(folder):
    """The living processes that a run in this folder started, itself among them."""
    wanted = str(folder / "store")
    living = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("BENCH_STORE") == wanted and process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
        except psutil.Error:
            continue
    return living


def awaited(condition, seconds=120):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return value


def claims(folder):
    """The claims of a run, dead or alive."""
    return [path.parent for path in folder.glob("store/stages/*/claim/*")]


def training(count):
    """The moment when so many stages are claimed and a checkpoint is written."""

    def reached(folder):
        return len(claims(folder)) >= count and any(folder.glob("store/stages/*/work/checkpoint.pt"))

    return reached


def begun(folder):
    return any(processes(folder))


def workers_begun(folder):
    return len(processes(folder)) > 1


def to_parent(*numbers):
    def end(process):
        for number in numbers:
            process.send_signal(number)

    return end


def to_group(*numbers):
    def end(process):
        for number in numbers:
            os.killpg(process.pid, number)

    return end


TERM, HUP, INT, KILL, STOP = (getattr(signal, f"SIG{name}") for name in ("TERM", "HUP", "INT", "KILL", "STOP"))
LOCAL = ("--launcher", "local", "--jobs")
TRAIN = ("--models", "resnet", "--folds", "all", "--set", "resnet.epochs=200", "--set", "machine.checkpoint_seconds=0")
DRAW = ("--models", "majority", "--set", "synthetic.size=40000", "--set", "machine.threads=2")
ENDS = {
    "TERM of one worker's parent": ((*TRAIN, *LOCAL, "1"), training(1), to_parent(TERM), 143),
    "TERM with four workers": ((*TRAIN, *LOCAL, "4"), training(4), to_parent(TERM), 143),
    "HUP": ((*TRAIN, *LOCAL, "2"), training(1), to_parent(HUP), 129),
    "Ctrl-C of the group": ((*TRAIN, *LOCAL, "2"), training(1), to_group(INT), 130),
    "TERM of the group, twice": ((*TRAIN, *LOCAL, "2"), training(1), to_group(TERM, TERM), 143),
    "KILL": ((*TRAIN, *LOCAL, "2"), training(1), to_parent(KILL), -9),
    "suspended and killed": ((*TRAIN, *LOCAL, "2"), training(1), to_parent(STOP, KILL), -9),
    "the group suspended, the parent killed": ((*TRAIN, *LOCAL, "2"), training(1), to_group(STOP), -9),
    "TERM while it starts": ((*TRAIN, *LOCAL, "2"), begun, to_parent(TERM), (143, -15)),
    "TERM while workers start": ((*TRAIN, *LOCAL, "2"), workers_begun, to_parent(TERM), 143),
    "KILL while workers start": ((*TRAIN, *LOCAL, "2"), workers_begun, to_parent(KILL), -9),
    "TERM inline": (TRAIN, training(1), to_parent(TERM), 143),
    "TERM while pictures are drawn": (DRAW, workers_begun, to_parent(TERM), 143),
    "KILL while pictures are drawn": (DRAW, workers_begun, to_parent(KILL), -9),
    "TERM of the group while pictures are drawn": (DRAW, workers_begun, to_group(TERM), 143),
}
"""Ends of a run: its arguments, the moment, what is done to it, and its exit codes."""


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "moment", "end", "codes"), ENDS.values(), ids=ENDS)
def test_no_process_outlives_a_run(tmp_path, monkeypatch, arguments, moment, end, codes):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    if arguments is not DRAW:
        for category in range(3):
            for number in range(24):
                write(tmp_path / "mine" / f"kind{category}" / str(number), category, number)
        arguments = (*arguments, "--dataset", f"folder:{tmp_path / 'mine'}", "--set", "image_size=64")
    process = run(tmp_path, *arguments)
    try:
        awaited(lambda: moment(tmp_path))
        end(process)
        if codes == -9:
            process.kill()
        assert process.wait(15) in (codes if isinstance(codes, tuple) else (codes,))
        awaited(lambda: not processes(tmp_path), 10)
        out = (tmp_path / "out.txt").read_text()
        if process.returncode > 0:  # killed, it says nothing, and joblib's processes may say anything
            assert out.count(STOPPED) == 1 and "Traceback" not in out
        awaited(lambda: not any(map(claim.holder, claims(tmp_path))), 10)
        if "training" in moment.__qualname__:
            assert any(tmp_path.glob("store/stages/*/work/checkpoint.pt"))
    finally:
        for left in processes(tmp_path):
            left.kill()


@pytest.mark.slow
def test_timeout_of_coreutils_leaves_nothing(tmp_path):
    process = run(tmp_path, *TRAIN, *LOCAL, "2", prefix=("timeout", "5"))
    assert process.wait(30) == 124
    awaited(lambda: not processes(tmp_path), 10)


def test_where_a_file_system_has_no_locks_the_files_existence_is_the_lock(tmp_path, monkeypatch):
    monkeypatch.setattr("filelock.FileLock.acquire", Mock(side_effect=NotImplementedError))
    lock = held_lock(tmp_path / "lock")
    with pytest.raises(Timeout):
        held_lock(tmp_path / "lock", seconds=0)
    lock.release()
    held_lock(tmp_path / "lock", seconds=0).release()


def test_no_module_locks_a_file_by_itself():
    sources = [path for room in ("bench", "tasks", "models", "plugins") for path in (ROOT / room).rglob("*.py")]
    locking = [path for path in sources if re.search(r"\bFileLock\(|fcntl\.", path.read_text())]
    assert locking == [ROOT / "bench" / "processes" / "endings.py"]
