"""The command line as a whole: its verbs, and those of other packages."""

import errno
import inspect
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import entry_points, version

import pytest

from bench.cli import main as cli
from bench.cli.main import VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_what_the_help_lists_is_what_the_verb_says_of_itself(verb, bench):
    listed = re.sub(r"\s+", " ", bench("--help")[1])
    said = re.sub(r"\s+", " ", bench(verb, "--help")[1])
    summary = inspect.getdoc(getattr(import_module(f"bench.cli.{verb}"), f"{verb}_command"))
    assert f" {verb} {summary} " in f"{listed} " and summary in said


def test_the_help_lists_verbs_without_importing_them(bench, monkeypatch):
    monkeypatch.setattr(cli, "import_module", lambda name: pytest.fail(f"{name} was imported"))
    code, out, _ = bench("--help")
    assert code == 0
    assert all(verb in out for verb in VERBS)


def test_a_failing_verb_of_another_package_stops_no_other(bench, monkeypatch):
    monkeypatch.setattr(cli, "added", lambda: {"extra": cli.Verb("nobodys_module:app", "a-package")})
    assert re.search(r"extra +added by a-package", bench("--help")[1])
    assert bench("list", "tasks")[0] == 0
    code, _, err = bench("extra")
    assert code == 2
    assert "the verb 'extra' of 'nobodys_module:app' fails to import: ModuleNotFoundError: No module named" in err


def test_verbs_of_packages_are_those_that_their_metadata_names():
    points = entry_points(group=cli.COMMANDS)
    assert {name: verb.value for name, verb in cli.added().items()} == {point.name: point.value for point in points}
    assert cli.added()["ask"].distribution == "mvaema-bench"


@pytest.mark.parametrize("kept", ["some_package-1.0.dist-info", "some_package.egg-info"])
def test_of_two_copies_of_a_package_the_first_on_the_path_counts(tmp_path, monkeypatch, kept):
    for place, text in {
        "first": "[bench.commands]\nmine = new.one:app\n# old = no:app\n\n[console_scripts]\nnone = no:app\n",
        "second": "[other]\nnone = no:app\n\n[bench.commands]\nmine = old.one:app\n",
    }.items():
        folder = tmp_path / place / kept
        folder.mkdir(parents=True)
        (folder / "entry_points.txt").write_text(text)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "first"), str(tmp_path / "second")])
    assert cli.added.__wrapped__() == {"mine": cli.Verb("new.one:app", "some-package")}


def test_the_help_imports_little():
    code = (
        "import sys\nfrom bench.cli.main import main\nsys.argv = ['bench', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "slow = {'importlib.metadata', 'email', 'json', 'hashlib'} & sys.modules.keys()\n"
        "sys.exit(', '.join(sorted(slow)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr.strip() == ""


@pytest.mark.parametrize("arguments", [("-h",), ("run", "-h"), ("data", "sheet", "-h")])
def test_h_is_help(bench, arguments):
    code, out, _ = bench(*arguments)
    assert code == 0 and "-h, --help" in out


def test_the_version_is_printed(bench):
    assert bench("--version")[:2] == (0, f"bench {version('mvaema-bench')}\n")


def test_a_packages_verb_is_described_by_the_first_line_of_its_module(bench):
    assert re.search(r"data +Download a dataset, show its pictures, or write them to files\.", bench("--help")[1])


def test_an_error_that_quotes_a_file_cannot_steer_the_terminal(bench, monkeypatch):
    from bench.errors import BenchError

    def wrong(*_):
        raise BenchError("\x1b[2J is wrong;\nmend it")

    monkeypatch.setattr(cli.Verbs, "invoke", wrong)
    assert bench("list", "tasks") == (2, "", "error: \\x1b[2J is wrong;\nmend it\n")


def test_ctrl_c_prints_a_message_and_exits_with_130(bench, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("bench.registered.registry.Registry.every", interrupted)
    code, out, err = bench("list", "tasks")
    assert (code, out) == (130, "")
    assert err == "stopped; the same command resumes\n"


@pytest.mark.parametrize(
    ("shortage", "remedy"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "free space"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (MemoryError(), "memory"),
    ],
)
def test_what_the_system_lacks_is_one_sentence(bench, monkeypatch, shortage, remedy):
    def lacking(*_):
        raise shortage

    monkeypatch.setattr("bench.registered.registry.Registry.every", lacking)
    code, out, err = bench("list", "tasks")
    assert (code, out) == (2, "") and remedy in err and len(err.splitlines()) == 1


def test_a_list_of_nothing_names_what_can_be_listed(bench):
    assert bench("list") == (
        2,
        "",
        "error: name what to list: models, tasks, suites, datasets, readers, checks, teachers, tables, watchers or "
        "plugins\n",
    )
