"""The gate of a model's tests: it closes where a metric fell by more than its error, and says why."""

import json

import numpy as np
import pytest

from bench.errors import BenchError
from bench.statistics.paired import ModelScores, change
from bench.store.store import Store
from bench.tables.baseline import read_baseline
from tests.published_cells import measured, store_at

FEW = (0.5, 0.4, 0.6, 0.5, 0.7, 0.4, 0.6, 0.5)
LOWER = tuple(value - 0.2 + 0.01 * (place % 2) for place, value in enumerate(FEW))
HARDLY = (0.3, 0.6, 0.6, 0.5, 0.7, 0.4, 0.6, 0.45)


@pytest.fixture
def gate(bench, tmp_path):
    """Hold one store of a model's values against another; returns exit code, standard output and error."""

    def call(before, now, *options, against=None, **about):
        store_at(tmp_path / "before", "mine", values=before, **about)
        store_at(tmp_path / "now", "mine", values=now, **about)
        return bench("gate", "--against", against or tmp_path / "before", "--store", tmp_path / "now", *options)

    return call


def _outcomes(text):
    return {score["metric"]: score["outcome"] for score in json.loads(text)["scores"]}


def test_scores_that_hold_leave_the_gate_open(gate):
    code, out, err = gate(FEW, FEW)
    assert (code, err) == (0, "") and "none fell by more than its error" in out


def test_a_fall_beyond_its_error_closes_the_gate(gate):
    code, out, _ = gate(FEW, LOWER)
    assert code == 1 and "fell: mine" in out


def test_a_fall_within_its_error_does_not(gate):
    code, out, _ = gate(FEW, HARDLY, "--json")
    assert code == 0 and json.loads(out)["open"] is True
    assert _outcomes(out)["bleu2"] == "fell within its error"


def test_a_rise_does_not(gate):
    code, out, _ = gate(LOWER, FEW, "--json")
    assert code == 0 and _outcomes(out)["bleu2"] == "held"
    assert next(score for score in json.loads(out)["scores"] if score["metric"] == "bleu2")["change"] > 0.19


@pytest.mark.parametrize(("metric", "code"), [("meteor", 1), ("length_ratio", 2), ("nosuch", 2)])
def test_metrics_are_chosen(gate, metric, code):
    done = gate(FEW, LOWER, "--metric", metric)
    assert done[0] == code
    assert "bleu2" not in done[1]


def test_a_file_of_scores_serves_as_well_as_the_store(gate, bench, tmp_path):
    store_at(tmp_path / "first", "mine", values=FEW)
    code, out, _ = bench("gate", "--save", tmp_path / "scores.json", "--store", tmp_path / "first")
    assert code == 0 and "scores of mine" in out
    by_file = gate(FEW, LOWER, "--json", against=tmp_path / "scores.json")
    assert by_file[0] == 1 and json.loads(by_file[1]) == json.loads(gate(FEW, LOWER, "--json")[1])


def test_so_does_a_publication(gate, bench, tmp_path):
    store_at(tmp_path / "first", "mine", values=FEW)
    bench("publish", tmp_path / "shared", "--by", "lab-a", "--store", tmp_path / "first")
    assert gate(FEW, LOWER, against=tmp_path / "shared")[0] == 1
    store_at(tmp_path / "other", "mine", values=LOWER)
    bench("publish", tmp_path / "shared", "--by", "lab-b", "--store", tmp_path / "other")
    assert "name one of them with --by" in gate(FEW, LOWER, against=tmp_path / "shared")[2]
    assert gate(FEW, LOWER, "--by", "lab-b", against=tmp_path / "shared")[0] == 0


def test_other_protocols_are_not_compared(gate, bench, tmp_path):
    store_at(tmp_path / "without", "mine", values=FEW, caption="without")
    code, _, err = gate(FEW, FEW, against=tmp_path / "without")
    assert code == 2 and 'task.caption: "without" -> "with"' in err


def test_a_model_of_before_that_is_gone_is_said_to_be(gate, tmp_path):
    store_at(tmp_path / "before", "mine", "gone", values=FEW)
    code, out, _ = gate(FEW, FEW)
    assert code == 0 and "Measured before and not now: gone." in out
    code, _, err = gate(FEW, FEW, "--models", "gone")
    assert code == 2 and "unknown measured model 'gone'" in err


def test_folds_of_both_are_compared_and_the_others_named(gate, tmp_path):
    measured(store_at(tmp_path / "before", "mine", values=FEW), "mine", 1, FEW)
    code, out, _ = gate(FEW, LOWER)
    assert code == 1 and "mine was compared on 1 of the 2 folds of before" in out


def test_a_file_that_was_changed_or_is_none_is_refused(bench, tmp_path):
    store_at(tmp_path / "now", "mine", values=FEW)
    bench("gate", "--save", tmp_path / "scores.json", "--store", tmp_path / "now")
    text = (tmp_path / "scores.json").read_text()
    changes = {"was changed": text.replace("0.525", "0.425"), "no file of scores": "{}", "neither a store": "x"}
    for said, content in changes.items():
        (tmp_path / "scores.json").write_text(content)
        with pytest.raises(BenchError, match=said):
            read_baseline(tmp_path / "scores.json")


def test_tables_are_refused_with_what_to_write_instead(gate, bench, tmp_path):
    store_at(tmp_path / "before", "mine", values=FEW)
    file = tmp_path / "table.json"
    file.write_text(bench("table", "1", "--json", "--store", tmp_path / "before")[1])
    code, _, err = gate(FEW, FEW, against=file)
    assert code == 2 and "is what `bench table --json` prints" in err and "`bench gate --save FILE`" in err


def test_a_score_without_any_error_may_not_fall_at_all(gate, tmp_path, bench):
    gate((0.5,), (0.5,))
    for place, value in (("before", 0.6), ("now", 0.5)):
        store = Store(tmp_path / place)
        (record,) = store.records()
        name = tmp_path / place / "cells" / f"{record.cell.id}.json"
        data = {key: part for key, part in json.loads(name.read_text()).items() if key != "digest"}
        data["metrics"] = {"meteor": {"value": value, "error": None, "n": None}}
        name.write_text(json.dumps(data))
    code, out, _ = bench("gate", "--against", tmp_path / "before", "--store", tmp_path / "now", "--json")
    assert code == 1 and _outcomes(out) == {"meteor": "fell, error unknown"}


# The error of a change


def _scores(values, seeds=None):
    """A model's scores of folds whose pictures have these values, with the influences of the means."""
    influences = {
        (fold, 0): {f"{fold}-{place}": (value - np.mean(own)) / len(own) for place, value in enumerate(own)}
        for fold, own in enumerate(values)
    }
    means = {(fold, 0): (seeds or {}).get(fold, [float(np.mean(own))]) for fold, own in enumerate(values)}
    return ModelScores(means, influences, {})


def test_the_error_over_pictures_is_that_of_their_paired_differences():
    random = np.random.default_rng(0)
    before = [random.random(30), random.random(30)]
    after = [own + 0.1 * random.standard_normal(30) for own in before]
    pair = change(_scores(after), _scores(before), 5)
    every = np.concatenate([own - earlier for own, earlier in zip(after, before, strict=True)])
    assert pair.value == pytest.approx(every.mean())
    spread = np.concatenate(
        [own - earlier - np.mean(own - earlier) for own, earlier in zip(after, before, strict=True)]
    )
    assert pair.error == pytest.approx((60 / 59 * (spread @ spread)) ** 0.5 / 60)
    assert (pair.basis, pair.pictures, pair.folds) == ("pictures", 60, 2)


def test_seeds_add_their_error():
    values = [[0.5, 0.6, 0.4, 0.5]]
    alone = change(_scores(values), _scores(values), 5)
    seeded = change(_scores(values, {0: [0.4, 0.6]}), _scores(values), 5)
    assert alone.error is None and seeded.error == pytest.approx((0.02 / 2) ** 0.5)


def test_without_answers_errors_are_added_and_without_errors_folds_vary():
    def of(means, errors):
        places = [(fold, 0) for fold in range(len(means))]
        return ModelScores(
            dict(zip(places, [[mean] for mean in means], strict=True)), {}, dict(zip(places, errors, strict=False))
        )

    separate = change(of([0.5, 0.6], [0.03, 0.04]), of([0.6, 0.6], [0.03, 0.04]), 5)
    assert separate.basis == "separate errors" and separate.error == pytest.approx(0.05 / 2 * 2**0.5)
    folds = change(of([0.5, 0.6, 0.4], []), of([0.6, 0.6, 0.6], []), 5)
    assert folds.basis == "folds" and folds.freedom == 2
    assert change(of([0.5], []), of([0.6], []), 5).basis == "nothing"
    assert change(of([0.5], []), of([], []), 5) is None
