import json
import subprocess
import sys
import time

import pytest

from bench import ModelSpec, hookimpl
from bench.code_digest import source_file
from bench.errors import BenchError
from bench.registry import PLURALS, Plugin, Registry

KINDS = [kind for kind in PLURALS if kind != "family"]
SPECS = [(kind, spec) for kind in PLURALS for spec in Registry().every(kind).values()]


@pytest.mark.parametrize(("kind", "spec"), SPECS, ids=lambda value: getattr(value, "name", value))
def test_every_lazy_path_names_something_that_is_there(kind, spec):
    for field in ("builds", "estimator", "poses", "scores"):
        path = getattr(spec, field, None)
        if path is not None:
            module, _, attribute = path.partition(":")
            source = source_file(module).read_text()
            assert f"def {attribute}(" in source or f"class {attribute}" in source


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_names_get_the_nearest_one(kind):
    registry = Registry()
    name = next(iter(registry.every(kind)))
    with pytest.raises(BenchError, match=f"did you mean '{name}'"):
        registry.find(kind, name.rstrip(":") + "q")


def test_a_name_that_ends_in_a_colon_takes_the_rest_as_argument():
    spec, argument = Registry().find("dataset", "folder:/data/sem:2")
    assert (spec.name, argument) == ("folder:", "/data/sem:2")


def test_our_own_names_are_found_without_loading_strangers(strangers):
    strangers("sleeper", "broken")
    registry = Registry()
    registry.find("model", "majority")
    assert not any(plugin.loaded for plugin in registry.plugins if plugin.name in ("sleeper", "broken"))


def test_a_strangers_model_is_registered_by_its_entry_point(strangers, bench):
    strangers("nearest")
    code, out, _ = bench("list", "models", "--family", "assistant", "--json")
    assert code == 0
    assert "nearest" in [row["name"] for row in json.loads(out)]


def test_a_broken_plugin_is_named_and_breaks_nothing(strangers, bench):
    strangers("broken", "nearest")
    code, out, err = bench("list", "models")
    assert code == 0
    assert "nearest" in out
    assert "plugin broken failed to load" in err
    code, out, _ = bench("list", "plugins")
    assert code == 0
    assert "ImportError: broken_plugin needs a library that nobody has" in out
    code, _, err = bench("run", "--task", "vqa", "--models", "brokenmodel")
    assert code == 2
    assert "plugin broken failed to load" in err


def test_a_slow_plugin_does_not_slow_who_does_not_need_it(strangers, monkeypatch, bench):
    strangers("sleeper")
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("the slow plugin was imported"))
    assert bench("--help")[0] == 0
    assert bench("run", "--task", "vqa", "--models", "majority", "--dry-run", "--set", "synthetic.size=200")[0] == 0
    assert bench("table", "1")[0] == 2  # no records, but no import either


class _Point:
    """An entry point whose plugin registers these models."""

    def __init__(self, name, *models):
        self.name, self.value, self._models = name, f"{name}:plugin", models

    def load(self):
        return self

    @hookimpl
    def register_models(self, register):
        for model in self._models:
            register(model)


def _with(*points):
    return Registry([*Registry().plugins, *(Plugin(point, "strangers") for point in points)])


def test_a_plugin_that_takes_a_name_is_set_aside_whole():
    ours = Registry().find("model", "majority")[0]
    registry = _with(_Point("thief", ModelSpec("fresh", "Fresh", "assistant"), ModelSpec("majority", "X", "assistant")))
    assert registry.every("model")["majority"] == ours
    assert "fresh" not in registry.every("model")
    (thief,) = [plugin for plugin in registry.plugins if plugin.name == "thief"]
    assert "model 'majority' is registered already, by plugin 'controls'" in thief.failure


def test_a_plugin_whose_family_nobody_has_is_named_and_set_aside():
    lost = _Point("lost", ModelSpec("stray", "Stray", "assistent"))
    registry = _with(lost)
    with pytest.raises(BenchError, match="model 'stray' of plugin 'lost': unknown family .* did you mean 'assistant'"):
        registry.family(registry.find("model", "stray")[0])
    registry = _with(_Point("lost", *(ModelSpec(name, name, "assistent") for name in ("stray", "second"))))
    assert not {"stray", "second"} & registry.every("model").keys()
    assert "lost" in registry.failures


@pytest.mark.parametrize("arguments", [["--help"], ["list", "models"], ["list", "plugins"], ["table", "1"]])
def test_help_list_and_table_import_no_torch(arguments):
    code = (
        "import sys\nfrom bench.cli.main import main\n"
        f"sys.argv = ['bench', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "sys.exit(sum(name in sys.modules for name in ('torch', 'transformers')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
