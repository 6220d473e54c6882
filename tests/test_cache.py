import os

import pytest

from bench.store import cache


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
