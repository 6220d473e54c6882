import json
import re
import subprocess
import sys
import time

import pytest

from bench import ModelSpec, TableSpec, hookimpl
from bench.errors import BenchError, unknown
from bench.registered import registry as registry_module
from bench.registered.plugin import PLURALS, Plugin
from bench.registered.registry import Registry
from bench.registered.source_file import source_file
from bench.specs import Column, resolve

KINDS = [kind for kind in PLURALS if kind != "family"]
SPECS = [(kind, spec) for kind in PLURALS for spec in Registry().every(kind).values()]


@pytest.mark.parametrize(("kind", "spec"), SPECS, ids=lambda value: getattr(value, "name", value))
def test_every_lazy_path_names_something_that_is_there(kind, spec):
    for field in ("builds", "estimator"):
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
    assert err.startswith("error: unknown model 'brokenmodel'; plugin broken failed to load")


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
    with pytest.raises(BenchError, match="^model 'stray' of plugin 'lost': unknown family"):
        registry.settings(registry.find("model", "stray")[0])
    registry = _with(_Point("lost", *(ModelSpec(name, name, "assistent") for name in ("stray", "second"))))
    assert not {"stray", "second"} & registry.every("model").keys()
    assert "lost" in registry.failures


class _Tables:
    """An entry point whose plugin makes and registers tables."""

    name, value = "mytab", "mytab.plugin"

    def __init__(self, *makes):
        self._makes = makes

    def load(self):
        return self

    @hookimpl
    def register_tables(self, register):
        for make in self._makes:
            register(make())


def _table(**changed):
    about = {"name": "own", "number": 50, "title": "T", "task": "vqa", "columns": (Column("words", "words"),)}
    return lambda: TableSpec(**{**about, **changed})


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ([_table(number=1)], "number 1 of table 'own' is taken already by table 'vqa', by plugin 'paper_tables'"),
        ([_table(), _table(name="second")], "number 50 of table 'second' is taken already by table 'own'"),
        ([_table(number="50")], "number '50' of table 'own' is no whole number"),
        ([_table(columns=(1,))], "write columns=(Column(...),)"),
        ([_table(columns=())], "write columns=(Column(...),)"),
        ([_table(columns=(Column("a", "A"), Column("b", "A")))], "two columns of table 'own' are called 'A'"),
        ([_table(breakdowns="category")], "write breakdowns=('category',)"),
        ([_table(notes="A note.")], "write notes=('A note.',)"),
        ([lambda: "own"], "register_tables was given 'own', which is no TableSpec"),
    ],
)
def test_a_table_that_cannot_be_right_sets_its_plugin_aside_with_the_reason(tables, reason):
    registry = _with(_Tables(*tables))
    assert "own" not in registry.every("table")
    assert "plugin mytab failed to load: " in registry.failures and reason in registry.failures


def test_a_hook_without_its_mark_is_told():
    class Unmarked(_Point):
        def register_tables(self, register):
            register(_table()())

    registry = _with(Unmarked("mytab"))
    registry.load_all()
    assert "register_tables lacks its mark; write @hookimpl above it" in registry.failures


def test_the_list_of_plugins_begins_with_the_reason_and_names_those_that_register_nothing(
    strangers, bench, monkeypatch
):
    strangers("broken")
    found = registry_module.discovered
    empty = Plugin(_Point("empty"), "strangers")
    monkeypatch.setattr(registry_module, "discovered", lambda: [*found(), empty])
    out = bench("list", "plugins")[1]
    reason = "failed: ImportError: broken_plugin needs a library that nobody has"
    assert out.index(reason) < out.index("Traceback")
    assert "plugin empty of strangers registers nothing" in out


def test_a_table_is_listed_by_its_number_with_its_columns_as_a_table(bench):
    code, out, err = bench("list", "tables", "1")
    assert code == 0, err
    assert re.search(r"^bleu2 +BLEU-2 +BLEU-2 +3 ", out, re.MULTILINE) and "{" not in out.partition("metric ")[2]
    assert "unknown table '99'" in bench("list", "tables", "99")[2]


@pytest.mark.parametrize("arguments", [["--help"], ["list", "models"], ["list", "plugins"], ["table", "1"]])
def test_help_list_and_table_import_no_torch(arguments):
    code = (
        "import sys\nfrom bench.cli.main import main\n"
        f"sys.argv = ['bench', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "sys.exit(sum(name in sys.modules for name in ('torch', 'transformers')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_path_to_a_name_that_a_module_lacks_names_the_nearest_of_its_own():
    with pytest.raises(
        BenchError, match=r"unknown name in module 'bench.errors' 'BenchErorr'; did you mean 'BenchError'"
    ):
        resolve("bench.errors:BenchErorr")


def test_a_list_of_valid_names_too_long_to_read_is_cut():
    names = [f"name{number}" for number in range(60)]
    assert str(unknown("thing", "nam7", names)).endswith("name39, and 20 more)")
    assert "and" not in str(unknown("thing", "nam7", names[:40]))
