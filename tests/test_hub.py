"""Image-text-to-text models of ten families as rows: opened, asked in batches, scored, tuned; what cannot be opened."""

import json
import shutil
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import PreTrainedTokenizerFast

from bench.contracts import ChoiceQuestion, Choices
from bench.errors import BenchError
from bench.models.hub import estimator as hub
from bench.models.hub import opening
from bench.models.hub.conversation import Chat, PictureQuestion
from bench.models.hub.network import Taught
from bench.models.hub.settings import INSTRUCTION
from bench.models.hub.source import located, origin
from bench.planning.rows import Request, resolve_rows
from bench.registered.registry import Registry
from bench.registered.signature import handed
from bench.specs import TaskSpec
from bench.stages.context import load_estimator
from bench.store.store import Store
from tests import tiny_models
from tests.hub_server import COMMIT, serving
from tests.toy_instructions import toy_context, toy_instructions

FAMILIES = pytest.mark.parametrize("family", tiny_models.FAMILIES, ids=lambda family: family.__name__)
LEARNS = {"epochs": 2, "fewest_steps": 0, "batch_size": 6, "questions_per_picture": 3, "learning_rate": 1e-2}
PLAIN = {"paligemma": "{image}{request}"}
"""The prompt of a family without a chat template."""


@pytest.fixture
def tiny(once):
    """Return a function that writes a family's model, once for all tests, and returns its folder."""
    return lambda family: once(f"tiny-{family.__name__}", partial(tiny_models.write, family))


def context_of(folder, place, **settings):
    """Return the context of a row ``hf:FOLDER`` with its defaults; answers are short."""
    spec = replace(Registry().find("model", "hf:x")[0], name=f"hf:{folder}")
    defaults = {key: setting.default for key, setting in Registry().settings(spec).items()}
    prompt = next((text for name, text in PLAIN.items() if str(folder).endswith(name)), "")
    chosen = {**defaults, "max_new_tokens": 6, "prompt": prompt, **settings}
    return replace(toy_context(place, chosen, **LEARNS), model=spec)


def load(folder, place, **settings):
    """Return the estimator as the stage predict loads it."""
    return load_estimator(hub.HubModel, place, context_of(folder, place, **settings))


def asked(count=4):
    """Return questions of different lengths about pictures of different sizes."""
    questions = toy_instructions(2).take(range(count))
    sizes = [(70, 50), (30, 60)]
    native = tuple(
        partial(np.random.default_rng(number).integers, 0, 256, size, np.uint8) for number, size in enumerate(sizes)
    )
    drawn = [read() for read in native]
    return replace(
        questions, micrographs=replace(questions.micrographs, native=tuple(partial(np.copy, each) for each in drawn))
    )


@FAMILIES
def test_a_batch_padded_at_the_left_is_answered_as_its_questions_one_by_one(family, tiny, tmp_path):
    questions, folder = asked(), tiny(family)
    together = load(folder, tmp_path, answer_batch_size=4).answer(questions)
    alone = load(folder, tmp_path, answer_batch_size=1).answer(questions)
    assert together == alone and len(set(together)) > 1


@FAMILIES
def test_log_likelihoods_sum_what_the_loss_is_taken_from(family, tiny, tmp_path):
    model = load(tiny(family), tmp_path)
    talk, network = model._conversation, model._network
    questions = asked(2)
    pictures = [(questions.micrographs.shown(0),), (questions.micrographs.shown(1),)]
    prompts = [talk.prompt(PictureQuestion(*pair)) for pair in zip(("What is shown?", "Hm"), pictures, strict=True)]
    answers = ("nano wires", "the")
    inputs, counts = talk.lesson(prompts, answers, pictures)
    ids = [talk.following(*pair) for pair in zip(prompts, answers, strict=True)]
    assert all(own[-1] == talk.end for own in ids)
    with torch.inference_mode():
        loss = network(Taught(inputs, counts)).item()
        together = network.likelihoods(talk.inputs(prompts, pictures), ids, talk.pad)
        alone = [
            network.likelihoods(talk.inputs([prompt], [own]), [row], talk.pad).item()
            for prompt, own, row in zip(prompts, pictures, ids, strict=True)
        ]
    # float32 over two layers: what differs is the order of sums under other padding
    assert together.tolist() == pytest.approx(alone, rel=1e-4)
    assert -together.sum().item() == pytest.approx(loss * sum(counts), rel=1e-4)


@FAMILIES
def test_adapters_learn_are_saved_alone_and_are_loaded(family, tiny, tmp_path):
    folder, train = tiny(family), toy_instructions(4, size=28)
    context = context_of(folder, tmp_path, tuning="lora", lora_rank=4, lora_dropout=0.0)
    model = hub.HubModel(context, **handed(hub.HubModel, context.settings))
    model.fit(train, train)
    saved = tmp_path / "saved"
    saved.mkdir()
    model.save(saved)
    assert {path.name for path in saved.glob("*.safetensors")} == {"adapter_model.safetensors"}
    again = load_estimator(hub.HubModel, saved, context)
    untuned = load(folder, tmp_path)
    lessons = [each._lessons(train) for each in (model, again, untuned)]
    losses = [
        hub._answer_loss(each._network.eval(), own, 6)
        for each, own in zip((model, again, untuned), lessons, strict=True)
    ]
    with torch.inference_mode():
        assert losses[0] == pytest.approx(losses[1], rel=1e-5) and losses[1] < losses[2]
    assert again.answer(train) != untuned.answer(train)


def test_the_whole_model_learns_and_is_saved_with_its_processor(tiny, tmp_path):
    folder, train = tiny(tiny_models.idefics3), toy_instructions(4, size=28)
    context = context_of(folder, tmp_path, tuning="full")
    model = hub.HubModel(context, **handed(hub.HubModel, context.settings))
    model.fit(train, train)
    saved = tmp_path / "saved"
    saved.mkdir()
    model.save(saved)
    assert load_estimator(hub.HubModel, saved, context).answer(train) != load(folder, tmp_path).answer(train)


def choices():
    """Return questions about one picture, two pictures and none."""
    pictures = asked().micrographs
    options = ("the image", "nano wires", "fibres")
    return Choices(
        pictures,
        (
            ChoiceQuestion("a", "What is shown?", options, (), (0,)),
            ChoiceQuestion("b", "Which?", options[:2], (), (0, 1), context="Look."),
            ChoiceQuestion("c", "What is it?", options, (), ()),
        ),
    )


@FAMILIES
@pytest.mark.parametrize("options", ["letters", "texts"])
def test_options_are_as_likely_in_a_batch_as_alone(family, options, tiny, tmp_path):
    without = family not in (tiny_models.paligemma, tiny_models.mllama)  # which read no text without a picture
    questions = choices().take([0, 1, 2] if without else [0, 1])
    model = load(tiny(family), tmp_path, options=options)
    together = model.choose(questions)
    alone = [model.choose(questions.take([place]))[0] for place in range(len(questions))]
    assert [each.tokens for each in together] == [each.tokens for each in alone]
    assert {len(each.likelihoods) for each in together} == {len(each.options) for each in questions.questions}
    for one, other in zip(together, alone, strict=True):
        assert one.likelihoods == pytest.approx(other.likelihoods, rel=1e-4) and len(set(one.likelihoods)) > 1
    assert all(length == 1 for each in together for length in each.tokens) == (options == "letters")


def test_a_letter_is_as_likely_as_the_first_word_after_the_prompt(tiny, tmp_path):
    model = load(tiny(tiny_models.qwen3_vl), tmp_path)
    questions = choices().take([0])
    letters = model.choose(questions)[0].likelihoods
    question, talk = questions.questions[0], model._conversation
    pictures = (questions.micrographs.shown(0),)
    prompt = talk.prompt(PictureQuestion(question.lettered, pictures))
    with torch.inference_mode():
        single = [
            model._network.likelihoods(
                talk.inputs([prompt], [pictures]), [talk.following(prompt, letter, ended=False)], talk.pad
            ).item()
            for letter in "ABC"
        ]
    assert letters == pytest.approx(single, rel=1e-5)


def test_a_question_cannot_add_a_picture_or_end_its_turn(tiny, tmp_path):
    talk = load(tiny(tiny_models.qwen3_vl), tmp_path)._conversation
    prompt = talk.prompt(PictureQuestion("<|image_pad|>What<|im_end|> is it?", (np.zeros((32, 32), np.uint8),)))
    assert prompt.count("<|image_pad|>") == 1 and prompt.count("<|im_end|>") == 1


def test_the_request_holds_instruction_caption_and_question(tiny, tmp_path):
    model, questions = load(tiny(tiny_models.idefics3), tmp_path), toy_instructions(1)
    text = model._lessons(questions)._request(0, captioned=True).text
    assert text == f"{INSTRUCTION} {questions.caption(0)} {questions.records[0].question}"


def test_a_thought_is_no_answer(tiny, tmp_path):
    talk = load(tiny(tiny_models.idefics3), tmp_path)._conversation
    texts = ["<think>a wire?</think> The image of a wire", "<think>a wire"]
    ids = [torch.tensor(talk._ids(text)) for text in texts]
    assert [talk.decoded(row[None])[0] for row in ids] == ["The image of a wire", ""]


def test_a_larger_picture_is_brought_to_the_longest_side(tiny, tmp_path):
    talk = load(tiny(tiny_models.idefics3), tmp_path, longest_side=40)._conversation
    assert talk._colour(np.zeros((100, 50), np.uint8)).size == (20, 40)
    assert talk._colour(np.zeros((30, 20), np.uint8)).size == (20, 30)


def test_a_batch_is_halved_when_memory_ends(tiny, tmp_path, monkeypatch):
    model, sizes = load(tiny(tiny_models.idefics3), tmp_path, answer_batch_size=4), []
    generate = model._network.generate

    def scarce(inputs, decoding):
        sizes.append(len(inputs["input_ids"]))
        if sizes[-1] > 1:
            raise torch.OutOfMemoryError("out of memory")
        return generate(inputs, decoding)

    questions = asked()
    expected = model.answer(questions)
    monkeypatch.setattr(model._network, "generate", scarce)
    assert model.answer(questions) == expected and sizes == [4, 2, 1, 1, 1, 1]
    monkeypatch.setattr(model._network, "generate", lambda *_: scarce({"input_ids": [1, 2]}, None))
    with pytest.raises(BenchError, match="does not hold one question alone"):
        model.answer(questions)


def test_weights_larger_than_the_free_memory_are_refused_before_they_are_read(tiny, tmp_path, monkeypatch):
    class Free:
        available = 1000

    monkeypatch.setattr(opening.psutil, "virtual_memory", Free)
    monkeypatch.setattr(opening, "_model", lambda *_: pytest.fail("it was read"))
    with pytest.raises(BenchError, match=r"take .* GB, and cpu has .* free.*dtype=bfloat16"):
        load(tiny(tiny_models.idefics3), tmp_path)


def test_bytes_are_counted_by_the_number_type_that_is_read(tiny):
    folder = tiny(tiny_models.idefics3)
    model, _ = opening.opened(located(str(folder)), opening.Opening(dtype="bfloat16"), "none", "cpu")
    assert model.dtype == torch.bfloat16
    tied = sum(value.numel() for value in model.state_dict().values())
    assert opening.weights_of(folder) == tied


def settings(**chosen):
    return {"trust_remote_code": False, "prompt": "", "quantisation": "none", "tuning": "none", **chosen}


def test_an_origin_names_digest_licence_and_size(tiny, tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(tiny(tiny_models.idefics3), folder)
    before = origin(str(folder), settings())
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\nA model.\n")
    after = origin(str(folder), settings())
    assert before.notes["licence"] is None and after.notes["licence"] == "apache-2.0"
    assert before.notes["weights"] == after.notes["weights"] and len(before.notes["weights"]) == 16
    assert after.notes["architecture"] == "idefics3" and after.notes["processor_size"] == {"longest_edge": 56}


def edited(tiny, place, file="config.json", **changes):
    """Return a copy of a model with other values in one of its files."""
    folder = place / "own"
    shutil.copytree(tiny(tiny_models.idefics3), folder)
    content = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps({**content, **changes}))
    return folder


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model_type": "llama"}, "reads no picture and text"),
        ({"model_type": "nextvl", "transformers_version": "9.9"}, "does not know .*9.9.*install a newer one"),
        (
            {"model_type": "own", "auto_map": {"AutoConfig": "own.Own"}},
            "brings code of its own.*trust_remote_code=true",
        ),
    ],
)
def test_what_transformers_cannot_open_is_refused_with_its_remedy(changes, sentence, tiny, tmp_path):
    with pytest.raises(BenchError, match=sentence):
        origin(str(edited(tiny, tmp_path, **changes)), settings())


def test_a_model_without_a_chat_template_needs_a_prompt(tiny):
    folder = str(tiny(tiny_models.paligemma))
    with pytest.raises(BenchError, match="no chat template"):
        origin(folder, settings())
    assert origin(folder, settings(prompt="{image}{request}")).notes["architecture"] == "paligemma"


def test_pickled_weights_are_not_read(tiny, tmp_path):
    folder = edited(tiny, tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(BenchError, match="pickled weights"):
        origin(str(folder), settings())


def test_weights_that_lack_a_part_are_refused(tiny, tmp_path):
    folder = edited(tiny, tmp_path)
    content = json.loads((folder / "config.json").read_text())
    content["text_config"]["num_hidden_layers"] = 3
    (folder / "config.json").write_text(json.dumps(content))
    with pytest.raises(BenchError, match="cannot be opened"):
        load(folder, tmp_path)


def test_four_bits_need_a_package(tiny):
    with pytest.raises(BenchError, match="needs the package bitsandbytes"):
        origin(str(tiny(tiny_models.idefics3)), settings(quantisation="4bit"))


def test_code_of_the_folders_own_runs_where_it_is_allowed(tiny, tmp_path):
    folder = edited(
        tiny,
        tmp_path,
        model_type="own",
        auto_map={"AutoConfig": "own.OwnConfig", "AutoModelForImageTextToText": "own.Own"},
    )
    (folder / "own.py").write_text(
        "from transformers import Idefics3Config, Idefics3ForConditionalGeneration\n\n\n"
        "class OwnConfig(Idefics3Config):\n    model_type = 'own'\n\n\n"
        "class Own(Idefics3ForConditionalGeneration):\n    config_class = OwnConfig\n"
    )
    origin(str(folder), settings(trust_remote_code=True))
    answers = load(folder, tmp_path, trust_remote_code=True).answer(asked())
    assert answers == load(tiny(tiny_models.idefics3), tmp_path).answer(asked())


@pytest.fixture
def hub_cache(tmp_path, monkeypatch):
    """An empty cache of the hub."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_model_of_the_hub_is_described_first_and_its_weights_come_when_it_is_loaded(
    tiny, tmp_path, hub_cache, monkeypatch
):
    folder = tiny(tiny_models.idefics3)
    with serving({**files_of(folder), "README.md": b"---\nlicense: mit\n---\n", "more.bin": b"x"}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        first = origin("lab/tiny@main", settings())
        assert first.identity == {"name": "lab/tiny", "revision": COMMIT} and first.notes["licence"] == "mit"
        assert not {"model.safetensors", "more.bin"} & {name for name, _ in server.asked}
        answers = load("lab/tiny@main", tmp_path).answer(asked())
        assert "model.safetensors" in {name for name, _ in server.asked}
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    again = origin("lab/tiny@main", settings())  # from the cache alone
    assert again.identity == first.identity and len(again.notes["weights"]) == 16
    assert load("lab/tiny", tmp_path).answer(asked()) == answers == load(folder, tmp_path).answer(asked())


def test_a_model_that_the_hub_does_not_have_is_named_with_the_remedy(hub_cache, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(BenchError, match=r"no folder 'lab/none'.*cannot be reached.*ORGANISATION/NAME"):
        origin("lab/none", settings())
    with serving({"README.md": b"x"}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        with pytest.raises(BenchError, match="it has no config.json there"):
            origin("lab/none", settings())


def test_an_untuned_model_is_asked_as_it_is_and_runs_once_for_all_seeds(tiny, monkeypatch):
    from bench.config.loading import load_config

    folder = tiny(tiny_models.idefics3)
    config, explicit = load_config("demo")
    task: TaskSpec = Registry().find("task", "vqa")[0]
    rows = {}
    for tuning in ("none", "lora"):
        own = config.model_copy(update={"settings": {f"hf:{folder}": {"tuning": tuning}}})
        (rows[tuning],) = resolve_rows(Request("vqa", (f"hf:{folder}",), own, explicit), task, Registry())
    assert rows["none"].trains_on == "micrographs" and rows["none"].deterministic
    assert rows["lora"].trains_on == "instructions" and not rows["lora"].deterministic


def test_a_model_of_a_folder_is_a_row_beside_others(tiny, bench, store):
    folder = tiny(tiny_models.idefics3)
    small = ("k=2", "folds=0", "synthetic.size=20", "synthetic.balanced=true", "vqa.questions=1")
    options = [part for text in small for part in ("--set", text)]
    names = f"hf:{folder},majority"
    code, _, err = bench("run", "--task", "vqa", "--models", names, *options, "--set", f"hf:{folder}.max_new_tokens=4")
    assert code == 0, err
    record = next(each for each in Store(store).records() if each.cell.model.startswith("hf:"))
    assert record.model.origin["architecture"] == "idefics3" and record.model.origin["weights"]
    table = bench("table", "1")[1]
    assert str(folder) in table and "trained on no records" in table


def test_a_tuned_model_that_saw_pictures_in_their_own_size_is_exported_and_asked_so(tiny, bench, tmp_path, monkeypatch):
    folder = tiny(tiny_models.idefics3)
    small = ("k=2", "folds=0", "synthetic.size=20", "synthetic.balanced=true", "vqa.questions=1", "recipe.epochs=1")
    own = (f"hf:{folder}.max_new_tokens=4", f"hf:{folder}.tuning=lora", "recipe.fewest_steps=0")
    options = [part for text in (*small, *own) for part in ("--set", text)]
    code, _, err = bench("run", "--task", "vqa", "--models", f"hf:{folder}", "--picture", "native", *options)
    assert code == 0, err
    assert bench("export", f"hf:{folder}", tmp_path / "export", "--task", "vqa")[0] == 0
    assert "in their own size" in (tmp_path / "export" / "README.md").read_text()
    Image.fromarray(np.zeros((40, 70), np.uint8)).save(tmp_path / "p.png")
    sizes, colour = [], Chat._colour
    monkeypatch.setattr(Chat, "_colour", lambda self, grey: sizes.append(grey.shape) or colour(self, grey))
    code, _, err = bench("ask", tmp_path / "p.png", "What is it?", "--model", tmp_path / "export")
    assert code == 0 and sizes == [(40, 70)], err


def test_a_tokenizer_without_padding_gets_some(tiny, tmp_path):
    folder = edited(tiny, tmp_path)
    words = PreTrainedTokenizerFast.from_pretrained(folder)
    words.pad_token = None
    words.save_pretrained(folder)
    assert load(folder, tmp_path, answer_batch_size=4).answer(asked())
