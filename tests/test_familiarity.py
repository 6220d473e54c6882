"""Which questions count as like those that a model was taught, measured on wordings that none is taught."""

import pytest

from bench.tasks.asking.familiarity import is_familiar
from bench.tasks.paraphrases import WORDINGS

TAUGHT = [text for wordings in WORDINGS for text in (wordings.text, wordings.paraphrase)]
FOREIGN = (
    "What is the capital of France?",
    "Who won the football match?",
    "How thick is the coating?",
    "Is this patient healthy?",
    "What is the weather today?",
    "Write a poem about cats.",
    "How much does it cost?",
    "What is the Young's modulus of the film?",
    "Is it toxic?",
    "Who prepared it?",
    "What is the band gap?",
    "Count the red blood cells.",
    "What is the accelerating voltage?",
    "Tell me a joke.",
    "Which bacteria species is it?",
    "Welche Form haben die Strukturen?",
    "?",
)


def test_what_was_taught_is_familiar():
    assert all(is_familiar(text, TAUGHT) for text in TAUGHT)


def test_nine_in_ten_wordings_that_were_never_taught_are_familiar():
    assert sum(is_familiar(each.held_out, TAUGHT) for each in WORDINGS) >= 0.9 * len(WORDINGS)


@pytest.mark.parametrize("question", FOREIGN)
def test_a_question_about_something_else_is_not(question):
    assert not is_familiar(question, TAUGHT)


def test_nothing_is_familiar_to_a_model_that_was_taught_nothing():
    assert not is_familiar(TAUGHT[0], [])
