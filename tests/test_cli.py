"""The command line as a whole: its verbs, and those of strangers."""

import inspect
import re
from importlib import import_module
from importlib.metadata import version

import pytest

from bench.cli import main as cli
from bench.cli.main import VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_what_the_help_lists_is_what_the_verb_says_of_itself(verb):
    app = import_module(f"bench.cli.{verb}").app
    said = app.info.help if len(app.registered_commands) > 1 else inspect.getdoc(app.registered_commands[0].callback)
    assert said == VERBS[verb]


def test_the_help_lists_verbs_without_importing_them(bench, monkeypatch):
    monkeypatch.setattr(cli, "import_module", lambda name: pytest.fail(f"{name} was imported"))
    code, out, _ = bench("--help")
    assert code == 0
    assert all(verb in out for verb in VERBS)


class _Point:
    name, value, module, dist = "extra", "stranger:app", "stranger", None

    def load(self):
        raise ImportError("needs what nobody has")


def test_a_verb_of_strangers_that_fails_stops_no_other(bench, monkeypatch):
    monkeypatch.setattr(cli, "added", lambda: {"extra": _Point()})
    assert re.search(r"extra +added by stranger:app", bench("--help")[1])
    assert bench("list", "tasks")[0] == 0
    code, _, err = bench("extra")
    assert code == 2
    assert "the verb 'extra' of 'stranger:app' fails to import: needs what nobody has" in err


@pytest.mark.parametrize("arguments", [("-h",), ("run", "-h"), ("data", "sheet", "-h")])
def test_h_is_help(bench, arguments):
    code, out, _ = bench(*arguments)
    assert code == 0 and "-h, --help" in out


def test_the_version_is_told(bench):
    assert bench("--version")[:2] == (0, f"bench {version('mvaema-bench')}\n")


def test_a_packages_verb_is_described_by_the_first_line_of_its_module(bench):
    assert re.search(r"data +Look at a dataset's pictures, or write them to files\.", bench("--help")[1])


def test_an_error_that_quotes_a_file_cannot_steer_the_terminal(bench, monkeypatch):
    from bench.errors import BenchError

    def wrong(*_):
        raise BenchError("\x1b[2J is wrong;\nmend it")

    monkeypatch.setattr(cli.Verbs, "invoke", wrong)
    assert bench("list", "tasks") == (2, "", "error: \\x1b[2J is wrong;\nmend it\n")


def test_ctrl_c_is_told_and_ends_with_130(bench, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("bench.registry.Registry.every", interrupted)
    code, out, err = bench("list", "tasks")
    assert (code, out) == (130, "")
    assert err == "stopped; the same command goes on where it stopped\n"
