"""The data of the page of results, its shell, and the folder or file that `bench report` writes."""

import base64
import hashlib
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.report import protocol_items, shell
from bench.report.chunk import as_json, as_script
from bench.report.data import ReportData
from bench.report.words import WORDS
from bench.store.sealed import seal_folder
from tests.report_pages import HOSTILE, PICTURES, RIGHT, write_store

ROOT = Path(__file__).parent.parent
LIBRARIES = {
    "d3.min.js": "912111098ea99503a6f4967361d2bbdc9dbf58cf9c678c8e27e5b02d1a07f0c1",
    "diff.min.js": "b51a9d2885f2c090dc97b981027395f7e7e6558a46c75ae3747db267913a89ab",
    "plot.umd.min.js": "4358086467740777dd788d6b27a95cebdbaefdd50c730a3060117073bd7134cb",
    "tabulator.min.css": "405ae24218357d80df2a5f3addf138666d035f970dac4ebdb0265d0b5373efcb",
    "tabulator.min.js": "ffac518cb793c672a2f0522b7fc80bf862234d96bb1e581c8aaf7f48f130eafa",
}
"""The SHA-256 of each library as its npm package has it."""


@pytest.fixture
def data(store):
    write_store(store)

    def make(**options):
        from bench.store.store import Store

        return ReportData(Store(store), Registry(), **options)

    return make


def test_every_chunk_is_json_that_ends_no_element(data):
    page = data()
    for name in page.names():
        text = as_json(page.chunk(name))
        assert text.isascii() and not re.search("[<>&]", text), name
        json.loads(text)
    assert as_script("index", 1) == 'bench.receive("index",1);\n'


def test_numbers_that_are_not_finite_are_null_in_a_chunk():
    assert json.loads(as_json({"a": float("nan"), "b": [float("inf"), 1.5]})) == {"a": None, "b": [None, 1.5]}


def test_the_latest_protocol_comes_first_and_others_can_be_left_out(data):
    tasks = [shown["task"] for shown in data().chunk("index")["protocols"]]
    assert tasks == ["vqa", "classification"]
    assert [shown["task"] for shown in data(task="classification").chunk("index")["protocols"]] == ["classification"]
    assert [shown["protocol"] for shown in data(protocol="p2").chunk("index")["protocols"]] == ["p2"]
    for option in ({"task": "nosuch"}, {"dataset": "nosuch"}, {"protocol": "zz"}):
        with pytest.raises(BenchError, match="of the store"):
            data(**option)


def test_the_index_has_the_verdict_and_what_is_shown(data):
    page = data()
    shown, items = page.chunk("index")["protocols"][0], page.chunk("items-0")
    assert any("This rests on" in sentence for sentence in shown["verdict"])
    assert [model["kind"] for model in shown["models"]] == ["model", "model", "control"]
    assert (items["count"], items["pictures"], items["pictures_held"]) == (12, [*PICTURES], 6)


def test_a_table_has_intervals_controls_published_rows_and_meanings(data):
    page = data()
    names = [each["table"] for each in page.chunk("index")["protocols"][0]["tables"] if each["number"] == 1]
    table = page.chunk(f"table-{names[0]}")
    rows = {row["name"]: row for row in table["rows"]}
    column = [each["label"] for each in table["columns"]].index("facts")
    own = rows["mine"]["cells"][column]
    assert own["value"] == pytest.approx(5 / 12, abs=1e-5) and own["low"] < own["value"] < own["high"]
    assert rows["blind"]["kind"] == "control" and rows["mine"]["start"] == "from scratch"
    assert rows["mvaema"]["start"] == "published only" and rows["mvaema"]["cells"][0]["published"] > 0
    assert table["columns"][column]["meaning"] == "what it means"


def test_a_table_can_be_taken_along_as_text(data):
    texts = data().chunk("texts-0")
    assert texts["markdown"]["text"].startswith("**Table 1") or "Table 1" in texts["markdown"]["text"]
    assert "tabular" in texts["latex"]["text"] and texts["csv"]["text"].count(",") > 10
    assert [each["suffix"] for each in texts.values()] == [".md", ".tex", ".csv"]


def test_scores_say_item_by_item_who_is_right(data):
    page = data()
    names = [model["name"] for model in page.chunk("index")["protocols"][0]["models"]]
    items = page.chunk("items-0")
    column = [each["label"] for each in items["columns"]].index("facts")
    for model, right in RIGHT.items():
        scores = page.chunk(f"scores-0-{names.index(model)}")
        assert {at for at, score in enumerate(scores["scores"][column]) if score == 1} == right
        assert scores["kinds"] == ["shape", "size"]
        assert {at for at, facts in enumerate(scores["facts"]) if facts[0] & 1} == right
        assert [scores["kinds"][facts[0] >> 1] for facts in scores["facts"]] == ["shape", "size"] * 6
    assert items["fields"]["question"]["values"] == ["What shape is it?", "How large is it?"]


def test_answers_stand_in_blocks_with_the_facts_that_they_state(data, monkeypatch):
    monkeypatch.setattr(protocol_items, "BLOCK", 5)
    page = data()
    names = [model["name"] for model in page.chunk("index")["protocols"][0]["models"]]
    own = [page.chunk(f"answers-0-{names.index('mine')}-{block}") for block in range(3)]
    assert [len(block) for block in own] == [5, 5, 2]
    assert own[0][0] == {"answer": "It is straight.", "facts": [["shape", "straight", ["straight"]]]}
    assert HOSTILE in own[0][3]["answer"]
    assert len(own[1][1]["answer"]) < 101_000 and "1,000,000 letters" in own[1][1]["answer"]
    assert [len(page.chunk(f"references-0-{block}")) for block in range(3)] == [5, 5, 2]
    with pytest.raises(BenchError, match="has no data"):
        page.chunk("references-0-3")


def test_a_question_that_is_asked_twice_is_two_items(store, put):
    from tests.table_records import item, made, put_items

    records = [made("mine", fold, 0.5) for fold in (0, 1)]
    kept = put(*records)
    for record in records:
        put_items(kept, record, [item(1, "tips", 0.5), item(1, "tips", 0.5), item(2, "tips", 0.5)])
    items = ReportData(kept, Registry()).chunk("items-0")
    assert items["count"] == 6 and items["place"] == [0, 0, 0, 1, 1, 1]
    assert items["places"][1] == "fold 1, repeat 0, seed 0"


def test_a_models_page_has_its_curves_confusion_parts_and_calibration(data):
    page = data()
    row = page.chunk("row-0-0")
    assert row["name"] == "mine" and row["departures"] == [HOSTILE]
    (curve,) = row["curves"]
    assert curve["losses"] == {"lm": [2.0, 1.0, 0.66667]} and curve["validation"][0] == 2.5
    assert row["facts"] == [{"kind": "shape", "right": 3, "asked": 6, "stated": 5}]
    by_category = next(part for part in row["parts"] if part["by"] == "category")
    assert [(part["value"], part["n"]) for part in by_category["rows"]] == [("fibres", 6), ("tips", 6)]
    classified = page.chunk("row-1-0")
    assert np.sum(classified["confusion"]["counts"]) == 6
    assert np.trace(classified["confusion"]["counts"]) == len(RIGHT["mine"] & set(range(6)))
    assert classified["coverage"][-1]["answered"] == 1
    assert classified["calibration"][0]["n"] == 6


def test_why_has_every_stage_and_what_they_share_once(data, store):
    page = data()
    shared = {"look": "plain", "code": {"a": "b"}}
    record = page.protocols[0].selection.by_model["mine"][0]
    for stage in record.stages.values():
        page.protocols[0].store.stages.write_inputs(stage, {"code": shared, "seed": 3})
    seal_folder(store / "stages" / record.stages["train"] / "product", {"stage": record.stages["train"]})
    why = page.chunk("why-0-0")
    (cell,) = why["cells"]
    assert [*cell["stages"]] == ["train", "predict", "score"]
    assert all(why["pool"][stage["pooled"]["code"]] == shared for stage in cell["stages"].values())
    assert cell["stages"]["train"]["inputs"]["seed"] == 3 and why["pool"].count(shared) == 1
    assert any(path.endswith("history.json") for path in cell["stages"]["train"]["files"])


@pytest.mark.parametrize("name", ["nosuch", "table", "table-99", "table-a", "row-0", "row-0-99", "answers-0-0--1", ""])
def test_what_the_page_has_not_is_a_sentence(data, name):
    with pytest.raises(BenchError, match=re.escape(f"the page has no data {name!r}")):
        data().chunk(name)


def test_pictures_are_taken_from_the_categories_in_turn_and_no_others_are_shown(data):
    page = data(pictures=3)
    addresses = page.chunk("pictures-0-0")
    assert sum(address is not None for address in addresses) == 3
    categories = [0, 1, 0, 1, 0, 1]  # of the six pictures, see CATEGORIES
    held = [categories[at] for at, address in enumerate(addresses) if address]
    assert sorted(held) in ([0, 0, 1], [0, 1, 1])
    image = Image.open(io.BytesIO(page.pictures[0].image(page.pictures[0].chosen[0])))
    assert image.format == "WEBP" and image.size == (224, 224)
    with pytest.raises(BenchError, match="has no picture"):
        page.pictures[0].image(next(at for at, address in enumerate(addresses) if not address))


def test_a_dataset_that_is_gone_leaves_the_answers(store):
    import shutil

    write_store(store)
    shutil.rmtree(store / "runs")
    from bench.store.store import Store

    page = ReportData(Store(store), Registry())
    shown = page.chunk("items-0")
    assert "knows no run on 'synthetic'" in shown["pictures_missing"] and shown["pictures_held"] == 0
    assert page.chunk("pictures-0-0") == [None] * 6 and page.chunk("answers-0-0-0")[0]["answer"]


def test_the_command_writes_a_folder_and_tells_its_size(data, bench, tmp_path):
    code, out, err = bench("report", "--out", tmp_path / "page")
    assert code == 0, err
    assert "MB in" in out and "open" in out and "index.html in a browser" in out
    page = (tmp_path / "page" / "index.html").read_text()
    addresses = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert addresses and all((tmp_path / "page" / address).is_file() for address in addresses)
    assert not re.search(r"https?://", page)
    files = {path.name for path in (tmp_path / "page" / "data").iterdir()}
    assert {"index.js", "table-0.js", "row-0-1.js", "answers-0-1-0.js"} <= files
    assert len([*(tmp_path / "page" / "pictures").iterdir()]) == len(PICTURES)  # both protocols show the same
    code, _, err = bench("report", "--out", tmp_path / "page")
    assert code == 2 and "exists and is not an empty folder" in err


def test_one_file_holds_everything_and_its_policy_allows_its_own_scripts_alone(data, bench, tmp_path):
    code, out, err = bench("report", "--single", "--pictures", "2", "--out", tmp_path / "page.html")
    assert code == 0, err
    assert "4 of 12" in out and "--pictures shows more" in out
    page = (tmp_path / "page.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#39;", "'")
    assert "unsafe" not in policy and "default-src 'none'" in policy and "connect-src 'none'" in policy
    for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="(?!data:)', page)
    assert page.count("data:image/webp;base64,") == 4  # two of each protocol
    assert HOSTILE not in page


def test_the_libraries_are_those_of_their_packages_with_their_licences():
    folder = ROOT / "bench" / "report" / "libraries"
    for name, digest in LIBRARIES.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        assert (folder / f"{name.partition('.')[0]}.LICENSE").is_file()
    assert {path.name for path in folder.iterdir() if path.suffix != ".LICENSE"} == {*LIBRARIES}


def test_the_policy_allows_the_one_style_that_the_library_of_figures_writes():
    library = (ROOT / "bench" / "report" / "libraries" / "plot.umd.min.js").read_text()
    (template,) = re.findall(r'append\("style"\)\.text\(`([^`]*--plot-background[^`]*)`', library)
    text = re.sub(r"\$\{\w+\}", "plot-d6a7b5", template).replace("\\n", "\n")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in shell.policy("folder")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "bench" / "report" / "assets").glob("*.js")), ids=lambda path: path.name
)
def test_no_script_of_ours_makes_elements_from_text(path):
    text = path.read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
    assert path.name in shell.SCRIPTS


def test_the_words_of_the_page_mean_what_the_glossary_says():
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    assert [word for word, meaning in WORDS.items() if f"| {word} | {meaning} |" not in glossary] == []


def test_an_empty_store_is_a_sentence(bench, store):
    code, _, err = bench("report", "--out", store / "page")
    assert code == 2 and "holds no record, so there is nothing to report" in err
