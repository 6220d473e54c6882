import numpy as np
import pytest
import torch

from bench.contracts import CATEGORY_QUESTION, Instructions, Micrographs
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.ranking import ANSWER, candidates, scores
from bench.models.mvaema.tokenizer import DECODE, TextTokenizer
from bench.tasks.prompts import QUESTIONS
from bench.tasks.teachers.frames import FRAMES

pytestmark = pytest.mark.numeric

NAMES = ("fibres", "tips", "MEMS devices and electrodes", "films and coated surfaces")


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    made = MVaEMaModel(
        vocabulary_size=120, image_size=64, embed_dim=16, depth=2, num_heads=2, prompt_tokens=40, answer_tokens=96
    )
    return made.eval()


@pytest.fixture(scope="module")
def tokenizer():
    return TextTokenizer.trained([CATEGORY_QUESTION, *(ANSWER.format(name) + "." for name in NAMES)] * 3, 120)


def pictures(count):
    pixels = np.random.default_rng(0).integers(0, 255, (count, 64, 64), dtype=np.uint8)
    ids = tuple(str(number) for number in range(count))
    return Micrographs(pixels, np.arange(count), ids, np.full(count, -1), tuple("abcd"))


def ranked(model, tokenizer, count=3, rank="likelihood", mean=False, names=NAMES):
    shown = pictures(count)
    return scores(model, tokenizer, shown.pixels, candidates(shown, names), rank, mean)


def test_question_and_answer_are_the_teachers():
    assert QUESTIONS[0].text == CATEGORY_QUESTION
    stem = ANSWER.format("{category}")
    assert any(frame.startswith(stem) for group in FRAMES[0] for frame in group)


@pytest.mark.parametrize("mean", [False, True])
def test_the_likelihood_is_that_of_the_names_tokens_one_after_the_other(model, tokenizer, mean):
    found = ranked(model, tokenizer, 2, mean=mean)
    shown = pictures(2)
    images = model.grounded.images(model.vision(torch.from_numpy(shown.pixels[1:])))
    prompt = tokenizer.encode([CATEGORY_QUESTION])[0]
    stem = tokenizer.encode([ANSWER.format("")])[0]
    for place, name in enumerate(NAMES):
        said = tokenizer.encode([ANSWER.format(name)])[0][len(stem) :]
        total, before = 0.0, [*prompt, DECODE, *stem]
        for token in said:
            places = [*range(len(prompt)), *range(40, 40 + len(before) - len(prompt))]
            with torch.inference_mode():
                hidden = model.decode(torch.tensor([before]), torch.tensor([places]), images)
                total += model.embedding.scores(hidden[:, -1]).log_softmax(-1)[0, token].item()
            before.append(token)
        assert found[1, place].item() == pytest.approx(total / (len(said) if mean else 1), abs=1e-4)


@pytest.mark.parametrize("rank", ["likelihood", "matching", "contrastive"])
def test_a_pictures_scores_do_not_depend_on_its_neighbours_nor_a_names_on_the_others(model, tokenizer, rank):
    all_three = ranked(model, tokenizer, 3, rank)
    assert all_three.shape == (3, len(NAMES))
    assert torch.allclose(ranked(model, tokenizer, 1, rank)[0], all_three[0], atol=1e-4)
    turned = ranked(model, tokenizer, 3, rank, names=NAMES[::-1])
    assert torch.allclose(turned.flip(1), all_three, atol=1e-4)
    assert all_three.std(1).min() > 0


def test_the_ranks_differ(model, tokenizer):
    by = [ranked(model, tokenizer, 2, rank) for rank in ("likelihood", "matching", "contrastive")]
    assert not torch.allclose(by[0], by[1]) and not torch.allclose(by[1], by[2])


def test_candidates_say_every_name_of_every_picture():
    asked = candidates(pictures(2), NAMES)
    assert isinstance(asked, Instructions)
    assert [record.answer for record in asked.records[:4]] == [ANSWER.format(name) for name in NAMES]
    assert asked.pictures.tolist() == [0] * 4 + [1] * 4
