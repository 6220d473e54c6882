"""The rule by which models of a race stop, and what it does to the error rate."""

from math import nan

import numpy as np
import pytest

from bench.statistics.race import behind, level_of
from bench.statistics.significance import holm, p_over_folds
from tests.race_simulation import RACES, docs_table, drawn, raced, simulated


def test_a_row_far_behind_stops_and_one_that_is_close_does_not():
    scores = {"best": [0.9, 0.8, 0.85], "far": [0.1, 0.05, 0.07], "close": [0.8, 0.85, 0.8]}
    (lag,) = behind(scores, 5, 0.025)
    assert (lag.row, lag.best, lag.difference) == ("far", "best", pytest.approx(0.7767, abs=1e-4))
    differences = {
        row: [high - low for high, low in zip(scores["best"], scores[row], strict=True)] for row in ("far", "close")
    }
    assert lag.p == holm([p_over_folds(own, 5) for own in differences.values()])[0]
    assert behind(scores, 5, lag.p) and not behind(scores, 5, lag.p * 0.999)


def test_a_row_is_compared_on_the_folds_that_it_has_and_only_a_whole_row_is_the_best():
    easy = {"best": [0.1, 0.5, 0.45, 0.55], "partial": [nan, 0.9, 0.9, 0.95]}
    assert behind(easy, 5, 1.0) == []  # it lacks a fold, so it is not the best, and it is not behind
    far = {"best": [0.9, 0.8, 0.85, 0.8], "partial": [nan, 0.1, 0.2, 0.1]}
    (lag,) = behind(far, 5, 1.0)
    assert lag.difference == pytest.approx(np.mean([0.7, 0.65, 0.7]))
    assert behind({"best": [0.9] * 4, "partial": [nan, nan, 0.1, 0.2]}, 5, 1.0) == []  # two folds tell nothing
    assert behind({"one": [nan, 0.9, 0.9], "other": [0.1, nan, 0.1]}, 5, 1.0) == []


def test_all_judgements_share_one_level():
    assert [level_of(folds) for folds in (3, 4, 5, 10)] == [0.05, 0.05, 0.025, pytest.approx(0.05 / 7)]


def test_the_simulation_is_of_this_rule():
    for k, rows in ((5, 6), (10, 4)):
        scores = drawn(np.linspace(9, 0, rows), k, 60, np.random.default_rng(1))
        for race, stops in zip(scores, raced(scores, k, level_of(k)), strict=True):
            racing, after_how_many = set(range(rows)), [k] * rows
            for after in range(3, k):
                for lag in behind({str(row): race[row, :after].tolist() for row in racing}, k, level_of(k)):
                    racing.remove(int(lag.row))
                    after_how_many[int(lag.row)] = after
            assert stops.tolist() == after_how_many


@pytest.mark.parametrize(("k", "rows"), [(5, 5), (5, 20), (10, 5), (10, 20)])
def test_the_best_row_is_stopped_in_fewer_than_1_of_50_races(k, rows):
    equal = simulated([0.0] * rows, k, races=4000)  # where all are equal, it is hardest to tell apart
    assert equal.first_stops < 0.02 and equal.any_stops < 0.15
    assert simulated([1.0] + [0.0] * (rows - 1), k, races=4000).first_stops < 0.004
    assert simulated(np.linspace(20, 0, rows), k, races=1000).spared > 0.15


@pytest.mark.slow
def test_the_simulated_figures_of_the_page_are_those_of_the_simulation(request):
    page = (request.config.rootpath / "docs" / "race.md").read_text()
    assert "\n".join(docs_table()) in page and f"{RACES:,} races" in page
