"""The command line as a whole: its verbs, and those of strangers."""

import inspect
from importlib import import_module

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
    name, value, dist = "extra", "stranger:app", None

    def load(self):
        raise ImportError("needs what nobody has")


def test_a_verb_of_strangers_that_fails_stops_no_other(bench, monkeypatch):
    monkeypatch.setattr(cli, "added", lambda: {"extra": _Point()})
    assert "extra" in bench("--help")[1]
    assert bench("list", "tasks")[0] == 0
    code, _, err = bench("extra")
    assert code == 2
    assert "the verb 'extra' of 'stranger:app' fails to import: needs what nobody has" in err
