import csv
import io
import json
import re
from dataclasses import replace

import pytest

from bench.specs import Column, TableSpec
from bench.store.record import MetricValue
from bench.store.sealed import write_json
from tests.table_records import item, made, put_items


def _rows(bench, *arguments):
    code, out, err = bench("table", "1", "--format", "csv", *arguments)
    assert code == 0, err
    return {(row["model"], row["column"]): row for row in csv.DictReader(io.StringIO(out))}


def test_mean_and_sample_deviation_over_folds_with_their_number(put, bench):
    put(made("mine", 0, 0.1), made("mine", 1, 0.3))
    cell = _rows(bench)["mine", "METEOR"]
    assert float(cell["value"]) == pytest.approx(0.2)
    assert float(cell["std"]) == pytest.approx(0.1 * 2**0.5)
    assert cell["n"] == "2"
    assert "0.200 ± 0.141" in bench("table", "1")[1]


def test_with_one_fold_no_deviation_is_printed(put, bench):
    put(made("mine", 0, 0.1))
    assert _rows(bench)["mine", "METEOR"]["std"] == ""
    assert re.search(r"mine‡ +\| measured \| 0.100 +\|", bench("table", "1", "--no-published")[1])


def test_zero_is_printed(put, bench):
    put(made("mine", 0, 0.0))
    assert re.search(r"mine‡ +\| measured \| 0.000 +\|", bench("table", "1")[1])


def test_published_numbers_stand_beside_measured_ones(put, bench):
    put(made("llava", 0, 0.5))
    row = _rows(bench)["llava", "BLEU-2"]
    assert (row["value"], row["published"], row["published_std"]) == ("0.5", "0.62", "0.07")
    assert "published" not in _rows(bench, "--no-published")["llava", "BLEU-2"]


def test_the_best_is_bold_but_never_a_control(put, bench):
    put(made("one", 0, 0.1), made("two", 0, 0.4), made("constant", 0, 0.3, control=True))
    out = bench("table", "1", "--no-published")[1]
    assert "**0.400**" in out
    assert "**0.300**" not in out
    assert out.index("*controls*") < out.index("constant")


def _cells(bench, *arguments):
    (table,) = json.loads(bench("table", "1", "--format", "json", *arguments)[1])
    return {row["model"]: row["cells"] for row in table["rows"]}


def _with(record, **values):
    """A record with other values of some metrics."""
    return replace(
        record, metrics={**record.metrics, **{name: MetricValue(value, 0.01) for name, value in values.items()}}
    )


def test_a_model_is_not_bold_in_a_column_in_which_a_control_equals_or_beats_it(put, bench):
    put(
        _with(made("seeing", 0, 0.5), meteor=0.6, rougeL=0.7),
        _with(made("other", 0, 0.4), rougeL=0.2),
        _with(made("constant", 0, 0.3, control=True), meteor=0.65, rougeL=0.7),
        _with(made("blind", 0, 0.1, control=True), meteor=0.6),
    )
    cells = _cells(bench)
    assert {column for column, cell in cells["seeing"].items() if cell["best"]} == {
        *("BLEU-2", "BLEU-4", "ROUGE-1", "ROUGE-2", "facts")
    }
    assert not any(cell["best"] for cell in cells["other"].values())
    below = {column: cell["below"] for column, cell in cells["seeing"].items() if cell["below"]}
    assert below == {"METEOR": ["blind", "constant"], "ROUGE-L": ["constant"]}


def test_the_best_of_those_above_every_control_is_bold_even_below_a_row_of_luckier_folds(put, bench):
    put(made("lucky", 1, 0.9), made("able", 0, 0.5), made("able", 1, 0.9))
    put(made("constant", 0, 0.1, control=True), made("constant", 1, 0.95, control=True))
    cells = {model: own["METEOR"] for model, own in _cells(bench).items() if model in ("lucky", "able")}
    assert (cells["lucky"]["below"], cells["lucky"]["best"]) == (["constant"], False)
    assert (cells["able"]["below"], cells["able"]["best"]) == ([], True)


def test_a_row_that_is_worse_than_one_below_a_control_is_not_bold(put, bench):
    put(made("high", 1, 0.9), made("able", 0, 0.5), made("able", 1, 0.6))
    put(made("constant", 0, 0.1, control=True), made("constant", 1, 0.95, control=True))
    cells = _cells(bench)
    assert not any(cells[model]["METEOR"][mark] for model in ("high", "able") for mark in ("best", "tie"))


def test_where_every_model_is_below_a_control_nothing_is_bold(put, bench):
    put(made("one", 0, 0.1), made("two", 0, 0.4), made("constant", 0, 0.4, control=True))
    assert not any(cell["best"] for cells in _cells(bench).values() for cell in cells.values())


def test_a_control_whose_score_is_undefined_judges_nothing_there(put, bench):
    mute = made("mute", 0, 0.9, control=True)
    del mute.metrics["facts"]
    put(made("one", 0, 0.1), made("two", 0, 0.4), mute)
    cells = _cells(bench)["two"]
    assert (cells["facts"]["best"], cells["facts"]["below"], cells["facts"]["apart"]) == (True, [], [])
    assert cells["METEOR"]["below"] == ["mute"]


@pytest.mark.parametrize(
    ("form", "mark"),
    [("markdown", "0.200↓"), ("html", "0.200↓"), ("latex", r"0.200\textsuperscript{$\downarrow$}")],
)
def test_every_format_marks_what_a_control_beats(put, bench, form, mark):
    put(made("seeing", 0, 0.5), made("asleep", 0, 0.2), made("constant", 0, 0.3, control=True))
    out = bench("table", "1", "--no-published", "--format", form)[1]
    assert out.count(mark) == 7  # not the length, where more is not better
    assert "asleep does not beat constant in BLEU-2, BLEU-4, ROUGE-1, ROUGE-2, ROUGE-L, METEOR and facts" in out
    assert "seeing does not beat" not in out


def test_rows_that_lose_alike_share_a_sentence(put, bench):
    put(made("a", 0, 0.1), made("b", 0, 0.2), _with(made("c", 0, 0.5), facts=0.1))
    put(made("constant", 0, 0.3, control=True), made("blind", 0, 0.3, control=True))
    out = bench("table", "1", "--no-published")[1]
    assert "a and b do not beat blind and constant in BLEU-2" in out
    assert "c does not beat blind and constant in facts." in out


def test_csv_says_what_is_best_and_which_controls_win(put, bench):
    put(made("seeing", 0, 0.5), made("asleep", 0, 0.2))
    put(made("constant", 0, 0.3, control=True), made("blind", 0, 0.2, control=True))
    rows = _rows(bench)
    assert [rows[model, "facts"]["best"] for model in ("seeing", "asleep")] == ["True", "False"]
    assert [rows[model, "facts"]["below"] for model in ("seeing", "asleep")] == ["", "blind; constant"]


def test_an_upper_row_is_apart_never_ranked_and_no_control(put, bench):
    oracle = made("ceiling", 0, 0.9, control=True)
    oracle = replace(oracle, model=replace(oracle.model, upper=True))
    put(made("one", 0, 0.1), made("two", 0, 0.4), made("constant", 0, 0.3, control=True), oracle)
    code, out, err = bench("table", "1", "--no-published")
    assert code == 0, err
    assert out.index("two") < out.index("*controls*") < out.index("*upper rows*") < out.index("ceiling")
    assert "**0.400**" in out and "**0.900**" not in out and "beat ceiling" not in out


def test_scale_prints_the_share_of_the_way_from_the_best_control_to_the_upper_row(put, bench):
    oracle = made("ceiling", 0, 0.9, control=True)
    oracle = _with(replace(oracle, model=replace(oracle.model, upper=True)), facts=0.2)
    put(made("one", 0, 0.2), made("two", 0, 0.45), made("constant", 0, 0.3, control=True))
    put(made("blind", 0, 0.1, control=True), oracle)
    shares = {model: cells["METEOR"]["share"] for model, cells in _cells(bench, "--scale").items()}
    wanted = {"one": -1 / 6, "two": 0.25, "constant": 0, "blind": -1 / 3, "ceiling": 1}
    assert {model: shares[model] for model in wanted} == pytest.approx(wanted)
    assert _cells(bench, "--scale")["two"]["facts"]["share"] is None  # the best control is above the upper row
    out = bench("table", "1", "--scale", "--no-published")[1]
    assert "**0.450 (25 %)**" in out and "(-17 %)" in out and "In brackets: the share of the way" in out
    assert float(_rows(bench, "--scale")["two", "METEOR"]["share"]) == pytest.approx(0.25)
    assert _cells(bench)["two"]["METEOR"]["share"] is None


def test_scale_is_measured_on_the_folds_that_all_ends_have(put, bench):
    oracle = [made("ceiling", fold, 0.9, control=True) for fold in (0, 1)]
    put(*(replace(record, model=replace(record.model, upper=True)) for record in oracle))
    put(made("one", 0, 0.6), made("one", 1, 0.8), made("late", 1, 0.5), made("constant", 0, 0.3, control=True))
    cells = _cells(bench, "--scale")
    assert cells["one"]["METEOR"]["share"] == pytest.approx(0.5)
    assert cells["late"]["METEOR"]["share"] is None


def test_a_control_of_a_first_step_stands_beside_those_that_take_it(put, bench):
    random = made("random", 0, 0.4, control=True, pretrains="images")
    put(made("graph", 0, 0.3, pretrains="graphs"), random, made("constant", 0, 0.2, control=True))
    code, out, _ = bench("table", "1", "--no-published")
    assert code == 0 and "constant" in out and "random" not in out and "graph does not beat" not in out
    put(made("picture", 0, 0.3, pretrains="images"))
    _, out, _ = bench("table", "1", "--no-published")
    assert "picture does not beat random" in out and "graph does not beat" not in out


def test_without_facts_the_controls_judge_the_other_columns(put, bench):
    records = [made("asleep", 0, 0.2), made("constant", 0, 0.3, control=True)]
    for record in records:
        del record.metrics["facts"]
    put(*records)
    assert (
        "asleep does not beat constant in BLEU-2, BLEU-4, ROUGE-1, ROUGE-2, ROUGE-L and METEOR"
        in (bench("table", "1")[1])
    )


def test_a_metric_that_models_lack_is_told_below_the_table(put, bench):
    bare, whole = made("bare", 0, 0.2), made("whole", 0, 0.3)
    del bare.metrics["facts"]
    put(bare, whole)
    assert "facts: not of bare." in bench("table", "1")[1]
    del whole.metrics["facts"]
    put(whole)
    assert "facts: no record has it." in bench("table", "1")[1]


def test_only_one_protocol_stands_in_a_table(put, bench):
    put(made("one", 0, 0.1, protocol="aaa", day=1), made("two", 0, 0.4, protocol="bbb", day=2))
    assert {model for model, _ in _rows(bench)} & {"one", "two"} == {"two"}
    assert {model for model, _ in _rows(bench, "--protocol", "aa")} & {"one", "two"} == {"one"}


def test_the_caption_names_dataset_protocol_and_folds(put, bench):
    put(made("mine", 0, 0.1), made("mine", 1, 0.3))
    caption = bench("table", "1")[1].splitlines()[0]
    assert "Dataset synthetic, protocol p1 (caption with), folds 0, 1 of 10" in caption


def test_records_of_other_settings_are_left_out_and_told(put, bench):
    put(made("mine", 0, 0.1, settings={"depth": 1}, day=1), made("mine", 1, 0.3, settings={"depth": 2}, day=2))
    assert _rows(bench)["mine", "METEOR"]["value"] == "0.3"
    assert "1 fold(s) with other settings or code are left out" in bench("table", "1")[1]


def test_rows_on_different_folds_are_named_and_not_compared_with_controls(put, bench):
    put(made("mine", 1, 0.1, k=2), made("constant", 0, 0.9, k=2, control=True))
    code, out, err = bench("table", "1", "--strict")
    assert code == 1
    for sentence in ("mine: 1 of 2 folds and repeats (fold 1)", "constant: 1 of 2 folds and repeats (fold 0)"):
        assert sentence in out and sentence in err
    assert "mine has no fold in common with constant\n" in out
    assert "does not beat constant" not in out


def test_controls_are_compared_on_the_folds_that_both_have(put, bench):
    put(made("mine", 0, 0.3), made("mine", 1, 0.9), made("constant", 0, 0.4, control=True))
    assert "mine does not beat constant in" in bench("table", "1")[1]
    put(made("constant", 1, 0.1, control=True))
    assert "mine does not beat" not in bench("table", "1")[1]


def test_a_strict_reader_is_told_of_folds_that_no_row_has(put, bench):
    put(made("mine", 0, 0.5, k=3))
    code, out, err = bench("table", "1", "--strict")
    assert (code, err) == (1, "table 1: fold 0 of 3: 2 folds missing\n")
    put(made("mine", 1, 0.5, k=3), made("mine", 2, 0.5, k=3))
    assert bench("table", "1", "--strict")[0] == 0


def test_missing_folds_differing_recipes_and_settings_are_footnoted(put, bench):
    put(
        made("full", 0, 0.1),
        made("full", 1, 0.1),
        made("part", 0, 0.3, recipe={"epochs": 9}, deviations=["stem conv (default linear)"]),
    )
    out = bench("table", "1")[1]
    assert "part: 1 of 2 folds and repeats" in out
    assert "part: epochs 9 (others 5), stem conv (default linear)" in out


def test_a_row_whose_loss_never_left_chance_is_footnoted_and_why_names_the_loss(put, bench):
    put(made("stuck", 0, 0.3, training={"at_chance": ["itm"]}), made("fine", 0, 0.2))
    out = bench("table", "1", "--no-published")[1]
    assert "stuck: itm never left chance, which tells nothing of what it could teach" in out
    assert "fine:" not in out
    assert "losses that never left chance: itm" in bench("why", "1", "stuck", "METEOR")[1]
    assert "left chance" not in bench("why", "1", "fine", "METEOR")[1]


def test_departures_from_the_source_stand_below_the_table(put, bench):
    put(made("ours", 0, 0.3, departures=["a mean", "one layer"]), made("theirs", 0, 0.2))
    out = bench("table", "1", "--no-published")[1]
    assert "ours departs from its source: a mean; one layer" in out
    assert "theirs departs" not in out


def test_a_row_that_keeps_no_history_is_not_footnoted_with_a_recipe(put, bench):
    counted = replace(made("counted", 0, 0.5, recipe={"epochs": 9}), training=None)
    put(made("usual", 0, 0.5), counted)
    assert "counted: epochs" not in bench("table", "1")[1]


def test_records_of_changed_code_are_marked(put, bench):
    put(made("llava", 0, 0.5, code="old"))
    out = bench("table", "1")[1]
    assert re.search(r"LLaVA†\s*\| measured", out), out
    assert "computed with code that has changed since" in out


def test_what_cannot_be_told_of_a_model_no_longer_installed_is_marked(put, bench):
    put(made("gone", 0, 0.5, label="Gone"))
    assert re.search(r"Gone‡\s*\| measured", bench("table", "1")[1])
    (table,) = json.loads(bench("table", "1", "--format", "json")[1])
    assert [row["stale"] for row in table["rows"] if row["model"] == "gone"] == [None]


def test_what_a_reader_must_know_of_the_references_is_told_once(put, bench):
    put(made("one", 0, 0.5, caveat="From labels alone."), made("two", 0, 0.5, caveat="From labels alone."))
    assert bench("table", "1")[1].count("From labels alone.") == 1


def test_text_of_models_cannot_break_the_table(put, bench):
    put(made("evil", 0, 0.5, label="a|b\x1b[31m<script>"))
    out = bench("table", "1")[1]
    assert "\x1b" not in out
    assert "a\\|b [31m&lt;script>" in out


def test_json_holds_every_number(put, bench):
    put(made("mine", 0, 0.123456))
    (table,) = json.loads(bench("table", "vqa", "--format", "json")[1])
    (row,) = [row for row in table["rows"] if row["model"] == "mine"]
    assert row["cells"]["METEOR"]["value"] == 0.123456
    assert (table["dataset"], table["protocol"]) == ("synthetic", "p1")


def test_rows_within_the_error_of_the_best_tie_with_it(put, bench):
    put(
        made("first", 0, 0.50),
        made("close", 0, 0.49),
        made("far", 0, 0.40),
        made("constant", 0, 0.1, control=True),
    )
    (table,) = json.loads(bench("table", "1", "--format", "json")[1])
    cells = {row["model"]: row["cells"]["METEOR"] for row in table["rows"]}
    assert [(cells[name]["best"], cells[name]["tie"]) for name in ("first", "close", "far", "constant")] == [
        (True, False),
        (False, True),
        (False, False),
        (False, False),
    ]
    out = bench("table", "1")[1]
    assert "**0.500**" in out and "*0.490*" in out


def test_over_folds_ties_follow_the_corrected_test(put, bench):
    for fold, (even, uneven) in enumerate(zip((0.10, 0.11, 0.10, 0.11), (0.05, 0.38, 0.12, 0.35), strict=True)):
        put(made("best", fold, 0.30 + fold / 100), made("below", fold, even), made("wild", fold, uneven))
    (table,) = json.loads(bench("table", "1", "--format", "json")[1])
    ties = {row["model"]: row["cells"]["METEOR"]["tie"] for row in table["rows"]}
    assert ties["wild"] and not ties["below"] and not ties["best"]


def test_every_cell_knows_the_stages_behind_it(put, bench):
    put(made("mine", 0, 0.1), made("mine", 1, 0.3))
    (table,) = json.loads(bench("table", "1", "--format", "json")[1])
    (row,) = [row for row in table["rows"] if row["model"] == "mine"]
    assert sorted(row["cells"]["METEOR"]["fingerprints"]) == ["score-mine-0-p1", "score-mine-1-p1"]


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ([made("asleep", 0, 0.1), made("constant", 0, 0.2, control=True)], "asleep does not beat constant"),
        ([made("full", 0, 0.1), made("full", 1, 0.1), made("part", 0, 0.1)], "part: 1 of 2 folds"),
        ([made("m", 0, 0.1), made("m", 1, 0.2, settings={"depth": 2}, day=2)], "m: 1 fold(s) with other settings"),
    ],
)
def test_a_strict_reader_is_told_and_gets_an_error_code(put, bench, records, problem):
    put(*records)
    code, out, err = bench("table", "1", "--strict")
    assert (code, out.startswith("Table 1")) == (1, True)
    assert problem in err
    assert bench("table", "1")[0] == 0


def test_a_strict_reader_of_a_sound_table_gets_none(put, bench):
    put(made("mine", 0, 0.5, k=1), made("constant", 0, 0.2, control=True, k=1))
    code, _, err = bench("table", "1", "--strict")
    assert (code, err) == (0, "")


def test_broken_down_by_category_each_part_has_its_own_means(put, bench):
    record = made("mine", 0, 0.5)
    put_items(put(record), record, [item(1, "tips", 0.2), item(2, "tips", 0.4, right=2), item(3, "powder", 1.0)])
    code, out, err = bench("table", "1", "--by", "category", "--format", "csv", "--no-published")
    assert code == 0, err
    found = {(row["row"], row["column"]): row["value"] for row in csv.DictReader(io.StringIO(out))}
    assert float(found["tips", "METEOR"]) == pytest.approx(0.3)
    assert (float(found["tips", "facts"]), float(found["powder", "facts"])) == (0.75, 0.5)


def test_protocols_that_differ_in_one_choice_stand_side_by_side(put, bench):
    put(
        made("llava", 0, 0.4, protocol="p1", day=1),
        made("llava", 0, 0.2, protocol="p2", caption="without", day=2),
        made("constant", 0, 0.1, protocol="p1", control=True),
    )
    code, out, err = bench("table", "1", "--vary", "caption", "--protocol", "p1")
    assert code == 0, err
    lines = [line for line in out.splitlines() if line.startswith("| LLaVA")]
    assert ["paper" in line or "caption with" in line or "caption without" in line for line in lines] == [True] * 3
    assert "Beside it protocol p2 (caption without)" in out


def test_what_cannot_be_broken_down_is_told(put, bench):
    record = made("mine", 0, 0.5)
    bare = {key: value for key, value in item(1, "tips", 0.2).items() if key != "meteor"}
    put_items(put(record), record, [bare])
    out = bench("table", "1", "--by", "category")[1]
    assert "METEOR cannot be broken down: the items have no field 'meteor'" in out
    assert "BLEU-2 cannot" not in out


def test_protocols_are_described_by_their_choices(put, bench, store):
    for name, records in (("p1", "mine.jsonl"), ("p2", "yours.jsonl")):
        run = {"task": "vqa", "dataset": "synthetic", "protocol": name, "config": {"records": records}}
        write_json(store / "runs" / f"{name}.json", run)
    put(made("one", 0, 0.1, protocol="p1", day=1), made("two", 0, 0.4, protocol="p2", day=2, caption="without"))
    assert "protocol p2 (caption without, records yours.jsonl), fold 0 of 10" in bench("table", "1")[1].splitlines()[0]
    err = bench("table", "1", "--protocol", "zz")[2]
    assert "p1 (caption with; records mine.jsonl; 10 folds; last used 2026-01-01T00:00 by one)" in err
    assert "p2 (caption without; records yours.jsonl; 10 folds; last used 2026-01-02T00:00 by two)" in err


def test_all_leaves_out_tables_that_have_nothing_to_show(put, bench, plugged):
    plugged(TableSpec("elsewhere", 50, "T", "vqb", (Column("words", "words"),)))
    put(made("mine", 0, 0.1), made("other", 0, 0.1, dataset="other"))
    code, out, err = bench("table", "all", "--by", "category", "--dataset", "other")
    assert (code, out.startswith("Table 1")) == (0, True)
    left_out = {line.partition(" is left out: ")[0] for line in err.splitlines()}
    assert {"table 7 (answers)", "table 50 (elsewhere)", "table 2 (classification)"} <= left_out
    code, out, err = bench("table", "all", "--dataset", "nowhere")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "unknown dataset of task 'vqa' in the store 'nowhere'" in err


@pytest.mark.parametrize(
    ("changed", "arguments", "message"),
    [
        (
            {"columns": (Column("metoer", "M"),)},
            (),
            "unknown metric of column 'M' of table 'own' 'metoer'; did you mean 'meteor'",
        ),
        (
            {"options": {"control_by": ("M",)}},
            (),
            "unknown option of table 'own' 'control_by'; did you mean 'controls_by'",
        ),
        ({"options": {"controls_by": ("METEORS",)}}, (), "did you mean 'METEOR'"),
        ({"options": {"controls_by": "METEOR"}}, (), "is no tuple; write ('METEOR',)"),
        ({"breakdowns": ("categroy",)}, ("--by", "categroy"), "did you mean 'category'"),
        ({"columns": (Column("meteor", "M", published="METEOR"),)}, (), "the paper's headings of table 50"),
        ({"task": "vqq"}, (), "table 'own': unknown task 'vqq'; did you mean 'vqa'"),
        ({"builds": "bench.tables.samples:samples_table"}, (), "lacks the option 'model'"),
    ],
)
def test_a_mistake_in_a_strangers_table_is_one_sentence(put, bench, plugged, changed, arguments, message):
    own = TableSpec("own", 50, "T", "vqa", (Column("meteor", "METEOR"),))
    plugged(replace(own, **changed))
    record = made("mine", 0, 0.1)
    put_items(put(record), record, [item(1, "tips", 0.2)])
    code, out, err = bench("table", "own", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_broken_record_is_named_and_left_out(put, bench, store):
    put(made("mine", 0, 0.1))
    (store / "cells" / "bad.json").write_text('{"format": 2, "cel')
    for _ in range(2):  # from the file, then from the index
        code, out, err = bench("table", "1")
        assert (code, err.count("\n")) == (0, 1)
        assert "mine" in out and "bad.json' holds no record" in err and "left out" in err
    (store / "index.jsonl").write_text("half a li")
    assert bench("table", "1")[0] == 0


@pytest.mark.parametrize(
    ("name", "begins"),
    [("t.md", "Table 1."), ("t.TEX", "% Needs"), ("t.html", "<!doctype"), ("t.csv", "table,"), ("t.json", "[")],
)
def test_the_suffix_names_the_format(put, bench, tmp_path, name, begins):
    put(made("mine", 0, 0.1))
    code, _, err = bench("table", "1", "--out", tmp_path / "new" / name)
    assert code == 0, err
    assert (tmp_path / "new" / name).read_text().lower().startswith(begins.lower())


def test_a_format_that_is_named_goes_before_the_suffix(put, bench, tmp_path):
    put(made("mine", 0, 0.1))
    assert bench("table", "1", "--format", "csv", "--out", tmp_path / "t.txt")[0] == 0
    assert (tmp_path / "t.txt").read_text().startswith("table,")


def test_out_writes_a_file(put, bench, tmp_path):
    put(made("mine", 0, 0.1))
    code, out, _ = bench("table", "1", "--out", tmp_path / "t.md")
    assert (code, out) == (0, "")
    assert "mine" in (tmp_path / "t.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("8",), "unknown table '8'"),
        (("vqq",), "did you mean 'vqa'"),
        (("1", "--dataset", "synthetics"), "did you mean 'synthetic'"),
        (("1", "--protocol", "zz"), "unknown protocol"),
        (("1", "--format", "markdwn"), "did you mean 'markdown'"),
        (("1", "--store", "nowhere"), "--store"),
        (("1", "--by", "categry"), "did you mean 'category'"),
        (("7", "--by", "category"), "cannot be broken down"),
        (("1", "--vary", "capton"), "did you mean 'caption'"),
        (("1", "--vary", "caption"), "no record that differs"),
        (("1", "--vary", "caption"), "--models mine`, its other options and --set vqa.caption=VALUE"),
        (("1", "--vary", "mask_bar"), "--models mine`, its other options and --mask-bar"),
        (("1", "--vary", "augment"), "--models mine`, its other options and --set recipe.augment=crops"),
        (("1", "--vary", "caption", "--by", "category"), "cannot be joined"),
        (("1", "--scale", "--by", "category"), "cannot be joined"),
        (("1", "--scale"), "table 1 shows no control and no upper row"),
        (("1", "--out", "/dev/null/t.md"), "cannot be written"),
        (("1", "--out", "t.docx"), "unknown suffix of the file 't.docx': '.docx'"),
    ],
)
def test_a_mistake_is_one_sentence(put, bench, arguments, message):
    put(made("mine", 0, 0.1))
    code, out, err = bench("table", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_words_that_a_newcomer_does_not_know_are_explained_below_the_table(put, bench):
    put(made("mine", 0, 0.1))
    out = bench("table", "1")[1]
    assert "Protocol: the digest of the rules that all rows share" in out and "Fold: a part of the pictures" in out


@pytest.mark.parametrize(
    ("key", "said"),
    [("halve_after", "stagnant epochs before the learning rate is halved 2"), ("batch_size", "batch size 2")],
)
def test_a_recipe_that_differs_is_told_in_words(put, bench, key, said):
    record = made("mine", 0, 0.1, recipe={"epochs": 5, key: 2})
    put(replace(record, config_recipe={"epochs": 5, key: 7}))
    assert f"mine: {said} (others 7)" in bench("table", "1")[1]


def test_a_table_names_the_other_protocols_that_have_records(put, bench):
    put(made("mine", 0, 0.1, protocol="p1", day=1), made("mine", 0, 0.2, protocol="p2", day=2, k=3))
    out = bench("table", "1")[1]
    assert "Not shown: records of synthetic under other protocols: p1 (caption with; 10 folds; last used" in out
    assert "under other protocols: p2" in bench("table", "1", "--protocol", "p1")[1]


def test_notes_name_the_models_of_a_label_that_two_share(put, bench):
    departs = {"label": "GraphConv", "departures": ["without pooling"]}
    put(made("gcn", 0, 0.1, **departs), made("graphconv", 0, 0.2, label="GraphConv"))
    assert "GraphConv (gcn) departs from its source: without pooling" in bench("table", "1")[1]
