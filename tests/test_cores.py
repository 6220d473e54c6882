import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bench.config import cores
from bench.errors import BenchError
from tests.conftest import SMALL

TOLD_OF_PROCESSES = """
import os, time
from bench.config import cores
cores.usable = lambda: 2
print("script", flush=True)
for pid in cores.spread(lambda item: os.getpid(), range(4)):
    print(pid, flush=True)
    time.sleep({pause})
"""


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setattr(cores, "usable", lambda: 2)


@pytest.fixture(autouse=True)
def unlimited():
    yield
    cores.limit(None)


def gone(pids, seconds=30):
    """Whether none of the processes is left before the time is over."""
    end = time.monotonic() + seconds
    while left := [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]:
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return not left


@pytest.mark.usefixtures("two_cores")
def test_results_come_in_order_from_processes_that_end():
    found = list(cores.spread(lambda item: (item, os.getpid()), range(8)))
    assert [item for item, _ in found] == list(range(8))
    pids = {pid for _, pid in found}
    assert os.getpid() not in pids and gone(pids)


@pytest.mark.usefixtures("two_cores")
def test_few_items_are_computed_here():
    assert set(cores.spread(lambda item: os.getpid(), range(8), fewest=9)) == {os.getpid()}


def test_no_more_cores_are_used_than_allowed():
    granted = cores.usable()
    cores.limit(1)
    assert cores.usable() == 1
    assert set(cores.spread(lambda item: os.getpid(), range(3))) == {os.getpid()}
    cores.limit(granted + 1)
    assert cores.usable() == granted


def test_a_run_may_use_as_many_cores_as_threads(bench):
    bench("run", "--task", "classification", "--models", "majority", "--dry-run", *SMALL)
    assert cores.usable() == 1


@pytest.mark.usefixtures("two_cores")
def test_processes_end_where_their_work_is_left():
    work = cores.spread(lambda item: (time.sleep(item), os.getpid())[1], [0, 600, 600])
    pid = next(work)
    assert psutil.pid_exists(pid)
    work.close()
    assert gone([pid])


@pytest.mark.usefixtures("two_cores")
def test_a_killed_process_is_an_error_with_a_remedy():
    with pytest.raises(BenchError, match="2 processes was killed.*machine.threads=1"):
        list(cores.spread(lambda item: os.kill(os.getpid(), signal.SIGKILL), range(3)))


def test_a_script_is_not_run_again_by_its_processes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(TOLD_OF_PROCESSES.format(pause=0))
    code = {**os.environ, "PYTHONPATH": str(Path(cores.__file__).parents[2])}
    told = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, env=code)
    assert told.stdout.split().count("script") == 1 and len(told.stdout.split()) == 5


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_processes_do_not_outlive_the_one_that_started_them(end):
    script = TOLD_OF_PROCESSES.format(pause=60)
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout
    assert parent.stdout.readline() == b"script\n"
    assert int(parent.stdout.readline())
    children = [child.pid for child in psutil.Process(parent.pid).children(recursive=True)]
    assert len(children) >= 2
    parent.send_signal(end)
    parent.wait(30)
    assert gone(children)
