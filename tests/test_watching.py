"""Watchers: which events a run sends, to whom, and that no watcher slows, fails or outlives it."""

import importlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import FrozenInstanceError, replace
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.config.loading import load_config
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs import WatcherSpec
from bench.terminal.progress import NoProgress
from bench.watching import watchers as watchers_module
from bench.watching.cell_events import CellEvents
from bench.watching.event_file import EventFile
from bench.watching.events import (
    KINDS,
    CellEvent,
    EpochEvent,
    FailureEvent,
    RecordEvent,
    RunEvent,
    StageEvent,
    WatchedCell,
    event_of,
)
from bench.watching.tracker import Tracker
from bench.watching.watcher import Chosen, chosen_watchers
from bench.watching.watchers import LONGEST_QUEUE, watching
from tests.conftest import QUICK

AT = ("run1", "2026-01-01T00:00:00.000+00:00")
CELL = WatchedCell("id", "net fold 0", "classification", "synthetic", "net", 0, 0, 0, 1.0)
STARTED = CellEvent(*AT, CELL, "started", {"epochs": 2, "budget": None}, {"width": 64})
EVENTS = [
    RunEvent(*AT, "started", "classification", "synthetic", ("net",), 1, 0, "runs"),
    STARTED,
    StageEvent(*AT, CELL, "started", "train"),
    EpochEvent(*AT, CELL, "train", 1, 1, {"loss": 1.0}, 0.5, 1e-3, 2.0),
    EpochEvent(*AT, CELL, "train", 1, 2, {"loss": 0.5}, None, 1e-3, 2.0),
    StageEvent(*AT, CELL, "ended", "train", 4.5, 20),
    RecordEvent(*AT, CELL, {"top1": 0.5, "f1:nanowires": 0.25}, 10, "runs/cells/id.json"),
    replace(STARTED, state="ended", outcome="done"),
    STARTED,
    FailureEvent(*AT, CELL, "predict", "no memory", "runs/logs/id.log"),
    replace(STARTED, state="ended", outcome="failed"),
]
TINY = ("--task", "classification", "--set", "synthetic.size=30", "--set", "k=3", "--set", "folds=0", *QUICK)


class Loud(NoProgress):
    """Keeps what is said."""

    def __init__(self):
        self.lines = []

    def say(self, text):
        self.lines.append(text)


class Clumsy:
    """A watcher that does one wrong thing, named by its setting, and notes the kinds of events."""

    def __init__(self, folder, fault=""):
        if fault == "init":
            raise OSError("no server")
        self.folder, self.fault = folder, fault

    def watch(self, event):
        if self.fault == "exit":
            sys.exit(3)
        if self.fault == "crash":
            os._exit(4)
        if self.fault == "hang":
            time.sleep(600)
        if self.fault == "raise":
            raise ValueError("what is this")
        with (self.folder / "kinds").open("a") as stream:
            stream.write(f"{event.kind}\n")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A busy machine gives watchers little time, and no test waits for it in vain."""
    monkeypatch.setattr(watchers_module, "FINISH_SECONDS", 300.0)


def _watched(tmp_path, fault, count=3, seconds=None, monkeypatch=None):
    """Send events to a clumsy watcher; return the lines said and its folder."""
    if seconds:
        monkeypatch.setattr(watchers_module, "FINISH_SECONDS", seconds)
    loud, spec = Loud(), WatcherSpec("clumsy", "Clumsy", builds=f"{__name__}:Clumsy")
    with watching([Chosen(spec, {"fault": fault})], tmp_path, "run1", "command", loud) as watchers:
        for event in EVENTS[:count]:
            watchers.send(event)
    return loud.lines, tmp_path / "watch" / "run1" / "command" / "clumsy"


def _events(store, worker="command"):
    (file,) = store.glob(f"watch/*/{worker}/file/events.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_every_kind_of_event_is_frozen_and_comes_back_from_json():
    assert {type(event) for event in EVENTS} == {*KINDS.values()}
    assert {*KINDS} == {"run", "cell", "stage", "epoch", "record", "failure"}
    assert [event_of(event.json) for event in EVENTS] == EVENTS
    with pytest.raises(FrozenInstanceError):
        EVENTS[0].run = "another"


def test_a_run_sends_what_happens_in_the_order_in_which_it_happens(bench, store):
    code, _, err = bench("run", *TINY, "--models", "vanillavit,majority", "--watch", "file")
    assert code == 0 and "watched by file" in err, err
    events = _events(store)
    first = [event for event in events if event.get("cell", {}).get("model", "vanillavit") == "vanillavit"]
    said = [" ".join(filter(None, [each["event"], each.get("stage"), each.get("state")])) for each in first]
    assert said == [
        *("run started", "cell started", "stage train started", "epoch train", "epoch train", "stage train ended"),
        *("stage predict started", "stage predict ended", "stage score started", "stage score ended"),
        *("record", "cell ended", "run ended"),
    ]
    epochs = [event for event in first if event["event"] == "epoch"]
    assert [(epoch["training"], epoch["epoch"]) for epoch in epochs] == [(1, 1), (1, 2)]
    assert all(epoch["losses"]["loss"] > 0 and epoch["validation"] > 0 for epoch in epochs)
    (record,) = [event for event in first if event["event"] == "record"]
    stored = json.loads(Path(record["file"]).read_text())
    assert record["metrics"]["top1"] == stored["metrics"]["top1"]["value"]
    history = json.loads(next(store.glob("stages/*/product/weights/history.json")).read_text())
    assert [epoch["validation"] for epoch in epochs] == [epoch["validation"] for epoch in history["epochs"]]


def test_a_run_of_done_cells_starts_no_watcher_and_a_watcher_makes_nothing_stale(bench, store):
    assert bench("run", *TINY, "--models", "majority")[0] == 0
    code, out, _ = bench("run", *TINY, "--models", "majority", "--watch", "file")
    assert code == 0 and "nothing to do" in out and not (store / "watch").exists()


def test_a_failed_cell_sends_its_failure_and_its_end(bench, store, monkeypatch):
    from bench.running import runner

    def broken(*arguments):
        raise ValueError("no scores today")

    monkeypatch.setattr(runner, "score", broken)
    assert bench("run", *TINY, "--models", "majority", "--watch", "file")[0] == 1
    *_, failure, cell, run = _events(store)
    assert (failure["part"], failure["reason"][:27]) == ("score", "ValueError: no scores today")
    assert "no scores today" in Path(failure["log"]).read_text()
    assert (cell["outcome"], run["state"], run["failed"]) == ("failed", "ended", 1)


def test_each_worker_process_sends_its_cells_and_the_command_the_run(bench, store):
    options = ("--launcher", "local", "--jobs", "2", "--watch", "file")
    assert bench("run", *TINY, "--models", "majority,pixels", *options)[0] == 0
    assert [event["event"] for event in _events(store)] == ["run", "run"]
    models = [event["cell"]["model"] for number in (1, 2) for event in _events(store, f"worker{number}")]
    assert {*models} == {"majority", "pixels"}


def test_a_config_names_watchers_too():
    config, _ = load_config("demo", ["watch=[file]"])
    (chosen,) = chosen_watchers(config, Registry())
    assert chosen.spec.name == "file"


def test_the_watcher_of_a_package_that_is_missing_is_refused_before_the_run(monkeypatch, bench, store):
    from bench.watching import watcher

    monkeypatch.setattr(watcher, "find_spec", lambda name: None)
    code, _, err = bench("run", *TINY, "--models", "majority", "--watch", "mlflow")
    assert code == 2 and "pip install 'mvaema-bench[mlflow]'" in err and not store.exists()


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("init", "watcher clumsy (failed|ended early)"),
        ("crash", "watcher clumsy (failed|ended early)"),
        ("raise", "watcher clumsy failed; its log says why"),
        ("exit", "watcher clumsy failed; its log says why"),
    ],
)
def test_what_goes_wrong_in_a_watcher_is_said_once_and_fails_nothing(tmp_path, fault, sentence):
    lines, folder = _watched(tmp_path, fault)
    assert [bool(re.search(sentence, line)) for line in lines[1:]].count(True) == 1, lines
    log = folder.with_name("clumsy.log").read_text()
    assert fault == "crash" or {"init": "no server", "raise": "what is this", "exit": "SystemExit"}[fault] in log


def test_an_event_that_a_watcher_cannot_take_does_not_cost_it_the_next(tmp_path):
    _, folder = _watched(tmp_path, "")
    assert (folder / "kinds").read_text().split() == ["run", "cell", "stage"]
    log = _watched(tmp_path / "other", "raise")[1].with_name("clumsy.log").read_text()
    assert log.count("ValueError: what is this") == 3


def test_a_watcher_that_hangs_is_ended_after_the_run(tmp_path, monkeypatch):
    lines, _ = _watched(tmp_path, "hang", seconds=0.5, monkeypatch=monkeypatch)
    assert any("had not finished 0 s after the run and was ended" in line for line in lines)


def test_a_full_queue_loses_events_and_says_how_many(tmp_path, monkeypatch):
    lines, _ = _watched(tmp_path, "hang", 0, 0.2, monkeypatch)
    monkeypatch.setattr(watchers_module, "LONGEST_QUEUE", 5)
    loud, spec = Loud(), WatcherSpec("clumsy", "Clumsy", builds=f"{__name__}:Clumsy")
    long = replace(STARTED, settings={"text": "x" * 100_000})  # more than a pipe holds
    with watching([Chosen(spec, {"fault": "hang"})], tmp_path, "run2", "command", loud) as watchers:
        for _ in range(20):
            watchers.send(long)
    (missed,) = re.findall(r"missed (\d+) events", "\n".join(loud.lines))
    assert 13 <= int(missed) <= 15 and LONGEST_QUEUE == 1000


def test_a_watcher_ends_with_its_run_however_that_ends(tmp_path):
    script = (
        "import os\nfrom pathlib import Path\nfrom bench.specs import WatcherSpec\n"
        "from bench.terminal.progress import NoProgress\nfrom bench.watching.watcher import Chosen\n"
        "from bench.watching.watchers import watching\nimport tests.test_watching as own\n"
        "spec = WatcherSpec('clumsy', 'Clumsy', builds='tests.test_watching:Clumsy')\n"
        f"with watching([Chosen(spec, {{'fault': 'hang'}})], Path({str(tmp_path)!r}), 'r', 'w', NoProgress()) as all:\n"
        "    print(all._processes[0]._process.pid, flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    until = time.monotonic() + 60
    while time.monotonic() < until and _is_alive(int(done.stdout)):
        time.sleep(0.1)
    assert not _is_alive(int(done.stdout))


def _is_alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_trainings_of_a_stage_that_tries_several_are_counted():
    class Row:
        recipe, settings = load_config("demo")[0].recipe, {}

    class Kept:
        run, events = "run1", []
        send = events.append

    sent = CellEvents(Kept, SimpleNamespace(**vars(CELL)), Row)
    sent.start_stage("train")
    for number in (1, 2, 1, 2, 3):
        sent.end_epoch(number, {"losses": {}, "validation": None, "learning_rate": 0.1, "seconds": 1.0})
    numbers = [(event.training, event.epoch) for event in Kept.events if event.kind == "epoch"]
    assert numbers == [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)]


def test_settings_of_a_watcher_are_checked_and_only_read_where_it_watches(bench):
    code, _, err = bench("run", *TINY, "--models", "majority", "--set", "trackio.project=mine")
    assert code == 2 and "--set trackio.project changes nothing" in err
    spec = Registry().find("watcher", "wandb")[0]
    assert Registry().settings(spec)["mode"].values == "offline, online"


class Listed(Tracker):
    """A tracker that lists what it is told."""

    def __init__(self):
        self.calls = []

    def open(self, name, group, choices):
        self.calls.append(("open", name, group, choices))

    def log(self, figures, step):
        self.calls.append(("log", figures, step))

    def finish(self, failure):
        self.calls.append(("finish", failure))


def test_a_tracker_keeps_each_cell_as_a_run_with_losses_times_and_scores():
    tracker = Listed()
    for event in EVENTS:
        tracker.watch(event)
    (_, name, group, choices), *calls = tracker.calls
    assert (name, group, choices["recipe.budget"], choices["net.width"]) == ("net fold 0", "run1", "None", 64)
    assert calls[:5] == [
        ("log", {"train/loss": 1.0, "train/validation": 0.5, "train/learning_rate": 1e-3}, 1),
        ("log", {"train/loss": 0.5, "train/learning_rate": 1e-3}, 2),
        ("log", {"seconds/train": 4.5}, 2),
        ("log", {"score/top1": 0.5, "score/f1:nanowires": 0.25}, 2),
        ("finish", ""),
    ]
    assert [call[0] for call in calls[5:]] == ["open", "finish"] and calls[-1] == (
        "finish",
        "predict failed: no memory",
    )


def test_a_tracker_closes_the_run_of_a_cell_that_was_stopped():
    tracker = Listed()
    tracker.watch(STARTED)
    tracker.close()
    tracker.close()
    assert [call[0] for call in tracker.calls] == ["open", "finish"] and tracker.calls[-1][1].startswith("stopped")


def _opened(name, folder, **settings):
    """One of our watchers of a library, built in this process; skips where the library is not installed."""
    spec = Registry().find("watcher", name)[0]
    if any(find_spec(module) is None for module in spec.needs):
        pytest.skip(f"{name} is not installed; pip install {spec.install}")
    module, _, attribute = spec.builds.partition(":")
    return getattr(importlib.import_module(module), attribute)(folder, **settings)


def _watch_all(watcher):
    for event in EVENTS:
        watcher.watch(event)
    getattr(watcher, "close", lambda: None)()


def test_the_file_watcher_appends_whole_lines(tmp_path):
    for _ in range(2):
        _watch_all(EventFile(tmp_path))
    assert [event_of(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()] == [*EVENTS, *EVENTS]


def test_the_watcher_of_the_page_is_ten_lines_and_does_what_the_page_says(tmp_path):
    page = (Path(__file__).parent.parent / "docs" / "watch.md").read_text()
    (text,) = re.findall(r"```python title=[^\n]*\n(.*?)```", page, re.DOTALL)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("from")]
    names, specs = {}, []
    exec(text, names)  # noqa: S102 -- our own page
    names["register_watchers"](specs.append)
    _watch_all(names["Scores"](tmp_path))
    assert len(lines) <= 10 and (tmp_path / "scores.csv").read_text() == "net,0,0.5\n"
    assert [spec.builds for spec in specs] == ["mywatcher.plugin:Scores"]


@pytest.mark.slow
def test_trackio_keeps_losses_and_scores(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    _watch_all(_opened("trackio", tmp_path, project="mine"))
    from trackio import Api

    runs = {run.name: run for run in Api().runs("mine")}
    assert [*runs] and all(name.startswith("net fold 0") for name in runs)
    from trackio.sqlite_storage import SQLiteStorage

    logs = [log for name in SQLiteStorage.get_runs("mine") for log in SQLiteStorage.get_logs("mine", name)]
    assert [log["train/loss"] for log in logs if "train/loss" in log] == [1.0, 0.5]
    assert [log["score/top1"] for log in logs if "score/top1" in log] == [0.5]


@pytest.mark.slow
def test_tensorboard_reads_losses_and_scores(tmp_path):
    _watch_all(_opened("tensorboard", tmp_path))
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    logs = EventAccumulator(str(tmp_path / "net fold 0"))
    logs.Reload()
    assert {"train/loss", "train/validation", "seconds/train", "score/top1"} <= {*logs.Tags()["tensors"]}
    assert [(each.step, each.tensor_proto.float_val[0]) for each in logs.Tensors("train/loss")] == [(1, 1.0), (2, 0.5)]


@pytest.mark.slow
def test_mlflow_keeps_losses_scores_and_failures(tmp_path):
    if find_spec("sqlalchemy") is None:
        pytest.skip("mlflow keeps runs on this machine by sqlalchemy, which is not installed")
    _watch_all(_opened("mlflow", tmp_path, experiment="mine", uri=f"sqlite:///{tmp_path}/runs.db"))
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{tmp_path}/runs.db")
    failed, done = client.search_runs([client.get_experiment_by_name("mine").experiment_id])
    assert (done.info.status, done.info.run_name, done.data.params["net.width"]) == ("FINISHED", "net fold 0", "64")
    assert [each.value for each in client.get_metric_history(done.info.run_id, "train/loss")] == [1.0, 0.5]
    assert done.data.metrics["score/f1.nanowires"] == 0.25
    assert (failed.info.status, failed.data.tags["failure"]) == ("FAILED", "predict failed: no memory")


@pytest.mark.slow
def test_weights_and_biases_writes_its_files_offline(tmp_path):
    _watch_all(_opened("wandb", tmp_path))
    files = [*tmp_path.glob("wandb/offline-run-*/run-*.wandb")]
    assert len(files) == 2 and any(b"train/loss" in file.read_bytes() for file in files)


def test_an_unknown_watcher_is_refused_with_the_nearest():
    config, _ = load_config("demo", ["watch=[trackoi]"])
    with pytest.raises(BenchError, match="unknown watcher 'trackoi'; did you mean 'trackio'"):
        chosen_watchers(config, Registry())
