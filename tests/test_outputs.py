"""What programs read: JSON of every verb that prints data, and exit codes that do not change."""

import json
import re
import shlex
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from bench.cli import main as cli
from bench.registered.plugin import DISTRIBUTION
from tests.conftest import QUICK

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = {"completion"}
"""Verbs that print what a shell reads."""
SERVERS = {"view"}
"""Verbs whose output is a page."""
ELSEWHERE = {"ask", "judge agree", "retry", "cancel"}
"""Verbs whose JSON the tests of asking, of judges and of Slurm read."""


def _verbs(command=None, context=None, name="bench"):
    """Every verb of ours without verbs below it, by name."""
    command = command or typer.main.get_command(cli.app)
    with command.make_context(name, [], context, resilient_parsing=True) as own:
        below = command.list_commands(own) if isinstance(command, TyperGroup) else ()
        strangers = {verb for verb, added in cli.added().items() if added.distribution != DISTRIBUTION}
        if not below or command.callback and command.invoke_without_command:
            yield own.command_path.removeprefix("bench "), command
        for verb in below:
            if context is not None or verb not in strangers:
                yield from _verbs(command.get_command(own, verb), own, verb)


VERBS = {name: command for name, command in _verbs() if name != "bench"}
WITH_JSON = {name for name, command in VERBS.items() if any("--json" in each.opts for each in command.params)}


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_prints_json_or_writes_a_file(name):
    writes = {"out", "folder", "target"} & {each.name for each in VERBS[name].params}
    assert name in WITH_JSON or writes or name in SCRIPTS | SERVERS


@pytest.fixture(scope="module")
def measured(once, cache):
    """A store with three models of one fold."""

    def make(path):
        import bench

        settings = ["synthetic.size=30", "k=3", *(text for text in QUICK if text != "--set")]
        ran = bench.run("classification", "vanillavit,majority,pixels", folds="0-1", settings=settings, store=path)
        assert not ran.failed

    return once("outputs", make)


LINES = [
    "run --task classification --models majority --folds 0-1 {small}",
    "run --task classification --models majority --folds 0-2 --dry-run {small}",
    "status",
    "logs 'majority fold 0'",
    "table 2",
    "compare majority pixels",
    "verdict --task classification",
    "power --models majority,pixels --difference 0.2",
    "costs",
    "why 2 majority top1",
    "list tasks",
    "store",
    "store gc --dry-run",
    "store check",
    "store merge {store} {other}",
    "doctor",
    "audit",
    "gate --against {store} --models vanillavit",
    "data info --dataset folder:{pictures}",
    "data duplicates --set synthetic.size=20",
    "data check {records}",
    "init {pictures} --out {other}.yaml",
    "help",
]


def test_every_verb_with_json_is_tried_here_or_elsewhere():
    tried = {name for line in LINES for name in VERBS if f"{line} ".startswith(f"{name} ")}
    assert tried | ELSEWHERE == WITH_JSON


@pytest.mark.parametrize("line", LINES)
def test_with_json_standard_output_is_one_document(line, bench, measured, tmp_path, folder, monkeypatch):
    monkeypatch.setenv("BENCH_STORE", str(measured))
    (tmp_path / "records.jsonl").write_text("")
    places = {
        "store": measured,
        "other": tmp_path / "other",
        "pictures": folder(4, 4).removeprefix("folder:") if "{pictures}" in line else "",
        "records": tmp_path / "records.jsonl",
        "small": f"--set synthetic.size=30 --set k=3 {' '.join(QUICK)}",
    }
    code, out, err = bench(*shlex.split(line.format(**places)), "--json")
    assert code in ((0, 1) if line.split()[0] in ("doctor", "data") else (0,)), err
    assert json.loads(out) is not None


def _codes():
    rows = re.findall(r"^\| ([\d, ]+) \|", (ROOT / "docs" / "exit-codes.md").read_text(), re.MULTILINE)
    return {int(code) for row in rows for code in row.split(",")}


def test_the_page_has_every_code_and_a_fault_of_ours_has_one_of_its_own(bench, monkeypatch):
    assert {0, 1, 2, cli.FAULT, 129, 130, 143} == _codes()
    assert bench("list", "nosuch")[0] == 2 and bench("list", "tasks", "--nosuch")[0] == 2

    def broken(*arguments, **choices):
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("bench.api.listing.listing", broken)
    code, out, err = bench("list", "tasks")
    assert (code, out) == (70, "") and "Traceback" in err and "report it" in err.splitlines()[-1]


def test_the_page_names_every_verb_that_exits_with_1():
    page = (ROOT / "docs" / "exit-codes.md").read_text().partition("Code 1 means")[2]
    named = {name.split()[0] for name in re.findall(r"^\| `bench ([^`]+)` \|", page, re.MULTILINE)}
    files = [*(ROOT / "bench" / "cli").glob("*.py"), *(ROOT / "tasks").rglob("*_command.py")]
    assert named == {file.stem.removesuffix("_command") for file in files if "typer.Exit(" in file.read_text()}
