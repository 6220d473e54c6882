"""Judges held against marks made by hand and against each other: the measured agreement is the known one."""

import csv
import json

import numpy as np
import pytest

import bench as api
from bench.errors import BenchError
from bench.statistics.agreement import agreement
from bench.tables.marks import FACT_MARKS, Unit, marks_by_hand, sheet
from tests.scripted_judge import ScriptedJudge

PAIRS = ("folds=0", "k=2", "synthetic.size=40", "synthetic.balanced=true", "vqa.questions=2", "image_size=32")
VALUES = (*FACT_MARKS.values(),)


@pytest.fixture
def judged(bench, endpoint):
    """Let a scripted judge of a name mark the answers of a control."""

    def call(name, judge, *options, models="majority,shotgun"):
        endpoint.writes = judge
        pairs = [part for text in (*PAIRS, f"vqa.judge=openai:{name}", *options) for part in ("--set", text)]
        code, out, err = bench("run", "--task", "vqa", "--models", models, *pairs)
        assert code == 0, out + err

    return call


def filled(file, marks):
    """Fill a sheet; ``marks`` makes each line's mark."""
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    out = file.with_name("filled.csv")
    with out.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows({**row, "mark": marks(row)} for row in rows)
    return out, rows


def test_alpha_is_that_of_the_books_example():
    """Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section A: binary, two observers: 0.095."""
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    own = agreement(first, second, range(10), (0, 1))
    assert own.alpha == pytest.approx(0.095, abs=0.001)
    assert own.table == ((5, 3), (1, 1)) and own.alike == 0.6 and own.units == own.clusters == 10
    assert own.low < own.alpha < own.high


def test_raters_that_agree_have_an_alpha_of_one_and_those_that_guess_of_none():
    random = np.random.default_rng(0)
    first, second = (random.choice(VALUES, 600).tolist() for _ in range(2))
    assert agreement(first, first, range(600), VALUES)[:3] == (1, 1, 1)
    own = agreement(first, second, range(600), VALUES)
    assert own.low < 0 < own.high and abs(own.alpha) < 0.1


def test_marks_of_one_value_have_no_alpha_and_of_one_picture_no_interval():
    assert agreement([1.0, 1.0], [1.0, 1.0], [1, 2], VALUES)[:3] == (None, None, None)
    assert agreement([1.0, 0.0], [1.0, 0.5], [1, 1], VALUES)[1:3] == (None, None)


def test_an_interval_is_wider_where_units_share_pictures():
    random = np.random.default_rng(1)
    truth = np.repeat(random.choice((0.0, 1.0), 30), 10)
    other = np.where(np.repeat(random.random(30) < 0.2, 10), 1 - truth, truth)
    own = agreement(truth.tolist(), other.tolist(), np.repeat(range(30), 10).tolist(), VALUES)
    alone = agreement(truth.tolist(), other.tolist(), range(300), VALUES)
    assert own.high - own.low > 1.5 * (alone.high - alone.low)


def test_the_measured_agreement_is_that_of_the_judges_known_errors(judged, bench, tmp_path):
    judge = ScriptedJudge(errors=10)
    judged("judge", judge)
    code, out, err = bench("judge", "sheet", tmp_path / "sheet.csv", "--count", 10_000)
    assert code == 0 and "lines to mark" in out, err
    file, rows = filled(tmp_path / "sheet.csv", lambda row: judge.truth(row["fact"], row["answer"]))
    wrong = sum(judge.errs(row["fact"], row["answer"]) for row in rows)
    assert 0 < wrong < len(rows) / 4
    code, out, err = bench("judge", "agree", "--marks", file, "--json")
    assert code == 0, err
    (pair,) = json.loads(out)
    assert (pair["first"], pair["second"]) == ("openai:judge", "filled.csv")
    assert pair["alike"] == pytest.approx(1 - wrong / len(rows)) and pair["units"] == len(rows)
    table = np.array(pair["table"])
    assert table.sum() - np.trace(table) == wrong
    assert pair["low"] <= pair["alpha"] <= pair["high"] <= 1
    shown = bench("judge", "agree", "--marks", file)[1]
    assert "alpha 0." in shown and "| correct" in shown


def test_two_judges_are_compared_in_the_same_way(judged, bench):
    first, second = ScriptedJudge(), ScriptedJudge(errors=15)
    judged("exact", first)
    judged("hasty", second)
    pair = api.rater_agreement().pairs[0]
    assert (pair.first, pair.second) == ("openai:exact", "openai:hasty")
    assert 0.5 < pair.agreement.alpha < 1
    code, out, _ = bench("judge", "agree", "--judges", "openai:hasty")
    assert code == 2
    assert "unknown judge of these records 'openai:nosuch'" in bench("judge", "agree", "--judges", "openai:nosuch")[2]


def test_one_judge_under_two_settings_is_two_raters_and_facts_are_not_compared_with_wholes(judged):
    judged("judge", ScriptedJudge(), models="majority")
    judged("judge", ScriptedJudge(), "openai:judge.temperature=0.5", models="majority")
    pair = api.rater_agreement().pairs[0]
    assert pair.agreement.alpha == 1 and pair.first.startswith("openai:judge (") and pair.first != pair.second
    judged("judge", ScriptedJudge(), "vqa.judge_by=mark", models="majority")
    assert len(api.rater_agreement().pairs) == 1


def test_a_sheet_tells_no_model_and_no_mark_and_cannot_compute():
    units = [Unit(f"u{place}", f"p{place % 3}", "=1+1", "@cmd", "-2: x", f"+{place}\n\t'") for place in range(9)]
    lines = [*csv.DictReader(sheet(units, 5, 0).splitlines(keepends=True))]
    assert len(lines) == 5 and {line["picture"] for line in lines} == {"p0", "p1", "p2"}
    assert all(line[name].startswith("'") for line in lines for name in ("question", "reference", "fact", "answer"))
    assert all(line["mark"] == "" and "model" not in line for line in lines)
    assert sheet(units, 5, 0) == sheet(units[::-1], 5, 0) != sheet(units, 5, 1)


FACTS = {"u1": "shape: round", "u2": "size: small", "w": ""}
UNITS = {key: Unit(key, "p", "q", "r", fact, "a") for key, fact in FACTS.items()}


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("key,mark\nu1,correct\n", {"u1": 1}),
        ("\ufeffMark;note;Key\r\n Partly ;x;u1\r\n3.0;;w\r\n", {"u1": 0.5, "w": 3}),
        ("key\tmark\nu1\t\nu2\tWRONG\n\n", {"u2": 0}),
        ("key,mark\nu1,correct\nu1,correct\n", {"u1": 1}),
    ],
)
def test_marks_are_read_as_persons_and_spreadsheets_write_them(tmp_path, text, marks):
    file = tmp_path / "marks.csv"
    file.write_text(text, newline="")
    assert marks_by_hand(file, UNITS).marks == marks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "have no column 'key' (they have: none)"),
        ("key,grade\nu1,correct\n", "have no column 'mark' (they have: 'key', 'grade')"),
        ("key,mark,mark\nu1,correct,wrong\n", "have more than one column 'mark'"),
        ("key,mark\nu1,good\n", "mark 'good' is none of wrong, partly, correct"),
        ("key,mark\nw,6\n", "mark '6' is none of 0, 1, 2, 3, 4, 5"),
        ("key,mark\nu1,3\n", "is none of wrong, partly, correct"),
        ("key,mark\nu9,correct\n", "line 2 of "),
        ("key,mark\nu1,correct\nu1,wrong\n", "u1 has another mark in an earlier line"),
        ("key,mark\nu1,\n", "has no marks; fill the column 'mark'"),
        ('key,mark\nu1,"correct\n', "is no CSV"),
    ],
)
def test_a_file_of_marks_that_is_wrong_is_one_sentence(tmp_path, text, words):
    file = tmp_path / "marks.csv"
    file.write_text(text)
    with pytest.raises(BenchError) as error:
        marks_by_hand(file, UNITS)
    assert words in str(error.value)


def test_a_file_of_marks_that_is_no_text_is_one_sentence(tmp_path):
    (tmp_path / "bytes.csv").write_bytes(b"key,mark\n\xff\xfe")
    for name, words in (("bytes.csv", "not UTF-8"), ("nosuch.csv", "cannot be read"), (".", "cannot be read")):
        with pytest.raises(BenchError, match=words):
            marks_by_hand(tmp_path / name, UNITS)


def test_a_sheet_is_never_written_over(judged, bench, tmp_path):
    judged("judge", ScriptedJudge(), models="majority")
    (tmp_path / "sheet.csv").write_text("marks\n")
    code, _, err = bench("judge", "sheet", tmp_path / "sheet.csv")
    assert code == 2 and "exists and may hold marks" in err
    assert (tmp_path / "sheet.csv").read_text() == "marks\n"
    assert "openai:judge alone marked them; add --marks FILE.csv" in bench("judge", "agree")[2]
