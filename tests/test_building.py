"""Tasks and teachers as a run meets them: with their settings, checked, as the pages for writing one show."""

import json
import sys
from dataclasses import replace
from importlib import import_module
from typing import ClassVar

import numpy as np
import pytest

from bench.contracts import Micrographs, Scores
from bench.data.task import open_task, task_settings
from bench.data.teacher import open_teacher
from bench.errors import BenchError
from bench.plugins.tasks import register_tasks
from bench.registered import registry
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
        ("terse.facts=0", "terse.facts = 0 is out of range; give at least 1"),
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
        open_task(spec, {})


def test_a_task_is_given_all_its_settings():
    specs = []
    register_tasks(register=specs.append)
    with pytest.raises(BenchError, match="did you mean 'questions'"):
        task_settings(specs[0], {"question": 4})
    assert (
        open_task(specs[0], task_settings(specs[0], {"questions": 4}))
        .protocol()["questions"]
        .startswith("4 of each picture")
    )


class Odd:
    """A task whose one method returns what the test says; the others are right."""

    answers: ClassVar = {}

    def __getattr__(self, name):
        if name not in ("pose", "protocol", "score", "definitions", *self.answers):
            raise AttributeError(name)
        right = {
            "pose": lambda test: test,
            "protocol": dict,
            "definitions": dict,
            "score": lambda *_: Scores({}, (), {}),
        }
        return self.answers[name] if name in self.answers else right[name]


PICTURES = Micrographs(np.zeros((3, 8, 8), np.uint8), np.arange(3), ("a", "b", "c"), np.zeros(3, int), ("k",), "d1")


def scored(metrics=None, item=None):
    return lambda *_: Scores(metrics or {"right": (1.0, None)}, ({"id": "a", **(item or {})},), {})


@pytest.mark.parametrize(
    ("method", "answer", "told"),
    [
        ("protocol", lambda: "the category", r"protocol\(\) returned 'the category'; return a dictionary"),
        ("protocol", lambda: {"what": {1, 2}}, r"protocol\(\) returned what JSON cannot hold"),
        ("definitions", lambda: {"right": 1}, "make every meaning a text"),
        ("pose", lambda test: None, r"pose\(\) returned None; return bench.contracts.Micrographs"),
        ("pose", lambda test: test.pixels, r"pose\(\) returned array.*; return bench.contracts.Micrographs"),
        ("pose", lambda test: test.take(np.arange(0)), r"pose\(\) returned"),
        ("pose", lambda test: replace(test, pixels=test.pixels / 2), "of float64; keep them .8, 8. of uint8"),
        ("pose", lambda test: replace(test, pixels=test.pixels[:, :4]), "pictures .4, 8. of uint8; keep them .8, 8."),
        ("pose", lambda test: replace(test, pixels=test.pixels + 1), "other pixels under the digest"),
        ("explained", lambda posed: posed.take(np.arange(1)), r"explained\(\) returned .*; return as many questions"),
        ("untaught", lambda: None, r"untaught\(\) returned None; return a text"),
        ("score", lambda *_: {"right": 1.0}, r"score\(\) returned .*; return bench.contracts.Scores"),
        ("score", scored({"right": 0.5}), r"metric 'right' of score\(\) is 0.5; make it .value, standard error"),
        ("score", scored({"right": (float("nan"), None)}), "leave out a metric that cannot be computed"),
        ("score", scored({"right": (None, None)}), "metric 'right'"),
        ("score", scored(item={"shape": np.zeros(2)}), r"field 'shape' of an item of score\(\) is array"),
        ("score", lambda *_: 1 / 0, r"score\(\) raised ZeroDivisionError.*test_building.py, line \d+"),
    ],
)
def test_what_a_task_answers_wrongly_is_one_sentence_with_a_remedy(monkeypatch, method, answer, told):
    monkeypatch.setattr(Odd, "answers", {method: answer})
    task = open_task(TaskSpec("odd", "Odd", "classifier", builds=f"{__name__}:Odd"), {})
    arguments = {"pose": (PICTURES,), "explained": (PICTURES,), "score": (None, None, None)}.get(method, ())
    with pytest.raises(BenchError, match=f"task class '{__name__}:Odd': .*{told}"):
        getattr(task, method)(*arguments)


def test_numbers_of_numpy_are_kept_as_plain_ones(monkeypatch):
    right = scored({"right": (np.float32(0.5), np.float64(0.25))}, {"right": np.bool_(True), "n": np.int64(3)})
    monkeypatch.setattr(Odd, "answers", {"score": right})
    scores = open_task(TaskSpec("odd", "Odd", "classifier", builds=f"{__name__}:Odd"), {}).score(None, None, None)
    assert scores.metrics == {"right": (0.5, 0.25)} and scores.items == ({"id": "a", "right": True, "n": 3},)
    assert json.dumps(scores.items)


LAX = """
from typing import Annotated
from bench import Setting
from bench.contracts import Scores
from bench.statistics.clustered import clustered_mean

class Lax:
    def __init__(self, *, half: Annotated[bool, Setting("ask about every other picture")] = False,
                 floor: Annotated[float, Setting("least probability", stage="score")] = 0.25):
        self.half, self.floor = half, floor
    def pose(self, test):
        import numpy
        return test.take(numpy.arange(0, len(test), 2)) if self.half else test
    def protocol(self):
        return {"asked": "the category"}
    def score(self, given, posed, train):
        values = [max(self.floor, float(row[label])) for row, label in zip(given, posed.labels)]
        return Scores({"sure": clustered_mean(values, posed.ids)}, tuple({"id": name} for name in posed.ids), {})
    def definitions(self):
        return {"sure": "mean probability of the true category"}
"""


def test_a_setting_of_a_task_redoes_its_stage_and_stands_in_the_protocol(
    tmp_path, monkeypatch, plugged, bench, classify, folder, store
):
    """Also where the task does not repeat it in its protocol: no number may stand for another setting's."""
    (tmp_path / "lax_task.py").write_text(LAX)
    monkeypatch.syspath_prepend(str(tmp_path))
    plugged(TaskSpec("lax", "Lax", "classifier", builds="lax_task:Lax"))
    run = ("run", "--task", "lax", "--models", "majority", "--dataset", folder(8, 8), "--folds", "0", "--set", "k=2")
    for options in ((), ("--set", "lax.floor=0.9"), ("--set", "lax.half=true")):
        code, _, err = bench(*run, *options)
        assert code == 0, err
    plain, floored, halved = records(store)
    assert {name for name in plain.stages if plain.stages[name] != floored.stages[name]} == {"score"}
    assert {name for name in plain.stages if plain.stages[name] != halved.stages[name]} == {"predict", "score"}
    assert plain.metrics["sure"].value < floored.metrics["sure"].value == pytest.approx(0.9)
    assert len({record.cell.protocol for record in (plain, floored, halved)}) == 3
    assert [*floored.protocol["task"].items()] == [("asked", "the category"), ("floor", "0.9")]


@pytest.fixture
def fresh(monkeypatch):
    """The page's package is imported anew: each test writes another one."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("myreader", "rsciio")]:
        monkeypatch.delitem(sys.modules, name)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in ("myreader", "rsciio")]:
        del sys.modules[name]


def ripple(folder):
    """A stand-in for the library of the page: its files are arrays of numpy."""
    (folder / "rsciio").mkdir()
    (folder / "rsciio" / "__init__.py").touch()
    (folder / "rsciio" / "ripple.py").write_text(
        "import numpy\n"
        "def file_reader(filename):\n"
        "    axes = [{'scale': 2.5, 'units': 'nm'}] * 2\n"
        "    return [{'data': numpy.load(filename, allow_pickle=False), 'axes': axes}]\n"
    )


def test_the_reader_of_the_page_reads_its_files_among_others(fresh, shown, bench, tmp_path):
    ripple(shown("write-a-reader.md").parent)
    for number, name in enumerate(("one/a.rpl", "two/b.rpl", "two/c.rpl")):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            np.save(stream, np.zeros(9) if name == "two/c.rpl" else np.arange(600).reshape(20, 30) ** (number + 1))
    code, out, err = bench("data", "info", "--dataset", f"folder:{tmp_path / 'pictures'}", "--json")
    assert code == 0, err
    first, second, third = json.loads(out)["files"]
    assert first["pixel_size_nm"] == second["pixel_size_nm"] == 2.5 and first["bit_depth"] == 64
    assert third["set_aside"].startswith("is a spectrum or a data cube")


def test_what_a_reader_needs_and_is_missing_is_installed_by_its_remedy(fresh, shown, bench, tmp_path):
    shown("write-a-reader.md")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.rpl").write_text("key value")
    _, out, _ = bench("data", "info", "--dataset", f"folder:{tmp_path / 'pictures'}", "--json")
    assert "needs the package rsciio; pip install rosettasciio" in json.loads(out)["files"][0]["set_aside"]


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ("None", "NoneType, which is no PictureFrame"),
        ("PictureFrame(numpy.zeros((4, 4, 3)))", "no array"),
        ("PictureFrame(numpy.zeros((4, 4), complex))", "no array"),
        ("PictureFrame(numpy.zeros((1, 4)))", "only 4 x 1 pixels"),
        ("PictureFrame(numpy.zeros((4, 4)), pixel_size_nm=-1.0)", ""),
        ("1 / 0", "its content is damaged"),
    ],
)
def test_whatever_a_reader_returns_is_a_picture_or_one_sentence(fresh, shown, bench, tmp_path, returned, reason):
    package = shown("write-a-reader.md")
    text = (
        f"import numpy\nfrom bench.data.frames import PictureFrame\ndef read(path, number=0):\n    return {returned}\n"
    )
    (package / "ripple.py").write_text(text)
    ripple(package.parent)
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.rpl").write_text(returned)  # another content: the digest of code is kept
    code, out, _ = bench("data", "info", "--dataset", f"folder:{tmp_path / 'pictures'}", "--json")
    (entry,) = json.loads(out)["files"]
    assert code == 0 and entry["pixel_size_nm"] is None
    assert reason in entry["set_aside"] if reason else "plainly wrong" in entry["scale_note"]
