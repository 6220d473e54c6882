import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support, top_k_accuracy_score

from bench.contracts import Micrographs
from bench.errors import BenchError
from bench.figures.calibration import Confidence, draw
from bench.tasks.classification import Classification
from bench.tasks.metrics.classification import accuracies, calibration_bins, calibration_error, risk_coverage_area


def micrographs(labels, categories=4):
    names = tuple("abcdefghijkl"[:categories])
    count = len(labels)
    pixels = np.zeros((count, 2, 2), np.uint8)
    return Micrographs(pixels, np.arange(count), tuple(f"{n}.png" for n in range(count)), np.asarray(labels), names)


def drawn(seed, count=60, categories=7):
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(categories) * 0.4, count)
    # The last category is never true and the last but one never said, as happens in small folds.
    probabilities[:, -2] = 0
    probabilities /= probabilities.sum(1, keepdims=True)
    return probabilities, micrographs(random.integers(0, categories - 1, count), categories)


@pytest.mark.parametrize("seed", range(8))
def test_metrics_equal_those_of_scikit_learn(seed):
    probabilities, asked = drawn(seed)
    scores = Classification().score(probabilities, asked, asked)
    value = {name: found[0] for name, found in scores.metrics.items()}
    predicted, every = probabilities.argmax(1), range(7)
    assert value["top1"] == pytest.approx(accuracy_score(asked.labels, predicted))
    assert value["top5"] == pytest.approx(top_k_accuracy_score(asked.labels, probabilities, k=5, labels=every))
    assert scores.counts["confusion"] == confusion_matrix(asked.labels, predicted, labels=every).tolist()
    for average in ("macro", "weighted"):
        wanted = precision_recall_fscore_support(
            asked.labels, predicted, labels=range(6), average=average, zero_division=0
        )
        for name, number in zip(("precision", "recall", "f1"), wanted, strict=False):
            assert value[f"{name}_{average}"] == pytest.approx(number)
    each = precision_recall_fscore_support(asked.labels, predicted, labels=every, zero_division=np.nan)
    for name, numbers in zip(("precision", "recall", "f1"), each, strict=False):
        numbers[-1] = np.nan  # of a category without pictures nothing is defined, also if it is predicted
        own = [value.get(f"{name}:{category}", np.nan) for category in asked.categories]
        assert own == pytest.approx(numbers, nan_ok=True)


def test_a_category_that_is_asked_about_once_and_told_right_counts_whole():
    asked = micrographs([0, 1, 2, 3])
    metrics = Classification().score(np.eye(4), asked, asked).metrics
    assert {metrics[f"{name}_macro"][0] for name in ("precision", "recall", "f1")} == {1.0}


def test_shares_of_nothing_are_absent_and_listed():
    probabilities, asked = drawn(0)
    scores = Classification().score(probabilities, asked, asked)
    assert scores.counts["undefined"] == {"precision": ["f", "g"], "recall": ["g"], "f1": ["g"]}
    assert scores.metrics["recall:f"] == scores.metrics["f1:f"] == (0.0, None)
    assert {"precision:f", "precision:g", "recall:g", "f1:g"}.isdisjoint(scores.metrics)


def test_a_category_without_pictures_costs_nothing_in_the_means():
    asked = micrographs([0, 2, 2])
    right = Classification().score(np.eye(4)[[0, 2, 2]], asked, asked).metrics
    assert {right[f"{name}_{mean}"][0] for name in ("precision", "recall", "f1") for mean in ("macro", "weighted")} == {
        1
    }
    predicted = Classification().score(np.eye(4)[[0, 2, 1]], asked, asked).metrics
    assert predicted["recall_macro"][0] == 0.75 and predicted["precision_macro"][0] == 1.0


def test_a_single_category_and_an_empty_test_side_are_scored():
    single = micrographs([0, 0], categories=1)
    scores = Classification().score(np.ones((2, 1)), single, single)
    assert scores.metrics["top1"][0] == scores.metrics["top5"][0] == scores.metrics["f1_macro"][0] == 1.0
    nothing = micrographs(np.zeros(0, int))
    assert Classification().score(np.zeros((0, 4)), nothing, nothing).metrics == {}


def test_the_standard_error_of_top1_is_that_of_a_share():
    asked = micrographs([0] * 50)
    probabilities = np.tile([0.7, 0.1, 0.1, 0.1], (50, 1))
    probabilities[:20] = [0.1, 0.7, 0.1, 0.1]
    value, error = Classification().score(probabilities, asked, asked).metrics["top1"]
    assert value == 0.6 and error == pytest.approx((0.6 * 0.4 / 49) ** 0.5)


def test_among_equals_the_category_listed_first_goes_before():
    asked = micrographs([0, 1, 2, 3])
    metrics = Classification().score(np.full((4, 4), 0.25), asked, asked).metrics
    assert metrics["top1"][0] == 0.25


@pytest.mark.parametrize(
    ("confidence", "right", "error"), [(1.0, 10, 0.0), (1.0, 5, 0.5), (0.6, 6, 0.0), (0.6, 10, 0.4)]
)
def test_the_calibration_error_is_what_confidence_promises_beyond_accuracy(confidence, right, error):
    probabilities = np.tile([confidence, 1 - confidence], (10, 1))
    labels = np.array([0] * right + [1] * (10 - right))
    assert calibration_error(probabilities, labels) == pytest.approx(error)


def test_the_calibration_error_is_told_over_fifteen_equal_bins_of_confidence():
    random = np.random.default_rng(1)
    probabilities = random.dirichlet(np.ones(3) * 0.3, 400)
    probabilities[:9] = [1.0, 0.0, 0.0]
    labels = random.integers(0, 3, 400)
    confidence = probabilities.max(1)
    labels = np.where(confidence > 13 / 15, probabilities.argmax(1), labels)  # so that neighbours' gaps have two signs
    labels[:9] = 1
    right = probabilities.argmax(1) == labels
    total = 0.0
    for number in range(15):
        low, high = number / 15, (number + 1) / 15 if number < 14 else 2
        inside = (confidence >= low) & (confidence < high)
        total += abs(confidence[inside].sum() - right[inside].sum())
    assert calibration_error(probabilities, labels) == pytest.approx(total / 400)


@pytest.mark.parametrize(
    ("probabilities", "said"),
    [
        (np.full((3, 4), 0.25), "shape"),
        (np.full((4, 4), 0.5), "sum to 1"),
        (np.full((4, 4), np.nan), "no numbers"),
        (np.tile([1.5, -0.5, 0, 0], (4, 1)), "negative"),
    ],
)
def test_what_is_no_probability_is_refused(probabilities, said):
    with pytest.raises(BenchError, match=said):
        Classification().score(probabilities, micrographs([0, 1, 2, 3]), micrographs([0]))


def test_items_name_what_was_said_and_how_surely():
    asked = micrographs([0, 3])
    first, second = Classification().score(np.array([[0.7, 0.1, 0.1, 0.1], [0.4, 0.3, 0.2, 0.1]]), asked, asked).items
    assert (first["category"], first["predicted"], first["top1"], first["confidence"]) == ("a", "a", 1.0, 0.7)
    assert (second["category"], second["predicted"], second["top1"], second["probability"]) == ("d", "a", 0.0, 0.1)


def test_every_test_picture_is_asked_about():
    asked = micrographs([0, 1])
    assert Classification().pose(asked) is asked


def test_a_model_that_is_asked_sees_neither_labels_nor_file_names():
    asked = micrographs([2, 1]).unlabelled()
    assert asked.labels.tolist() == [-1, -1] and asked.ids == ("0", "1")


def test_the_risk_coverage_area_is_the_mean_of_the_errors_among_the_surest():
    confidence, right = np.array([0.4, 0.9, 0.6, 0.8]), np.array([0.0, 1.0, 1.0, 0.0])
    assert accuracies(confidence, right).tolist() == pytest.approx([1, 1 / 2, 2 / 3, 2 / 4])
    assert risk_coverage_area(confidence, right) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)


def test_of_equal_confidences_none_goes_before_another():
    confidence, right = np.array([0.5, 0.5, 0.9, 0.5, 0.5]), np.array([1.0, 0.0, 1.0, 0.0, 0.0])
    order = np.array([4, 1, 0, 2, 3])
    assert accuracies(confidence, right).tolist() == pytest.approx([1, 1.25 / 2, 1.5 / 3, 1.75 / 4, 2 / 5])
    assert risk_coverage_area(confidence[order], right[order]) == pytest.approx(risk_coverage_area(confidence, right))


def test_accuracy_of_the_surest_is_among_the_metrics():
    asked = micrographs([0] * 10)
    probabilities = np.tile([0.6, 0.4, 0, 0], (10, 1))
    probabilities[:5] = [0.1, 0.9, 0, 0]
    metrics = Classification().score(probabilities, asked, asked).metrics
    assert metrics["top1_of_surest_50"][0] == 0 and metrics["top1_of_surest_80"][0] == pytest.approx(3 / 8)
    assert metrics["aurc"][0] > 0.5


def test_the_bins_of_two_folds_add_up():
    probabilities, asked = drawn(1)
    halves = [calibration_bins(probabilities[half], asked.labels[half]) for half in (slice(0, 30), slice(30, 60))]
    assert np.allclose(sum(halves), calibration_bins(probabilities, asked.labels))
    assert halves[0][:, 0].sum() == 30


def test_confidence_is_drawn_with_any_label(tmp_path):
    bins = np.array([[0, 0, 0], [2, 1.6, 1]])
    models = {"_a$b": Confidence(np.array([0.8, 0.8]), np.array([1, 0]), bins)}
    draw(models, "x", tmp_path / "a.svg")
    draw({**models, "c": models["_a$b"]}, "x", tmp_path / "b.svg")
    assert len((tmp_path / "a.svg").read_text()) < len((tmp_path / "b.svg").read_text())
