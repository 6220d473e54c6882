"""Altered pictures, the two tasks that ask about them, and their table of changes."""

from dataclasses import replace

import numpy as np
import pytest

from bench.config.loading import load_config
from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.data.databar import find_bars
from bench.data.dataset import open_dataset
from bench.planning.plan import Plan
from bench.planning.rows import Request, requests
from bench.registered.registry import Registry
from bench.statistics.clustered import Shares, clustered_change, clustered_mean
from bench.tasks.alterations import ALTERATIONS
from bench.tasks.altering import alter
from bench.tasks.robustness import AlteredClassification, AlteredVQA
from bench.terminal.progress import NoProgress

NAMES = ("unaltered", *(alteration.name for alteration in ALTERATIONS))
BY_NAME = {alteration.name: alteration for alteration in ALTERATIONS}


@pytest.fixture(scope="module")
def drawn():
    return open_dataset(Registry(), "synthetic", {"synthetic": {"size": 20}}, 224, NoProgress()).load()


@pytest.mark.parametrize("alteration", ALTERATIONS, ids=lambda alteration: alteration.name)
def test_a_picture_is_altered_by_its_id_alone(drawn, alteration):
    pixels = drawn.batch(slice(None))
    whole = alter(alteration, pixels, drawn.ids)
    assert whole.shape == pixels.shape and whole.dtype == np.uint8
    assert np.array_equal(alter(alteration, pixels[3:5], drawn.ids[3:5]), whole[3:5])
    has_bar = find_bars(pixels).any(1)
    assert [not np.array_equal(*pair) for pair in zip(whole, pixels, strict=True)] == (
        has_bar.tolist() if alteration.name == "no_bar" else [True] * 20
    )


@pytest.mark.parametrize("name", ["noise", "charging"])
def test_what_is_random_differs_between_pictures(name):
    first, second = alter(BY_NAME[name], np.full((2, 64, 64), 90, np.uint8), ("a", "b"))
    assert not np.array_equal(first, second)


def test_an_instrument_writes_the_bar_after_what_spoils_the_picture(drawn):
    pixels = drawn.batch(slice(None))
    bars = find_bars(pixels)
    assert bars.any()
    for alteration in ALTERATIONS:
        rows = [
            np.array_equal(after[top:end], before[top:end])
            for after, before, (top, end) in zip(alter(alteration, pixels, drawn.ids), pixels, bars, strict=True)
            if end
        ]
        assert all(rows) == alteration.spares_bar


def test_alterations_do_what_they_are_called():
    picture = np.zeros((64, 64), np.uint8)
    picture[:, 24:40] = 200
    after = {name: alter(each, picture[None], ("p",))[0].astype(float) for name, each in BY_NAME.items()}
    assert after["noise"][:, 24:40].std() > 15 and abs(after["noise"][:, 24:40].mean() - 200) < 3
    assert 0 < after["blur"][5, 23] < 100
    assert np.ptp(after["contrast"]) == pytest.approx(80)
    assert (after["magnification"][32] > 100).sum() == pytest.approx(16 * 1.3, abs=1)
    assert np.array_equal(after["turn"], np.rot90(picture))
    streaks = after["charging"] - picture
    assert streaks.min() >= 0 and (streaks.max(1) > 20).mean() < 0.4


def classified(count=6):
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (count, 16, 16), dtype=np.uint8)
    return Micrographs(pixels, np.arange(count), tuple(f"n{n}" for n in range(count)), np.arange(count) % 2, ("a", "b"))


def test_each_alteration_has_its_accuracy_and_its_paired_change():
    task, test = AlteredClassification(), classified()
    posed = task.pose(test)
    assert len(posed) == 6 * len(NAMES) and len(set(posed.ids)) == len(posed) and posed.digest == ""
    given = np.eye(2)[posed.labels]
    noisy = slice(6 * NAMES.index("noise"), 6 * NAMES.index("noise") + 2)
    given[noisy] = given[noisy, ::-1]  # two of six noisy pictures are taken for the other category
    scores = task.score(given, posed, test)
    assert scores.metrics["unaltered"][0] == scores.metrics["blur"][0] == 1
    assert scores.metrics["noise"][0] == pytest.approx(4 / 6)
    change, error = scores.metrics["noise_change"]
    assert change == pytest.approx(-2 / 6) and error == pytest.approx(np.std([-1, -1, 0, 0, 0, 0], ddof=1) / 6**0.5)
    assert [item["top1"] for item in scores.items if item["alteration"] == "noise"] == [0, 0, 1, 1, 1, 1]
    assert {item["picture"] for item in scores.items} == set(test.ids)


def test_altered_pictures_of_a_known_scale_can_be_taken_by_position():
    test = replace(classified(), pixel_sizes=np.ones((6, 2)))
    posed = AlteredClassification().pose(test)
    assert posed.take(np.arange(len(posed))[::-1]).ids == posed.ids[::-1]


def test_an_empty_test_side_has_no_score():
    nothing = classified(0)
    assert AlteredClassification().score(np.zeros((0, 2)), AlteredClassification().pose(nothing), nothing).metrics == {}


def asked():
    micrographs = replace(classified(4), labels=np.zeros(4, int), categories=("powder", "tips"))
    records = []
    for number, (focus, size) in enumerate([("sharp", "small"), ("blurred", "large")] * 2):
        records += [
            InstructionRecord(
                f"n{number}#1", f"n{number}", 1, "Focus?", f"It has a {focus} focus.", (("focus", focus),), "t"
            ),
            InstructionRecord(f"n{number}#2", f"n{number}", 2, "Size?", f"They are {size}.", (("size", size),), "t"),
        ]
    return Instructions(micrographs, tuple(records), np.repeat(np.arange(4), 2), ("",) * 4)


def test_a_fact_that_an_alteration_changes_is_not_asked_for():
    test = asked()
    posed = AlteredVQA(questions="all").pose(test)
    questions = {name: [] for name in NAMES}
    for record, picture in zip(posed.records, posed.pictures, strict=True):
        questions[NAMES[picture // 4]].append((record.picture, record.question))
    assert questions["unaltered"] == questions["turn"] == [(r.picture, r.question) for r in test.records]
    assert {question for _, question in questions["blur"]} == {"Size?"}
    assert {question for _, question in questions["magnification"]} == {"Focus?"}
    assert len({record.id for record in posed.records}) == len(posed)
    assert len(posed.captions) == len(posed.micrographs)


def test_the_change_of_an_alteration_is_over_the_facts_that_both_are_asked_for():
    test, task = asked(), AlteredVQA(questions="all")
    posed = task.pose(test)
    right = {record.id: record.answer for record in posed.records}
    # Of the unaltered pictures no focus is told, which must not count against the altered ones.
    given = [
        "Nothing." if ("@" not in name and name.endswith("#1")) or name == "n0#2@blur" else right[name]
        for name in (record.id for record in posed.records)
    ]
    scores = task.score(given, posed, test)
    values = {name: value for name, (value, _) in scores.metrics.items()}
    assert values["unaltered"] == pytest.approx(2 / 3)
    assert values["blur"] == pytest.approx(6 / 7) and values["blur_change"] == pytest.approx(-1 / 7)
    assert values["magnification"] == 1 and values["magnification_change"] == 1
    assert scores.metrics["turn_change"] == pytest.approx((1 / 3, 0))
    with pytest.raises(ValueError, match="exactly once"):
        task.score(given[1:], posed, test)


def test_the_error_of_a_change_is_that_of_paired_differences():
    random = np.random.default_rng(1)
    before = random.integers(0, 2, 40).astype(float)
    after = np.where(random.random(40) < 0.2, 1 - before, before)
    clusters, one = (np.arange(40) // 2).tolist(), np.ones(40)
    change = clustered_change(Shares(after, one), Shares(before, one), clusters)
    assert change == pytest.approx(clustered_mean(after - before, clusters))


def test_the_error_of_a_change_of_ratios_is_what_resampling_finds():
    random = np.random.default_rng(2)
    below = random.integers(1, 4, (2, 300)).astype(float)
    above = np.minimum(below, random.integers(0, 4, (2, 300)))
    _, error = clustered_change(Shares(above[0], below[0]), Shares(above[1], below[1]), range(300))
    drawn = random.integers(0, 300, (4000, 300))
    first, second = (above[side][drawn].sum(1) / below[side][drawn].sum(1) for side in (0, 1))
    assert error == pytest.approx((first - second).std(), rel=0.05)


def stage(task):
    config, explicit = load_config("demo", ["synthetic.size=60", "k=3", "folds=0"])
    return Plan(Request(task, ("mvaema",), config, explicit), Registry(), NoProgress()).cells[0].train.fingerprint


def test_altered_pictures_train_nothing_anew():
    assert len({stage(task) for task in ("vqa", "classification", "altered-vqa", "altered-classification")}) == 1


def test_each_task_of_a_suite_gets_the_models_that_can_do_it():
    config, explicit = load_config("demo", [])
    plans = requests("robustness", "vgg,llava,mvaema", config, explicit, Registry())
    assert {plan.task: plan.models for plan in plans} == {
        "altered-classification": ("vgg", "mvaema"),
        "altered-vqa": ("llava", "mvaema"),
    }
    assert [plan.task for plan in requests("robustness", "vgg", config, explicit, Registry())] == [
        "altered-classification"
    ]


def test_a_change_on_one_fold_stands_with_its_paired_error(bench):
    run = ("run", "--task", "robustness", "--models", "spectrum", "--set", "synthetic.size=40", "--set", "k=2")
    code, _, err = bench(*run)
    assert code == 0, err
    code, out, _ = bench("table", "altered-classification-change", "--format", "json")
    assert code == 0 and '"std": null' not in out
    code, out, _ = bench("table", "altered-classification")
    assert code == 0 and "no bar" in out
