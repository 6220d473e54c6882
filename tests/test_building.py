"""Tasks and teachers as a run meets them: with their settings, checked, as the pages for writing one show."""

from importlib import import_module

import pytest

from bench.data.teacher import open_teacher
from bench.errors import BenchError
from bench.plugins.tasks import register_tasks
from bench.registered import registry
from bench.registered.building import build_task
from bench.registered.registry import Registry
from bench.specs import TaskSpec
from bench.store.record import parsed
from tests.conftest import SMALL
from tests.test_docs import ROOT, _blocks

RUN = ("--folds", "0", "--models", "majority", *SMALL)


def put(page, folder):
    """Write the package that a page shows into a folder; return its name."""
    for title, text in _blocks(ROOT / "docs" / page, "python"):
        (folder / title).parent.mkdir(exist_ok=True)
        (folder / title).write_text(text)
    return title.partition("/")[0]


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """shown(page) lets the plugin of a page of the docs register, for one test; returns its package's folder."""

    def install(page):
        package = put(page, tmp_path)
        monkeypatch.syspath_prepend(str(tmp_path))

        class Point:
            name, value, dist = package, f"{package}.plugin", None

            def load(self):
                return import_module(self.value)

        found = registry.discovered
        monkeypatch.setattr(registry, "discovered", lambda: [*found(), registry.Plugin(Point(), package)])
        return tmp_path / package

    return install


def records(store):
    paths = (store / "cells").glob("*.json")
    return sorted((parsed(path.read_bytes()) for path in paths), key=lambda record: record.finished)


def test_the_task_of_the_page_is_run_and_its_setting_asks_again(shown, bench, store):
    shown("write-a-task.md")
    small = ("--set", "synthetic.size=60", "--set", "k=3", "--set", "image_size=64", "--folds", "0")
    for light in ("0.25", "0.5"):
        options = ("--models", "majority", "--set", f"dusk.light={light}")
        code, _, err = bench("run", "--task", "dusk", *small, *options)
        assert code == 0, err
    first, second = records(store)
    assert first.metrics.keys() == {"right", "sure"} and first.protocol["task"]["light"] == 0.25
    assert {name for name in first.stages if first.stages[name] != second.stages[name]} == {"predict", "score"}
    code, out, _ = bench("table", "dusk", "--no-published")
    assert code == 0 and "wrong and sure" in out


def test_the_teacher_of_the_page_is_run_and_its_setting_trains_again(shown, bench, store, tmp_path):
    shown("write-a-teacher.md")
    config = tmp_path / "few.yaml"
    config.write_text("settings: {terse: {facts: 2}}\n")
    for options in ((), ("--set", "terse.facts=1"), ("--config", str(config))):
        code, _, err = bench("run", "--task", "vqa", *RUN, "--records", "terse", *options)
        assert code == 0, err
    made = records(store)
    assert len({record.stages["train"] for record in made}) == 3


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("terse.fact=2", "terse setting 'fact'; did you mean 'facts'"),
        ("terse.facts=many", "terse.facts = 'many' is str, not int"),
        ("terse.facts=0", "terse.facts = 0 leaves nothing to ask"),
        ("openai.size=256", "--set openai.size changes nothing"),
    ],
)
def test_a_wrong_setting_of_a_teacher_is_one_sentence(shown, bench, store, option, told):
    shown("write-a-teacher.md")
    code, _, err = bench("run", "--task", "vqa", *RUN, "--records", "terse", "--set", option)
    assert code == 2 and told in err and "Traceback" not in err and not (store / "cells").exists()


def test_the_settings_of_a_teacher_that_no_run_asks_change_nothing_about_that(bench, store):
    code, _, err = bench("run", "--task", "vqa", *RUN, "--records", "openai", "--set", "openai.size=256")
    assert code == 2 and "is not asked within a run; write its records with `bench teach" in err
    code, _, err = bench("run", "--task", "vqa", *RUN, "--records", "openai", "--set", "openai.sise=256")
    assert code == 2 and "did you mean 'size'" in err


def test_a_teacher_that_writes_at_once_gets_its_settings(shown, bench, tmp_path):
    shown("write-a-teacher.md")
    for facts in (1, 2):
        out = tmp_path / f"{facts}.jsonl"
        options = ("--set", f"terse.facts={facts}", "--set", "synthetic.size=20", "--out", str(out))
        code, _, err = bench("teach", "--teacher", "terse", *options)
        assert code == 0, err
        assert len(out.read_text().splitlines()) == 20 * facts
    with pytest.raises(BenchError, match="terse setting 'face'"):
        open_teacher(Registry(), "terse", {"terse": {"face": 1}}, 0)


class Half:
    """A task that lacks half of its methods."""

    def __init__(self, **settings):
        self.settings = settings

    def pose(self, test):
        return test

    def protocol(self):
        return {}


class Failing:
    def __init__(self, **settings):
        raise ValueError("not today")


@pytest.mark.parametrize(
    ("name", "told"), [("Half", "has no score and no definitions; add what bench.contracts.Task"), ("Failing", "today")]
)
def test_a_task_that_breaks_its_contract_is_named(name, told):
    spec = TaskSpec("odd", "Odd", "classifier", builds=f"{__name__}:{name}")
    with pytest.raises(BenchError, match=f"task class '{__name__}:{name}'.*{told}"):
        build_task(spec, {})


def test_a_task_is_given_all_its_settings():
    specs = []
    register_tasks(register=specs.append)
    with pytest.raises(BenchError, match="did you mean 'questions'"):
        build_task(specs[0], {"question": 4})
    assert build_task(specs[0], {"questions": 4}).protocol()["questions"].startswith("4 of each picture")
