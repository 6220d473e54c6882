"""`bench export`: a folder that holds all that asking needs, and is refused where it is not whole or not safe."""

import json
import shutil

import numpy as np
import pytest
import yaml
from huggingface_hub import ModelCard

from bench import BenchError, from_pretrained
from bench.contracts import Micrographs
from bench.exports.exported import CARD, FILE, read
from bench.models.mvaema.model import MVaEMaModel
from bench.store.store import Store
from tests.conftest import write


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_weights_card_and_what_asking_needs(exports, tmp_path):
    folder = exports.copy("mvaema", tmp_path)
    assert {FILE, CARD, "model.safetensors", "config.json", "tokenizer.json"} <= files(folder)
    exported = read(folder)
    assert (exported.model, exported.image_size, exported.mask_bar) == ("mvaema", 64, False)
    assert exported.contracts == ("answerer", "classifier", "matcher")
    assert len(exported.categories) == len(exported.captions) == 10
    assert exported.metrics.keys() == {"vqa", "classification"}
    assert exported.files.keys() == files(folder) - {FILE, CARD}
    assert exported.data["name"] == "synthetic" and exported.data["digest"] and exported.drawn


def test_a_chain_takes_its_first_step_with_it(exports, tmp_path):
    folder = exports.copy("random-gcn", tmp_path)
    assert any(name.startswith("pretrained/") and name.endswith(".safetensors") for name in files(folder))


@pytest.mark.parametrize("model", ["mvaema", "pixels", "random-gcn", "majority"])
def test_what_is_read_again_classifies_as_the_cell_did(exports, model):
    record = exports.record("classification", model)
    estimator = from_pretrained(exports.folder(model))
    product = exports.store.stages.product(record.stages["predict"])
    kept = np.load(product / "probabilities.npy")
    found = estimator.predict_proba(exports.tested(record))
    assert found == pytest.approx(kept, abs=1e-5)


def test_transformers_way_of_reading_reads_it_too(exports, capsys):
    model = MVaEMaModel.from_pretrained(str(exports.folder("mvaema")))
    assert isinstance(model, MVaEMaModel) and not model.training


def test_the_card_is_one_of_the_hub_and_says_data_protocol_metrics_limits(exports):
    path = exports.folder("mvaema") / CARD
    card = ModelCard.load(path)
    assert card.data.pipeline_tag == "visual-question-answering" and "mvaema" in card.data.tags
    record = exports.record("vqa", "mvaema")
    measured = {(result.task_type, result.metric_type): result.metric_value for result in card.data.eval_results}
    assert measured["vqa", "facts"] == record.metrics["facts"].value
    text = path.read_text()
    for heading in ("Data", "Protocol", "Metrics", "Limits"):
        assert f"\n## {heading}\n" in text
    assert "drawn by a program" in text and "standard error" in text
    assert "control" in (exports.folder("majority") / CARD).read_text().partition("## Limits")[2]


def test_what_a_model_wrote_cannot_command_the_card(exports):
    from bench.exports.model_card import card

    evil = "<script>alert(1)</script> [x](javascript:1)\n## Metrics\n| a | b | \x1b[2J `rm`"
    folder = exports.folder("mvaema")
    text = card(read(folder), exports.record("vqa", "mvaema"), [{"question": "q", "answer": evil}], {})
    assert "<script" not in text and "\x1b" not in text and "[x](" not in text
    assert text.count("\n## Metrics\n") == 1


def test_the_card_names_the_pretrained_weights_that_a_tuned_part_needs(exports):
    from bench.exports.model_card import card

    exported, record = read(exports.folder("mvaema")), exports.record("vqa", "mvaema")

    def told(**settings):
        return card(exported.model_copy(update={"settings": settings}), record, [], {})

    assert "the weights org/base must be there, at the same folder or hub id" in told(weights="org/base", tuning="lora")
    for whole in ({"weights": "org/base", "tuning": "full"}, {"weights": "scratch", "tuning": "projection"}, {}):
        assert "must be there" not in told(**whole)


def test_a_cell_is_named_by_its_id_too(exports, bench, tmp_path):
    name = next((exports.store.root / "cells").glob("vqa_majority*")).stem
    code, out, err = bench("export", name, tmp_path / "out", "--store", exports.store.root)
    assert code == 0, err
    assert "Majority answer, majority fold 0" in out and read(tmp_path / "out").model == "majority"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mvaem",), ["unknown cell 'mvaem'", "did you mean 'mvaema'"]),
        (("pixels", "--task", "vqa"), ["unknown model of these records 'pixels'", "majority"]),
        (("mvaema", "--task", "vqq"), ["unknown task 'vqq'", "did you mean 'vqa'"]),
        (("../cells/x",), ["unknown cell"]),
    ],
)
def test_a_cell_that_there_is_not_is_refused(exports, bench, tmp_path, arguments, words):
    cell, *options = arguments
    code, _, err = bench("export", cell, tmp_path / "out", "--store", exports.store.root, *options)
    assert code == 2 and all(word in err for word in words), err
    assert not (tmp_path / "out").exists()


def test_a_folder_in_use_is_left_alone(exports, bench, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    code, _, err = bench("export", "mvaema", tmp_path, "--store", exports.store.root)
    assert code == 2 and "exists and is not an empty folder" in err
    assert files(tmp_path) == {"mine.txt"}


def test_dropped_weights_and_changed_data_are_told(exports, bench, tmp_path):
    store = Store(tmp_path / "store")
    shutil.copytree(exports.store.root, store.root)
    record = exports.record("vqa", "majority")
    train = record.stages["train"]
    inputs = store.stages.inputs(train)
    inputs["data"]["size"] = 61
    store.stages.write_inputs(train, inputs)
    code, _, err = bench("export", "majority", tmp_path / "out", "--store", store.root)
    assert code == 2 and "no longer those" in err
    store.stages.drop(record.stages["train"])
    code, _, err = bench("export", "majority", tmp_path / "out", "--store", store.root)
    assert code == 2 and "no longer in the store" in err and "--force" in err
    assert {path.name for path in tmp_path.iterdir()} == {"store"}


def _pickled(folder):
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")


def _deeply_pickled(folder):
    (folder / "more").mkdir()
    (folder / "more" / "optimizer.PT").write_bytes(b"\x80\x04.")


def _without_weights(folder):
    (folder / "model.safetensors").unlink()


def _cut(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-8])


def _garbled(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(b"x" * weights.stat().st_size)


def _flipped(folder):
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)


def _undescribed(folder):
    (folder / FILE).unlink()


def _no_json(folder):
    (folder / FILE).write_text("{")


def _changed(**values):
    def change(folder):
        path = folder / FILE
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return change


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_pickled, ["'pytorch_model.bin'", "can run code", "safetensors"]),
        (_deeply_pickled, ["'optimizer.PT'", "can run code"]),
        (_without_weights, ["'model.safetensors'", "is missing", "export again"]),
        (_cut, ["'model.safetensors'", "is cut or changed"]),
        (_flipped, ["'model.safetensors'", "was changed after it was written"]),
        (_garbled, ["cannot be read as MVaEMa"]),
        (_undescribed, ["has no bench.json", "bench export CELL FOLDER"]),
        (_no_json, ["cannot be understood"]),
        (_changed(format=2), ["cannot be understood (format"]),
        (_changed(image_size="large"), ["cannot be understood (image_size"]),
        (_changed(model="mvaemo"), ["unknown model 'mvaemo'", "install the plugin"]),
        (_changed(recipe={"epochs": "many"}), ["mvaema: epochs = 'many'"]),
        (_changed(settings={"depht": 2}), ["unknown mvaema setting 'depht'"]),
        (shutil.rmtree, ["there is no folder", "bench export CELL FOLDER"]),
    ],
)
def test_a_folder_that_is_not_whole_or_not_safe_is_refused(exports, tmp_path, spoil, words):
    folder = exports.copy("mvaema", tmp_path)
    spoil(folder)
    with pytest.raises(BenchError) as refused:
        from_pretrained(folder)
    assert all(word in str(refused.value) for word in words), refused.value
    assert "\n" not in str(refused.value)


TUNE = ("--set", "mvaema.epochs=2", "--set", "vqa.questions=2")


def test_training_goes_on_from_an_export_with_its_vocabulary(exports, bench, store, tmp_path):
    folder = exports.copy("mvaema", tmp_path)
    options = (*exports.options, *TUNE, "--set", f"mvaema.weights={folder}", "--set", "mvaema.learning_rate=1e-9")
    code, out, err = bench("run", "--task", "vqa", "--models", "mvaema", *options, "--set", "synthetic.seed=7")
    assert code == 0, (out, err)
    code, _, err = bench("export", "mvaema", tmp_path / "tuned")
    assert code == 0, err
    before, after = from_pretrained(folder), from_pretrained(tmp_path / "tuned")
    for name, value in before.model.state_dict().items():
        if value.is_floating_point() and "running" not in name:
            assert value.allclose(after.model.state_dict()[name], atol=1e-4), name
    assert (folder / "tokenizer.json").read_bytes() == (tmp_path / "tuned" / "tokenizer.json").read_bytes()


@pytest.mark.parametrize(
    ("assigned", "told"),
    [
        (("mvaema.embed_dim=32", "mvaema.depth=2"), ["embed_dim 16 (here 32)", "depth 1 (here 2)"]),
        (("mvaema.stem=linear",), ["stem conv (here linear)", "--set model.stem=conv"]),
        (("image_size=96",), ["image_size 64 (here 96)", "--set image_size=64"]),
    ],
)
def test_sizes_that_differ_are_refused_each_by_name(exports, bench, tmp_path, assigned, told):
    sets = [part for each in assigned for part in ("--set", each)]
    options = (*exports.options, *TUNE, "--set", f"mvaema.weights={exports.folder('mvaema')}", *sets)
    code, _, err = bench("run", "--task", "vqa", "--models", "mvaema", *options)
    assert code != 0 and all(word in err for word in told), err


@pytest.mark.parametrize(
    ("weights", "word"), [("nowhere", "there is no folder 'nowhere'"), ("pixels", "an export of Pixels that cannot")]
)
def test_weights_that_are_no_export_of_the_model_are_refused(exports, bench, weights, word):
    folder = exports.folder("pixels") if weights == "pixels" else weights
    options = (*exports.options, *TUNE, "--set", f"mvaema.weights={folder}")
    code, _, err = bench("run", "--task", "vqa", "--models", "mvaema", *options)
    assert code != 0 and word in err, err


def test_pictures_of_python_are_classified_in_few_lines(exports):
    exported, model = read(exports.folder("mvaema")), from_pretrained(exports.folder("mvaema"))
    pixels = np.zeros((1, exported.image_size, exported.image_size), np.uint8)
    shares = model.predict_proba(Micrographs(pixels, np.arange(1), ("a",), np.array([-1]), exported.categories))
    assert shares.sum() == pytest.approx(1)


@pytest.fixture
def elsewhere(exports, bench, tmp_path):
    """A store in which the models were also asked about pictures in a folder, and that folder."""
    store = shutil.copytree(exports.store.root, tmp_path / "store")
    for place, category in enumerate(("nanowires", "particles")):
        for number in range(3):
            write(tmp_path / "lab" / category / f"{number}.png", place, number)
    models = "mvaema,majority,pixels"
    own = ("--test-dataset", f"folder:{tmp_path / 'lab'}", "--store", store, *exports.options)
    assert bench("run", "--task", "classification", "--models", models, *own)[0] == 0
    return store


def test_an_export_says_what_it_scores_on_other_pictures_beside_the_controls(exports, elsewhere, bench, tmp_path):
    out = tmp_path / "out"
    code, _, err = bench(
        "export", "mvaema", out, "--task", "vqa", "--store", elsewhere, "--cite", "lab=Pictures of mine, CC BY 4.0"
    )
    assert code == 0, err
    (test,) = (exported := read(out)).elsewhere
    records = {record.cell.model: record for record in Store(elsewhere).records() if "test_data" in record.protocol}
    assert (test.dataset, test.pictures, test.source) == ("lab", 6, "Pictures of mine, CC BY 4.0")
    assert test.value == records["mvaema"].metrics["top1"].value
    scores = {control.name: control.value for control in test.controls}
    assert scores == {
        "Majority answer": records["majority"].metrics["top1"].value,
        "Pixels": records["pixels"].metrics["top1"].value,
        "always their commonest category": 0.5,
    }
    assert sum(test.outcomes.right) == round(6 * test.value) and len(test.outcomes.confidence) == 6
    own = exports.record("classification", "mvaema").metrics["top1"].value
    assert exported.metrics["classification"]["top1"]["value"] == own, "that of the pictures like those it learned from"
    card = (out / CARD).read_text()
    curve = card.partition("If only the surest of 6 pictures of lab are answered:")[2]
    assert f"| {min(test.outcomes.confidence):.3f} " in curve and f"{sum(test.outcomes.right) / 6:.3f} " in curve
    assert "### lab" in card and "Pictures of mine, CC BY 4.0" in card and str(tmp_path) not in card
    assert "share of pictures whose category is the likeliest" in card and "### " not in card.partition("### lab")[0]


def test_a_source_of_pictures_that_nothing_was_tested_on_is_refused(exports, bench, tmp_path):
    code, _, err = bench("export", "mvaema", tmp_path / "out", "--store", exports.store.root, "--cite", "lab=mine")
    assert code == 2 and "unknown dataset that the model was tested on 'lab'" in err


def test_an_export_lists_the_questions_that_were_taught(exports):
    assert len(read(exports.folder("mvaema")).questions) == 22
    assert read(exports.folder("pixels")).questions == ()


def test_scores_for_a_benchmarks_leaderboards_stand_beside_the_card(exports, bench, tmp_path):
    code, _, err = bench(
        "export", "mvaema", tmp_path / "out", "--store", exports.store.root, "--benchmark", "our-lab/results"
    )
    assert code == 0, err
    entries = yaml.safe_load((tmp_path / "out" / ".eval_results" / "results.yaml").read_text())
    boards = {entry["dataset"]["task_id"].rpartition("_")[0] for entry in entries}
    assert {"vqa_facts", "classification_top1"} & boards
    assert {entry["dataset"]["id"] for entry in entries} == {"our-lab/results"}
