import numpy as np
import pytest

from bench.statistics.clustered import clustered_mean, clustered_ratio, mean_std


def test_one_value_has_no_deviation():
    assert mean_std([0.25]) == (0.25, None, 1)


def test_deviation_is_that_of_a_sample():
    mean, std, count = mean_std([1.0, 2.0, 4.0])
    assert (mean, count) == (pytest.approx(7 / 3), 3)
    assert std == pytest.approx(np.std([1.0, 2.0, 4.0], ddof=1))


def test_two_are_enough_for_a_deviation_and_two_clusters_for_an_error():
    assert mean_std([1.0, 3.0]) == (2.0, pytest.approx(2**0.5), 2)
    assert clustered_mean([0.0, 0.0, 1.0, 1.0], ["a", "a", "b", "b"]) == (0.5, pytest.approx(0.5))


def test_single_member_clusters_give_the_ordinary_standard_error():
    values = np.random.default_rng(0).normal(size=50)
    mean, error = clustered_mean(values, list(range(50)))
    assert mean == pytest.approx(values.mean())
    assert error == pytest.approx(values.std(ddof=1) / 50**0.5)


def test_copies_within_a_cluster_add_no_certainty():
    values = np.random.default_rng(1).normal(size=30)
    once = clustered_mean(values, list(range(30)))
    often = clustered_mean(np.repeat(values, 22), [str(number) for number in np.repeat(np.arange(30), 22)])
    assert often == pytest.approx(once)


def test_the_error_of_a_ratio_covers_unequal_clusters():
    generator = np.random.default_rng(2)
    means, errors = [], []
    for _ in range(300):
        sizes = generator.integers(1, 12, size=60)
        rates = generator.uniform(0, 1, size=60)
        right = np.concatenate([generator.random(size) < rate for size, rate in zip(sizes, rates, strict=True)])
        mean, error = clustered_mean(right, list(np.repeat(np.arange(60), sizes)))
        means.append(mean)
        errors.append(error)
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.15)


def test_one_cluster_has_no_error():
    assert clustered_mean([0.0, 1.0], ["a", "a"]) == (0.5, None)


def test_a_ratio_has_the_error_that_redrawing_clusters_gives():
    generator = np.random.default_rng(0)
    clusters = np.repeat(np.arange(80), 5)
    below = generator.integers(1, 4, 400)
    above = generator.binomial(below, np.repeat(generator.beta(4, 4, 80), 5))
    ratio, error = clustered_ratio(above, below, clusters.tolist())
    drawn = generator.integers(0, 80, (4000, 80))
    sums = np.stack([np.bincount(clusters, numbers) for numbers in (above, below)])[:, drawn].sum(2)
    assert ratio == above.sum() / below.sum()
    assert error == pytest.approx((sums[0] / sums[1]).std(), rel=0.05)
