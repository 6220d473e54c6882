from copy import copy, deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tokenizers.processors import TemplateProcessing
from transformers import CLIPImageProcessor

from bench.errors import BenchError
from bench.models.assistants.conversation import Conversation
from bench.models.assistants.estimator import answer_loss
from bench.models.assistants.lessons import Lessons
from bench.models.assistants.llava import Llava, LlavaNetwork
from bench.models.assistants.token_batches import IGNORED
from bench.models.assistants.tokenizer import train_tokenizer
from bench.models.instruction_batches import InstructionBatch
from bench.plugins.assistants import SETTINGS
from tests.toy_instructions import CAPTION, QUESTIONS, toy_context, toy_instructions

SMALL = {"embed_dim": 32, "depth": 2, "vocabulary_size": 400, "max_new_tokens": 24}
LEARNS = {"epochs": 12, "batch_size": 24, "questions_per_picture": 3, "learning_rate": 3e-3}
EVERY_OTHER = np.arange(12) % 2 == 0


def context_of(folder, settings=None, **recipe):
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    return toy_context(folder, {**defaults, **SMALL, **(settings or {})}, **recipe)


def fitted(folder, settings=None, train=None, **recipe):
    context = context_of(folder, settings, **recipe)
    model = Llava(context)
    model.fit(train or toy_instructions(), toy_instructions(8, seed=1), context)
    return model


def saved(model, folder) -> Path:
    folder.mkdir()
    model.save(folder)
    return folder


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """Return the folder of a model that has learned the toy."""
    folder = tmp_path_factory.mktemp("learned")
    return saved(fitted(folder, **LEARNS), folder / "weights")


@pytest.fixture(scope="module")
def untrained():
    """Return a model of random weights with its processor."""
    torch.manual_seed(0)
    texts = [text for record in toy_instructions().records for text in (record.question, record.answer)]
    settings = {**{name: setting.default for name, setting in SETTINGS.items()}, **SMALL}
    model, processor = Llava.scratch(Llava, train_tokenizer(texts, 400), 64, settings)  # pyright: ignore
    return model.eval(), processor


@pytest.fixture
def lessons(untrained):
    return Lessons(toy_instructions(), Conversation(untrained[1]), "cpu", answer_tokens=512)


def taught(lessons):
    return lessons.taught(InstructionBatch(np.arange(12), EVERY_OTHER))


def spelled(processor, ids):
    return processor.tokenizer.decode([token for token in ids.tolist() if token >= 0])


def test_a_prompt_holds_the_picture_then_caption_and_question(untrained, lessons):
    model, processor = untrained
    seen = lessons.asked(np.arange(3))
    image = "<image>" * 4
    assert spelled(processor, seen.tokens.ids[1]) == f"USER: {image}\n{CAPTION} {QUESTIONS[1]} ASSISTANT:"
    assert (seen.tokens.ids == model.config.image_token_id).sum(dim=1).tolist() == [4, 4, 4]


def test_a_prompt_has_the_tokens_of_picture_and_text_and_leaves_room_for_an_answer(untrained, tmp_path):
    model, asked = Llava(context_of(tmp_path)), toy_instructions(2)
    model._equip(*untrained)
    rows = [model._lessons(asked).asked(np.array([place])).tokens.ids.shape[1] for place in range(len(asked))]
    assert model.prompt_lengths(asked) == rows and min(rows) > 4
    assert model.longest_prompt == untrained[0].config.text_config.max_position_embeddings - SMALL["max_new_tokens"]


def test_captions_go_only_where_the_batch_says(untrained, lessons):
    texts = [spelled(untrained[1], row) for row in taught(lessons).tokens.ids]
    assert [CAPTION in text for text in texts] == EVERY_OTHER.tolist()
    withheld = replace(toy_instructions(), captions=("",) * 40)
    ids = Lessons(withheld, Conversation(untrained[1]), "cpu", 512).asked(np.arange(1)).tokens.ids[0]
    assert spelled(untrained[1], ids).endswith(f"\n{QUESTIONS[0]} ASSISTANT:")


def test_loss_is_taken_from_the_answer_and_its_end_alone(untrained, lessons):
    tokens = taught(lessons).tokens
    for position, record in enumerate(toy_instructions().records[:12]):
        assert spelled(untrained[1], tokens.labels[position]) == f" {record.answer}</s>"
    assert ((tokens.labels != IGNORED) <= (tokens.mask == 1)).all()


def test_a_long_answer_is_cut_for_training(untrained):
    short = Lessons(toy_instructions(), Conversation(untrained[1]), "cpu", answer_tokens=3)
    assert (taught(short).tokens.labels != IGNORED).sum(dim=1).tolist() == [3] * 12


def test_each_distinct_picture_of_a_batch_is_prepared_once(lessons):
    seen = taught(lessons)
    assert seen.pixels.shape == (4, 3, 64, 64)
    assert seen.pictures.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_pixels_are_grey_levels_in_minus_one_to_one(lessons):
    grey = toy_instructions().micrographs.batch(np.arange(4)).astype(np.float32)
    expected = torch.from_numpy(grey / 127.5 - 1)
    for channel in taught(lessons).pixels.unbind(dim=1):
        torch.testing.assert_close(channel, expected, atol=1e-6, rtol=0)


def test_the_loss_is_that_of_transformers_own_forward(untrained, lessons):
    seen = taught(lessons)
    loss = untrained[0](
        input_ids=seen.tokens.ids,
        attention_mask=seen.tokens.mask,
        labels=seen.tokens.labels,
        pixel_values=seen.pixels[seen.pictures],
    ).loss
    torch.testing.assert_close(LlavaNetwork(untrained[0])(seen), loss)


def test_generation_is_that_of_transformers_with_the_prompt_cut_off(untrained, lessons, tmp_path):
    model = Llava(context_of(tmp_path))
    model._equip(*untrained)
    seen = lessons.asked(np.arange(6))
    whole = untrained[0].generate(
        input_ids=seen.tokens.ids,
        attention_mask=seen.tokens.mask,
        pixel_values=seen.pixels[seen.pictures],
        generation_config=model._decoding(),
    )
    with torch.inference_mode():
        new = LlavaNetwork(untrained[0]).generate(seen, model._decoding())
    assert torch.equal(new, whole[:, seen.tokens.ids.shape[1] :])


def test_validation_loss_is_the_mean_over_all_tokens_whatever_the_batch_size(untrained, lessons):
    network = LlavaNetwork(untrained[0])
    with torch.no_grad():
        whole, parts = answer_loss(network, lessons, 200), answer_loss(network, lessons, 7)
    assert parts == pytest.approx(whole, rel=1e-5)


def test_random_weights_of_the_vision_tower_are_not_all_but_zero(untrained):
    patches = untrained[0].model.vision_tower.embeddings.patch_embedding.weight
    assert 0.01 < patches.std().item() < 0.1


def test_it_learns_to_answer_from_the_picture_and_writes_no_pickle(learned, tmp_path):
    unseen = toy_instructions(10, seed=2)
    assert Llava.load(learned, context_of(tmp_path)).answer(unseen) == [record.answer for record in unseen.records]
    assert {file.suffix for file in learned.iterdir()} <= {".safetensors", ".json", ".jinja"}


def test_answers_do_not_depend_on_what_stands_in_the_batch(learned, tmp_path):
    unseen = toy_instructions(4, seed=2)
    together = Llava.load(learned, context_of(tmp_path, {"answer_batch_size": 12})).answer(unseen)
    alone = Llava.load(learned, context_of(tmp_path, {"answer_batch_size": 1})).answer(unseen)
    assert together == alone


def test_decoding_settings_reach_generation(learned, tmp_path):
    questions = toy_instructions(4, seed=2)
    greedy = Llava.load(learned, context_of(tmp_path)).answer(questions)
    hot = context_of(tmp_path, {"temperature": 5.0})
    sampled = Llava.load(learned, hot).answer(questions)
    assert sampled != greedy
    assert Llava.load(learned, hot).answer(questions) == sampled
    assert Llava.load(learned, context_of(tmp_path, {"num_beams": 3})).answer(questions) == greedy
    short = Llava.load(learned, context_of(tmp_path, {"max_new_tokens": 2})).answer(questions)
    assert all(part and whole.startswith(part) for part, whole in zip(short, greedy, strict=True))


def test_two_trainings_of_the_same_seed_are_equal(tmp_path):
    first, second = (fitted(tmp_path, epochs=1, batch_size=24)._network.state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_pretrained_weights_of_a_folder_go_on_learning_through_the_same_code(learned, tmp_path):
    before = Llava.load(learned, context_of(tmp_path))._network.state_dict()
    model = fitted(tmp_path, {"weights": str(learned)}, epochs=1, learning_rate=1e-6)
    after = model._network.state_dict()
    assert all(torch.allclose(before[name], after[name], atol=1e-4) for name in before)
    assert any(not torch.equal(before[name], after[name]) for name in before)
    unseen = toy_instructions(4, seed=2)
    assert model.answer(unseen) == [record.answer for record in unseen.records]


def test_adapters_alone_are_trained_and_saved(learned, tmp_path):
    settings = {"weights": str(learned), "tuning": "lora", "lora_rank": 4}
    inverted = toy_instructions()
    inverted.micrographs.pixels[:] = 255 - inverted.micrographs.pixels
    model = fitted(tmp_path, settings, train=inverted, epochs=4, batch_size=24, learning_rate=3e-3)
    folder = saved(model, tmp_path / "adapters")
    assert {file.name for file in folder.glob("*.safetensors")} == {"adapter_model.safetensors"}
    names = set(load_file(folder / "adapter_model.safetensors"))
    assert all("lora_" in name or "multi_modal_projector" in name for name in names)
    assert not any("vision_tower" in name for name in names) and any("language_model" in n for n in names)

    base = Llava.load(learned, context_of(tmp_path))
    kept, trained = base._network.state_dict(), model._network.state_dict()
    frozen = [name for name in kept if name in trained]
    assert frozen and all(torch.equal(kept[name], trained[name]) for name in frozen)

    unseen = toy_instructions(6, seed=2)
    answers = model.answer(unseen)
    assert Llava.load(folder, context_of(tmp_path, settings)).answer(unseen) == answers
    assert answers != base.answer(unseen)


def test_adapters_learn_in_float32_beside_half_precision_weights(learned, tmp_path):
    settings = {"weights": str(learned), "tuning": "lora", "weights_dtype": "bfloat16"}
    model = fitted(tmp_path, settings, epochs=2, batch_size=24, learning_rate=1e-3)
    types = {(value.requires_grad, value.dtype) for value in model._network.parameters()}
    assert types == {(True, torch.float32), (False, torch.bfloat16)}
    unseen = toy_instructions(4, seed=2)
    loaded = Llava.load(saved(model, tmp_path / "adapters"), context_of(tmp_path, settings))
    expected = [record.answer for record in unseen.records]
    assert model.answer(unseen) == expected and loaded.answer(unseen) == expected


def test_pretrained_weights_bring_their_own_picture_size_mean_and_deviation(untrained, tmp_path):
    processor = copy(untrained[1])
    processor.image_processor = CLIPImageProcessor(
        size={"shortest_edge": 32}, crop_size=32, image_mean=[0.1, 0.2, 0.3], image_std=[0.5, 0.5, 0.5]
    )
    seen = taught(Lessons(toy_instructions(), Conversation(processor), "cpu", 512))
    assert seen.pixels.shape == (4, 3, 32, 32)
    means = (seen.pixels.mean(dim=(0, 2, 3)) * 0.5 + torch.tensor([0.1, 0.2, 0.3])) * 255
    assert means.tolist() == pytest.approx([toy_instructions().micrographs.batch(slice(4)).mean()] * 3, abs=1)


def test_a_chat_template_is_followed_where_there_is_one(untrained):
    processor = copy(untrained[1])
    processor.tokenizer = deepcopy(processor.tokenizer)
    # A tokenizer that begins every text by itself, as Llama's does, must not begin it twice.
    processor.tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    processor.chat_template = (
        "{{ bos_token }}{% for message in messages %}{% for part in message['content'] %}"
        "{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}{% endfor %} [GO]"
    )
    conversation = Conversation(processor)
    ids = conversation.prompt_ids("What?", "A tip.")
    (answer,) = conversation.answer_ids(["It is."], 9)
    assert spelled(processor, ids) == "<s>" + "<image>" * 4 + "A tip. What? [GO]"
    assert spelled(processor, answer) == " It is.</s>"


def test_weights_that_are_not_there_are_a_user_s_mistake(tmp_path):
    context = context_of(tmp_path, {"weights": str(tmp_path / "nothing")})
    with pytest.raises(BenchError, match="nothing.*save_pretrained"):
        Llava(context).fit(toy_instructions(4), toy_instructions(4), context)


def test_adapters_without_pretrained_weights_are_a_user_s_mistake(tmp_path):
    context = context_of(tmp_path, {"tuning": "lora"})
    with pytest.raises(BenchError, match="needs pretrained weights"):
        Llava(context).fit(toy_instructions(4), toy_instructions(4), context)


def test_a_width_that_the_heads_cannot_share_is_a_user_s_mistake(tmp_path):
    context = context_of(tmp_path, {"embed_dim": 36, "num_heads": 4})
    with pytest.raises(BenchError, match="multiple of 8"):
        Llava(context).fit(toy_instructions(4), toy_instructions(4), context)
