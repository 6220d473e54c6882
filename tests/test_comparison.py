import json

import numpy as np
import pytest
from typer.testing import CliRunner

from bench.cli.main import app
from bench.errors import BenchError
from bench.figures.confusion import draw as draw_confusion
from bench.figures.critical_difference import groups
from bench.specs import Column
from bench.store.store import Store
from bench.tables.comparison import compare
from bench.tables.selection import select
from tests.table_records import made

BETTER = {"mvaema": 0.8, "llava": 0.6, "blind": 0.59}


@pytest.fixture
def store(tmp_path):
    kept = Store(tmp_path)
    random = np.random.default_rng(0)
    for model, level in BETTER.items():
        for fold in range(6):
            record = made(model, fold, level + random.normal(0, 0.01))
            kept.write_record(f"{model}-{fold}", record)
    return kept


def found(store, models=tuple(BETTER), metric="bleu2"):
    return compare(select(store, "vqa", None, None), store, models, Column(metric, metric))


def test_a_clear_difference_has_a_winner_and_a_small_one_has_none(store):
    by_pair = {frozenset((pair.first, pair.second)): pair for pair in found(store).pairs}
    labels = {name: found(store, (name, "mvaema" if name != "mvaema" else "blind")).pairs[0].first for name in BETTER}
    clear = by_pair[frozenset((labels["mvaema"], labels["llava"]))]
    close = by_pair[frozenset((labels["llava"], labels["blind"]))]
    assert clear.verdict == f"{labels['mvaema']} is better" and clear.corrected >= clear.p
    assert close.verdict == "no difference shown"


def test_the_order_in_which_models_are_named_changes_no_verdict(store):
    forward, backward = found(store), found(store, tuple(BETTER)[::-1])
    assert sorted(pair.verdict for pair in forward.pairs) == sorted(pair.verdict for pair in backward.pairs)


@pytest.mark.parametrize(
    ("models", "metric", "said"),
    [(("mvaema", "lava"), "bleu2", "llava"), (("mvaema", "llava"), "bleu3", "bleu2")],
)
def test_an_unknown_name_gets_the_nearest(store, models, metric, said):
    with pytest.raises(BenchError, match=said):
        found(store, models, metric)


def test_models_without_a_common_fold_are_not_compared(store):
    store.write_record("late-9", made("late", 9, 0.5))
    with pytest.raises(BenchError, match="--folds all"):
        found(store, ("mvaema", "late"))


def test_the_command_prints_verdicts_and_draws_the_diagram(store, tmp_path):
    figure = tmp_path / "ranks.svg"
    arguments = ["compare", "all", "--task", "vqa", "--metric", "bleu2", "--store", str(store.root)]
    done = CliRunner().invoke(app, [*arguments, "--figure", str(figure)])
    assert done.exit_code == 0, done.output
    assert "is better" in done.output and "Friedman" in done.output
    assert figure.read_text().count("<svg") == 1
    data = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).output)
    assert data["folds"] == 6 and len(data["pairs"]) == 3


def test_models_within_the_critical_difference_are_joined():
    assert groups([1.0, 1.4, 2.2, 3.9], 1.0) == [(0, 1), (1, 2)]
    assert groups([1.0, 2.5, 4.0], 1.0) == []
    assert groups([1.0, 1.2, 1.4], 1.0) == [(0, 2)]


def test_a_confusion_matrix_is_drawn_whatever_its_names(tmp_path):
    path = tmp_path / "confusion.svg"
    draw_confusion(np.array([[3, 1], [0, 0]]), ("a_$x$_b", "<&>"), "Model $ <", path)
    assert "<svg" in path.read_text()
