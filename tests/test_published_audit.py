"""Whether published numbers can be true: no check accuses true numbers, and each finds what contradicts."""

import csv
import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.api.audits import audit as audit_file
from bench.auditing.audit import audit, audit_of_the_paper, registered_checks
from bench.auditing.checks.deviation import greatest
from bench.auditing.checks.granularity import holds_mean_of_folds, holds_share
from bench.auditing.checks.harmonic import counts_allow, least_mean, most_of_defined
from bench.auditing.checks.mean_recall import missing
from bench.auditing.interval import Interval, harmonic_mean, hull, weighted_mean, within_units
from bench.auditing.publication import printed_range
from bench.auditing.reading import NUMBERS, STATEMENTS, TEXTS, publication_of, the_paper
from bench.auditing.sheet import sheet_lines
from bench.auditing.vocabulary import meaning
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.tables.audited import rendered, rows
from tests import audit_simulation
from tests.audit_experiments import made

SETTLED = settings(deadline=None, max_examples=100, derandomize=True, database=None)
SHARE = st.floats(0, 1)
CHECKS = registered_checks(Registry())


def audited(numbers, statements="", texts=""):
    """The audit of files given as texts, whose first line is their columns."""
    sheets = [
        sheet_lines(text.strip().replace("    ", ""), "made", columns) if text else ()
        for text, columns in ((numbers, NUMBERS), (statements, STATEMENTS), (texts, TEXTS))
    ]
    return audit(publication_of(*sheets, "made"), CHECKS)


def verdicts(numbers, statements="", texts=""):
    """Verdict and proof of each number that a check is on, by row and column."""
    report = audited(numbers, statements, texts)
    return {own.number.label: (own.verdict, own.proof) for own in report.numbers}


# ----------------------------------------------------------------------------------------------- false accusation


def test_no_true_experiment_is_impossible():
    counts = audit_simulation.verdicts(range(150))
    assert not [check for check, verdict in counts if verdict == "impossible"]
    assert {"harmonic-mean", "recalls", "means", "granularity", "top-k", "statements"} <= {check for check, _ in counts}


def test_no_true_score_of_texts_is_impossible():
    counts = audit_simulation.verdicts(range(10), with_texts=True)
    assert not [check for check, verdict in counts if verdict == "impossible"]
    assert {"text-scores", "printed-texts"} <= {check for check, _ in counts}


@pytest.mark.slow
def test_no_true_experiment_of_many_is_impossible():
    counts = audit_simulation.verdicts(range(200_000, 220_000))
    assert not [check for check, verdict in counts if verdict == "impossible"]


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("harmonic-mean: F1 of a class, raised by 0.02 to 0.2", 0.5),
        ("recalls: accuracy, by 0.05 to 0.3", 0.5),
        ("top-k: Top-1 and Top-5 exchanged", 1),
        ("granularity: the last digit of an accuracy, by 2", 0.5),
        ("statements: a difference", 0.9),
    ],
)
def test_planted_errors_are_noticed(name, least):
    verdicts = [audit_simulation.finds(audit_simulation.PLANTED[name], seed, 1.0) for seed in range(12)]
    planted = [verdict for verdict in verdicts if verdict is not None]
    assert planted and sum(map(bool, planted)) >= least * len(planted)


# ------------------------------------------------------------------------------------------------------- bounds


def scores(hits, missed, false):
    """Precision, recall and F1 of a class."""
    return (
        hits / (hits + false) if hits + false else 0.0,
        hits / (hits + missed) if hits + missed else 0.0,
        2 * hits / (2 * hits + missed + false) if hits + missed + false else 0.0,
    )


PARTS = st.lists(st.tuples(*[st.integers(0, 9)] * 3).map(lambda counts: scores(*counts)), min_size=1, max_size=6)


@SETTLED
@given(PARTS)
def test_a_mean_of_f1_lies_within_its_bounds(parts):
    precision, recall, f1 = (sum(column) / len(parts) for column in zip(*parts, strict=True))
    assert least_mean(precision, recall, len(parts)) - 1e-9 <= f1 <= harmonic_mean(precision, recall) + 1e-9
    assert least_mean(precision, recall, None) <= least_mean(precision, recall, len(parts)) + 1e-9


@SETTLED
@given(PARTS)
def test_a_mean_of_f1_where_it_is_defined_lies_below_its_bound(parts):
    defined = [part[2] for part in parts if part[0] > 0 and part[1] > 0]
    precision, recall, _ = (sum(column) / len(parts) for column in zip(*parts, strict=True))
    if defined:
        bound = most_of_defined(Interval(precision, precision), Interval(recall, recall), len(parts))
        assert sum(defined) / len(defined) <= bound + 1e-9


def test_the_least_mean_of_two_runs_is_reached_by_two_runs():
    # the fractional precision and the fractional recall in different runs
    assert least_mean(0.9, 0.9, 2) == pytest.approx((harmonic_mean(0.8, 1) + harmonic_mean(1, 0.8)) / 2)
    assert least_mean(0.9, 0.9, 1) == pytest.approx(0.9)
    assert least_mean(0.5, 0.5, 3) == 0 and least_mean(0.75, 0.5, None) == pytest.approx(0.25)


def test_nothing_is_left_out_where_averages_are_too_high_for_it():
    high = Interval(0.97, 0.97)
    assert most_of_defined(high, high, 20) == pytest.approx(0.97)
    assert most_of_defined(high, high, None) == 1
    assert most_of_defined(Interval(0.25, 0.25), Interval(1, 1), 4) == 1  # one fold of four holds the class


@SETTLED
@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), st.integers(2, 4))
def test_the_counts_behind_printed_scores_allow_them(hits, missed, false, digits):
    printed = [printed_range(round(score, digits), digits, "rounded") for score in scores(hits, missed, false)]
    assert counts_allow(hits + missed, *printed)


def test_whole_counts_can_exclude_what_the_harmonic_mean_allows():
    # of four cases, recall 0.75 is three hits; precision 0.8 then needs 3.75 predictions
    exact = [Interval(x, x) for x in (0.8, 0.75, harmonic_mean(0.8, 0.75))]
    assert not counts_allow(4, *exact)
    assert counts_allow(8, Interval(0.75, 0.75), Interval(0.75, 0.75), Interval(0.75, 0.75))
    assert not counts_allow(8, Interval(0.75, 0.75), Interval(0.75, 0.75), Interval(0.74, 0.745))


@SETTLED
@given(st.data())
def test_shares_and_means_over_folds_are_attained(data):
    cases, folds, repeats = data.draw(st.integers(4, 40)), data.draw(st.integers(1, 4)), data.draw(st.integers(1, 2))
    sizes = [cases // folds + (fold < cases % folds) for fold in range(folds)] * repeats
    right = [data.draw(st.integers(0, size)) for size in sizes]
    mean = sum(number / size for number, size in zip(right, sizes, strict=True)) / len(sizes)
    assert holds_mean_of_folds(Interval(mean, mean), cases, folds, repeats)
    assert holds_share(Interval(sum(right) / cases / repeats, sum(right) / cases / repeats), cases * repeats)


def test_no_whole_number_is_such_a_share():
    assert not holds_share(Interval(0.335, 0.345), 25) and holds_share(Interval(0.315, 0.325), 25)
    assert not holds_mean_of_folds(Interval(0.11, 0.12), 5, 2, 1)  # 1/4 and 1/6 are next to it
    assert holds_mean_of_folds(Interval(0.16, 0.17), 5, 2, 1) and holds_mean_of_folds(Interval(0.25, 0.25), 5, 2, 1)


@SETTLED
@given(st.lists(SHARE, min_size=2, max_size=8))
def test_no_deviation_exceeds_the_greatest(scores):
    mean = sum(scores) / len(scores)
    variance = sum((score - mean) ** 2 for score in scores) / (len(scores) - 1)
    assert variance**0.5 <= greatest(mean, len(scores)) + 1e-7


def test_the_greatest_deviation_is_that_of_a_constant_split():
    assert greatest(0.5, 2) == pytest.approx(0.5**0.5) and greatest(0.75, 2) == pytest.approx(0.125**0.5)
    assert greatest(0, 3) == 0 and greatest(1, 3) == pytest.approx(0)


@SETTLED
@given(st.lists(st.tuples(st.integers(1, 20), st.floats(0, 1)), min_size=1, max_size=6))
def test_an_average_recall_lies_within_the_bounds_that_accuracy_gives(classes):
    counts, recalls = zip(*classes, strict=True)
    accuracy = weighted_mean([Interval(x, x) for x in recalls], counts).low
    mean = sum(recalls) / len(recalls)
    assert 1 - missing(1 - accuracy, counts, rarest=True) - 1e-9 <= mean
    assert mean <= 1 - missing(1 - accuracy, counts, rarest=False) + 1e-9


def test_intervals():
    assert hull([Interval(0.1, 0.2), Interval(0.4, 0.5)]) == Interval(0.1, 0.5)
    assert weighted_mean([Interval(0, 0.5), Interval(1, 1)], [1, 3]) == Interval(0.75, 0.875)
    assert Interval(0, 0.5).meets(Interval(0.5, 1)) and not Interval(0, 0.4).meets(Interval(0.5, 1))
    assert within_units(Interval(0.9, 0.95), 2) == pytest.approx((0.8, 1)) and within_units(Interval(1, 1), None) == (
        0,
        1,
    )
    assert within_units(Interval(0.1, 0.2), 3) == pytest.approx((0, 0.6))
    assert printed_range(0.5, 1, "rounded") == pytest.approx((0.45, 0.55))
    assert printed_range(0.5, 1, "cut") == pytest.approx((0.5, 0.6))


# ------------------------------------------------------------------------------------------------------- checks

ONE = "table,row,column,value,category,folds,repeats,over_folds,counts,model\n"


@pytest.mark.parametrize(
    ("f1", "facts", "verdict", "words"),
    [
        ("0.965", "1,1,,", "possible", "one confusion table"),
        ("0.971", "1,1,,", "impossible", "0.9645 to 0.9655"),
        ("0.960", "1,1,,", "impossible", "cannot be that of one"),
        ("0.960", ",,,", "unless", "means over folds or runs."),
        ("0.960", "10,1,mean,", "possible", "agrees, as a mean"),
        ("0.971", ",,,", "unless", "F1 alone was averaged otherwise"),
        ("0.971", "10,2,,", "unless", "nor a mean over folds"),
        ("0.971", "10,2,mean,", "impossible", "at most 0.9655"),
        ("0.920", "10,2,mean,", "impossible", "at least 0.9290"),
        ("0.960", ",,pooled,", "possible", ""),
        ("0.960", "10,1,pooled,", "impossible", ""),
    ],
)
def test_f1_against_precision_and_recall(f1, facts, verdict, words):
    lines = [("precision", "0.967"), ("recall", "0.963"), ("F1", f1)]
    own = verdicts(ONE + "\n".join(f"1,tips,{column},{value},tips,{facts},m" for column, value in lines))
    assert own["tips F1"][0] == verdict and words in own["tips F1"][1]


def test_cut_digits_are_named_before_anything_is_called_impossible():
    lines = "table,row,column,value,n,folds,repeats\n1,m,accuracy,{},11,1,1"
    verdict, proof = verdicts(lines.format("0.63"))["m accuracy"]  # of 7/11 = 0.636
    assert verdict == "unless" and "unless digits were cut off, not rounded." in proof
    assert verdicts(lines.format("0.64"))["m accuracy"][0] == "possible"
    assert verdicts(lines.format("0.62"))["m accuracy"][0] == "impossible"


def test_numbers_beside_a_doubtful_one_are_not_called_wrong():
    lines = "1,tips,precision,0.967,tips,1,1,,,m\n1,tips,recall,0.963,tips,1,1,,,m\n1,tips,F1,0.971,tips,1,1,,,m"
    verdict, proof = verdicts(ONE + lines)["tips precision"]
    assert verdict == "unknown" and "which of them is wrong cannot be told" in proof


CLASSES = """table,row,column,value,category,model,classes,folds,repeats,counts
    1,a,recall,0.90,a,m,2,1,1,{}
    1,b,recall,0.80,b,m,2,1,1,{}
    {},all,{},{},,m,2,1,1,
"""


@pytest.mark.parametrize(
    ("table", "value", "counts", "verdict"),
    [
        ("1", "0.85", ("", ""), "possible"),
        ("1", "0.95", ("", ""), "impossible"),
        ("2", "0.95", ("", ""), "unless"),
        ("1", "0.88", ("10", "40"), "unless"),
        ("1", "0.82", ("10", "40"), "possible"),
    ],
)
def test_accuracy_against_the_recalls_of_the_classes(table, value, counts, verdict):
    assert verdicts(CLASSES.format(*counts, table, "accuracy", value))["all accuracy"][0] == verdict


@pytest.mark.parametrize(
    ("heading", "value", "verdict"),
    [
        ("macro recall", "0.85", "possible"),
        ("macro recall", "0.87", "impossible"),
        ("Avg-Recall", "0.82", "possible"),
        ("weighted recall", "0.82", "possible"),
        ("weighted recall", "0.85", "impossible"),
        ("Avg-Recall", "0.95", "unless"),
    ],
)
def test_an_average_against_its_classes(heading, value, verdict):
    assert verdicts(CLASSES.format("10", "40", "1", heading, value))[f"all {heading}"][0] == verdict


def test_an_average_recall_against_accuracy():
    lines = """table,row,column,value,model,classes,folds,repeats,counts,n
        1,all,accuracy,0.90,m,2,1,1,90 10,100
        1,all,macro recall,{},m,2,1,1,90 10,100
        1,all,weighted recall,{},m,2,1,1,90 10,100
    """
    own = verdicts(lines.format("0.60", "0.90"))
    assert own["all macro recall"][0] == own["all weighted recall"][0] == "possible"
    own = verdicts(lines.format("0.40", "0.92"))
    assert own["all macro recall"][0] == own["all weighted recall"][0] == "impossible"


def test_the_predictions_of_all_classes_are_as_many_as_the_cases():
    lines = """table,row,column,value,category,model,classes,folds,repeats,over_folds
        1,a,precision,0.70,a,m,2,{0}
        1,a,recall,0.90,a,m,2,{0}
        1,b,precision,{1},b,m,2,{0}
        1,b,recall,0.80,b,m,2,{0}
    """
    assert verdicts(lines.format("1,1,", "0.90"))["b precision"][0] == "possible"
    assert verdicts(lines.format("1,1,", "0.75"))["b precision"][0] == "unless"
    assert verdicts(lines.format("5,1,mean", "0.75"))["b precision"][0] == "possible"


@pytest.mark.parametrize(("top1", "top5", "classes", "verdict"), [
    ("0.50", "0.60", "", "possible"), ("0.50", "0.50", "", "possible"), ("0.61", "0.59", "", "impossible"),
    ("0.50", "0.98", "5", "impossible"), ("0.50", "0.99", "5", "unless"), ("0.50", "1.00", "5", "possible"),
])  # fmt: skip
def test_top_5_against_top_1(top1, top5, classes, verdict):
    lines = f"table,row,column,value,classes\n1,m,Top-1,{top1},{classes}\n1,m,Top-5,{top5},{classes}"
    assert verdicts(lines)["m Top-5"][0] == verdict


def test_a_number_in_two_tables():
    lines = "table,row,column,value,model,dataset\n1,m,BLEU-4,0.51,m,\n2,m,BLEU-4,{},m,{}"
    assert [own.verdict for own in audited(lines.format("0.512", "")).numbers] == ["possible"] * 2
    assert [own.verdict for own in audited(lines.format("0.53", "")).numbers] == ["unknown", "unless"]
    assert [own.verdict for own in audited(lines.format("0.53", "other")).numbers] == ["unknown"] * 2


@pytest.mark.parametrize(
    ("value", "facts", "verdict"),
    [
        ("0.35", "20,1,1", "possible"),
        ("0.36", "20,1,1", "impossible"),
        ("0.36", "20,1,", "unless"),
        ("0.36", "20,,", "unless"),
        ("0.36", "25,1,1", "possible"),
        ("0.38", "20,1,2", "possible"),
        ("0.36", "20,4,1", "unless"),
    ],
)
def test_a_share_of_few_cases(value, facts, verdict):
    own = verdicts(f"table,row,column,value,n,folds,repeats\n1,m,accuracy,{value},{facts}")
    assert own["m accuracy"][0] == verdict


def test_an_accuracy_below_a_constant_answer_is_possible_and_remarked():
    lines = "table,row,column,value,counts\n1,m,accuracy,{},50 30 20"
    low, high = (audited(lines.format(value)).numbers[0] for value in ("0.45", "0.55"))
    assert (low.verdict, low.is_remarkable) == ("possible", True) and "below 0.50" in low.proof
    assert (high.verdict, high.is_remarkable) == ("possible", False)
    assert audited("table,row,column,value,counts\n1,m,accuracy,0.01,5000 3000 2000").numbers[0].verdict == "unless"


def test_a_deviation_that_scores_of_0_to_1_cannot_have():
    lines = "table,row,column,value,std,folds,repeats\n1,m,BLEU-4,0.90,{},{}"
    assert verdicts(lines.format("0.10", "5,1"))["m BLEU-4"][0] == "possible"
    assert verdicts(lines.format("0.45", "5,1"))["m BLEU-4"][0] == "unless"
    assert verdicts(lines.format("0.45", ","))["m BLEU-4"][0] == "unless"


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (("BLEU-4", "0.50"), ("BLEU-2", "0.60"), "possible"),
        (("BLEU-4", "0.70"), ("BLEU-2", "0.60"), "unless"),
        (("ROUGE-L", "0.70"), ("ROUGE-1", "0.60"), "unless"),
        (("ROUGE-2", "0.70"), ("ROUGE-1", "0.60"), "unless"),
        (("ROUGE-2", "0.70"), ("ROUGE-L", "0.60"), "unknown"),
        (("METEOR", "0.70"), ("ROUGE-1", "0.60"), "unknown"),
    ],
)
def test_orders_of_scores_of_texts(first, second, verdict):
    lines = "\n".join(f"1,m,{column},{value}" for column, value in (first, second))
    assert verdicts(f"table,row,column,value\n{lines}")[f"m {first[0]}"][0] == verdict


def test_scores_are_computed_again_from_printed_texts():
    numbers = "table,row,column,value\n1,a,{0},{1}\n1,b,{0},{2}\n1,c,{0},{3}"
    texts = """table,row,reference,answer
        1,a,the wires are thin and long,the wires are thin and straight
        1,b,small round particles lie apart,small round particles lie together
        1,c,a dense rough film,a dense smooth film
    """
    own = verdicts(numbers.format("BLEU-2", "0.816", "0.775", "0.500"), texts=texts)
    assert [verdict for verdict, _ in own.values()] == ["possible"] * 3, own
    own = verdicts(numbers.format("BLEU-2", "0.816", "0.775", "0.600"), texts=texts)
    assert (
        own["c BLEU-2"][0] == "unless"
        and "is not the score of the printed answer, which is 0.5000" in own["c BLEU-2"][1]
    )
    own = verdicts(numbers.format("ROUGE-L", "0.833", "0.800", "0.750"), texts=texts)
    assert [verdict for verdict, _ in own.values()] == ["possible"] * 3, own


NUMBERS_STATED = (
    "table,row,column,value\n1,ours,Top-1,0.947\n1,theirs,Top-1,0.749\n1,ours,Top-5,0.97\n1,theirs,Top-5,0.99"
)


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("relative change,26.44%,1 / ours / Top-1,1 / theirs / Top-1", "possible"),
        ("relative change,26.7%,1 / ours / Top-1,1 / theirs / Top-1", "impossible"),
        ("relative change,19.8%,1 / ours / Top-1,1 / theirs / Top-1", "unless"),
        ("relative change,-20.9%,1 / theirs / Top-1,1 / ours / Top-1", "possible"),
        ("relative change,20.9%,1 / theirs / Top-1,1 / ours / Top-1", "possible"),
        ("ratio,1.26,1 / ours / Top-1,1 / theirs / Top-1", "possible"),
        ("ratio,1.28,1 / ours / Top-1,1 / theirs / Top-1", "impossible"),
        ("difference,0.198,1 / ours / Top-1,1 / theirs / Top-1", "possible"),
        ("difference,0.2,1 / ours / Top-1,1 / theirs / Top-1", "possible"),
        ("difference,0.21,1 / ours / Top-1,1 / theirs / Top-1", "impossible"),
        ("highest,,1 / ours / Top-1,1 / * / *", "possible"),
        ("highest,,1 / ours / *,1 / * / *", "unless"),
        ("highest,,1 / theirs / Top-1,1 / * / *", "impossible"),
        ("count,2,1 / * / Top-1,", "possible"),
        ("count,3,1 / * / Top-1,", "impossible"),
    ],
)
def test_statements_of_the_text(statement, verdict):
    report = audited(NUMBERS_STATED, f"quote,kind,value,of,against\nso,{statement}")
    assert report.statements[0].finding.verdict == verdict


def test_a_stranger_s_check_that_fails_names_itself():
    def broken(_):
        raise ValueError("no")

    with pytest.raises(BenchError, match="check 'theirs' fails: ValueError: no"):
        audit(the_paper(), {"theirs": broken})


# ---------------------------------------------------------------------------------------------------- the paper


def test_the_paper_s_numbers_have_the_verdicts_of_the_page():
    report = audit_of_the_paper()
    doubtful = {(own.number.table, own.number.label) for own in report.numbers if own.is_doubtful}
    assert (
        len(report.numbers) == 228 and report.count("impossible") == 0 and report.count("unless") == len(doubtful) == 19
    )
    assert {("2", "MVaEMa Top-1"), ("6", "w/o CSA Avg-F1 Score"), ("7", "row 8 BLEU-2")} <= doubtful
    beyond_means = [own.number.row for own in report.numbers if own.is_doubtful and "nor a mean" in own.proof]
    assert beyond_means == ["Tips", "Fibres", "Films Coated Surface", "Nanowires", "w/o CSA"]
    assert [own.finding.verdict for own in report.statements].count("unless") == 2


def test_printed_texts_are_those_of_table_7():
    scored = [own for own in audit_of_the_paper().numbers if own.number.table == "7"]
    assert sum(own.check == "printed-texts" and own.verdict == "possible" for own in scored) == 24


@pytest.mark.parametrize("form", ["markdown", "latex", "html", "csv", "json"])
def test_every_format_has_every_doubtful_number(form):
    text = rendered(audit_of_the_paper(), "the paper", form, every=False)
    assert text.count("0.971") >= 1 and "nor a mean over folds" in text


def test_json_is_a_list_of_all_numbers_and_statements():
    listed = json.loads(rendered(audit_of_the_paper(), "the paper", "json", every=False))
    assert len(listed) == 228 + 7
    assert {"table", "row", "column", "value", "verdict", "proof"} <= listed[0].keys()
    assert {line["verdict"] for line in listed} <= {"impossible", "unless", "possible", "unknown"}
    assert len(rows(audit_of_the_paper())) == len(listed)


def test_a_file_gives_the_same_as_its_parts(tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("Table;Row;Column;Value;folds;repeats;category\n1;a;Precision;96.7%;1;1;a\n1;a;Recall;96.3%;1;1;a\n"
                    "1;a;F1-Score;97.1%;1;1;a\n", encoding="utf-8-sig")  # fmt: skip
    report = audit_file(path)
    assert [own.verdict for own in report.data.numbers] == ["unknown", "unknown", "impossible"]
    assert len(report.problems) == 1 and "impossible" in report.render() and "F1 0.971" in str(report)
    report.save(tmp_path / "out.csv")
    assert len([*csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text()))]) == 3


# ------------------------------------------------------------------------------------------------------ reading


@pytest.mark.parametrize(
    ("heading", "metric", "average"),
    [
        ("Top-1", "accuracy", ""),
        ("Top-5 Acc. (%)", "top5", ""),
        ("Acc@1", "accuracy", ""),
        ("Accuracy", "accuracy", ""),
        ("Avg-F1 Score", "f1", ""),
        ("Macro F1", "f1", "macro"),
        ("weighted avg precision", "precision", "weighted"),
        ("Sensitivity", "recall", ""),
        ("Balanced accuracy", "recall", "macro"),
        ("BLEU", "bleu4", ""),
        ("BLEU-2", "bleu2", ""),
        ("ROUGE-L", "rougeL", ""),
        ("ROUGE-1 (F)", "rouge1", ""),
        ("METEOR", "meteor", ""),
        ("Params (M)", "", ""),
        ("mAP", "", ""),
        ("F2", "", ""),
        ("CIDEr", "", ""),
    ],
)
def test_what_headings_mean(heading, metric, average):
    assert meaning(heading) == (metric, average)


def test_a_class_named_in_the_heading_is_no_part_of_the_metric():
    own = audited("table,row,column,value,category\n1,Tips,Tips Recall,0.9,Tips").numbers[0].number
    assert own.metric == "recall" and own.label == "Tips Recall"


def test_digits_of_a_percentage_and_of_a_file_without_trailing_zeros():
    first, second, third = (
        own.number
        for own in audited("table,row,column,value,digits\n1,a,F1,57.0%,\n1,b,F1,.57,3\n1,c,Size,12.5,").numbers
    )
    assert first.range() == second.range() == pytest.approx((0.5695, 0.5705))
    assert (third.metric, third.digits) == ("", 1)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("table,row,value\n1,a,0.5", "no column 'column'"),
        ("table,row,column,value,fold\n1,a,F1,0.5,1", "did you mean 'folds'"),
        ("table,row,column,value,value\n1,a,F1,0.5,1", "more than one column 'value'"),
        ("table,row,column,value", "no line below"),
        ("table,row,column,value\n1,a,F1,57.0", "is outside of 0 to 1; write percent as 57.0%"),
        ("table,row,column,value\n1,a,F1,-0.1", "is outside of 0 to 1"),
        ("table,row,column,value\n1,a,F1,much", "value 'much' is no number"),
        ("table,row,column,value\n1,a,F1,nan", "is no number"),
        ("table,row,column,value\n1,a,F1,", "has no value"),
        ("table,row,column,value\n1,a,F1,0.5\n1,a,F1,0.6", "prints a F1 of table 1 again, as line 2 does"),
        ("table,row,column,value\n1,a,F1,0.5,6", "has 5 fields and the head 4"),
        ("table,row,column,value,metric\n1,a,X,0.5,presicion", "did you mean 'precision'"),
        ("table,row,column,value,average\n1,a,F1,0.5,mean", "unknown average"),
        ("table,row,column,value,over_folds\n1,a,F1,0.5,yes", "unknown over_folds"),
        ("table,row,column,value,digits\n1,a,F1,0.512,2", "has more than 2 digits"),
        ("table,row,column,value,folds\n1,a,F1,0.5,0", "folds '0' is no whole number from 1"),
        ("table,row,column,value,std\n1,a,F1,0.5,-0.1", "std '-0.1' is negative"),
        ("table,row,column,value,counts,n\n1,a,Top-1,0.5,3 4,8", "counts sum to 7 and n is 8"),
        ("table,row,column,value,counts,classes\n1,a,Top-1,0.5,3 4,3", "there are 2 counts and 3 classes"),
        ("table,row,column,value,counts,category\n1,a,Recall,0.5,3 4,a", "are of one category"),
        ("table,row,column,value,counts\n1,a,Recall,0.5,3 x", "are no whole numbers"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_a_sentence(lines, words):
    with pytest.raises(BenchError, match=re.escape(words)):
        audited(lines)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("so,better,1%,1 / ours / Top-1,1 / theirs / Top-1", "unknown kind"),
        ("so,ratio,1.2,1 / ours / Top-1,1 / * / Top-1", "against one other, not of 1 against 2"),
        ("so,ratio,1.2,1 ours Top-1,1 / theirs / Top-1", "is not of the form TABLE / ROW / COLUMN"),
        ("so,ratio,1.2,1 / our / Top-1,1 / theirs / Top-1", "did you mean '1 / ours / Top-1'"),
        ("so,highest,,1 / ours / Top-1,", "names no numbers"),
        (",highest,,1 / ours / Top-1,1 / * / *", "has no quote"),
        ("so,count,many,1 / ours / Top-1,", "is no number"),
    ],
)
def test_a_statement_that_cannot_be_is_refused_in_a_sentence(statement, words):
    with pytest.raises(BenchError, match=re.escape(words)):
        audited(NUMBERS_STATED, f"quote,kind,value,of,against\n{statement}")


def test_texts_without_scores_are_refused():
    with pytest.raises(BenchError, match="unknown table and row"):
        audited(NUMBERS_STATED, texts="table,row,reference,answer\n1,nobody,a,b")
    with pytest.raises(BenchError, match="lacks the reference or the answer"):
        audited(NUMBERS_STATED, texts="table,row,reference,answer\n1,ours,a,")


def test_made_experiments_are_the_same_for_a_seed():
    assert made(7) == made(7) != made(8)
