import numpy as np
import pytest
from scipy import stats

from bench.statistics.significance import friedman, holm, p_over_folds

AUC = {
    "C4.5": (0.763, 0.599, 0.954, 0.628, 0.882, 0.936, 0.661, 0.583, 0.775, 1.0, 0.940, 0.619, 0.972, 0.957),
    "C4.5+m": (0.768, 0.591, 0.971, 0.661, 0.888, 0.931, 0.668, 0.583, 0.838, 1.0, 0.962, 0.666, 0.981, 0.978),
    "C4.5+cf": (0.771, 0.590, 0.968, 0.654, 0.886, 0.916, 0.609, 0.563, 0.866, 1.0, 0.965, 0.614, 0.9751, 0.946),
    "C4.5+m+cf": (0.798, 0.569, 0.967, 0.657, 0.898, 0.931, 0.685, 0.625, 0.875, 1.0, 0.962, 0.669, 0.975, 0.970),
}
"""The worked example of Demsar, JMLR 7 (2006), table 6; the ranks printed there put one of two equal 0.975 first."""


def test_ranks_and_critical_difference_are_those_of_demsars_example():
    found = friedman({name: np.array(values) for name, values in AUC.items()})
    assert list(found.ranks.values()) == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)
    assert found.difference == pytest.approx(1.25, abs=5e-3)
    # Demsar's 9.28 leaves ties as they are; scipy's correction for ties makes it a little larger.
    assert 9.28 <= found.statistic < 10.3 and found.p < 0.05


def test_models_that_never_differ_are_no_ones_better():
    found = friedman({name: np.arange(5) for name in "abc"})
    assert (found.statistic, found.p) == (0, 1) and set(found.ranks.values()) == {2.0}


def test_models_that_differ_alike_on_every_fold_rank_apart():
    found = friedman({name: np.full(5, level) for level, name in enumerate("cba")})
    assert found.statistic == pytest.approx(10) and found.ranks == {"c": 3, "b": 2, "a": 1}


def test_holm_multiplies_the_smallest_p_most_and_keeps_the_order():
    # Holm 1979: with p of 0.01, 0.04, 0.03 and three tests 0.03, 0.06, 0.06.
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize("k", [5, 10])
def test_the_corrected_t_test_is_the_ordinary_one_with_a_wider_variance(k):
    differences = np.random.default_rng(0).normal(0.01, 0.02, 20)
    plain = stats.ttest_1samp(differences, 0).statistic
    corrected = plain / (1 + 20 / (k - 1)) ** 0.5
    assert p_over_folds(differences.tolist(), k) == pytest.approx(2 * stats.t.sf(abs(corrected), 19))


def test_of_differences_that_never_vary_only_the_signs_count():
    assert p_over_folds([0.1, 0.1], 10) == 0.5
    assert p_over_folds([-0.1] * 10, 10) == pytest.approx(2 / 1024)
    assert p_over_folds([0.0, 0.0], 10) == 1
