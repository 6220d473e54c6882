"""The model that comes with the installation: asked where nobody trained one, and how far it says it can be trusted."""

import json

import numpy as np
import pytest
from PIL import Image

import bench as package
from bench.exports.exported import CARD, Elsewhere, Outcomes, Over, read, require_unchanged
from bench.exports.model_card import standing
from bench.exports.shipped import FOLDER, limits
from bench.tasks.asking.doubts import Doubts, lowest_risk
from tests.conftest import texture

SHAPE = "Describe the overall shape and morphology of the nanomaterials?"


@pytest.fixture
def picture(tmp_path):
    Image.fromarray(texture(1, 0)).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def of_real(value, *beaten):
    controls = tuple(
        Over(name=f"c{place}", value=0.2, corrected=0.01, is_beaten=each) for place, each in enumerate(beaten)
    )
    return Elsewhere(
        dataset="real", pictures=9, metric="top1", label="Top-1", metrics={"top1": {"value": value}}, controls=controls
    )


def test_in_an_empty_folder_it_answers_and_says_whence_it_comes(bench, picture, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = bench("ask", picture, SHAPE)
    assert code == 0 and out.splitlines()[0].startswith("The ")
    assert err.startswith("asking the MVaEMa of this installation, trained on ") and err.count("\n") == 1
    assert limits(read(FOLDER)) in err
    code, out, err = bench("ask", picture, "--classify", "--top", 10)
    assert code == 0 and sum("0." in line for line in out.splitlines()) >= 10


def test_a_model_of_ones_own_goes_before(exports, bench, picture):
    _, _, err = bench("ask", picture, SHAPE, "--store", exports.store.root)
    assert "of this installation" not in err and "trained on synthetic until" in err


def test_a_store_that_was_named_has_to_have_a_model_of_its_own(bench, picture, tmp_path):
    code, out, err = bench("ask", picture, SHAPE, "--store", tmp_path / "nosuch")
    assert (code, out) == (2, "") and "nosuch' holds no trained assistant" in err


def test_its_card_holds_what_its_description_holds():
    exported, card = read(FOLDER), (FOLDER / CARD).read_text()
    require_unchanged(exported, FOLDER)
    assert exported.drawn and exported.elsewhere and exported.validation and exported.questions
    for test in exported.elsewhere:
        assert test.source and f"### {test.dataset}" in card and f"{test.pictures} pictures: " in card
        assert f"{test.value:.4f}" in card
        assert all(control.name in card for control in test.controls)
    assert "## Confidence" in card and {"classification", "vqa"} <= exported.metrics.keys()
    assert sum(exported.files.values()) < 8e6
    assert not any(path.suffix in (".bin", ".pt", ".pkl") for path in FOLDER.iterdir())


def test_what_does_not_beat_every_control_is_called_a_guess():
    assert standing(of_real(0.6, True, True)).endswith("better than every control at 5 %")
    for unproven in (of_real(0.6, True, False), of_real(0.6)):
        assert not unproven.beats_controls and "take what it says for a guess" in standing(unproven)


def test_an_answer_about_something_else_and_one_it_is_not_sure_of_say_so(bench, picture):
    _, out, _ = bench("ask", picture, "What is the capital of France?", "--json")
    assert any("unlike the questions" in doubt for doubt in json.loads(out)["doubts"])
    _, out, _ = bench("ask", picture, SHAPE, "--json")
    assert not any("unlike the questions" in doubt for doubt in json.loads(out).get("doubts", ()))


def test_python_gets_the_same_doubts(picture, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_STORE", str(tmp_path / "none"))
    answer = package.ask(picture, "What is the capital of France?")
    assert "unlike the questions" in answer.doubts[0] and answer.doubts[0] in answer.as_text()


def outcomes(right):
    """Outcomes whose confidence falls from 1 to 0."""
    return Outcomes(confidence=tuple(np.linspace(1, 0, len(right))), right=tuple(right))


@pytest.mark.parametrize(
    ("right", "risk"),
    [
        ([True] * 500, 0.05),
        ([True] * 300 + [False] * 200, 0.05),
        ([True, True, True, False] * 150, 0.3),
        ([False] * 500, None),
    ],
    ids=["all right", "the surest right", "a quarter wrong", "all wrong"],
)
def test_the_lowest_risk_that_answers_enough_decides(right, risk):
    promised = lowest_risk(read(FOLDER).model_copy(update={"validation": outcomes(right)}))
    assert (promised.risk if promised else None) == risk


def test_doubt_begins_at_the_confidence_that_validation_pictures_need():
    exported = read(FOLDER).model_copy(update={"validation": outcomes([True] * 300 + [False] * 200)})
    needed, doubts = lowest_risk(exported).confidence, Doubts(exported)
    assert doubts.about(SHAPE, [("tips", needed + 1e-6)], False) == ()
    assert doubts.about(SHAPE, [("tips", needed)], False)[0].startswith("not sure: tips with ")
    assert doubts.about(SHAPE, [("tips", needed)], True) == ()
    never = Doubts(exported.model_copy(update={"validation": None}))
    assert "no confidence is known" in never.about(SHAPE, [("tips", 1.0)], False)[0]
