"""Generation: the cache changes nothing, beams find the likeliest answer, sampling is repeatable."""

import itertools

import pytest
import torch

from bench.models.mvaema.decoding import Decoding
from bench.models.mvaema.generate import generate
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.tokenizer import DECODE, END, SPECIAL

pytestmark = pytest.mark.numeric

VOCABULARY = len(SPECIAL) + 5


@pytest.fixture
def model():
    torch.manual_seed(3)
    model = MVaEMaModel(
        vocabulary_size=VOCABULARY, image_size=64, embed_dim=16, depth=2, num_heads=2, prompt_tokens=4, answer_tokens=9
    )
    with torch.no_grad():
        model.embedding.tokens.weight *= 4  # decided enough for answers to differ and to end
    return model.eval()


@pytest.fixture
def features(model):
    pixels = torch.randint(0, 256, (6, 64, 64), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return model.vision(pixels) * 3


@pytest.fixture
def prompts():
    return torch.randint(len(SPECIAL), VOCABULARY, (6, 3), generator=torch.Generator().manual_seed(2))


def next_scores(model, features, prompt, said):
    """The scores of the next token from one pass over the whole sequence."""
    tokens = torch.tensor([[*prompt.tolist(), DECODE, *said]])
    positions = torch.tensor([[*range(len(prompt)), *range(4, 5 + len(said))]])
    with torch.no_grad():
        hidden = model.decode(tokens, positions, model.grounded.images(features[None]))
        scores = model.embedding.scores(hidden[0, -1])
    scores[[token for token in range(len(SPECIAL)) if token != END]] = float("-inf")
    return scores.log_softmax(-1)


def test_the_cache_gives_what_reading_all_over_again_gives(model, features, prompts):
    answers = generate(model, features, prompts, Decoding())
    assert len({tuple(answer) for answer in answers}) > 1
    for answer, feature, prompt in zip(answers, features, prompts, strict=True):
        said = []
        while len(said) < 8 and (token := int(next_scores(model, feature, prompt, said).argmax())) != END:
            said.append(token)
        assert answer == said


def test_an_answer_does_not_depend_on_its_neighbours(model, features, prompts):
    together = generate(model, features, prompts, Decoding())
    alone = [generate(model, features[row : row + 1], prompts[row : row + 1], Decoding())[0] for row in range(6)]
    assert together == alone


@pytest.mark.parametrize("limit", [1, 3])
def test_answers_are_cut_at_the_limit(model, features, prompts, limit):
    answers = generate(model, features, prompts, Decoding(max_new_tokens=limit))
    assert max(len(answer) for answer in answers) == limit


def test_only_words_are_said(model, features, prompts):
    for decoding in (Decoding(), Decoding(num_beams=3), Decoding(temperature=5.0)):
        answers = generate(model, features, prompts, decoding)
        assert all(token >= len(SPECIAL) for answer in answers for token in answer)


def test_enough_beams_find_the_answer_that_is_likeliest_a_token(model, features, prompts):
    words = [END, *range(len(SPECIAL), VOCABULARY)]
    answers = generate(model, features, prompts, Decoding(num_beams=len(words), max_new_tokens=2))
    for answer, feature, prompt in zip(answers, features, prompts, strict=True):
        first = next_scores(model, feature, prompt, [])
        likelihood = {(END,): first[END].item()}
        for one, two in itertools.product(words[1:], words):
            total = first[one] + next_scores(model, feature, prompt, [one])[two]
            likelihood[one, two] = total.item() / 2
        best = max(likelihood, key=likelihood.get)
        assert answer == [token for token in best if token != END]


def test_sampling_repeats_with_its_seed_and_varies_without(model, features, prompts):
    def sampled(seed):
        return generate(model, features, prompts, Decoding(temperature=3.0), torch.Generator().manual_seed(seed))

    assert sampled(0) == sampled(0)
    assert sampled(0) != sampled(1)


def test_sampling_from_the_likeliest_alone_is_greedy(model, features, prompts):
    random = torch.Generator().manual_seed(0)
    sampled = generate(model, features, prompts, Decoding(temperature=2.0, top_p=1e-6), random)
    assert sampled == generate(model, features, prompts, Decoding())
