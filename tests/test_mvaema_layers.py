"""The encoders and the decoder, layer by layer: each sub-layer's product is added to its input, norms stand before."""

import pytest
import torch

from bench.models.mvaema.attention import Memory, Sizes
from bench.models.mvaema.grounded import GroundedText
from bench.models.mvaema.one_token import OneTokenLayer
from bench.models.mvaema.text import TextEmbedding, TextEncoder
from tests.test_mvaema_model import build, make_batch

STEMS = ("linear", "conv", "residual")
pytestmark = pytest.mark.numeric


@pytest.fixture
def model():
    return build(depth=3).double()


@pytest.fixture
def hidden():
    return torch.randn(4, 6, 16, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


def test_tokens_and_positions_are_added_and_read_off_by_the_same_table():
    embedding = TextEmbedding(300, 200, 64)
    ids, positions = torch.tensor([[5, 299]]), torch.tensor([[199, 0]])
    vectors = embedding(ids, positions)
    assert torch.equal(vectors[0, 0], embedding.tokens.weight[5] + embedding.positions.weight[199])
    assert torch.allclose(embedding.scores(vectors), vectors @ embedding.tokens.weight.T, atol=1e-5)
    for table in (embedding.tokens, embedding.positions):
        assert table.weight.square().sum(1).mean().item() == pytest.approx(1, rel=0.05)


def test_the_stem_is_one_layer_or_several_as_its_name_says():
    layers = {stem: sum(value.ndim == 4 for value in build(stem=stem).vision.stem.parameters()) for stem in STEMS}
    assert layers["linear"] == 1 < layers["conv"] < layers["residual"]


def test_the_class_token_and_the_places_of_patches_start_small():
    encoder = build(image_size=224, embed_dim=64).vision
    assert encoder.positions.shape == (1, 50, 64)
    for start in (encoder.cls, encoder.positions):
        assert start.std().item() == pytest.approx(0.02, rel=0.3) and abs(start.mean().item()) < 0.01


def test_the_text_encoder_sums_up_what_all_of_its_layers_add(model, hidden):
    present = make_batch().present
    expected = hidden
    for layer in model.text.layers:
        expected = expected + layer.attention(expected, present[:, None, None])
        expected = expected + layer.feed_forward(expected)
    assert torch.allclose(model.text(hidden, present), model.text.norm(expected)[:, 0])


def test_the_image_encoder_sums_up_what_all_of_its_layers_add(model):
    pixels = make_batch().pixels
    patches = model.vision.stem(pixels[:, None].double() / 127.5 - 1).flatten(2).mT
    expected = torch.cat([model.vision.cls.expand(2, -1, -1), patches], 1) + model.vision.positions
    for layer in model.vision.layers:
        expected = expected + layer.attention(expected)
        expected = expected + layer.feed_forward(expected)
    assert torch.allclose(model.vision(pixels), model.vision.norm(expected))


def test_grounded_text_attends_to_the_picture_between_itself_and_feeding_forward(model, hidden):
    images = model.grounded.images(torch.randn(4, 5, 16, dtype=torch.float64))
    present = make_batch().present
    matched = decoded = hidden
    for text, own, seen in zip(model.text.layers, model.grounded.layers, images, strict=True):
        matched = matched + text.attention(matched, present[:, None, None])
        decoded = decoded + own.causal_attention.causal(decoded)
        matched, decoded = (each + own.cross_attention.cross(each, seen) for each in (matched, decoded))
        matched, decoded = (each + text.feed_forward(each) for each in (matched, decoded))
    log_odds = model.grounded.matching(model.grounded.norm(matched[:, 0]))[:, 0]
    assert torch.allclose(model.grounded.match(model.text, hidden, present, images), log_odds)
    assert torch.allclose(model.grounded.decode(model.text, hidden, images), model.grounded.norm(decoded))


def test_each_layer_has_a_memory_of_its_own(model, hidden):
    images = model.grounded.images(torch.randn(4, 5, 16, dtype=torch.float64))
    memories = [Memory(6) for _ in model.text.layers]
    steps = [model.grounded.decode(model.text, hidden[:, part], images, memories) for part in (slice(5), slice(5, 6))]
    assert torch.allclose(torch.cat(steps, 1), model.grounded.decode(model.text, hidden, images))


@pytest.mark.parametrize("without", [[], ["csa"], ["ca"]])
def test_one_token_gets_what_the_layers_give_it_also_after_rows_were_dropped(without):
    torch.manual_seed(0)
    grounded, text = GroundedText(Sizes(16, 2, frozenset(without)), 2).double(), TextEncoder(Sizes(16, 2), 2).double()
    hidden, rows = torch.randn(4, 6, 16, dtype=torch.float64), torch.tensor([3, 1])
    images, memories = grounded.images(torch.randn(4, 5, 16, dtype=torch.float64)), [Memory(6) for _ in range(2)]
    grounded.decode(text, hidden[:, :4], images, memories)
    layers = [OneTokenLayer(*part) for part in zip(text.layers, grounded.layers, images, memories, strict=True)]
    for place, those in ((4, slice(None)), (5, rows)):
        states = hidden[those, place]
        for layer in layers:
            if place == 5:
                layer.take(rows)
            states = layer(states)
        expected = grounded.decode(text, hidden, images)[those, place]
        assert torch.allclose(grounded.norm(states), expected)
