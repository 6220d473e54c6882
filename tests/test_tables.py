import csv
import io
import json
import re

import pytest

from bench.store import Store

METRICS = ("bleu2", "bleu4", "rouge1", "rouge2", "rougeL", "meteor", "facts", "length_ratio")
CLEAR = {"split": {"k": 10}, "repeats": 1, "task": {"caption": "with"}}


def _record(model, fold, value, *, protocol="p1", dataset="synthetic", control=False, code="now", day=1, **about):
    return {
        "cell": {"task": "vqa", "dataset": dataset, "model": model, "fold": fold, "repeat": 0, "protocol": protocol},
        "protocol": CLEAR,
        "model": {
            "label": about.get("label", model),
            "family": "f",
            "family_label": "F",
            "order": 1,
            "control": control,
            "variant_of": None,
            "footnote": about.get("footnote", ""),
            "settings": about.get("settings", {}),
            "deviations": about.get("deviations", []),
            "recipe": about.get("recipe", {"epochs": 5}),
        },
        "config_recipe": {"epochs": 5},
        "stages": {"train": "t", "predict": "p", "score": "s"},
        "code": {"train": code, "predict": code, "score": code},
        "metrics": {name: {"value": value, "error": 0.01} for name in METRICS},
        "n": 10,
        "caveat": about.get("caveat", ""),
        "timings": {},
        "environment": {},
        "finished": f"2026-01-{day:02d}T00:00:00",
    }


@pytest.fixture
def put(store):
    """Write records into the default store."""
    kept = Store(store)
    kept.prepare()

    def write(*records):
        for number, record in enumerate(records):
            kept.write_record(f"{record['cell']['model']}{len(list((store / 'cells').iterdir()))}{number}", record)

    return write


def _rows(bench, *arguments):
    code, out, err = bench("table", "1", "--format", "csv", *arguments)
    assert code == 0, err
    return {(row["model"], row["column"]): row for row in csv.DictReader(io.StringIO(out))}


def test_mean_and_sample_deviation_over_folds_with_their_number(put, bench):
    put(_record("mine", 0, 0.1), _record("mine", 1, 0.3))
    cell = _rows(bench)["mine", "METEOR"]
    assert float(cell["value"]) == pytest.approx(0.2)
    assert float(cell["std"]) == pytest.approx(0.1 * 2**0.5)
    assert cell["n"] == "2"
    assert "0.200 ± 0.141" in bench("table", "1")[1]


def test_with_one_fold_no_deviation_is_printed(put, bench):
    put(_record("mine", 0, 0.1))
    assert _rows(bench)["mine", "METEOR"]["std"] == ""
    assert re.search(r"mine‡ +\| measured \| 0.100 +\|", bench("table", "1", "--no-published")[1])


def test_zero_is_printed(put, bench):
    put(_record("mine", 0, 0.0))
    assert re.search(r"mine‡ +\| measured \| 0.000 +\|", bench("table", "1")[1])


def test_published_numbers_stand_beside_measured_ones(put, bench):
    put(_record("llava", 0, 0.5))
    row = _rows(bench)["llava", "BLEU-2"]
    assert (row["value"], row["published"], row["published_std"]) == ("0.5", "0.62", "0.07")
    assert "published" not in _rows(bench, "--no-published")["llava", "BLEU-2"]


def test_the_best_is_bold_but_never_a_control(put, bench):
    put(_record("one", 0, 0.1), _record("two", 0, 0.4), _record("cheat", 0, 0.9, control=True))
    out = bench("table", "1", "--no-published")[1]
    assert "**0.400**" in out
    assert "**0.900**" not in out
    assert out.index("*controls*") < out.index("cheat")


def test_a_model_that_does_not_beat_a_control_is_footnoted(put, bench):
    put(_record("seeing", 0, 0.5), _record("asleep", 0, 0.2), _record("constant", 0, 0.3, control=True))
    out = bench("table", "1")[1]
    assert "asleep does not beat constant in facts" in out
    assert "seeing does not beat" not in out


def test_without_facts_the_controls_are_compared_in_another_column(put, bench):
    records = [_record("asleep", 0, 0.2), _record("constant", 0, 0.3, control=True)]
    for record in records:
        del record["metrics"]["facts"]
    put(*records)
    assert "asleep does not beat constant in METEOR" in bench("table", "1")[1]


def test_only_one_protocol_stands_in_a_table(put, bench):
    put(_record("one", 0, 0.1, protocol="aaa", day=1), _record("two", 0, 0.4, protocol="bbb", day=2))
    assert {model for model, _ in _rows(bench)} & {"one", "two"} == {"two"}
    assert {model for model, _ in _rows(bench, "--protocol", "aa")} & {"one", "two"} == {"one"}


def test_the_caption_names_dataset_protocol_and_folds(put, bench):
    put(_record("mine", 0, 0.1), _record("mine", 1, 0.3))
    caption = bench("table", "1")[1].splitlines()[0]
    assert "Dataset synthetic, protocol p1 (caption with), folds 0, 1 of 10" in caption


def test_records_of_other_settings_are_left_out_and_told(put, bench):
    put(_record("mine", 0, 0.1, settings={"depth": 1}, day=1), _record("mine", 1, 0.3, settings={"depth": 2}, day=2))
    assert _rows(bench)["mine", "METEOR"]["value"] == "0.3"
    assert "1 fold(s) with other settings or code are left out" in bench("table", "1")[1]


def test_missing_folds_differing_recipes_and_settings_are_footnoted(put, bench):
    put(
        _record("full", 0, 0.1),
        _record("full", 1, 0.1),
        _record("part", 0, 0.3, recipe={"epochs": 9}, deviations=["stem conv (default linear)"]),
    )
    out = bench("table", "1")[1]
    assert "part: 1 of 2 folds and repeats" in out
    assert "part: epochs 9 (others 5), stem conv (default linear)" in out


def test_records_of_changed_code_are_marked(put, bench):
    put(_record("llava", 0, 0.5, code="old"))
    out = bench("table", "1")[1]
    assert re.search(r"LLaVA†\s*\| measured", out), out
    assert "computed with code that has changed since" in out


def test_what_cannot_be_told_of_a_model_no_longer_installed_is_marked(put, bench):
    put(_record("gone", 0, 0.5, label="Gone"))
    assert re.search(r"Gone‡\s*\| measured", bench("table", "1")[1])
    (table,) = json.loads(bench("table", "1", "--format", "json")[1])
    assert [row["stale"] for row in table["rows"] if row["model"] == "gone"] == [None]


def test_what_a_reader_must_know_of_the_references_is_told_once(put, bench):
    put(_record("one", 0, 0.5, caveat="From labels alone."), _record("two", 0, 0.5, caveat="From labels alone."))
    assert bench("table", "1")[1].count("From labels alone.") == 1


def test_text_of_models_cannot_break_the_table(put, bench):
    put(_record("evil", 0, 0.5, label="a|b\x1b[31m<script>"))
    out = bench("table", "1")[1]
    assert "\x1b" not in out
    assert "a\\|b [31m&lt;script>" in out


def test_json_holds_every_number(put, bench):
    put(_record("mine", 0, 0.123456))
    (table,) = json.loads(bench("table", "vqa", "--format", "json")[1])
    (row,) = [row for row in table["rows"] if row["model"] == "mine"]
    assert row["cells"]["METEOR"]["value"] == 0.123456
    assert (table["dataset"], table["protocol"]) == ("synthetic", "p1")


def test_out_writes_a_file(put, bench, tmp_path):
    put(_record("mine", 0, 0.1))
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
    ],
)
def test_a_mistake_is_one_sentence(put, bench, arguments, message):
    put(_record("mine", 0, 0.1))
    code, out, err = bench("table", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
