"""`bench attend`: where words looked is what the decoder's cross-attention did, drawn on one scale."""

import numpy as np
import pytest
import torch
from PIL import Image

from bench import BenchError
from bench.contracts import Attentive, Look
from bench.figures.looks import MOST, draw, most_distinct
from bench.models.controls.blind import Blind
from bench.models.mvaema.attention import Attention
from bench.models.mvaema.estimator import MVaEMa
from bench.models.mvaema.looking import cross_attention
from bench.models.mvaema.tokenizer import DECODE, TextTokenizer
from bench.stages.fitting import train_estimator
from tests.conftest import texture
from tests.test_mvaema import context_for, fitted, instructions, reloaded

QUESTION = "Describe the overall shape?"


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(texture(1, 0)).save(path)
    return path


@pytest.fixture
def attend(exports, bench, picture, tmp_path):
    def call(*words, model="mvaema", out="look.png"):
        return bench(
            "attend", *(words or (picture, QUESTION)), "--model", exports.folder(model), "--out", tmp_path / out
        )

    return call


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    recipe = {"epochs": 12, "batch_size": 16, "learning_rate": 4e-3}
    return reloaded(fitted(folder, count=80, recipe=recipe), folder / "saved")


def test_the_shares_are_those_by_which_the_decoder_mixes_what_it_sees(model, monkeypatch):
    said, network, mixed = model._replies(instructions(4, 2))[1], model.model, {}
    attend = Attention.attend

    def kept(self, normed, seen, *rest, **more):
        mixed[self] = seen, attend(self, normed, seen, *rest, **more)
        return mixed[self][1]

    monkeypatch.setattr(Attention, "attend", kept)
    length, count = len(said.prompt), len(said.tokens)
    assert count > 3
    tokens = torch.tensor([[*said.prompt, DECODE, *said.tokens[:-1]]])
    places = torch.tensor([[*range(length), *range(network.prompt_tokens, network.prompt_tokens + count)]])
    with torch.inference_mode():
        network.decode(tokens, places, network.grounded.images(said.features))
        crossed = [(layer.cross_attention, *mixed[layer.cross_attention]) for layer in network.grounded.layers]
        shares = cross_attention(network, said.features, said.prompt, said.tokens)
        assert shares.shape == (1, 2, count, 5)
        assert torch.allclose(shares.sum(-1), torch.ones(shares.shape[:-1]))
        for own, (attention, seen, out) in zip(shares, crossed, strict=True):
            by_hand = attention.out((own[None] @ seen.values).transpose(1, 2).flatten(2))
            assert torch.allclose(by_hand[0], out[0, length:], atol=1e-5)


def test_a_look_has_the_words_of_the_answer_each_with_its_map(model):
    asked = instructions(4, 2)
    looks, answers = model.looks(asked), model.answer(asked)
    assert isinstance(model, Attentive)
    assert all(answers)
    for look, answer in zip(looks, answers, strict=True):
        assert look.answer == answer and "".join(look.words) == answer.replace(" ", "")
        assert look.weights.shape == (len(look.words), 2, 2)
        shares = look.weights.sum((1, 2))
        assert (shares > 0).all() and (shares <= 1 + 1e-6).all()


def test_another_picture_is_looked_at_otherwise(model):
    left, right = (model.looks(instructions(8, seed))[0] for seed in (2, 3))
    assert not np.allclose(left.weights[0], right.weights[0])


def test_the_tokens_of_a_word_are_joined():
    tokenizer = TextTokenizer.trained(["needle-like, needles are needle"], 40)
    (ids,) = tokenizer.encode(["needle-like, needles"])
    words = tokenizer.words(ids)
    assert [word for word, _ in words] == ["needle", "-", "like", ",", "needles"]
    assert [place for _, places in words for place in places] == list(range(len(ids)))


def test_without_cross_attention_there_is_nothing_to_draw(tmp_path):
    context = context_for(tmp_path, without=("ca",))
    estimator = train_estimator(MVaEMa, instructions(8, 1), instructions(4, 2), context)
    with pytest.raises(BenchError, match="cross-attention .* was off"):
        estimator.looks(instructions(4, 2))


def test_where_the_blind_control_looked_is_not_drawn_over_a_picture_it_never_saw(tmp_path):
    with pytest.raises(BenchError, match="shown a grey picture"):
        fitted(tmp_path, Blind).looks(instructions(4, 2))


def test_the_verb_draws_a_png_and_says_the_answer(attend, tmp_path):
    code, out, err = attend()
    assert (code, err) == (0, "") and "where the words looked of: " in out
    with Image.open(tmp_path / "look.png") as drawn:
        assert drawn.format == "PNG" and drawn.width > 400


def look_of(words, weights=None):
    random = np.random.default_rng(0)
    return Look(" ".join(words), tuple(words), random.random((len(words), 3, 3)) / 9 if weights is None else weights)


def test_the_most_distinct_words_have_panels_in_their_order():
    words = [*["The", "shape", "of", "the", "wires", "is", ","], *(f"word{number}" for number in range(12))]
    shown = most_distinct(look_of(words))
    assert len(shown) == MOST and shown == sorted(shown)
    assert not {words[place] for place in shown} & {"The", "of", "the", "is", ","}
    assert most_distinct(look_of(["the", "of"])) == [0, 1]


def test_all_panels_have_one_scale_that_is_stated(monkeypatch, tmp_path):
    from matplotlib.figure import Figure

    kept = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: kept.append(figure))
    weights = np.full((2, 2, 2), 0.1)
    weights[1, 0, 0] = 0.6
    draw(np.zeros((8, 8), np.uint8), look_of(["wires", "bend $x$ _{"], weights), "why $?", tmp_path / "x.png")
    overlays = [axes.images[1] for axes in kept[0].axes if len(axes.images) == 2]
    assert len(overlays) == 3 and {image.get_clim() for image in overlays} == {(0.0, 0.6)}
    assert any("share of a word's attention" in axes.get_ylabel() for axes in kept[0].axes)


@pytest.mark.parametrize(
    ("words", "options", "told"),
    [
        (None, {"model": "majority"}, "Majority answer has no looks() method"),
        (None, {"model": "pixels"}, "Pixels answers no questions"),
        (None, {"out": "look.gif"}, "unknown suffix of the file"),
        (("{}", " "), {}, "the question is empty"),
        (("{}", "word " * 10_000), {}, "tokens in 10000 words"),
        (("nowhere.png", "What?"), {}, "the picture 'nowhere.png' does not exist"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(attend, picture, tmp_path, words, options, told):
    code, out, err = attend(*(word.format(picture) for word in words or ()), **options)
    assert code == 2 and out == "" and told in err and err.count("\n") == 1
    assert not list(tmp_path.glob("look.*"))
