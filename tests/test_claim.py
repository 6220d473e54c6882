import os
import subprocess
import sys
import threading

import pytest

from bench.store import claim


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "stage" / "claim"


def _dead_owner(folder):
    """Leave the claim of a process that was killed."""
    code = (
        f"import os, pathlib\nfrom bench.store import claim\nassert claim.acquire(pathlib.Path({str(folder)!r}))\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
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
    (folder / "~".join([host, pid, f"{float(start) - 60:.2f}", unique])).touch()
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
    file = folder / "elsewhere~1~0.00~abcdef"
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
