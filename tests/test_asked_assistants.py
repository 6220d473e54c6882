"""Assistants that a run trained, exported and asked from their export: whole, as adapters, as one layer."""

import json
import shutil

import pytest
from PIL import Image

from bench.exports.trained import trained
from bench.registered.registry import Registry
from bench.specs import resolve
from bench.tasks.asking import questions
from bench.terminal.progress import NoProgress
from tests.conftest import texture

TINY = ("embed_dim=16", "depth=1", "num_heads=2", "epochs=1", "max_new_tokens=4")
PAIRS = ("folds=0", "k=2", "synthetic.size=20", "synthetic.balanced=true", "vqa.questions=1", "image_size=64")
QUESTIONS = ("What is seen?", "<image>\nWhat is <image> seen?")


@pytest.fixture
def exported(bench, tmp_path):
    """Train a tiny model, export it into a folder of a name and return the folder."""

    def call(model, name, *settings):
        pairs = (*PAIRS, "machine.threads=1", *(f"{model}.{text}" for text in (*TINY, *settings)))
        options = [part for text in pairs for part in ("--set", text)]
        code, _, err = bench("run", "--task", "vqa", "--models", model, *options)
        assert code == 0, err
        code, _, err = bench("export", model, tmp_path / name)
        assert code == 0, err
        return tmp_path / name

    return call


@pytest.fixture
def ask(bench, tmp_path):
    """Ask an export about a picture, once plainly and once with the picture's token in the question."""

    def call(folder):
        Image.fromarray(texture(1, 0)).save(tmp_path / "a.png")
        said = [bench("ask", tmp_path / "a.png", question, "--model", folder, "--json") for question in QUESTIONS]
        return [code for code, _, _ in said], [json.loads(out)["answer"] for _, out, _ in said if out], said[0][2]

    return call


def asked_aloud(folder, path, hear):
    """The answer to the first question, heard as it grows."""
    model = trained(folder, Registry(), NoProgress())
    picture = questions.read(path, model.exported)
    return resolve(model.streams)(model.estimator, questions.question(picture, QUESTIONS[0]), hear)


def test_minigpt4_is_asked_with_the_parts_that_its_layer_learned_in(exported, ask):
    codes, answers, err = ask(exported("minigpt4", "whole", "num_query_tokens=2"))
    assert codes == [0, 0] and len(answers) == 2, err


def test_llava_is_asked_whole_and_its_adapters_beside_the_weights_that_they_learned_on(exported, ask, tmp_path):
    whole = exported("llava", "whole")
    codes, answers, err = ask(whole)
    assert codes == [0, 0] and len(answers) == 2, err
    heard = []
    assert asked_aloud(whole, tmp_path / "a.png", heard.append) == answers[0]
    assert len(heard) > 1 and answers[0].startswith(heard[-1])
    adapters = exported("llava", "adapters", f"weights={whole}", "tuning=lora")
    assert not (adapters / "model.safetensors").exists()
    codes, answers, err = ask(adapters)
    assert codes == [0, 0] and len(answers) == 2, err
    shutil.rmtree(whole)
    codes, _, err = ask(adapters)
    assert codes == [2, 2] and f"weights='{whole}' cannot be opened" in err and err.count("\n") == 1
