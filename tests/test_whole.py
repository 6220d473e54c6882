"""Files and folders that are whole or absent."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from bench.store.whole import Overtaken, discard, sweep, whole

ROOT = Path(__file__).resolve().parent.parent
MOVES = {
    "bench/store/whole.py": 3,
    "bench/store/claim.py": 2,  # a claim is one rename that only one contender can do
    "bench/publishing/writing.py": 1,  # a table is named by its digest, known once it is whole
    "bench/training/checkpoint.py": 1,  # the newest becomes the one before
    "tasks/datasets/fetching.py": 1,  # a transfer goes on where it broke off: its part is kept
    "tasks/datasets/unpacking.py": 1,  # pictures move into folders that are there
}
"""The files of the package that rename, and at how many places."""
KILLED = """
import os, pathlib, signal, sys
from bench.store.whole import whole
with whole(pathlib.Path(sys.argv[1])) as part:
    {write}
    os.kill(os.getpid(), signal.SIGKILL)
"""


def written(part, text="new"):
    part.mkdir()
    (part / "file").write_text(text)


def held(folder):
    """The text of each file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_file_takes_the_place_of_an_older_one(tmp_path):
    (tmp_path / "a").write_text("old")
    with whole(tmp_path / "a") as part:
        part.write_text("new")
        assert (tmp_path / "a").read_text() == "old"
    assert held(tmp_path) == {"a": "new"}


def test_a_file_that_does_not_reach_the_disk_takes_no_place(tmp_path, monkeypatch):
    def full(_):
        raise OSError("no space left")

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr("bench.store.whole.os.fsync", full)
    with pytest.raises(OSError, match="no space"), whole(tmp_path / "a") as part:
        part.write_text("new")
    assert held(tmp_path) == {"a": "old"}


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_takes_the_place_of_none_or_an_empty_one(tmp_path, there):
    if there:
        (tmp_path / "a").mkdir()
    with whole(tmp_path / "a") as part:
        written(part)
    assert held(tmp_path) == {"a/file": "new"}


def test_a_folder_that_another_has_finished_meanwhile_stays(tmp_path):
    with pytest.raises(Overtaken), whole(tmp_path / "a") as part:
        written(part)
        written(tmp_path / "a", "theirs")
    assert held(tmp_path) == {"a/file": "theirs"}


@pytest.mark.parametrize("write", [Path.touch, written])
def test_an_error_leaves_what_was_there_and_nothing_beside_it(tmp_path, write):
    (tmp_path / "a").write_text("old")
    with pytest.raises(KeyboardInterrupt), whole(tmp_path / "a") as part:
        write(part)
        raise KeyboardInterrupt
    assert held(tmp_path) == {"a": "old"}


@pytest.mark.parametrize("write", ["part.write_text('ne')", "part.mkdir(); (part / 'b').write_text('ne')"])
def test_who_is_killed_leaves_what_was_there_and_a_part_that_is_swept_away(tmp_path, write):
    (tmp_path / "a[1]").write_text("old")
    (tmp_path / "a").write_text("other")
    code = subprocess.run([sys.executable, "-c", KILLED.format(write=write), tmp_path / "a[1]"], cwd=ROOT).returncode
    assert code == -9 and (tmp_path / "a[1]").read_text() == "old" and len(list(tmp_path.iterdir())) == 3
    sweep(tmp_path / "a")
    assert len(list(tmp_path.iterdir())) == 3
    sweep(tmp_path / "a[1]")
    assert held(tmp_path) == {"a[1]": "old", "a": "other"}


def test_a_folder_is_gone_before_it_is_emptied(tmp_path, monkeypatch):
    written(tmp_path / "a")
    monkeypatch.setattr("bench.store.whole.shutil.rmtree", lambda path: None)  # as if killed here
    discard(tmp_path / "a")
    assert not (tmp_path / "a").exists()
    monkeypatch.undo()
    sweep(tmp_path / "a")
    assert held(tmp_path) == {}


def renames(path):
    """The calls of a file that move a file or a folder: ``replace`` of a text has two arguments, of a path one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, of = node.func.attr, ast.unparse(node.func.value)
            path_replaced = name == "replace" and len(node.args) == 1 and not node.keywords
            if path_replaced or name == "rename" or (of, name) in {("os", "replace"), ("shutil", "move")}:
                yield ast.unparse(node)


def test_nothing_else_of_the_package_writes_beside_and_renames():
    files = [path for room in ("bench", "models", "tasks", "plugins") for path in (ROOT / room).rglob("*.py")]
    counts = {path.relative_to(ROOT).as_posix(): len(list(renames(path))) for path in files}
    assert {name: count for name, count in counts.items() if count} == MOVES
