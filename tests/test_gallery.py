"""Galleries of what a model got most wrong, and of which dataset the pictures and figures are said to be."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from bench.store.sealed import write_json
from bench.store.store import Store
from tests.conftest import texture
from tests.table_records import classified, item, made, put_items


@pytest.fixture
def page(bench, tmp_path):
    """Write a gallery; returns its page, without pictures, and these."""

    def call(*arguments):
        code, out, err = bench("gallery", *arguments, "--out", tmp_path / "g.html")
        assert code == 0, err
        text = (tmp_path / "g.html").read_text()
        coded = re.findall(r"data:image/png;base64,([^\"]+)", text)
        pictures = [np.asarray(Image.open(io.BytesIO(base64.b64decode(each)))) for each in coded]
        return re.sub(r"base64,[^\"]+", "", text), pictures

    return call


def test_wrongly_classified_pictures_are_shown_with_the_ranked_categories(classify, folder, page, bench, store):
    dataset = folder(8, 8, 8)
    weak = ("--set", "gcn.node_features=pixels", "--set", "gcn.readout=mean")  # which mistakes some
    assert classify(dataset, "gcn,majority", "--set", "folds=0", "--set", "k=2", *weak)[0] == 0
    text, pictures = page("--model", "majority")
    (record,) = [found for found in Store(store).records() if found.cell.model == "majority"]
    wrong = round(record.n * (1 - record.metrics["top1"].value))
    assert text.count("<table>") == len(pictures) == wrong > 4
    for table in text.split("<table>")[1:]:
        true, said = re.search(r"<th>(kind\d+)</th>", table)[1], re.search(r"taken for</th><td>(kind\d+)<", table)[1]
        ranked = re.findall(r"<td>(?:<b>)?(kind\d+)(?:</b>)?</td><td><meter value=\"([\d.e-]+)\"", table)
        assert true != said == ranked[0][0] and len(ranked) == 3 and f"<b>{true}</b>" in table
        shares = [float(share) for _, share in ranked]
        assert shares == sorted(shares, reverse=True) and sum(shares) == pytest.approx(1)
    assert "taken for" in page("--model", "gcn", "--column", "Top-1", "--worst", "1")[0]


def test_a_true_category_that_is_not_among_the_likeliest_is_named_last(put, page, store, folder):
    dataset = folder(4, 4)
    record = classified("mine", 0, 0.1, dataset=dataset)
    wrong = {"id": "1", "picture": "kind00/0.png", "category": "kind00", "predicted": "b", "top1": 0.0, "top5": 0.0}
    put_items(put(record), record, [{**wrong, "ranked": [["b", 0.9]], "probability": 0.05}])
    config = {"dataset": dataset, "records": "scripted"}
    write_json(
        store / "runs" / "r.json", {"task": "classification", "dataset": dataset, "protocol": "p1", "config": config}
    )
    assert page("--model", "mine")[0].index(">b</td>") < page("--model", "mine")[0].index("<b>kind00</b>")


def test_where_nothing_is_wrong_there_is_no_gallery(put, bench):
    record = classified("mine", 0, 1.0)
    right = {"id": "1", "picture": "a", "category": "a", "predicted": "a", "top1": 1.0, "top5": 1.0}
    put_items(put(record), record, [right])
    code, _, err = bench("gallery", "--model", "mine")
    assert code == 2 and "of 1 stored answers of mine none is wrong in Top-1; judge by another --column" in err


def test_the_models_own_latest_records_are_shown_whatever_ran_last(put, page, bench, store):
    old, new = made("mine", 0, 0.1, dataset="synthetic", day=1), made("other", 0, 0.1, dataset="elsewhere", day=2)
    kept = put(old, new)
    config = {"dataset": "synthetic", "records": "scripted", "settings": {"synthetic": {"size": 30}}}
    for name, record in (("1", old), ("2", new)):
        asked = {"task": "vqa", "dataset": record.cell.dataset, "protocol": "p1", "config": config}
        write_json(store / "runs" / f"{name}.json", asked)
    put_items(kept, old, [item(1, "tips", 0.2, picture="synthetic-000000")])
    assert "synthetic; fold 0 of 10, protocol p1" in page("--model", "mine")[0]
    err = bench("gallery", "--model", "mine", "--dataset", "elsewhere")[2]
    assert "these are of elsewhere, protocol p1; --dataset and --protocol name others" in err


def test_pictures_and_figures_of_another_test_dataset_are_its_own(classify, folder, page, bench, tmp_path, monkeypatch):
    learned, tested = folder(6, 6), folder(3, 3, name="theirs", first=20)
    assert classify(learned, "majority", "--set", "folds=0", "--set", "k=2", "--test-dataset", tested)[0] == 0
    text, pictures = page("--model", "majority")
    said = f"trained on {learned}, tested on {tested}"
    assert said in text and len(pictures) == 3 and np.array_equal(pictures[0], _read(tmp_path / "theirs", text))
    drawn = []
    monkeypatch.setattr("bench.figures.confusion.draw", lambda *given: drawn.append(given))
    assert bench("table", "4", "--model", "majority", "--figure", tmp_path / "c.svg")[0] == 0
    assert drawn[0][2] == f"Majority answer, {said}, 1 fold"


def _read(root, page):
    """Return the first picture of a page as it lies in a folder."""
    from bench.data.decoding import grey

    return grey(root / re.search(r'alt="([^"]+)"', page)[1], 64)


def test_pictures_are_shown_as_the_models_saw_them_without_their_bars(classify, page, tmp_path):
    for number in range(8):
        pixels = texture(number % 2, number).repeat(4, 0).repeat(4, 1)
        pixels[230:] = 0
        pixels[238:248, 10:240:12] = pixels[238:248, 14:240:12] = 255
        path = tmp_path / "mine" / f"kind{number % 2}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    options = ("--set", "image_size=224", "--set", "folds=0", "--set", "k=2")
    shown = {}
    for masked in ((), ("--mask-bar",)):
        assert classify(f"folder:{tmp_path / 'mine'}", "majority", *options, *masked)[0] == 0
        shown[masked] = page("--model", "majority")[1][0]
    assert shown[()][222].max() == 0 and shown["--mask-bar",][222].min() > 60
