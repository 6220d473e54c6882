import csv
import io
import json
import re

import pytest

from tests.table_records import classified

GRAPHS = {"family": "gnn", "block": "Graph Neural Networks", "order": 6}
OURS = {"family": "mvaema", "block": "MVaEMa", "order": 7}
CONTROL = {"family": "control", "block": "Controls", "order": 8, "control": True}


@pytest.fixture
def measured(put):
    put(
        classified("cct", 0, 0.5),
        classified("gat", 0, 0.6, **GRAPHS),
        classified("mvaema", 0, 0.75, **OURS),
        classified("majority", 0, 0.2, **CONTROL),
    )


def _lines(bench, *arguments):
    code, out, err = bench("table", *arguments)
    assert code == 0, err
    return [line for line in out.splitlines() if line.startswith("|")], out


def test_published_measured_and_difference_stand_side_by_side(measured, bench):
    lines, _ = _lines(bench, "2")
    assert lines[0].count("paper") == 2 and lines[0].count("difference") == 2
    (row,) = [line for line in lines if line.startswith("| CCT")]
    assert re.search(r"0.500 +\| 0.570 +\| -0.070 ", row)


def test_models_of_the_paper_that_were_not_run_say_so_and_keep_their_place(measured, bench):
    lines, _ = _lines(bench, "2")
    (row,) = [line for line in lines if line.startswith("| AlexNet")]
    assert "not run" in row and "0.528" in row
    order = [line.split("|")[1].strip(" *‡†") for line in lines[2:]]
    assert order.index("ConvNets") < order.index("AlexNet") < order.index("CCT") < order.index("MVaEMa")
    assert order.index("controls") < order.index("majority")


@pytest.mark.parametrize(("table", "has", "has_not"), [("2", "cct", "gat"), ("3", "gat", "cct")])
def test_each_table_shows_its_families_mvaema_and_the_controls(measured, bench, table, has, has_not):
    code, out, err = bench("table", table, "--format", "csv")
    assert code == 0, err
    models = {row["model"] for row in csv.DictReader(io.StringIO(out)) if row["value"]}
    assert {has, "mvaema", "majority"} <= models and has_not not in models


def test_a_model_that_the_paper_lacks_stands_in_its_own_block(measured, put, bench):
    put(classified("newvit", 0, 0.1), classified("odd", 0, 0.1, family="odd", block="Odd ones", order=4.5))
    order = [line.split("|")[1].strip(" *‡†") for line in _lines(bench, "2")[0][2:]]
    assert order.index("T2TViT") < order.index("newvit") < order.index("MVaEMa")
    assert order.index("T2TViT") < order.index("odd") < order.index("MVaEMa")
    assert not any(line.startswith("| odd") for line in _lines(bench, "3")[0])


def test_the_gain_over_the_next_best_is_told_for_paper_and_measurement(measured, bench):
    out = _lines(bench, "2")[1]
    assert "over the next best, paper: Top-1 +26.4 % (T2TViT)" in out
    assert "over the next best, measured: Top-1 +50.0 % (CCT)" in out
    alone = bench("table", "2", "--no-published")[1]
    assert "over the next best, paper" not in alone and "over the next best, measured" in alone


def test_incomplete_rows_say_how_many_folds_they_have(put, bench):
    put(*(classified("cct", fold, 0.5) for fold in range(3)), classified("cvt", 0, 0.4))
    (row,) = [line for line in _lines(bench, "2")[0] if line.startswith("| CVT")]
    assert row.rstrip("| ").endswith("1/3")


def test_ties_are_corrected_for_the_number_of_models(put, bench):
    close = [0.500, 0.492, 0.505, 0.493, 0.499]
    best = [value + gap for value, gap in zip(close, (0.012, 0.016, 0.004, 0.013, 0.010), strict=True)]
    put(*(classified("cct", fold, best[fold]) for fold in range(5)))
    put(*(classified("cvt", fold, close[fold]) for fold in range(5)))
    alone = next(line for line in _lines(bench, "2")[0] if line.startswith("| CVT"))
    names = ("convit", "convvit", "crossvit", "pvtc", "swint", "visformer", "ats", "cait", "deepvit")
    put(*(classified(name, fold, close[fold]) for name in names for fold in range(5)))
    among_many = next(line for line in _lines(bench, "2")[0] if line.startswith("| CVT"))
    assert "*0.498" not in alone and "*0.498" in among_many


def test_table_4_has_a_row_for_each_category_by_the_papers_name(put, bench):
    put(classified("mvaema", 0, 0.75, **OURS))
    lines, out = _lines(bench, "4")
    names = [line.split("|")[1].strip(" ‡†") for line in lines[2:]]
    assert names == ["Tips", "xy"]
    assert re.search(r"0.750 +\| 0.937 +\| -0.187", lines[2])
    assert "Of mvaema" in out


def test_table_4_shows_another_model_when_asked(measured, bench):
    assert "Of cct" in _lines(bench, "4", "--model", "cct")[1]
    assert "did you mean 'cct'" in bench("table", "4", "--model", "ccd")[2]
    assert "shows every model" in bench("table", "2", "--model", "cct")[2]


def test_the_figure_adds_up_the_counts_of_all_folds(put, bench, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr("bench.figures.confusion.draw", lambda *given: drawn.append(given))
    for fold in range(2):
        record = classified("mvaema", fold, 0.5, **OURS)
        product = put(record).stages.folder(record.stages["score"]) / "product"
        product.mkdir(parents=True)
        counts = {"categories": ["tips", "xy"], "confusion": [[3, 1], [fold, 2]]}
        (product / "scores.json").write_text(json.dumps({"counts": counts}))
    code, _, err = bench("table", "4", "--figure", tmp_path / "c.svg")
    assert code == 0, err
    ((counts, categories, title, path),) = drawn
    assert counts.tolist() == [[6, 2], [1, 4]] and categories == ["tips", "xy"]
    assert "2 fold" in title and path == tmp_path / "c.svg"


def test_a_table_without_a_figure_says_so(measured, bench, tmp_path):
    code, _, err = bench("table", "2", "--figure", tmp_path / "c.svg")
    assert code == 2 and "none of these tables has a figure" in err
