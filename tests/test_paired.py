from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bench.statistics.clustered import clustered_mean, ratio_influences
from bench.statistics.paired import ModelScores, difference, widened
from bench.statistics.significance import holm, p_over_folds

FOLD = (0, 0)


def on_one_fold(values, pictures, *seeds):
    """The scores of a model that has these values on its questions, one of each seed if there are several."""
    every = [np.asarray(values, dtype=float), *map(np.asarray, seeds)]
    influences = dict.fromkeys(pictures, 0.0)
    for own in every:
        for picture, influence in zip(pictures, ratio_influences(own, np.ones(len(own)))[1], strict=True):
            influences[picture] += influence / len(every)
    return ModelScores({FOLD: [float(own.mean()) for own in every]}, {FOLD: influences}, {})


def on_folds(*scores):
    """The scores of a model on some folds, each one number or one per seed."""
    return ModelScores({(fold, 0): np.atleast_1d(own).tolist() for fold, own in enumerate(scores)}, {}, {})


def drawn(seed, pictures=40, questions=6):
    """Two models' values on the same questions, which depend on the picture; and the pictures."""
    random = np.random.default_rng(seed)
    names = [f"p{number}" for number in range(pictures) for _ in range(questions)]
    hard = np.repeat(random.normal(size=pictures), questions)
    own = [np.repeat(random.normal(scale=0.3, size=pictures), questions) for _ in range(2)]
    return hard + own[0], hard + own[1], names


def test_the_paired_error_is_that_of_the_differences_clustered_by_picture():
    first, second, pictures = drawn(0)
    between = difference(on_one_fold(first, pictures), on_one_fold(second, pictures), 5)
    mean, error = clustered_mean(first - second, pictures)
    assert between.value == pytest.approx(mean) and between.error == pytest.approx(error)
    assert between.p == pytest.approx(2 * stats.t.sf(abs(mean) / error, 39))
    assert (between.basis, between.folds, between.pictures) == ("pictures", 1, 40)
    unpaired = sum(clustered_mean(own, pictures)[1] ** 2 for own in (first, second)) ** 0.5
    assert between.error < 0.5 * unpaired


def test_a_ratio_of_sums_is_compared_with_the_error_of_a_ratio():
    rights, asked = np.array([3.0, 1, 0, 2, 1]), np.array([4.0, 2, 1, 3, 2])
    ratio, influences = ratio_influences(rights, asked)
    assert ratio == 7 / 12 and influences == pytest.approx((rights - 7 / 12 * asked) / 12)
    assert influences.sum() == pytest.approx(0)


def test_models_that_do_not_differ_are_told_apart_as_often_as_the_level_says():
    wrong = 0
    for seed in range(400):
        first, second, pictures = drawn(seed, pictures=12, questions=4)
        wrong += difference(on_one_fold(first, pictures), on_one_fold(second, pictures), 5).p <= 0.05
    assert wrong / 400 == pytest.approx(0.05, abs=0.025)


def test_folds_are_compared_by_the_corrected_resampled_t_test():
    first, second = [0.5, 0.7, 0.6, 0.8], [0.4, 0.65, 0.58, 0.66]
    between = difference(on_folds(*first), on_folds(*second), 5)
    differences = (np.array(first) - second).tolist()
    assert between.p == pytest.approx(p_over_folds(differences, 5))
    assert between.noise.folds == pytest.approx(np.std(differences, ddof=1)) and between.basis == "folds"
    assert between.noise.seeds is None and between.noise.pictures is None


def test_only_the_folds_that_both_have_are_compared():
    whole, part = on_folds(0.5, 0.7, 0.6), ModelScores({(1, 0): [0.6], (2, 0): [0.55], (9, 0): [0.0]}, {}, {})
    assert difference(whole, part, 10).value == pytest.approx(0.075) and difference(whole, part, 10).folds == 2
    assert difference(on_folds(0.5), ModelScores({(4, 0): [0.5]}, {}, {}), 10) is None


def test_seeds_are_averaged_within_a_fold_and_their_noise_is_reported_apart():
    several = difference(on_folds([0.4, 0.6], [0.7, 0.9]), on_folds(0.3, 0.5), 5)
    single = difference(on_folds(0.5, 0.8), on_folds(0.3, 0.5), 5)
    assert (several.value, several.p) == pytest.approx((single.value, single.p))
    assert several.noise.seeds == pytest.approx(0.02**0.5) and several.noise.folds == single.noise.folds


def test_on_one_fold_the_error_over_seeds_is_added():
    first, second, pictures = drawn(1)
    one = difference(on_one_fold(first, pictures), on_one_fold(second, pictures), 5)
    three = difference(on_one_fold(first, pictures, first + 0.2, first - 0.2), on_one_fold(second, pictures), 5)
    assert three.value == pytest.approx(one.value)
    assert three.error == pytest.approx((one.error**2 + 0.04 / 3) ** 0.5)
    assert 2 < three.freedom < 39
    assert three.freedom == pytest.approx(three.error**4 / (one.error**4 / 39 + (0.04 / 3) ** 2 / 2))


def test_folds_that_test_the_same_pictures_leave_the_error_over_pictures_to_be_added():
    first, second, pictures = drawn(2)
    folds = [
        ModelScores(
            {(fold, 0): [own.by_fold[FOLD][0] + shift] for fold, shift in enumerate(shifts)},
            {(fold, 0): own.influences[FOLD] for fold in range(2)},
            {},
        )
        for own, shifts in ((on_one_fold(first, pictures), (0, 0.01)), (on_one_fold(second, pictures), (0, 0)))
    ]
    apart, same = (difference(*folds, 5, pictures_recur=recur) for recur in (False, True))
    assert same.error == pytest.approx((apart.error**2 + apart.noise.pictures**2) ** 0.5)
    assert same.noise.pictures == difference(on_one_fold(first, pictures), on_one_fold(second, pictures), 5).error
    assert (apart.basis, same.basis) == ("folds", "folds and pictures")


def test_the_errors_of_disjoint_folds_shrink_with_their_number():
    first, second, pictures = drawn(3)
    one = difference(on_one_fold(first, pictures), on_one_fold(second, pictures), 5).error
    own, other = (on_one_fold(values, pictures).influences[FOLD] for values in (first, second))
    twice = [
        ModelScores(
            {(0, 0): [1.0], (1, 0): [1.0]}, {(f, 0): {f"{f}{name}": x for name, x in each.items()} for f in (0, 1)}, {}
        )
        for each in (own, other)
    ]
    assert difference(*twice, 5).noise.pictures == pytest.approx(one / 2**0.5, rel=0.02)


def test_without_the_answers_the_errors_of_the_two_scores_are_joined():
    first, second = (ModelScores({FOLD: [value]}, {}, {FOLD: error}) for value, error in ((0.6, 0.03), (0.5, 0.04)))
    between = difference(first, second, 5)
    assert (between.error, between.basis) == (pytest.approx(0.05), "separate errors")
    assert between.p == pytest.approx(2 * stats.norm.sf(2)) and between.pictures == 0
    nothing = difference(on_folds(0.9), on_folds(0.1), 5)
    assert (nothing.p, nothing.error, nothing.basis, nothing.interval(0.05)) == (1, None, "nothing", None)


@pytest.mark.parametrize(("folds", "p"), [(2, 0.5), (6, 2 / 64)])
def test_of_equal_differences_only_the_signs_count(folds, p):
    levels = np.linspace(0.2, 0.6, folds)
    between = difference(on_folds(*(levels + 0.1)), on_folds(*levels), 5)
    assert (between.p, between.interval(0.05)) == (p, None)
    assert difference(on_folds(*levels), on_folds(*levels), 5).p == 1


def test_of_pictures_that_all_differ_alike_only_the_signs_count():
    values, pictures = np.array([0.1, 0.2, 0.3]), ["a", "b", "c"]
    between = difference(on_one_fold(values + 0.7, pictures), on_one_fold(values, pictures), 5)
    assert between.p == 0.25 and between.error is None
    assert difference(on_one_fold(values, pictures), on_one_fold(values, pictures), 5).p == 1


scores = st.lists(st.floats(0, 1), min_size=3, max_size=3)


@given(st.lists(scores, min_size=2, max_size=5), st.sampled_from([0.001, 0.05, 0.3]))
@settings(max_examples=60, deadline=None)
def test_an_interval_excludes_nothing_exactly_if_the_corrected_p_is_at_most_the_level(models, level):
    pairs = [difference(on_folds(*one), on_folds(*other), 5) for one, other in combinations(models, 2)]
    judged = widened(pairs, level)
    assert [corrected for corrected, _ in judged] == holm([pair.p for pair in pairs])
    for pair, (corrected, interval) in zip(pairs, judged, strict=True):
        if interval is not None and abs(corrected - level) > 1e-9:
            assert (interval[0] > 0 or interval[1] < 0) == (corrected <= level)
            assert interval[0] <= pair.value <= interval[1]


@given(scores, scores)
@settings(max_examples=40, deadline=None)
def test_the_order_of_two_models_changes_the_sign_alone(one, other):
    forward, backward = difference(on_folds(*one), on_folds(*other), 5), difference(on_folds(*other), on_folds(*one), 5)
    assert forward.value == pytest.approx(-backward.value) and forward.p == pytest.approx(backward.p)


def wrongly_worse(random, models=8, folds=5):
    """Whether a model is declared worse than the best of equal ones, by all pairs and by those of the best alone."""
    shared = random.normal(size=(models, 1)) * (1 / folds) ** 0.5  # folds correlate by 1 / k, as training sides overlap
    drawn = shared + random.normal(size=(models, folds)) * (1 - 1 / folds) ** 0.5
    best, *others = (on_folds(*own) for own in sorted(drawn.tolist(), key=np.mean, reverse=True))
    of_best = [difference(best, own, folds) for own in others]
    rest = [difference(one, other, folds) for one, other in combinations(others, 2)]
    return [
        any(corrected <= 0.05 for corrected, _ in widened(pairs, 0.05)[: len(of_best)])
        for pairs in (of_best + rest, of_best)
    ]


def test_all_pairs_count_because_the_best_is_chosen_by_the_same_scores():
    random = np.random.default_rng(0)
    by_all_pairs, by_the_best_alone = np.mean([wrongly_worse(random) for _ in range(400)], axis=0)
    assert by_all_pairs <= 0.05 < by_the_best_alone
