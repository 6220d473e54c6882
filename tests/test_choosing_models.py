"""How models that are trained here judge the texts of options."""

import numpy as np
import pytest

from bench.contracts import ChoiceQuestion, Choices
from bench.models.assistants.instructblip import InstructBlip
from bench.models.assistants.llava import Llava
from bench.models.controls.blind import Blind
from bench.models.mvaema.estimator import MVaEMa
from bench.stages.context import make_estimator
from tests.toy_instructions import ANSWERS, CAPTION, QUESTIONS, toy_context, toy_instructions

ASSISTANT = {"embed_dim": 32, "depth": 2, "vocabulary_size": 400}
KINDS = {
    "mvaema": (MVaEMa, {"embed_dim": 32, "depth": 2, "num_heads": 4}),
    "llava": (Llava, ASSISTANT),
    "instructblip": (InstructBlip, ASSISTANT),
}
OPTIONS = tuple(ANSWERS[2].format(tone=tone) for tone in ("dark", "bright"))
LONGER = (ANSWERS[1].format(tone="dark"), OPTIONS[0], ANSWERS[0].format(tone="bright"))


@pytest.fixture(scope="module", params=KINDS)
def trained(request, tmp_path_factory):
    kind, settings = KINDS[request.param]
    recipe = {"epochs": 10, "batch_size": 12, "questions_per_picture": 3, "learning_rate": 5e-3}
    estimator = make_estimator(kind, toy_context(tmp_path_factory.mktemp("fit"), settings, **recipe))
    estimator.fit(toy_instructions(), toy_instructions(8, seed=1))
    return estimator


def question(options, picture, text=QUESTIONS[2]):
    return ChoiceQuestion("q", text, options, (), (picture,), CAPTION)


def test_the_option_that_fits_the_picture_is_likelier(trained):
    test = toy_instructions(12, seed=2).micrographs
    given = trained.choose(Choices(test, tuple(question(OPTIONS, place) for place in range(len(test)))))
    chosen = [int(np.argmax(preference.likelihoods)) for preference in given]
    assert np.mean(chosen == test.labels) > 0.9


def test_a_likelihood_hangs_on_its_own_text_alone(trained):
    test = toy_instructions(4, seed=3).micrographs
    together = trained.choose(
        Choices(test, (question(LONGER, 0), question(OPTIONS, 1), question(LONGER[::-1], 0, QUESTIONS[1])))
    )
    alone = trained.choose(Choices(test, (question(OPTIONS, 1),)))
    assert together[1].likelihoods == pytest.approx(alone[0].likelihoods, rel=1e-4)
    assert together[1].tokens == alone[0].tokens
    for preference in together:
        assert all(value <= 0 for value in preference.likelihoods)
    assert together[0].tokens[0] > together[0].tokens[1]


def test_a_longer_text_that_begins_alike_is_never_likelier(trained):
    test = toy_instructions(2, seed=4).micrographs
    options = (OPTIONS[0].rstrip("."), f"{OPTIONS[0].rstrip('.')} and dark")
    (given,) = trained.choose(Choices(test, (question(options, 0),)))
    assert given.likelihoods[0] >= given.likelihoods[1]


def test_a_question_about_text_alone_is_judged_before_grey(trained):
    test = toy_instructions(3, seed=5).micrographs
    text = ChoiceQuestion("q", QUESTIONS[2], OPTIONS, (), (), CAPTION)
    first, second = (trained.choose(Choices(view, (text,))) for view in (test, test.take(np.array([2]))))
    assert first[0].likelihoods == pytest.approx(second[0].likelihoods)


def test_the_blind_twin_prefers_the_same_for_every_picture(tmp_path):
    blind = make_estimator(Blind, toy_context(tmp_path, KINDS["mvaema"][1], epochs=1, batch_size=12))
    blind.fit(toy_instructions(), toy_instructions(8, seed=1))
    test = toy_instructions(4, seed=6).micrographs
    given = blind.choose(Choices(test, tuple(question(OPTIONS, place) for place in range(4))))
    for preference in given[1:]:
        assert preference.likelihoods == pytest.approx(given[0].likelihoods)
