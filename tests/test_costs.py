"""What a run would cost: from a probe, from records, from a hint; and what it did cost."""

import json
from pathlib import Path

import pytest

from bench import ModelSpec
from bench.planning.costs import Cost, spread
from bench.planning.outlook import outlook
from bench.store.store import Store
from bench.training import heap
from bench.training.peak import Peak
from tests.test_run import _planned


def cost(seconds, threads=2, device="cpu"):
    return Cost(seconds, None, threads, device, "hint")


@pytest.mark.parametrize(
    ("cells", "jobs", "threads", "expected"),
    [
        ([[cost(3), cost(1)], [cost(2)]], 1, 2, 6),
        ([[cost(3, 1)], [cost(2, 1)], [cost(2, 1)]], 2, 1, 4),
        ([[cost(3)], [cost(3)]], 2, 1, 6),
        ([[cost(3, 2, "cuda")], [cost(3, 2, "cuda")]], 2, 1, 3),
        ([], 4, 1, 0),
    ],
    ids=["one after another", "the next cell to who is free", "fewer threads are slower", "but not cards", "nothing"],
)
def test_the_total_is_when_the_last_worker_is_done(cells, jobs, threads, expected):
    assert spread(cells, jobs, threads) == expected


def test_a_probe_goes_before_records_and_they_before_the_hint(classify, folder, bench, store):
    mine = folder(8, 8, 8)
    asked = ("--set", "k=4", "--folds", "1")
    assert "hint" in classify(mine, "gcn", *asked, "--dry-run")[1]
    assert "probe" in classify(mine, "gcn", *asked, "--probe")[1] and not store.exists()
    classify(mine, "gcn", "--set", "k=4")
    out = classify(mine, "gcn", *asked, "--dry-run")[1]
    assert "record" in out and "GB" in out
    assert "probe" in classify(mine, "gcn", *asked, "--probe")[1]


def test_a_model_that_cannot_be_probed_is_told_and_estimated_by_its_hint(classify, folder, plugged):
    plugged(ModelSpec(name="broken", label="Broken", family="convnet", builds=f"{__name__}:broken"))
    code, out, err = classify(folder(8, 8, 8), "broken,majority", "--set", "k=4", "--probe")
    assert code == 0 and "broken cannot be probed: BenchError: broken cannot be built" in err
    assert [line.split()[-1] for line in out.splitlines() if " fold " in line] == ["hint", "probe"]


def broken(num_classes):
    raise ValueError("never built")


@pytest.mark.parametrize(
    ("settings", "times"),
    [(("recipe.epochs=8",), 2), (("recipe.tune=learning_rate",), 3), (("image_size=112",), 1)],
)
def test_the_estimate_of_texts_grows_with_epochs_and_with_tuning(settings, times):
    usual, other = (
        outlook(_planned(("recipe.epochs=4", *chosen)), Store(Path("nowhere")))[0].costs["train"].seconds
        for chosen in ((), settings)
    )
    assert other == pytest.approx(times * usual)


def test_the_estimate_of_pictures_goes_by_what_the_network_sees(classify, folder):
    mine, asked = folder(8, 8, 8), ("--set", "k=4", "--set", "model.epochs=99", "--dry-run")
    small, cut, whole = (
        classify(mine, "simclr", *asked, "--set", f"image_size={size}", "--set", f"simclr.view_size={view}")[1]
        for size, view in ((96, 0), (224, 96), (224, 0))
    )
    assert small == cut != whole


def test_a_warm_up_that_does_not_fit_is_told_before_training(classify, folder):
    mine, asked = folder(8, 8, 8), ("--set", "k=4", "--set", "recipe.batch_size=4", "--dry-run")
    out = classify(mine, "gcn", *asked, "--set", "gcn.warmup=300", "--set", "gcn.epochs=5")[1]
    assert "gcn: a training of 20 steps warms up for 2, a tenth of them, not for 300" in out
    assert "warms up" not in classify(mine, "gcn", *asked, "--set", "gcn.warmup=2", "--set", "gcn.epochs=5")[1]


def test_what_was_expected_stands_beside_what_it_took(classify, folder, bench):
    assert bench("costs")[0] == 2 and "knows no run that computed anything; `bench run` first" in bench("costs")[2]
    mine = folder(8, 8, 8)
    classify(mine, "gcn,majority", "--set", "k=4")
    classify(mine, "gcn,majority", "--set", "k=4")  # computes nothing, and is not what is told of
    code, out, _ = bench("costs")
    assert code == 0 and "2 of 2 cells: expected" in out and "gcn fold 0" in out
    told = {cell["cell"]: cell for cell in json.loads(bench("costs", "--json")[1])}
    assert told["gcn fold 0"]["took"] > 0 and told["gcn fold 0"]["held"] > 2**26
    assert bench("costs", "--task", "vqa")[0] == 2


def test_a_cell_without_a_record_is_told_as_such(classify, folder, bench):
    classify(folder(8, 8, 8), "gcn,majority", "--set", "k=4", "--set", "gcn.learning_rate=1e30")
    out = bench("costs")[1]
    assert "no record" in out and "1 of 2 cells" in out


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
    times = [next(line.split()[4] for line in out.splitlines() if " fold " in line) for out in told]
    assert times[0] == times[1]


def test_a_table_tells_what_its_rows_cost(classify, folder, bench):
    classify(folder(8, 8, 8), "gcn,majority", "--set", "k=4")
    code, out, _ = bench("table", "3", "--costs", "--no-published")
    head = next(line for line in out.splitlines() if "Top-1" in line)
    assert code == 0 and [word.strip() for word in head.split("|")[3:6]] == ["training", "a picture", "memory"]
    row = next(line for line in out.splitlines() if line.startswith("| GraphConv"))
    assert " ms " in row and " GB " in row
    code, _, err = bench("table", "4", "--costs")
    assert code == 2 and "--costs is for tables of one row each" in err
