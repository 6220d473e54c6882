"""The paper's printed numbers are all there, each once, under the names tables ask for."""

import csv
from collections import Counter, defaultdict
from importlib.resources import files

import pytest

from bench.tasks.metrics.text import METRICS

LINES = list(csv.DictReader(files("bench.results").joinpath("published.csv").read_text("utf-8").splitlines()))
VALUES = {(int(line["table"]), line["model"], line["column"]): line["value"] for line in LINES}

SUMS = {  # table: how many numbers, and their sum as printed
    1: (24, "16.964"),
    2: (70, "45.102"),
    3: (38, "28.744"),
    4: (30, "28.943"),
    5: (18, "12.841"),
    6: (18, "15.298"),
    7: (30, "26.918"),
}
COLUMNS = {
    1: {"BLEU-2", "BLEU-4", "ROUGE-1", "ROUGE-2", "ROUGE-L", "METEOR"},
    2: {"Top-1", "Top-5"},
    3: {"Top-1", "Top-5"},
    5: {"BLEU-4", "ROUGE-L", "METEOR"},
    6: {"Avg-Precision", "Avg-Recall", "Avg-F1 Score"},
}
HEADINGS = {4: ("Precision", "Recall", "F1 Score"), 7: ("BLEU-2", "ROUGE-L", "METEOR")}


def of(table: int) -> list[dict[str, str]]:
    return [line for line in LINES if line["table"] == str(table)]


def test_the_columns_are_those_promised() -> None:
    printed = ["table", "block", "row", "model", "column", "value", "std", "source"]
    for_the_audit = ["metric", "category", "dataset", "counts", "n", "classes", "folds", "repeats"]
    assert list(LINES[0]) == printed + for_the_audit


@pytest.mark.parametrize("table", SUMS)
def test_numbers_of_a_table_count_and_sum_as_printed(table: int) -> None:
    numbers = [float(line["value"]) for line in of(table)]
    assert (len(numbers), f"{sum(numbers):.3f}") == SUMS[table]


def test_all_228_numbers_are_unique_by_table_model_and_column() -> None:
    assert len(LINES) == len(VALUES)
    assert sum(line["source"] == "paper" for line in LINES) == 228


def test_every_number_has_three_decimals_and_only_table_1_has_deviations() -> None:
    for line in LINES:
        printed = (line["value"], line["std"]) if line["table"] == "1" else (line["value"],)
        assert all(number.startswith("0.") and len(number) == 5 for number in printed), line
        assert bool(line["std"]) == (line["table"] == "1")
    assert f"{sum(float(line['std']) for line in of(1)):.3f}" == "1.205"


@pytest.mark.parametrize("table", COLUMNS)
def test_every_model_of_a_table_has_every_column(table: int) -> None:
    columns = defaultdict(set)
    for line in of(table):
        columns[line["model"]].add(line["column"])
    assert all(found == COLUMNS[table] for found in columns.values())


@pytest.mark.parametrize("table", HEADINGS)
def test_a_table_of_one_model_names_row_and_heading_in_its_column(table: int) -> None:
    assert {line["model"] for line in of(table)} == {"mvaema"}
    assert all(line["column"].removeprefix(f"{line['row']} ") in HEADINGS[table] for line in of(table))
    assert set(Counter(line["row"] for line in of(table)).values()) == {3}


def test_the_paper_has_55_baselines_beside_mvaema_and_its_variants() -> None:
    models = {line["model"] for line in LINES if line["source"] == "paper"}
    assert len({model for model in models if not model.startswith("mvaema")}) == 55
    assert {model for model in models if model.startswith("mvaema-")} == {
        f"mvaema-no-{part}" for part in ("itc", "itm", "sa", "ca", "csa")
    }
    blocks = Counter(line["block"] for line in of(2) + of(3) if line["column"] == "Top-1" and line["block"])
    assert blocks == {
        "ConvNets": 6,
        "VSL": 6,
        "Vision Transformers (ViTs)": 22,
        "GCL": 4,
        "Graph Neural Networks": 14,
    }


def test_rows_printed_alike_or_oddly_go_to_their_own_models() -> None:
    printed = {(line["table"], line["model"]): line["row"] for line in LINES}
    assert printed["3", "gcn"] == printed["3", "graphconv"] == "GraphConv"
    assert (VALUES[3, "gcn", "Top-1"], VALUES[3, "graphconv", "Top-1"]) == ("0.658", "0.509")
    assert printed["3", "appnp"] == "APNP"
    assert printed["5", "mvaema-no-itm"] == "w/o CTC"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ((1, "minigpt4", "ROUGE-L"), "0.753"),
        ((2, "t2tvit", "Top-1"), "0.749"),
        ((2, "dino", "Top-5"), "0.437"),
        ((3, "supergat", "Top-5"), "0.985"),
        ((4, "mvaema", "Fibres F1 Score"), "0.990"),
        ((5, "mvaema-no-csa", "METEOR"), "0.761"),
        ((6, "mvaema-no-ca", "Avg-Recall"), "0.872"),
        ((7, "mvaema", "row 8 METEOR"), "0.913"),
    ],
)
def test_a_number_stands_where_the_paper_prints_it(key: tuple[int, str, str], value: str) -> None:
    assert VALUES[key] == value


def test_the_gain_over_the_next_best_model_is_the_one_the_paper_states() -> None:
    others = [value for (table, model, column), value in VALUES.items() if (table, column) == (2, "Top-1")]
    mvaema, next_best = sorted(map(float, others))[:-3:-1]
    assert (mvaema, mvaema / next_best - 1) == (0.947, pytest.approx(0.2644, abs=1e-4))


def test_every_column_and_metric_is_defined_beside_the_numbers() -> None:
    readme = files("bench.results").joinpath("README.md").read_text("utf-8")
    for name in (*LINES[0], *METRICS, "facts"):
        assert f"| `{name}` |" in readme
