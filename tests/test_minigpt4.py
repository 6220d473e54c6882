"""MiniGPT-4's two steps: all that is frozen learns first, from scratch, and then one layer alone."""

from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from transformers import Blip2ForConditionalGeneration, OPTConfig, T5Config

from bench.errors import BenchError
from bench.models.assistants.lessons import Lessons
from bench.models.assistants.minigpt4 import PROJECTION, MiniGpt4, Parts
from bench.stages.context import load_estimator
from bench.stages.fitting import train_estimator
from bench.store.record import parsed
from tests.conftest import SMALL
from tests.test_assistants import context_of, learns, right, saved
from tests.toy_instructions import toy_instructions

TINY = ("embed_dim=16", "depth=1", "num_heads=2", "num_query_tokens=2", "epochs=1", "max_new_tokens=4")
RUN = (
    *("run", "--task", "vqa", "--models", "minigpt4", *SMALL, "--set", "image_size=64"),
    *(part for text in TINY for part in ("--set", f"minigpt4.{text}")),
)


def behind(parts, folder, settings=None, **recipe):
    """Return the context of the second step, behind a first one that left its weights in a folder."""
    context = context_of("minigpt4", folder, settings, **recipe)
    return replace(context, pretrained=lambda: load_estimator(Parts, parts, context))


@pytest.fixture(scope="module")
def parts(once):
    """Return the folder of a first step that has learned the toy."""
    return once("learned-minigpt4", learns("minigpt4")) / "weights"


def second(parts, folder, settings=None, **recipe):
    context = behind(parts, folder, settings, batch_size=24, questions_per_picture=3, **recipe)
    return train_estimator(MiniGpt4, toy_instructions(), toy_instructions(8, seed=1), context), context


def test_one_layer_alone_learns_behind_frozen_parts_and_it_alone_is_saved(parts, tmp_path):
    model, context = second(parts, tmp_path, epochs=12, learning_rate=1e-2)
    frozen = {key for key, value in model._network.named_parameters() if not value.requires_grad}
    learning = {key for key, value in model._network.named_parameters() if value.requires_grad}
    assert learning == {f"model.{PROJECTION}.weight", f"model.{PROJECTION}.bias"}
    assert all(value.grad is None for key, value in model._network.named_parameters() if key in frozen)
    before = load_estimator(Parts, parts, context)._network.state_dict()
    after = model._network.state_dict()
    assert {key for key in before if not torch.equal(before[key], after[key])} == learning

    folder = saved(model, tmp_path / "layer")
    assert {file.name for file in folder.iterdir()} == {"part.safetensors", "history.json"}
    assert set(load_file(folder / "part.safetensors")) == {"weight", "bias"}
    unseen = toy_instructions(6, seed=2)
    assert load_estimator(MiniGpt4, folder, context).answer(unseen) == model.answer(unseen) == right(unseen)


def test_from_scratch_the_layer_begins_anew_and_of_pretrained_weights_it_goes_on(parts, tmp_path):
    kept = load_file(parts / "model.safetensors")[f"{PROJECTION}.weight"]
    anew, _ = second(parts, tmp_path, epochs=1, learning_rate=1e-7)
    gone_on, _ = second(parts, tmp_path, {"weights": str(parts)}, epochs=1, learning_rate=1e-7)
    assert not torch.allclose(anew._network.model.language_projection.weight, kept, atol=1e-2)
    torch.testing.assert_close(gone_on._network.model.language_projection.weight, kept, atol=1e-4, rtol=0)


def test_frozen_parts_compute_in_training_as_they_do_when_they_answer(parts, tmp_path):
    model, _ = second(parts, tmp_path, epochs=1)
    model._network.train()
    modes = {name: part.training for name, part in model._network.model.named_children()}
    assert modes == {"vision_model": False, "qformer": False, "language_model": False, PROJECTION: True}


@pytest.mark.slow
def test_adapters_may_learn_behind_parts_from_scratch(parts, tmp_path):
    model, context = second(parts, tmp_path, {"tuning": "lora"}, epochs=8, learning_rate=1e-2)
    unseen = toy_instructions(6, seed=2)
    folder = saved(model, tmp_path / "adapters")
    assert load_estimator(MiniGpt4, folder, context).answer(unseen) == model.answer(unseen) == right(unseen)


def test_half_precision_weights_stay_so_around_the_layer(parts, tmp_path):
    settings = {"weights": str(parts), "weights_dtype": "bfloat16"}
    model, context = second(parts, tmp_path, settings, epochs=1, learning_rate=1e-4)
    assert model._network.model.language_projection.weight.dtype == torch.float32
    assert model._network.model.language_model.dtype == torch.bfloat16
    unseen = toy_instructions(4, seed=2)
    kept = load_estimator(MiniGpt4, saved(model, tmp_path / "layer"), context)
    assert kept.answer(unseen) == model.answer(unseen) == right(unseen)


def test_a_language_model_of_another_kind_learns_and_writes_as_transformers_own_does(parts, tmp_path):
    model = load_estimator(Parts, parts, context_of("minigpt4", tmp_path))
    config = model._network.model.config
    config.text_config = OPTConfig(
        vocab_size=config.text_config.vocab_size, hidden_size=32, ffn_dim=64, num_hidden_layers=2, num_attention_heads=4
    )
    torch.manual_seed(0)
    other = Blip2ForConditionalGeneration(config).eval()
    model._equip(other, model._processor)
    seen = Lessons(toy_instructions(), model._conversation, "cpu", 512).without_answers(torch.arange(6).numpy())
    given = {"pixel_values": seen.pixels[seen.pictures], "attention_mask": seen.tokens.mask}
    with torch.inference_mode():
        whole = other.generate(**given, input_ids=seen.tokens.ids, generation_config=model._decoding())
        new = model._network.generate(seen, model._decoding())
    assert torch.equal(new, whole[:, seen.tokens.ids.shape[1] :])

    folder = saved(model, tmp_path / "opt")
    learned, context = second(parts, tmp_path, {"weights": str(folder), "tuning": "lora"}, epochs=1)
    kept = load_estimator(MiniGpt4, saved(learned, tmp_path / "adapters"), context)
    assert kept.answer(toy_instructions(2)) == learned.answer(toy_instructions(2))


def test_a_language_model_with_an_encoder_is_refused(parts, tmp_path):
    config = load_estimator(Parts, parts, context_of("minigpt4", tmp_path))._network.model.config
    config.text_config = T5Config(vocab_size=400, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)
    config.use_decoder_only_language_model = False
    model = load_estimator(Parts, parts, context_of("minigpt4", tmp_path))
    model._network.model = Blip2ForConditionalGeneration(config)
    with pytest.raises(BenchError, match="type 't5' reads with an encoder"):
        second(parts, tmp_path, {"weights": str(saved(model, tmp_path / "t5"))}, epochs=1)


def record(store):
    (path,) = (store / "cells").glob("*.json")
    return parsed(path.read_bytes())


def forbidden(*_):
    raise AssertionError("done again")


def test_the_parts_are_not_trained_again_for_another_way_to_tune(bench, store, monkeypatch):
    assert bench(*RUN)[0] == 0
    before = record(store)
    monkeypatch.setattr(Parts, "fit", forbidden)
    code, _, err = bench(*RUN, "--set", "minigpt4.tuning=full")
    assert code == 0, err
    after = record(store)
    same = {stage: before.stages[stage] == after.stages[stage] for stage in before.stages}
    assert same == {"pretrain": True, "train": False, "predict": False, "score": False}
    assert after.pretraining["epochs"] == after.training["epochs"] == 1
    assert after.timings["predict"].answers == after.n > after.timings["predict"].units
    code, out, _ = bench("table", "1", "--costs", "--no-published")
    assert (
        code == 0 and "answers a second" in out and "its frozen parts are trained first, and the cost holds that" in out
    )


@pytest.mark.slow
def test_pretrained_weights_leave_the_first_step_nothing_to_do(parts, bench, store):
    code, _, err = bench(*RUN, "--set", f"minigpt4.weights={parts}")
    assert code == 0, err
    told = record(store)
    assert told.pretraining is None and told.training["epochs"] == 1
    product = store / "stages" / told.stages["pretrain"] / "product" / "weights"
    assert product.is_dir() and not list(product.iterdir())
