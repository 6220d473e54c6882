"""The three general assistants: what they are shown, that they learn, and what is kept of them."""

import json
from copy import copy, deepcopy
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tokenizers.processors import TemplateProcessing
from transformers import CLIPImageProcessor

from bench.config.loading import Recipe
from bench.errors import BenchError
from bench.models.assistants.estimator import Assistant, answer_loss
from bench.models.assistants.instructblip import InstructBlip
from bench.models.assistants.lessons import Lessons
from bench.models.assistants.llava import Llava
from bench.models.assistants.minigpt4 import MiniGpt4, Parts
from bench.models.assistants.token_batches import IGNORED
from bench.models.assistants.tokenizer import READER_LONGEST, train_reader, train_tokenizer
from bench.models.instruction_batches import InstructionBatch
from bench.plugins.assistants import register_models
from bench.registered.registry import Registry
from bench.stages.context import load_estimator, make_estimator
from bench.stages.fitting import train_estimator
from bench.training.rates import paced
from tests.toy_instructions import CAPTION, QUESTIONS, toy_context, toy_instructions

SMALL = {"embed_dim": 32, "depth": 2, "vocabulary_size": 400, "max_new_tokens": 24}
LEARNS = {"epochs": 10, "batch_size": 12, "questions_per_picture": 3, "learning_rate": 5e-3}
EVERY_OTHER = np.arange(12) % 2 == 0
SAID = f"{CAPTION} {QUESTIONS[1]}"


class Kind(NamedTuple):
    """An assistant, what trains the whole of it from scratch, and how it is asked the second question."""

    assistant: type[Assistant]
    whole: type[Assistant]
    prompt: str
    projection: str


KINDS = {
    "llava": Kind(Llava, Llava, f"USER: {'<image>' * 4}\n{SAID} ASSISTANT:", "multi_modal_projector"),
    "instructblip": Kind(
        InstructBlip, InstructBlip, f"{'<image>' * 16}Question: {SAID} Answer:", "language_projection"
    ),
    "minigpt4": Kind(
        MiniGpt4,
        Parts,
        f"###Human: <Img>{'<image>' * 16}</Img> {SAID} ###Assistant:",
        "language_projection",
    ),
}
TRAINED = pytest.mark.parametrize(
    "name",
    [name if name == "llava" else pytest.param(name, marks=pytest.mark.slow) for name in KINDS],
    indirect=True,
    scope="module",
)
"""For tests that train, or ask what was trained: the code is one, so that one assistant is enough to begin with."""
SPECS = {}
register_models(lambda spec: SPECS.__setitem__(spec.name, spec))


@pytest.fixture(scope="module", params=KINDS)
def name(request):
    """Return the name of an assistant."""
    return request.param


def context_of(name, folder, settings=None, **recipe):
    defaults = {key: setting.default for key, setting in Registry().settings(SPECS[name]).items()}
    return toy_context(folder, {**defaults, **SMALL, **(settings or {})}, **recipe)


def fitted(kind, context, train=None):
    return train_estimator(kind, train or toy_instructions(), toy_instructions(8, seed=1), context)


def saved(model, folder) -> Path:
    folder.mkdir()
    model.save(folder)
    return folder


def loaded(name, folder, settings=None):
    """Return an assistant, all of which was trained into this folder."""
    context = context_of(name, folder, {"tuning": "full", **(settings or {})})
    return load_estimator(KINDS[name].assistant, folder, context)


def right(questions):
    return [record.answer for record in questions.records]


def learns(name):
    """Return a function that trains the whole of an assistant on the toy and saves it in a folder."""
    return lambda folder: saved(fitted(KINDS[name].whole, context_of(name, folder, **LEARNS)), folder / "weights")


@pytest.fixture(scope="module")
def learned(name, once):
    """Return the folder of an assistant, all of which has learned the toy: one in the hub's format."""
    return once(f"learned-{name}", learns(name)) / "weights"


class Untrained(NamedTuple):
    """An assistant of random weights, with what transformers knows of it."""

    assistant: Assistant
    model: object
    processor: object
    network: torch.nn.Module

    def lessons(self, instructions=None, answer_tokens=512):
        conversation = self.assistant.conversation(self.model, self.processor)
        return Lessons(instructions or toy_instructions(), conversation, "cpu", answer_tokens)


@pytest.fixture(scope="module")
def untrained(name, tmp_path_factory):
    torch.manual_seed(0)
    texts = [text for record in toy_instructions().records for text in (record.question, record.answer)]
    texts.append(f"Question: {CAPTION} Answer:")
    context = context_of(name, tmp_path_factory.mktemp("untrained"))
    assistant = make_estimator(KINDS[name].assistant, context)
    assistant._equip(*assistant.scratch(texts, 64))
    model = assistant._network.model.eval()
    return Untrained(assistant, model, assistant._processor, assistant._network)


def test_the_image_encoder_alone_learns_at_its_own_rate(untrained):
    network = untrained.assistant._network
    rest, encoder = (group["params"] for group in paced(network, Recipe(learning_rate=0.01, vision_rate=0.1)))
    names = {id(value): name for name, value in network.named_parameters()}
    assert all(".vision_" in names[id(value)] for value in encoder)
    assert not any("vision" in names[id(value)] for value in rest)
    assert len(rest) + len(encoder) == len(names)


@pytest.fixture
def lessons(untrained):
    return untrained.lessons()


def taught(lessons):
    return lessons.taught(InstructionBatch(np.arange(12), EVERY_OTHER))


@pytest.mark.numeric
@torch.no_grad()
def test_the_pieces_of_a_batch_add_up_to_its_loss_by_their_shares_of_its_tokens(untrained, lessons):
    batch = InstructionBatch(np.arange(12), EVERY_OTHER)
    pieces = lessons.pieces(batch, 3)
    assert [len(piece.positions) for _, piece in pieces] == [6, 3, 3]  # whole pictures, of three records each
    parts = [share * untrained.network(lessons.taught(piece)).item() for share, piece in pieces]
    assert sum(parts) == pytest.approx(untrained.network(lessons.taught(batch)).item(), rel=1e-5)


def spelled(processor, ids):
    return processor.tokenizer.decode([token for token in ids.tolist() if token >= 0])


def of_transformers(seen):
    """Return what is seen as the keywords of transformers' own forward and generate."""
    ids, mask = (seen.questions.ids, seen.questions.mask) if seen.questions else (None, None)
    return {
        "input_ids": seen.tokens.ids,
        "attention_mask": seen.tokens.mask,
        "pixel_values": seen.pixels[seen.pictures],
        **({"qformer_input_ids": ids, "qformer_attention_mask": mask} if seen.questions else {}),
    }


def test_a_prompt_holds_the_picture_and_caption_and_question(name, untrained, lessons):
    seen = lessons.without_answers(np.arange(3))
    prompt = spelled(untrained.processor, seen.tokens.ids[1]).replace("<pad>", "")
    assert prompt == KINDS[name].prompt
    features = KINDS[name].prompt.count("<image>")
    assert (seen.tokens.ids == untrained.model.config.image_token_id).sum(dim=1).tolist() == [features] * 3


def test_a_prompt_has_the_tokens_of_picture_and_text_and_leaves_room_for_an_answer(name, untrained):
    asked, lessons = toy_instructions(2), untrained.lessons()
    rows = [lessons.without_answers(np.array([place])).tokens.ids.shape[1] for place in range(len(asked))]
    assert untrained.assistant.prompt_lengths(asked) == rows and min(rows) > 4
    longest = untrained.model.config.get_text_config().max_position_embeddings
    room = longest - SMALL["max_new_tokens"]
    assert untrained.assistant.longest_prompt == (READER_LONGEST if name == "instructblip" else room) <= room


@pytest.mark.parametrize("name", ["instructblip"], indirect=True)
def test_a_question_that_a_q_former_would_cut_is_longer_than_what_is_read(untrained):
    toy, reader = toy_instructions(1), untrained.processor.qformer_tokenizer
    asked = replace(toy, records=(replace(toy.records[0], question="it " * 505),), pictures=toy.pictures[:1])
    (length,) = untrained.assistant.prompt_lengths(asked)
    assert length > READER_LONGEST == untrained.assistant.longest_prompt
    assert length >= len(reader.encode(f"Question: {CAPTION} {'it ' * 505} Answer:"))


def test_the_pictures_token_in_what_is_said_stands_for_no_picture(name, untrained):
    toy = toy_instructions(2)
    records = tuple(
        replace(record, question="What <image>is <ima<image>ge>?", answer="A <image> wire.") for record in toy.records
    )
    said = replace(toy, records=records, captions=("An <image> of it.",) * 2)
    seen = untrained.lessons(said).taught(InstructionBatch(np.arange(6), np.ones(6, dtype=bool)))
    features = KINDS[name].prompt.count("<image>")
    assert (seen.tokens.ids == untrained.model.config.image_token_id).sum(dim=1).tolist() == [features] * 6
    assert untrained.network(seen).isfinite() and len(untrained.assistant.answer(said)) == 6


def test_captions_go_only_where_the_batch_says(untrained, lessons):
    texts = [spelled(untrained.processor, row) for row in taught(lessons).tokens.ids]
    assert [CAPTION in text for text in texts] == EVERY_OTHER.tolist()
    withheld = replace(toy_instructions(), captions=("",) * 40)
    ids = untrained.lessons(withheld).without_answers(np.arange(1)).tokens.ids[0]
    assert CAPTION not in spelled(untrained.processor, ids)


def test_loss_is_taken_from_the_answer_and_its_end_alone(untrained, lessons):
    tokens = taught(lessons).tokens
    for position, record in enumerate(toy_instructions().records[:12]):
        assert spelled(untrained.processor, tokens.labels[position]) == f" {record.answer}</s>"
    assert ((tokens.labels != IGNORED) <= (tokens.mask == 1)).all()


def test_a_long_answer_is_cut_for_training(untrained):
    tokens = taught(untrained.lessons(answer_tokens=3)).tokens
    assert (tokens.labels != IGNORED).sum(dim=1).tolist() == [3] * 12


def test_each_distinct_picture_of_a_batch_is_prepared_once(lessons):
    seen = taught(lessons)
    assert seen.pixels.shape == (4, 3, 64, 64)
    assert seen.pictures.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_pixels_are_grey_levels_in_minus_one_to_one(lessons):
    grey = toy_instructions().micrographs.batch(np.arange(4)).astype(np.float32)
    expected = torch.from_numpy(grey / 127.5 - 1)
    for channel in taught(lessons).pixels.unbind(dim=1):
        torch.testing.assert_close(channel, expected, atol=1e-6, rtol=0)


def test_a_q_former_that_reads_is_told_the_question_and_never_the_answer(name, untrained, lessons):
    seen = taught(lessons)
    assert (seen.questions is not None) == (name == "instructblip")
    if seen.questions:
        read = untrained.processor.qformer_tokenizer.batch_decode(seen.questions.ids, skip_special_tokens=True)
        joined = [text.replace(" ", "").replace("##", "") for text in read]
        said = f"Question: {SAID} Answer:".lower().replace(" ", "")
        bare = f"Question: {QUESTIONS[1]} Answer:".lower().replace(" ", "")
        assert [joined[4], joined[1]] == [said, bare]


@pytest.mark.numeric
def test_the_loss_is_that_of_transformers_own_forward(untrained, lessons):
    seen = taught(lessons)
    loss = untrained.model(**of_transformers(seen), labels=seen.tokens.labels).loss
    torch.testing.assert_close(untrained.network(seen), loss)


@pytest.mark.numeric
def test_generation_is_that_of_transformers_with_the_prompt_cut_off(untrained, lessons):
    seen, decoding = lessons.without_answers(np.arange(6)), untrained.assistant._decoding()
    with torch.inference_mode():
        whole = untrained.model.generate(**of_transformers(seen), generation_config=decoding)
        new = untrained.network.generate(seen, decoding)
    assert torch.equal(new, whole[:, seen.tokens.ids.shape[1] :])


def test_another_picture_makes_another_loss(untrained, lessons):
    seen = taught(lessons)
    with torch.no_grad():
        assert untrained.network(seen) != untrained.network(seen._replace(pixels=-seen.pixels))


@pytest.mark.numeric
def test_validation_loss_is_the_mean_over_all_tokens_whatever_the_batch_size(untrained, lessons):
    with torch.no_grad():
        whole, parts = answer_loss(untrained.network, lessons, 200), answer_loss(untrained.network, lessons, 7)
    assert parts == pytest.approx(whole, rel=1e-5)


def test_random_weights_of_the_vision_tower_are_not_all_but_zero_and_no_two_queries_alike(untrained):
    weights = untrained.model.state_dict()
    (patches,) = [value for key, value in weights.items() if key.endswith("embeddings.patch_embedding.weight")]
    assert 0.01 < patches.std().item() < 0.1
    for queries in (value[0] for key, value in weights.items() if key.endswith("query_tokens")):
        assert len(queries.unique(dim=0)) == 16


@TRAINED
def test_it_learns_to_answer_from_the_picture_and_writes_no_pickle(name, learned):
    unseen = toy_instructions(10, seed=2)
    assert loaded(name, learned).answer(unseen) == right(unseen)
    assert {file.suffix for file in learned.rglob("*") if file.is_file()} <= {".safetensors", ".json", ".jinja"}


@TRAINED
def test_answers_do_not_depend_on_what_stands_in_the_batch(name, learned):
    unseen = toy_instructions(4, seed=2)
    together = loaded(name, learned, {"answer_batch_size": 12}).answer(unseen)
    alone = loaded(name, learned, {"answer_batch_size": 1}).answer(unseen)
    assert together == alone


@TRAINED
def test_decoding_settings_reach_generation(name, learned):
    questions = toy_instructions(4, seed=2)
    greedy = loaded(name, learned).answer(questions)
    sampled = loaded(name, learned, {"temperature": 5.0}).answer(questions)
    assert sampled != greedy
    assert loaded(name, learned, {"temperature": 5.0}).answer(questions) == sampled
    assert loaded(name, learned, {"num_beams": 3}).answer(questions) == greedy
    short = loaded(name, learned, {"max_new_tokens": 2}).answer(questions)
    assert all(part and whole.startswith(part) for part, whole in zip(short, greedy, strict=True))


@TRAINED
def test_two_trainings_of_the_same_seed_are_equal(name, tmp_path):
    context = context_of(name, tmp_path, epochs=1, batch_size=24)
    first, second = (fitted(KINDS[name].whole, context)._network.state_dict() for _ in range(2))
    assert all(torch.equal(first[key], second[key]) for key in first)


@TRAINED
def test_pretrained_weights_of_a_folder_go_on_learning_through_the_same_code(name, learned, tmp_path):
    before = loaded(name, learned)._network.state_dict()
    settings = {"weights": str(learned), "tuning": "full"}
    model = fitted(KINDS[name].assistant, context_of(name, tmp_path, settings, epochs=1, learning_rate=1e-6))
    after = model._network.state_dict()
    assert all(torch.allclose(before[key], after[key], atol=1e-4) for key in before)
    assert any(not torch.equal(before[key], after[key]) for key in before)
    unseen = toy_instructions(4, seed=2)
    assert model.answer(unseen) == right(unseen)
    kept = load_estimator(KINDS[name].assistant, saved(model, tmp_path / "tuned"), context_of(name, tmp_path, settings))
    assert kept.answer(unseen) == right(unseen)


@TRAINED
def test_adapters_alone_are_trained_and_saved(name, learned, tmp_path):
    settings = {"weights": str(learned), "tuning": "lora", "lora_rank": 4}
    inverted = toy_instructions()
    inverted.micrographs.pixels[:] = 255 - inverted.micrographs.pixels
    context = context_of(name, tmp_path, settings, epochs=4, batch_size=24, learning_rate=3e-3)
    model = fitted(KINDS[name].assistant, context, train=inverted)
    folder = saved(model, tmp_path / "adapters")
    assert {file.name for file in folder.glob("*.safetensors")} == {"adapter_model.safetensors"}
    names = set(load_file(folder / "adapter_model.safetensors"))
    whole = KINDS[name].assistant.tuned_whole
    assert KINDS[name].projection in whole
    assert all("lora_" in key or any(part in key for part in whole) for key in names)
    assert not any("vision" in key for key in names) and any("language_model" in key for key in names)

    base = loaded(name, learned)
    kept, trained = base._network.state_dict(), model._network.state_dict()
    frozen = [key for key in kept if key in trained]
    assert frozen and all(torch.equal(kept[key], trained[key]) for key in frozen)

    unseen = toy_instructions(6, seed=2)
    answers = model.answer(unseen)
    assert load_estimator(KINDS[name].assistant, folder, context).answer(unseen) == answers
    assert answers != base.answer(unseen)


@TRAINED
def test_adapters_learn_in_float32_beside_half_precision_weights(name, learned, tmp_path):
    settings = {"weights": str(learned), "tuning": "lora", "weights_dtype": "bfloat16"}
    context = context_of(name, tmp_path, settings, epochs=1, batch_size=24, learning_rate=1e-3)
    model = fitted(KINDS[name].assistant, context)
    types = {(value.requires_grad, value.dtype) for value in model._network.parameters()}
    assert types == {(True, torch.float32), (False, torch.bfloat16)}
    unseen = toy_instructions(4, seed=2)
    kept = load_estimator(KINDS[name].assistant, saved(model, tmp_path / "adapters"), context)
    assert model.answer(unseen) == right(unseen) and kept.answer(unseen) == right(unseen)


@TRAINED
def test_a_folder_as_older_releases_wrote_it_opens_and_answers(name, learned, tmp_path):
    model = loaded(name, learned)
    unseen = toy_instructions(4, seed=2)
    model._network.model.save_pretrained(tmp_path / "hub", max_shard_size="100KB")
    model._processor.save_pretrained(tmp_path / "hub")
    assert len(list((tmp_path / "hub").glob("model-*.safetensors"))) > 1
    told = tmp_path / "hub" / "processor_config.json"
    settings = json.loads(told.read_text())
    (tmp_path / "hub" / "preprocessor_config.json").write_text(json.dumps(settings.pop("image_processor")))
    told.write_text(json.dumps(settings))
    assert loaded(name, tmp_path / "hub").answer(unseen) == right(unseen)


def test_pretrained_weights_bring_their_own_picture_size_mean_and_deviation(untrained):
    processor = copy(untrained.processor)
    processor.image_processor = CLIPImageProcessor(
        size={"shortest_edge": 32}, crop_size=32, image_mean=[0.1, 0.2, 0.3], image_std=[0.5, 0.5, 0.5]
    )
    seen = taught(untrained._replace(processor=processor).lessons())
    assert seen.pixels.shape == (4, 3, 32, 32)
    means = (seen.pixels.mean(dim=(0, 2, 3)) * 0.5 + torch.tensor([0.1, 0.2, 0.3])) * 255
    assert means.tolist() == pytest.approx([toy_instructions().micrographs.batch(slice(4)).mean()] * 3, abs=1)


def test_a_chat_template_is_followed_where_there_is_one(name, untrained):
    processor = copy(untrained.processor)
    processor.tokenizer = deepcopy(processor.tokenizer)
    # A tokenizer that begins every text by itself, as Llama's does, must not begin it twice.
    processor.tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    processor.chat_template = (
        "{{ bos_token }}{% for message in messages %}{% for part in message['content'] %}"
        "{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}{% endfor %} [GO]"
    )
    conversation = untrained.assistant.conversation(untrained.model, processor)
    ids = conversation.prompt_ids("What?", "A tip.")
    (answer,) = conversation.answer_ids(["It is."], 9)
    assert spelled(processor, ids) == "<s>" + "<image>" * KINDS[name].prompt.count("<image>") + "A tip. What? [GO]"
    assert spelled(processor, answer) == " It is.</s>"


@pytest.mark.parametrize("made", [train_tokenizer, train_reader])
def test_tokenizers_of_the_same_texts_number_their_tokens_alike(made):
    texts = [text for record in toy_instructions(4).records for text in (record.question, record.answer)]
    first, second = (made(texts, 400) for _ in range(2))
    assert first.get_vocab() == second.get_vocab()
    words = first("The picture is bright.", add_special_tokens=False)["input_ids"]
    assert first.decode(words).lower().replace(" ", "") == "thepictureisbright."


@pytest.mark.parametrize("name", ["llava"], indirect=True)
def test_a_processor_that_leaves_a_picture_another_number_of_places_is_refused(untrained):
    processor = copy(untrained.processor)
    processor.patch_size = 16
    seen = taught(untrained._replace(processor=processor).lessons())
    with pytest.raises(BenchError, match="4 features of a picture, but its processor leaves another number"):
        untrained.network(seen)


@pytest.mark.parametrize("name", ["instructblip"], indirect=True)
def test_a_picture_without_a_place_in_the_prompt_goes_before_the_begin_token(untrained):
    processor = copy(untrained.processor)
    processor.tokenizer = deepcopy(processor.tokenizer)
    processor.tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    ids = untrained.assistant.conversation(untrained.model, processor).prompt_ids(QUESTIONS[1], CAPTION)
    blank = torch.zeros(3, 64, 64, dtype=torch.uint8)
    assert ids.tolist() == processor(images=blank, text=f"Question: {SAID} Answer:")["input_ids"][0]


def opened(name, weights, folder):
    context = context_of(name, folder, {"weights": str(weights), "tuning": "full"}, epochs=1)
    fitted(KINDS[name].assistant, context)


def test_weights_that_are_not_there_are_a_user_s_mistake(name, tmp_path):
    with pytest.raises(BenchError, match="nothing.*save_pretrained"):
        opened(name, tmp_path / "nothing", tmp_path)


@TRAINED
def test_pickled_weights_and_none_at_all_are_refused(name, learned, tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    for file in learned.glob("*.json"):
        (folder / file.name).write_bytes(file.read_bytes())
    with pytest.raises(BenchError, match=r"holds no weights \(\*.safetensors\).*save_pretrained"):
        opened(name, folder, tmp_path)
    for pickled in ("pytorch_model.BIN", "model.pkl"):
        torch.save(load_file(learned / "model.safetensors"), folder / pickled)
        with pytest.raises(BenchError, match=rf"pickled weights \({pickled}\).*safe_serialization=True"):
            opened(name, folder, tmp_path)
        (folder / pickled).unlink()


@TRAINED
def test_weights_of_another_model_or_with_holes_are_refused(name, learned, tmp_path):
    other = next(kind for kind in KINDS if kind != name)
    with pytest.raises(BenchError, match="is of type '.*', not '.*'"):
        opened(other, learned, tmp_path)
    model = loaded(name, learned)
    kept = {key: value for key, value in model._network.model.state_dict().items() if "norm" not in key}
    model._network.model.save_pretrained(tmp_path / "holes", state_dict=kept)
    model._processor.save_pretrained(tmp_path / "holes")
    with pytest.raises(BenchError, match="it has no .*norm"):
        opened(name, tmp_path / "holes", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["instructblip", "minigpt4"], indirect=True)
def test_weights_saved_before_there_were_image_tokens_are_refused(name, learned, tmp_path):
    model = loaded(name, learned)
    model._network.model.config.image_token_index = None
    with pytest.raises(BenchError, match="image token is None, its processor's <image> 3"):
        opened(name, saved(model, tmp_path / "old"), tmp_path)


@pytest.mark.parametrize("name", ["llava", "instructblip"], indirect=True)
def test_adapters_without_pretrained_weights_are_a_user_s_mistake(name, tmp_path):
    context = context_of(name, tmp_path, {"tuning": "lora"})
    with pytest.raises(BenchError, match="needs pretrained weights"):
        fitted(KINDS[name].assistant, context)


def test_a_width_that_the_heads_cannot_share_is_a_user_s_mistake(name, tmp_path):
    context = context_of(name, tmp_path, {"embed_dim": 36, "num_heads": 4})
    with pytest.raises(BenchError, match="multiple of 8"):
        fitted(KINDS[name].whole, context)
