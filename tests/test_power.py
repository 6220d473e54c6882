import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

import bench as api
from bench.cli.main import app
from bench.errors import BenchError
from bench.statistics.paired import ModelScores, difference
from bench.statistics.power import Components, ExperimentSize, components, detectable, needed, power
from bench.statistics.significance import p_over_folds
from bench.store.record import MetricValue
from bench.store.store import Store
from tests.table_records import item, made, put_items

LEVEL = 0.05


@pytest.mark.parametrize(
    "sizes", [ExperimentSize(5, 1, 40, 5), ExperimentSize(10, 3, 40, 10), ExperimentSize(20, 1, 80, 10)]
)
def test_power_over_folds_is_how_often_the_corrected_test_shows_the_difference(sizes):
    parts = Components(picture=0.04, fold=0.0005, seed=0.0006, seeded=2)
    own = 0.0005 + 0.0006 / sizes.seeds + 0.04 / sizes.pictures
    random, k = np.random.default_rng(0), sizes.k
    true = 3 * (own * (1 / sizes.folds + 1 / (k - 1))) ** 0.5
    # Errors of variance `own` around the mean of a training side's; folds share 1 / k of all variance.
    shared = random.normal(size=(1500, 1)) * (own / (k - 1)) ** 0.5
    drawn = true + shared + random.normal(size=(1500, sizes.folds)) * own**0.5
    shown = np.mean([p_over_folds(row, k) <= LEVEL for row in drawn.tolist()])
    assert power(true, parts, sizes, LEVEL) == pytest.approx(shown, abs=0.035)
    assert 0.2 < shown < 0.99


def scores_on_one_fold(random, level, seeds, pictures, seed_error, picture_error):
    """A model's scores on one fold by seed, with what each picture does to them."""
    by_picture = random.normal(scale=picture_error, size=pictures)
    by_picture -= by_picture.mean() - random.normal(scale=picture_error / pictures**0.5)
    by_seed = level + by_picture.mean() + random.normal(scale=seed_error, size=seeds)
    influences = {str(number): float(own) for number, own in enumerate((by_picture - by_picture.mean()) / pictures)}
    return ModelScores({(0, 0): by_seed.tolist()}, {(0, 0): influences}, {})


@pytest.mark.parametrize(("seeds", "seed_error"), [(4, 0.02), (1, 0.0)])
def test_power_on_one_fold_is_how_often_the_paired_test_shows_the_difference(seeds, seed_error):
    random, wrong, shown, true = np.random.default_rng(1), 0, 0, 0.06
    parts, sizes = Components(2 * 0.1**2, None, 2 * seed_error**2, 2), ExperimentSize(1, seeds, 50, 5)
    for _ in range(800):
        first, second, third = (
            scores_on_one_fold(random, level, seeds, 50, seed_error, 0.1) for level in (true, 0.0, 0.0)
        )
        shown += difference(first, second, 5).p <= LEVEL
        wrong += difference(third, second, 5).p <= LEVEL
    assert power(true, parts, sizes, LEVEL) == pytest.approx(shown / 800, abs=0.04)
    assert wrong / 800 == pytest.approx(LEVEL, abs=0.025)


def test_the_components_behind_a_difference_are_estimated_apart():
    random = np.random.default_rng(2)
    folds, seeds, pictures = 40, 5, 60
    models = []
    for level in (0.3, 0.2):
        by_fold, influences = {}, {}
        for fold in range(folds):
            own = scores_on_one_fold(random, level + random.normal(scale=0.03), seeds, pictures, 0.02, 0.1)
            by_fold[fold, 0] = own.by_fold[0, 0]
            influences[fold, 0] = {f"{fold}-{name}": value for name, value in own.influences[0, 0].items()}
        models.append(ModelScores(by_fold, influences, {}))
    parts = components(difference(*models, 40), 2, ExperimentSize(folds, seeds, pictures, 40))
    assert parts.seed == pytest.approx(2 * 0.02**2, rel=0.2)
    assert parts.picture == pytest.approx(2 * 0.1**2, rel=0.2)
    assert parts.fold == pytest.approx(2 * 0.03**2, rel=0.6)


PARTS = Components(picture=0.05, fold=0.0004, seed=0.0008, seeded=2)
SIZES = ExperimentSize(folds=5, seeds=1, pictures=60, k=5)


@pytest.mark.parametrize("amount", ["folds", "seeds", "pictures"])
def test_what_is_needed_is_the_least_that_suffices(amount):
    least = 2 if amount == "folds" else 1
    number = needed(0.8, lambda own: power(0.1, PARTS, replace(SIZES, **{amount: own}), LEVEL), least)
    assert number and power(0.1, PARTS, replace(SIZES, **{amount: number}), LEVEL) >= 0.8
    assert number == least or power(0.1, PARTS, replace(SIZES, **{amount: number - 1}), LEVEL) < 0.8


def test_more_repeats_of_overlapping_training_sides_do_not_show_a_small_difference():
    assert needed(0.8, lambda folds: power(0.02, PARTS, replace(SIZES, folds=folds), LEVEL), 2) is None
    assert needed(0.8, lambda folds: power(0.3, PARTS, replace(SIZES, folds=folds), LEVEL), 2) == 3


def test_what_is_detectable_has_the_wanted_power():
    size = detectable(PARTS, SIZES, LEVEL, 0.8)
    assert power(size, PARTS, SIZES, LEVEL) == pytest.approx(0.8, abs=1e-3)
    assert detectable(Components(None, 0.0, None, 0), SIZES, LEVEL, 0.8) is None


def test_folds_that_test_the_same_pictures_do_not_average_their_noise():
    parts = Components(picture=0.05, fold=0.0, seed=None, seeded=0)
    apart, same = (power(0.06, parts, ExperimentSize(5, 1, 60, 5, recur), LEVEL) for recur in (False, True))
    shown = float(stats.nct.sf(stats.t.ppf(0.975, 59), 59, 0.06 / (0.05 / 60) ** 0.5))
    assert same == pytest.approx(shown, abs=1e-3) and apart != pytest.approx(same, abs=0.05)


def test_of_differences_without_noise_six_folds_give_a_sign():
    parts = Components(picture=None, fold=0.0, seed=None, seeded=0)
    assert needed(0.8, lambda folds: power(0.1, parts, replace(SIZES, folds=folds), LEVEL), 2) == 6


def fill(root, folds=5, seeds=3, items=True, models=("a", "b")):
    """A store with two models and a control, whose scores differ by fold, seed and picture."""
    store, random = Store(root), np.random.default_rng(0)
    for model, level in zip(models, (0.7, 0.6, 0.3), strict=False):
        for fold in range(folds):
            for seed in range(seeds):
                asked = [item(number, "tips", 0.1, right=0, asked=20) for number in range(30)]
                for number, own in enumerate(asked):
                    own["picture"] = f"{fold}-{number}"
                    own["facts_right"] = int(random.binomial(20, level))
                score = sum(own["facts_right"] for own in asked) / 600
                record = made(model, fold, score, k=5, label=model.upper(), control=model == "blind")
                record = replace(
                    record,
                    cell=replace(record.cell, seed=seed),
                    stages={**record.stages, "score": f"score-{model}-{fold}-{seed}"},
                )
                store.write_record(f"{model}-{fold}-{seed}", record)
                if items:
                    put_items(store, record, asked)
    return store.root


def test_the_command_says_what_is_needed_of_each(tmp_path):
    root = fill(tmp_path)
    done = CliRunner().invoke(app, ["power", "--difference", "0.02", "--store", str(root)])
    assert done.exit_code == 0, done.output
    analysis = api.power("vqa", difference=0.02, store=root)
    assert done.output.strip() == str(analysis) and (analysis.first, analysis.second) == ("A", "B")
    assert (analysis.sizes.folds, analysis.sizes.seeds, analysis.sizes.pictures) == (5, 3, 30)
    assert [need.amount for need in analysis.needs] == ["folds", "seeds", "pictures"]
    assert all(need.needed or need.reason for need in analysis.needs)
    assert "0.020 is shown with a power of 80 %" in done.output
    data = json.loads(CliRunner().invoke(app, ["power", "--difference", "0.02", "--json", "--store", str(root)]).output)
    assert data == json.loads(json.dumps(asdict(analysis)))


def test_a_larger_difference_needs_less_and_a_smaller_level_more(tmp_path):
    root = fill(tmp_path)
    easy, hard = (api.power("vqa", difference=size, store=root).needs[2].needed for size in (0.1, 0.05))
    strict = api.power("vqa", difference=0.1, level=0.001, power=0.95, store=root).needs[2].needed
    assert easy < hard and easy < (strict or np.inf)


def test_what_the_records_do_not_show_cannot_be_estimated(tmp_path):
    one = api.power("vqa", store=fill(tmp_path / "one", folds=1, seeds=1))
    assert "they cannot be estimated from one fold" in str(one) and "from one seed" in str(one)
    assert one.needs[2].needed and one.needs[0].needed is None and one.difference == pytest.approx(abs(one.observed))
    without = api.power("vqa", store=fill(tmp_path / "without", items=False))
    assert without.needs[0].needed and "answers are not stored" in str(without)


def test_one_model_is_compared_with_the_best_control(tmp_path):
    analysis = api.power(store=fill(tmp_path, models=("a", "blind")))
    assert (analysis.first, analysis.second) == ("A", "BLIND")
    with pytest.raises(BenchError, match="fewer than two models have a facts"):
        api.power(store=fill(tmp_path / "alone", models=("a",)))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"models": "a"}, "names 1 model"),
        ({"models": "a,b,blind"}, "names 3 model"),
        ({"models": "a,c"}, "unknown measured model 'c'"),
        ({"difference": 0.0}, "--difference 0.0 is out of range"),
        ({"level": 0.7}, "--level 0.7 is out of range"),
        ({"power": 1.0}, "--power 1.0 is out of range"),
        ({"level": 0.4, "power": 0.3}, "which chance alone has"),
        ({"metric": "length_ratio"}, "models are not ranked by length_ratio; name two with --models"),
        ({"metric": "fact"}, "did you mean 'facts'"),
    ],
)
def test_a_question_without_an_answer_is_refused(tmp_path, arguments, sentence):
    root = fill(tmp_path, folds=2, seeds=1, models=("a", "b", "blind"))
    with pytest.raises(BenchError, match=sentence):
        api.power("vqa", store=root, **arguments)


def test_models_that_do_not_differ_need_a_difference_to_be_named(tmp_path):
    store = Store(tmp_path)
    for model in "ab":
        for fold in range(3):
            record = replace(made(model, fold, 0.5, k=5), metrics={"facts": MetricValue(0.5 + 0.01 * fold)})
            store.write_record(f"{model}{fold}", record)
    with pytest.raises(BenchError, match="do not differ in these records; name a --difference"):
        api.power(store=tmp_path)
