import os
import subprocess
import sys
import threading
import time

import psutil
import pytest

from bench.store import claim


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "stage" / "claim"


_CLAIMS = "import os, pathlib\nfrom bench.store import claim\nheld = claim.acquire(pathlib.Path({!r}))\nassert held\n"


def _dead_owner(folder):
    """Leave the claim of a process that was killed."""
    subprocess.run([sys.executable, "-c", _CLAIMS.format(str(folder)) + "os.kill(os.getpid(), 9)"], check=False)
    assert any(folder.iterdir())


def test_one_owner_at_a_time(folder):
    with claim.acquire(folder):
        assert claim.acquire(folder) is None
        assert claim.holder(folder)
    assert claim.holder(folder) is None
    with claim.acquire(folder):
        pass
    assert not folder.exists()


def test_a_claim_whose_owner_was_killed_is_free_at_once(folder):
    _dead_owner(folder)
    with claim.acquire(folder) as held:
        assert claim.acquire(folder) is None
        assert [file.name for file in folder.iterdir()] == [held.file.name]


def test_a_claim_of_a_process_whose_number_another_has_now_is_free(folder):
    host, pid, start, unique = claim._own_name().rsplit("~", 3)
    folder.mkdir(parents=True)
    (folder / "~".join([host, pid, f"{float(start) - 1.5:.2f}", unique])).touch()
    assert claim.holder(folder) is None and claim.acquire(folder) is not None


def test_of_many_contenders_for_a_dead_claim_one_wins(folder):
    _dead_owner(folder)
    won, gate = [], threading.Barrier(8)

    def contend():
        gate.wait()
        if (held := claim.acquire(folder)) is not None:
            won.append(held)

    threads = [threading.Thread(target=contend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_an_owner_on_another_host_lives_while_its_heart_beats(folder):
    folder.mkdir(parents=True)
    file = folder / "else~where~1~0.00~abcdef"
    file.touch()
    assert claim.acquire(folder) is None
    old = file.stat().st_mtime - claim.LIMIT_SECONDS - 1
    os.utime(file, (old, old))
    assert claim.acquire(folder) is not None


def test_an_empty_claim_left_by_a_crash_is_free(folder):
    folder.mkdir(parents=True)
    assert claim.acquire(folder) is not None


def test_releasing_leaves_a_claim_that_was_taken_over(folder):
    held = claim.acquire(folder)
    held.file.rename(folder / "other~1~0.00~abc")
    with held:
        pass
    assert [file.name for file in folder.iterdir()] == ["other~1~0.00~abc"]


def test_a_claim_that_is_not_won_leaves_nothing_behind(folder):
    with claim.acquire(folder):
        assert claim.acquire(folder) is None
        assert [path.name for path in folder.parent.iterdir()] == ["claim"]


def test_a_claim_whose_owner_was_killed_and_not_yet_waited_for_is_free(folder):
    process = subprocess.Popen([sys.executable, "-c", _CLAIMS.format(str(folder)) + "os.kill(os.getpid(), 9)"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert any(folder.iterdir()) and claim.holder(folder) is None
    process.wait()


def test_a_process_that_releases_nothing_ends_all_the_same(folder):
    code = _CLAIMS.format(str(folder)) + "held.__enter__()"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
    assert claim.holder(folder) is None


def test_the_heart_beats_until_release_and_stands_a_take_over(folder, monkeypatch):
    monkeypatch.setattr(claim, "HEARTBEAT_SECONDS", 0.01)
    with claim.acquire(folder) as held:
        for _ in range(2):
            os.utime(held.file, (0, 0))
            assert _becomes(lambda: held.file.stat().st_mtime > 0)
        taken = held.file.rename(folder / "other~1~0.00~abc")
        time.sleep(0.05)
        assert held._heart.is_alive()
    assert taken.exists() and not held._heart.is_alive()


def _becomes(true):
    end = time.monotonic() + 20
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def test_a_claim_taken_over_starts_with_a_fresh_heartbeat(folder):
    folder.mkdir(parents=True)
    file = folder / "elsewhere~1~0.00~abcdef"
    file.touch()
    os.utime(file, (0, 0))
    assert claim.holder(folder) is None
    assert claim.acquire(folder).file.stat().st_mtime > time.time() - claim.LIMIT_SECONDS


def test_of_two_that_take_over_the_one_that_comes_late_has_nothing(folder, monkeypatch):
    _dead_owner(folder)
    (dead,) = folder.iterdir()
    plain = os.utime

    def late(file, *times):
        plain(file, *times)
        if file == dead:
            dead.rename(folder / "faster~1~0.00~abc")

    monkeypatch.setattr(os, "utime", late)
    assert claim.acquire(folder) is None


def test_an_owner_of_whom_nothing_can_be_learnt_lives(folder):
    folder.mkdir(parents=True)
    (folder / "elsewhere~1~0.00~abcdef").symlink_to(folder / "nothing")
    assert claim.holder(folder) and claim.acquire(folder) is None


def test_the_time_is_the_file_servers_and_ours_where_it_cannot_be_asked(tmp_path):
    for place in (tmp_path, tmp_path / "absent"):
        assert abs(claim.server_now(place) - time.time()) < 60
    assert not [*tmp_path.iterdir()]


def test_a_claim_stays_when_the_clock_is_set(folder, monkeypatch):
    with claim.acquire(folder):
        began = psutil.Process.create_time
        monkeypatch.setattr(psutil.Process, "create_time", lambda process: began(process) + 3600)
        assert claim.acquire(folder) is None
