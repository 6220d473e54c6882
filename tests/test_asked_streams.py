"""Every assistant whose answers can be heard as they grow: what is heard is the answer that `bench ask` prints."""

import json
from contextlib import closing
from functools import partial

import pytest

from bench.registered.registry import Registry
from bench.store.store import Store
from bench.view.live_page import LivePage
from tests import tiny_models
from tests.exported_models import run_bench
from tests.test_view import Page, png

STREAMING = [spec.name for spec in Registry().every("model").values() if spec.streams]
QUESTION = "Describe the overall shape and morphology of the nanomaterials?"
_SETTINGS = (
    *("synthetic.size=20", "synthetic.balanced=true", "vqa.questions=1", "folds=0", "k=2", "image_size=64"),
    *("recipe.epochs=1", "machine.threads=1", "model.max_new_tokens=6", "model.embed_dim=16", "model.depth=1"),
    *("model.num_heads=2", "model.num_query_tokens=2"),
)
"""The smallest models that answer in several words."""


@pytest.fixture(scope="module")
def hub_model(once):
    return once("streaming-hub-model", partial(tiny_models.write, tiny_models.mistral3))


@pytest.fixture(scope="module")
def trained(once, hub_model):
    """A store in which each of them was trained, and one of the hub asked as it is."""

    def run(folder):
        names = ",".join(f"hf:{hub_model}" if name == "hf:" else name for name in STREAMING)
        options = [part for text in _SETTINGS for part in ("--set", text)]
        run_bench("run", "--task", "vqa", "--models", names, "--store", folder, *options)

    return once("streaming-store", run)


@pytest.mark.parametrize("name", STREAMING)
def test_the_words_that_stream_are_the_answer_that_bench_ask_prints(name, trained, hub_model, bench, tmp_path):
    model = f"hf:{hub_model}" if name == "hf:" else name
    path = tmp_path / "a.png"
    path.write_bytes(png())
    with closing(LivePage(Store(trained), [], tmp_path / "corrections")) as site:
        page = Page(site)
        record = next(record for record in site.store.records() if record.cell.model == model)
        parts = page.ask(page.drop("a.png", png()).json()["id"], record.stages["train"], QUESTION)
    assert not [part for part in parts if part["type"] == "error"]
    words = [part["text"] for part in parts if part["type"] == "words"]
    (answer,) = [part["answer"] for part in parts if part["type"] == "answer"]
    code, out, err = bench("ask", path, QUESTION, "--model", model, "--store", trained, "--json")
    assert code == 0, err
    assert answer == json.loads(out)["answer"]
    assert len(words) > 1 and len(set(words)) > 1
    assert all(answer.startswith(text) for text in words)
