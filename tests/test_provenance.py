"""What a number comes from, and the answers behind it."""

import json
import re

import pytest

from bench.store.sealed import write_json
from bench.store.store import Store
from tests.conftest import SMALL
from tests.stored import without_digests
from tests.table_records import item, made, put_items


@pytest.fixture
def measured(bench, strangers):
    """A store with one measured model and a control."""
    strangers("nearest")
    assert bench("run", "--task", "vqa", "--models", "nearest,majority", *SMALL)[0] == 0


def test_why_tells_stages_inputs_environment_files_and_durations(measured, bench):
    code, out, err = bench("why", "1", "nearest", "METEOR", "--json")
    assert code == 0, err
    found = json.loads(out)
    (cell,) = found["cells"]
    assert found["measured"] == f"{cell['metrics']['meteor']:.3f}"
    assert cell["stages"]["train"]["inputs"]["code"]["nearest_plugin.model"]
    assert cell["stages"]["train"]["environment"]["packages"]["numpy"]
    assert cell["stages"]["predict"]["seconds"] >= 0
    assert any(path.endswith("product/answers.json") for path in cell["stages"]["predict"]["files"])
    text = bench("why", "vqa", "Nearest picture", "meteor", "--full")[1]
    assert re.search(r"measured: 0\.\d{3}", text) and "nearest_plugin.model" in text


def test_why_says_the_main_things_first_and_in_few_lines(measured, bench, store):
    code, out, err = bench("why", "1", "nearest", "METEOR")
    assert code == 0, err
    (record,) = [record for record in Store(store).records() if record.cell.model == "nearest"]
    value = record.metrics["meteor"].value
    assert out.startswith("Nearest picture (nearest), METEOR, of:\n  Table 1.")
    assert f"measured: {value:.3f}" in out and f"fold 0, repeat 0, seed 0: {value:.4f}" in out
    assert all(fingerprint in out for fingerprint in record.stages.values())
    assert "device cpu" in out and "records scripted" in out and "--full" in out
    assert out.count("\n") <= 12 and "nearest_plugin.model" not in out


def test_why_tells_a_published_number_too(put, bench):
    put(made("mine", 0, 0.1))
    code, out, _ = bench("why", "1", "llava", "METEOR")
    assert code == 0
    assert "published: 0.753 ± 0.046" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("8", "mine", "METEOR"), "unknown table '8'"),
        (("1", "mne", "METEOR"), "did you mean 'mine'"),
        (("1", "mine", "METEORS"), "did you mean 'METEOR'"),
        (("1", "llava", "facts"), "neither measured nor published"),
    ],
)
def test_a_mistake_is_one_sentence(put, bench, arguments, message):
    put(made("mine", 0, 0.1))
    code, out, err = bench("why", *arguments)
    assert (code, out) == (2, "")
    assert message in err and err.count("\n") == 1


def test_a_column_whose_metric_has_its_own_name_is_listed_once(put, bench):
    put(made("mine", 0, 0.1))
    assert bench("why", "1", "mine", "nothing")[2].count("facts") == 1


def test_the_gallery_shows_the_worst_answers_with_their_pictures_escaped(measured, bench, store, tmp_path):
    (items,) = [
        path for path in without_digests(store).glob("stages/*/product/items.jsonl") if "nearest" in _model_of(path)
    ]
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    lines[0].update(answer="<script>alert(1)</script>", facts_asked=1, facts_right=0, facts_counted=1.0, meteor=-1.0)
    items.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, out, err = bench("gallery", "--model", "nearest", "--worst", "3", "--out", tmp_path / "new" / "g.html")
    assert code == 0, err
    page = (tmp_path / "new" / "g.html").read_text()
    assert page.count("<table>") == page.count("data:image/png;base64,") == 3
    assert page.index("&lt;script&gt;") < page.index("</table>")
    assert "<script" not in page


def _model_of(items):
    """Tell which model's items a stage holds, by the digest in the plugin's own code."""
    stages = items.parents[2]
    score = json.loads((items.parents[1] / "inputs.json").read_text())
    predict = json.loads((stages / score["predict"] / "inputs.json").read_text())
    return json.loads((stages / predict["train"] / "inputs.json").read_text())["model"]["name"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "mne"), "did you mean 'mine'"),
        (("--model", "mine", "--column", "METEORS"), "did you mean 'METEOR'"),
        (("--model", "mine", "--table", "7"), "does not judge answers one by one"),
    ],
)
def test_a_gallery_of_nothing_is_one_sentence(put, bench, store, tmp_path, arguments, message):
    write_json(store / "runs" / "r.json", {"task": "vqa", "dataset": "synthetic", "protocol": "p1", "config": {}})
    put(made("mine", 0, 0.1))
    code, _, err = bench("gallery", *arguments, "--out", tmp_path / "g.html")
    assert code == 2
    assert message in err and err.count("\n") == 1
    assert not (tmp_path / "g.html").exists()


def test_a_gallery_is_written_to_html_alone(put, bench):
    put(made("mine", 0, 0.1))
    code, _, err = bench("gallery", "--model", "mine", "--out", "g.md")
    assert (code, err.count("\n")) == (2, 1)
    assert "unknown suffix of the file 'g.md': '.md'" in err and ".html" in err


def test_pictures_of_a_dataset_that_is_gone_are_told_of(put, bench, store):
    config = {"dataset": "csv:sem/facts.csv", "records": "scripted"}
    write_json(store / "runs" / "r.json", {"task": "vqa", "dataset": "csv:s", "protocol": "p1", "config": config})
    record = made("mine", 0, 0.1, dataset="csv:s")
    put_items(put(record), record, [item(1, "tips", 0.2)])
    code, _, err = bench("gallery", "--model", "mine")
    assert (code, err.count("\n")) == (2, 1)
    assert "the pictures are of 'csv:sem/facts.csv', whose plugin is no longer installed" in err
