"""A threshold that promises a risk: it holds, it says when it cannot, and `bench ask` answers by it."""

import json

import numpy as np
import pytest
from PIL import Image
from scipy.stats import binom

from bench.api.asking import ask
from bench.errors import BenchError
from bench.exports.exported import FILE, Exported, read
from bench.exports.trained import trained
from bench.registered.registry import Registry
from bench.statistics.selective import LEVEL, fewest, threshold, upper_bound
from bench.tasks.asking.answering import Answering
from bench.terminal.progress import NoProgress
from tests.conftest import texture


@pytest.mark.parametrize(("wrong", "total"), [(0, 59), (3, 100), (10, 20)])
def test_the_bound_is_the_share_at_which_so_few_errors_are_as_unlikely_as_the_level(wrong, total):
    assert binom.cdf(wrong, total, upper_bound(wrong, total, 0.05)) == pytest.approx(0.05)


def test_nothing_right_bounds_nothing():
    assert upper_bound(4, 4, 0.05) == upper_bound(0, 0, 0.05) == 1


def test_the_fewest_outcomes_suffice_and_one_less_does_not():
    least = fewest(0.05, 1)
    assert least == 59
    assert threshold(np.linspace(0.5, 1, least), np.ones(least, bool), 0.05).answered == least
    with pytest.raises(BenchError, match=r"at least 59 validation pictures.* there are 58; allow a risk of 0\.06"):
        threshold(np.ones(least - 1), np.ones(least - 1, bool), 0.05)


def test_errors_among_the_surest_promise_nothing():
    right = np.ones(400, bool)
    right[:40] = False
    with pytest.raises(BenchError, match="takes 40 of 400 validation pictures for another category"):
        threshold(np.linspace(1, 0.2, 400), right, 0.05)


def test_the_most_generous_threshold_that_holds_is_taken():
    right = np.ones(1000, bool)
    right[-300:] = False
    best = threshold(np.linspace(1, 0.1, 1000), right, 0.1)
    assert (best.answered, best.wrong) == (683, 0)
    assert threshold(np.linspace(1, 0.1, 1000), right, 0.45).answered == 1000


def test_outcomes_of_one_confidence_are_answered_together_or_not_at_all():
    confidence = np.repeat([0.9, 0.5], [300, 300])
    right = np.repeat([True, False], [300, 300])
    best = threshold(confidence, right, 0.1)
    assert best.confidence == 0.5 and best.answered == 300 and best.wrong == 0


@pytest.mark.parametrize("count", [80, 300])
@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_the_promise_is_broken_no_more_often_than_its_level(count, slope):
    """The share of wrong answers falls with confidence, or not at all; how often is it above the risk?"""
    random, risk, broken, draws = np.random.default_rng(3), 0.1, 0, 600
    for _ in range(draws):
        confidence = random.random(count)
        right = random.random(count) > 0.12 + slope * (0.5 - confidence) * 0.4
        try:
            above = threshold(confidence, right, risk).confidence
        except BenchError:
            continue
        truth = 0.12 + slope * (0.5 - (1 + above) / 2) * 0.4  # the mean over confidences above it
        broken += truth > risk
    assert broken / draws <= LEVEL + 2 * (LEVEL / draws) ** 0.5


@pytest.fixture
def model(exports):
    return trained(exports.folder("pixels"), Registry(), NoProgress())


def asking(model, confidence, right, risk=0.3):
    outcomes = {"confidence": confidence, "right": right}
    exported = Exported.model_validate({**model.exported.model_dump(), "validation": outcomes})
    return Answering(model._replace(exported=exported), None, 3, risk)


def test_a_picture_below_the_threshold_gets_no_answer(model, tmp_path):
    Image.fromarray(texture(1, 0)).save(tmp_path / "a.png")
    many, right = [0.99] * 40, [True] * 40
    sure = asking(model, many, right).about(tmp_path / "a.png", None)
    assert sure.sure and "█" in sure.as_text() and json.loads(sure.as_json())["at_risk"]["risk"] == 0.3
    unsure = asking(model, [*many, *[0.9999] * 20], [False] * 40 + right[:20]).about(tmp_path / "a.png", None)
    row = json.loads(unsure.as_json())
    assert not unsure.sure and unsure.as_text().startswith("not sure: ")
    assert row["sure"] is False and row["at_risk"]["answered"] == 20 and len(row["categories"]) == 3


def test_an_export_holds_the_outcomes_on_its_validation_pictures(exports, model):
    outcomes = model.exported.validation
    sides = model.exported.cell["sides"]
    assert len(outcomes.confidence) == len(outcomes.right) == sides["validation"]
    assert all(0.1 <= sure <= 1 for sure in outcomes.confidence)


def test_a_model_of_the_store_is_asked_about_its_validation_pictures(exports, bench, tmp_path):
    Image.fromarray(texture(1, 0)).save(tmp_path / "a.png")
    words = ("ask", tmp_path / "a.png", "--classify", "--model", "pixels", "--store", exports.store.root)
    code, _, err = bench(*words, "--at-risk", "0.05")
    count = len(read(exports.folder("pixels")).validation.right)
    assert code == 2 and f"there are {count}; allow a risk of" in err
    with pytest.raises(BenchError, match="add top=1"):
        ask(tmp_path / "a.png", "What?", model=str(exports.folder("mvaema")), at_risk=0.05)


def test_an_export_without_outcomes_promises_nothing(exports, bench, tmp_path):
    folder = exports.copy("pixels", tmp_path)
    about = json.loads((folder / FILE).read_text())
    (folder / FILE).write_text(json.dumps({key: value for key, value in about.items() if key != "validation"}))
    Image.fromarray(texture(1, 0)).save(tmp_path / "a.png")
    code, _, err = bench("ask", tmp_path / "a.png", "--classify", "--model", folder, "--at-risk", "0.05")
    assert code == 2 and "export it again" in err
