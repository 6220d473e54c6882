"""What a run would cost: by a probe, by records, by what was measured before, by FLOPs; and what it did cost."""

import json
import re
import time
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import nn

from bench import ModelSpec
from bench.config.loading import load_config
from bench.planning import speed
from bench.planning.costs import Cost, spread
from bench.planning.counting import counted
from bench.planning.outlook import outlook
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.planning.speed import measured
from bench.planning.work import Counter, Steps, Workload
from bench.registered.registry import Registry
from bench.store.store import Store
from bench.terminal.progress import NoProgress
from bench.terminal.quantities import rounded
from bench.training import heap
from bench.training.peak import Peak
from tests.conftest import QUICK, SMALL


def cost(seconds, threads=2, device="cpu"):
    return Cost(seconds, None, threads, device, "record")


@pytest.mark.parametrize(
    ("cells", "jobs", "threads", "expected"),
    [
        ([[cost(3), cost(1)], [cost(2)]], 1, 2, 6),
        ([[cost(3, 1)], [cost(2, 1)], [cost(2, 1)]], 2, 1, 4),
        ([[cost(3)], [cost(3)]], 2, 1, 6),
        ([[cost(3, 2, "cuda")], [cost(3, 2, "cuda")]], 2, 1, 3),
        ([[cost(3), cost(None)]], 1, 2, 3),
        ([], 4, 1, 0),
    ],
    ids=[
        *("one after another", "the next cell to who is free", "fewer threads are slower", "but not cards"),
        *("what is not known takes no time", "nothing"),
    ],
)
def test_the_total_is_when_the_last_worker_is_done(cells, jobs, threads, expected):
    assert spread(cells, jobs, threads) == expected


@pytest.fixture(autouse=True)
def nothing_kept(tmp_path, monkeypatch):
    """A cache of one's own: no test goes by what another measured."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def sources(out):
    return [line.split()[-1] for line in out.splitlines() if re.match(r"\S+ fold ", line)]


def test_a_probe_goes_before_records_these_before_what_is_kept_and_that_before_flops(classify, folder, store):
    mine, asked = folder(8, 8, 8), ("--set", "k=4", "--folds", "1")
    assert sources(classify(mine, "gcn", *asked, "--dry-run")[1]) == ["FLOPs"]
    assert sources(classify(mine, "gcn", *asked, "--probe")[1]) == ["probe"] and not store.exists()
    assert sources(classify(mine, "gcn", *asked, "--dry-run")[1]) == ["kept"]
    classify(mine, "gcn", "--set", "k=4")
    out = classify(mine, "gcn", *asked, "--dry-run")[1]
    assert sources(out) == ["record"] and "GB" in out
    assert sources(classify(mine, "gcn", *asked, "--probe")[1]) == ["probe"]


@pytest.mark.parametrize(
    ("change", "source"),
    [
        ((), "kept"),
        (("--set", "recipe.epochs=7"), "kept"),
        (("--set", "recipe.batch_size=5"), "FLOPs"),
        (("--set", "gcn.depth=3"), "FLOPs"),
        (("--set", "image_size=96"), "FLOPs"),
        (("--set", "machine.threads=2"), "FLOPs"),
    ],
    ids=lambda value: "".join(value[1:]) if isinstance(value, tuple) else value,
)
def test_what_a_run_took_is_kept_for_other_stores_until_something_changes(classify, folder, tmp_path, change, source):
    mine, before = folder(8, 8, 8), torch.get_num_threads()
    classify(mine, "gcn", "--set", "k=4")
    out = classify(mine, "gcn", "--set", "k=4", "--store", tmp_path / "other", *change, "--dry-run")[1]
    torch.set_num_threads(before)
    assert sources(out) == [source]


def test_a_model_that_cannot_be_tried_is_told_and_not_estimated(classify, folder, plugged):
    plugged(ModelSpec(name="broken", label="Broken", family="convnet", builds=f"{__name__}:broken"))
    mine = folder(8, 8, 8)
    code, out, err = classify(mine, "broken,majority", "--set", "k=4", "--probe")
    assert code == 0 and "broken cannot be probed: BenchError: broken cannot be built" in err
    assert sources(out) == ["known", "probe"] and "and what is not known of broken (--probe" in out
    code, out, err = classify(mine, "broken", "--set", "k=4", "--dry-run")
    assert code == 0 and "work of broken cannot be counted: BenchError: broken cannot be built" in err
    assert sources(out) == ["known"]


def test_a_model_that_learns_in_no_steps_is_not_known_before_it_is_measured(classify, folder):
    mine = folder(8, 8, 8)
    assert "not known" in classify(mine, "majority", "--set", "k=4", "--dry-run")[1]
    classify(mine, "majority", "--set", "k=4")
    assert "not known" not in classify(mine, "majority", "--set", "k=4", "--folds", "1", "--dry-run")[1]


def test_neither_pictures_nor_records_are_made_for_an_estimate(bench, monkeypatch, tmp_path):
    monkeypatch.setattr("bench.stages.materials.Materials.load", lambda materials: pytest.fail("loaded"))
    asked = ("run", "--task", "vqa", "--models", "mvaema", "--set", "mvaema.depth=1", "--set", "image_size=32")
    assert sources(bench(*asked, "--dry-run")[1]) == ["FLOPs"]
    assert {kept.name for kept in (tmp_path / "cache").iterdir()} == {"work", "speed"}


def test_pretrained_weights_are_not_looked_for(classify, folder):
    out = classify(folder(8, 8, 8), "resnet", "--set", "k=4", "--set", "resnet.weights=timm:resnet18", "--dry-run")[1]
    assert sources(out) == ["known"]


def test_a_dry_run_ends_its_patience(classify, folder, monkeypatch):
    monkeypatch.setattr("bench.api.runs.PATIENCE", 1e-9)
    _, out, err = classify(folder(8, 8, 8), "gcn", "--set", "k=4", "--dry-run")
    assert "1 model not looked at within 0 s of the processor: the same command again goes on" in err and sources(
        out
    ) == ["known"]


def test_a_run_at_hand_counts_nothing(classify, folder, monkeypatch, bench):
    monkeypatch.setattr("bench.planning.counting._counted", lambda *_: pytest.fail("counted"))
    assert classify(folder(8, 8, 8), "gcn", "--set", "k=4")[0] == 0
    assert "0 of 1 cells: expected" in bench("costs")[1]


def test_products_are_counted_both_ways_and_the_rest_by_the_bytes_it_moves():
    work, given = Workload(), torch.randn(4, 8, requires_grad=True)
    layer = nn.Linear(8, 16)
    with Counter(work):
        layer(given).sum().backward()
    assert work.flops == {"product float32": 3 * 2 * 4 * 8 * 16} and work.moved > 4 * 4 * 16
    with Counter(alone := Workload()):
        given.view(8, 4).mT.detach()
    assert (alone.moved, alone.called) == (0, 2)


def test_the_pace_of_each_kind_of_work_is_measured():
    kinds = ("product float32", "convolution bfloat16", "moved", "called")
    found = measured(kinds, "cpu")
    assert found.keys() == {*kinds} and min(found.values()) > 1000


def test_time_that_other_processes_take_does_not_slow_a_processor(monkeypatch):
    calling = speed._calling
    monkeypatch.setattr(speed, "_calling", lambda *of: lambda: (time.sleep(0.02), calling(*of)()))
    assert measured(("called",), "cpu")["called"] > 100 / 0.02


def test_the_first_step_of_every_training_counts_and_what_is_kept_for_its_way_back():
    layer, given = nn.Linear(8, 16), torch.randn(4, 8)
    optimiser, steps = torch.optim.Adam(layer.parameters()), Steps("cpu")
    with steps.counting():
        for _ in range(2):
            steps.begin()
            for _ in range(3):
                layer(given).exp().sum().backward()
                optimiser.step()
    assert [step.flops["product float32"] for step in steps.done] == [2 * 2 * 4 * 8 * 16] * 2
    assert [(step.weights, step.saved) for step in steps.done] == [(9 * 16, 4 * 4 * 16)] * 2
    optimiser.step()
    assert len(steps.done) == 2


def broken(num_classes):
    raise ValueError("never built")


def learning(*settings, task="vqa", model="mvaema"):
    """The seconds that a model's first training is counted to take, in a cache that keeps the machine's speed."""
    small = SMALL if task == "vqa" else QUICK
    config, explicit = load_config("demo", [part for part in (*small, *settings) if part != "--set"])
    plan = Plan(Request(task, (model,), config, explicit), Registry(), NoProgress())
    (look,) = outlook(plan, Store(Path("nowhere")), counted=counted(plan, [model], NoProgress()))
    seconds = next(iter(look.costs.values())).seconds
    assert seconds is not None
    return seconds


@pytest.mark.parametrize(("settings", "times"), [(("recipe.epochs=8",), 2), (("recipe.tune=learning_rate",), 3)])
def test_the_estimate_grows_with_epochs_and_with_tuning(settings, times):
    assert learning("recipe.epochs=4", *settings) == pytest.approx(times * learning("recipe.epochs=4"))


def test_the_estimate_grows_with_what_the_network_sees(monkeypatch):
    monkeypatch.setattr("bench.planning.speed.measured", lambda kinds, device: dict.fromkeys(kinds, 1e9))
    cut, whole = (
        learning("image_size=96", f"simclr.view_size={view}", task="classification", model="simclr") for view in (32, 0)
    )
    assert 4 * cut < whole


def test_a_warm_up_that_does_not_fit_is_told_before_training(classify, folder):
    mine, asked = folder(8, 8, 8), ("--set", "k=4", "--set", "recipe.batch_size=4", "--dry-run")
    out = classify(mine, "gcn", *asked, "--set", "gcn.warmup=300", "--set", "gcn.epochs=5")[1]
    assert "gcn: a training of 20 steps warms up for 2, a tenth of them, not for 300" in out
    assert "warms up" not in classify(mine, "gcn", *asked, "--set", "gcn.warmup=2", "--set", "gcn.epochs=5")[1]


def test_what_was_expected_stands_beside_what_it_took(classify, folder, bench):
    assert bench("costs")[0] == 2 and "has no run that computed anything; use `bench run` first" in bench("costs")[2]
    mine = folder(8, 8, 8)
    classify(mine, "gcn,majority", "--set", "k=4", "--dry-run")
    classify(mine, "gcn,majority", "--set", "k=4")
    classify(mine, "gcn,majority", "--set", "k=4")  # computes nothing, and is not what is told of
    code, out, _ = bench("costs")
    assert code == 0 and "1 of 2 cells: expected" in out and "gcn fold 0" in out
    told = {cell["cell"]: cell for cell in json.loads(bench("costs", "--json")[1])}
    assert told["gcn fold 0"]["took"] > 0 and told["gcn fold 0"]["held"] > 2**26
    assert bench("costs", "--task", "vqa")[0] == 2


def test_a_cell_without_a_record_is_told_as_such(classify, folder, bench):
    classify(folder(8, 8, 8), "gcn,majority", "--set", "k=4", "--set", "gcn.learning_rate=1e30")
    out = bench("costs")[1]
    assert out.count("no record") == 1 and "0 of 2 cells" in out


def test_the_peak_begins_anew():
    peak = Peak("cpu")
    before = peak.taken()["process"]
    held = bytearray(200 * 2**20)
    assert peak.taken()["process"] > before + 150 * 2**20
    del held
    heap.give_back()
    assert Peak("cpu").taken()["process"] < before + 50 * 2**20


def test_a_model_without_epochs_is_not_estimated_by_their_number(classify, folder):
    mine = folder(8, 8, 8)
    classify(mine, "pixels", "--set", "k=4")
    told = [
        classify(mine, "pixels", "--set", "k=4", "--folds", "1", *more, "--dry-run")[1]
        for more in ((), ("--set", "recipe.epochs=500"))
    ]
    times = [next(line.split()[4] for line in out.splitlines() if re.match(r"\S+ fold ", line)) for out in told]
    assert times[0] == times[1]


def test_a_table_tells_what_its_rows_cost(classify, folder, bench, store):
    classify(folder(8, 8, 8), "gcn,majority", "--set", "k=4")
    code, out, _ = bench("table", "3", "--costs", "--no-published")
    head = next(line for line in out.splitlines() if "Top-1" in line)
    assert code == 0 and [word.strip() for word in head.split("|")[3:8]] == [
        *("training", "training FLOPs", "parameters", "a picture", "memory")
    ]
    row = next(line for line in out.splitlines() if line.startswith("| GraphConv"))
    assert " ms " in row and " GB " in row
    weights = next((store / "stages").glob("*/product/weights/model.safetensors"))
    with safe_open(weights, "numpy") as tensors:
        numbers = sum(tensors.get_tensor(name).size for name in tensors.keys())  # noqa: SIM118 -- no mapping
    assert rounded(numbers) in row
    code, _, err = bench("table", "4", "--costs")
    assert code == 2 and "--costs is for tables of one row each" in err
