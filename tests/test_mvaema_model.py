"""The model: what sees what, what is shared with whom, and how it is kept."""

import math

import pytest
import torch

from bench.config.loading import Recipe
from bench.models.mvaema.attention import Sizes
from bench.models.mvaema.batch import Batch
from bench.models.mvaema.losses import IGNORED
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.vision import ImageEncoder
from bench.training.rates import paced

pytestmark = pytest.mark.numeric

VOCABULARY = 30


def build(**changes):
    torch.manual_seed(0)
    values = {
        "vocabulary_size": VOCABULARY,
        "image_size": 64,
        "embed_dim": 16,
        "depth": 2,
        "num_heads": 2,
        "prompt_tokens": 8,
        "answer_tokens": 8,
    }
    return MVaEMaModel(**{**values, **changes}).eval()


def test_the_image_encoder_alone_learns_at_its_own_rate():
    model = build()
    rest, encoder = paced(model, Recipe(learning_rate=0.01, vision_rate=0.1))
    assert {id(value) for value in encoder["params"]} == {id(value) for value in model.vision.parameters()}
    assert len(rest["params"]) + len(encoder["params"]) == len(list(model.parameters()))
    assert (rest["lr"], encoder["lr"]) == pytest.approx((0.01, 0.001))


def make_batch():
    torch.manual_seed(1)
    present = torch.ones(4, 6, dtype=torch.bool)
    present[1, 4:] = False
    positions = torch.tensor([0, 1, 2, 8, 9, 10]).expand(4, 6)
    tokens = torch.randint(7, VOCABULARY, (4, 6))
    targets = torch.full((4, 6), IGNORED)
    targets[:, 3:] = torch.randint(7, VOCABULARY, (4, 3))
    return Batch(
        pixels=torch.randint(0, 256, (2, 64, 64), dtype=torch.uint8),
        pictures=torch.tensor([0, 0, 1, 1]),
        pairs=torch.randint(7, VOCABULARY, (4, 6)) * present,
        present=present,
        tokens=tokens,
        positions=positions,
        targets=targets,
        same=torch.block_diag(torch.ones(2, 2), torch.ones(2, 2)).bool() ^ torch.eye(4).bool(),
    )


def has_gradient(module):
    return any(parameter.grad is not None and parameter.grad.any() for parameter in module.parameters())


@pytest.mark.parametrize("stem", ["linear", "conv"])
def test_the_image_encoder_sees_49_patches_and_a_class_token(stem):
    encoder = ImageEncoder(224, Sizes(64, 4), 1, stem)
    assert encoder(torch.zeros(2, 224, 224, dtype=torch.uint8)).shape == (2, 50, 64)


def test_pixels_are_normalised_to_plus_minus_one():
    seen = []
    encoder = ImageEncoder(64, Sizes(16, 2), 1, "linear")
    encoder.stem.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    encoder(torch.tensor([0, 255], dtype=torch.uint8).repeat(64, 32)[None])
    assert seen[0].min() == -1
    assert seen[0].max() == 1


@pytest.mark.parametrize("summary", ["first", "mean"])
def test_retrieval_compares_the_summaries_that_the_contrastive_loss_compares(summary):
    model, batch = build(summary=summary), make_batch()
    features = model.vision(batch.pixels)
    pictures, texts = model.vectors(features, batch)
    learned = model.similarity(features, batch) * model.space.log_temperature.exp()
    assert torch.allclose(pictures[batch.pictures] @ texts.T, learned, atol=1e-6)


@pytest.mark.parametrize("without", [(), ("itc",), ("itm",)])
def test_what_a_model_that_knows_nothing_has_is_told_of_the_losses_that_compare(without):
    model, batch = build(without=without), make_batch()
    chance = model.chance(batch)
    assert chance.keys() == {"itc", "itm"} - {*without}
    if "itm" in chance:
        assert chance["itm"] == pytest.approx(math.log(2), rel=0.05)  # as many negatives as positives, or nearly
    if "itc" in chance:
        others = (~batch.same).sum(1).double(), (~batch.same).sum(0).double()
        assert chance["itc"] == pytest.approx(sum(float(count.log().mean()) for count in others) / 2)


def test_one_pass_of_the_image_encoder_serves_all_losses():
    model, calls = build(), []
    model.vision.register_forward_hook(lambda module, inputs, output: calls.append(len(output)))
    model(make_batch())
    assert calls == [2]


def test_validation_sees_the_same_language_loss():
    model, batch = build(), make_batch()
    assert torch.isclose(model(batch)["lm"], model.language_loss(batch))


def test_encoder_and_decoder_share_all_but_self_attention():
    for name, own, others in (("lm", "causal", "bidirectional"), ("itm", "bidirectional", "causal")):
        model = build()
        model(make_batch())[name].backward()
        for text, grounded in zip(model.text.layers, model.grounded.layers, strict=True):
            attentions = {"causal": grounded.causal_attention, "bidirectional": text.attention}
            assert has_gradient(attentions[own])
            assert not has_gradient(attentions[others])
            assert has_gradient(grounded.cross_attention)
            assert has_gradient(text.feed_forward)
        assert has_gradient(model.vision)


def test_the_contrastive_loss_trains_both_unimodal_encoders_and_the_temperature():
    model = build()
    model(make_batch())["itc"].backward()
    assert has_gradient(model.vision)
    assert has_gradient(model.text)
    assert model.space.log_temperature.grad != 0
    assert not has_gradient(model.grounded)


def test_the_decoder_sees_no_later_token():
    model, batch = build(), make_batch()
    images = model.grounded.images(model.vision(batch.pixels[:1]))
    changed = batch.tokens[:1].clone()
    changed[0, 4] = (changed[0, 4] + 1) % VOCABULARY
    before = model.decode(batch.tokens[:1], batch.positions[:1], images)
    after = model.decode(changed, batch.positions[:1], images)
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4:], after[:, 4:])


def test_the_text_encoder_sees_later_tokens_but_no_padding():
    model, batch = build(), make_batch()
    features = model.vision(batch.pixels)
    before = model.similarity(features, batch)
    batch.pairs[1, 5] = 9
    assert torch.equal(before, model.similarity(features, batch))
    batch.pairs[0, 5] = (batch.pairs[0, 5] + 1) % VOCABULARY
    assert not torch.allclose(before[:, 0], model.similarity(features, batch)[:, 0])


def test_the_answer_depends_on_the_picture():
    model, batch = build(), make_batch()
    images = model.grounded.images(model.vision(batch.pixels))
    hidden = model.decode(batch.tokens[:1].expand(2, -1), batch.positions[:2], images)
    assert not torch.allclose(hidden[0], hidden[1])


def test_saved_and_read_again_it_is_the_same_model(tmp_path):
    model, batch = build(stem="conv"), make_batch()
    model.save_pretrained(tmp_path)
    again = MVaEMaModel.from_pretrained(str(tmp_path)).eval()
    assert torch.equal(model.language_loss(batch), again.language_loss(batch))
    assert {"model.safetensors", "config.json"} <= {path.name for path in tmp_path.iterdir()}
    assert not list(tmp_path.glob("*.bin"))
