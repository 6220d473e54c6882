import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.errors import BenchError
from bench.store import cache
from bench.store.fingerprint import digest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """folder() is what the cache holds of one input, made where it has to be; ``made`` counts how often."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    made = []

    def make(part):
        made.append(part)
        (part / "pixels.npy").write_text("whole")

    def cached():
        return cache.cached("pictures", {"size": 1}, make)

    cached.made = made
    return cached


def test_a_folder_is_made_once(folder):
    assert folder() == folder() and len(folder.made) == 1


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_file_that_is_not_as_it_was_written_is_made_again(folder, harm):
    file = folder() / "pixels.npy"
    if harm == "changed":
        file.write_text("whale")
        os.utime(file, ns=(0, 0))
    else:
        file.unlink()
    cache._checked.cache_clear()  # another process has checked nothing yet
    assert (folder() / "pixels.npy").read_text() == "whole" and len(folder.made) == 2


@pytest.mark.parametrize("index", ["{", "{}"])
def test_what_has_no_readable_list_of_its_files_is_made_again(folder, index):
    listing = folder() / "digests.json"
    listing.write_text(index)
    os.utime(listing, ns=(0, 0))
    assert json.loads((folder() / "digests.json").read_text())["made from"] == {"size": 1} and len(folder.made) == 2


def test_what_is_made_stands_under_its_kind_and_inputs(folder, tmp_path):
    assert cache.standing("pictures", {"size": 1}) is None
    made = folder()
    assert made == tmp_path / "pictures" / digest({"size": 1})[:32]
    assert cache.standing("pictures", {"size": 1}) == made
    assert cache.standing("pictures", {"size": 2}) is None and cache.standing("masked", {"size": 1}) is None


def test_what_fails_to_be_made_leaves_nothing_and_is_made_at_the_next_call(folder, tmp_path):
    def fail(part):
        (part / "pixels.npy").write_text("half")
        raise RuntimeError("no memory")

    with pytest.raises(RuntimeError, match="no memory"):
        cache.cached("pictures", {"size": 1}, fail)
    assert not [path for path in (tmp_path / "pictures").iterdir() if path.is_dir()]
    assert (folder() / "pixels.npy").read_text() == "whole"


def test_one_of_many_makes_it_and_the_others_wait(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "not" / "there"))
    made, gate = [], threading.Barrier(4)

    def make(part):
        made.append(part)
        time.sleep(0.05)

    def ask(_):
        gate.wait()
        return cache.cached("pictures", {}, make)

    with ThreadPoolExecutor(4) as threads:
        assert len({*threads.map(ask, range(4))}) == len(made) == 1


def test_a_cache_that_cannot_be_written_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(BenchError, match="set BENCH_CACHE to a writable folder"):
        cache.cached("pictures", {}, lambda _: None)


def test_the_cache_is_where_bench_cache_says_else_the_users(monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", "somewhere")
    assert str(cache.cache_folder()) == "somewhere"
    monkeypatch.setenv("BENCH_CACHE", "")
    assert cache.cache_folder().name == "mvaema-bench" and cache.cache_folder().is_absolute()
