"""Learning curves: models trained on fractions of the training side."""

from dataclasses import replace

import numpy as np
import pytest

from bench.data.splits import shrunk
from tests.table_records import made

LABELS = np.array([0] * 40 + [1] * 20 + [2] * 3)


def test_a_fraction_holds_as_much_of_every_category_and_lies_within_larger_ones():
    side = np.arange(1, len(LABELS))
    tenth, third = (shrunk(side, LABELS, fraction, 7) for fraction in (0.1, 0.3))
    assert np.bincount(LABELS[tenth]).tolist() == [4, 2, 1] and np.bincount(LABELS[third]).tolist() == [12, 6, 1]
    assert set(tenth) < set(third) < set(side)
    assert not np.array_equal(tenth, shrunk(side, LABELS, 0.1, 8))


def test_one_run_trains_on_every_fraction_and_the_table_sets_them_side_by_side(
    folder,
    classify,
    bench,
    store,
    tmp_path,
):
    code, _, err = classify(folder(8, 8, 8), "majority,pixels", "--set", "k=4", "--fraction", "0.5,1", "--folds", "0-1")
    assert code == 0 and "pixels fold 1 fraction 0.5: done" in err
    assert len(list((store / "cells").iterdir())) == 8
    code, out, _ = bench("table", "2", "--vary", "fraction", "--figure", tmp_path / "curve.svg")
    assert code == 0 and "fraction 0.5" in out and "fraction 1 " in out
    assert "pictures trained on" in _texts(tmp_path / "curve.svg")
    code, out, _ = bench("table", "2", "--no-published")
    assert "fraction" not in out.partition("Not shown: ")[0] and "folds 0, 1" in out


def _texts(path):
    return path.read_text()


@pytest.mark.parametrize("asked", ["0", "0.1,1.2", "half", "0.1,", ""])
def test_a_fraction_that_is_none_is_refused(bench, asked):
    code, _, err = bench("run", "--task", "classification", "--models", "majority", "--fraction", asked)
    assert code == 2 and "fraction" in err and "Traceback" not in err


def _curve(put, *levels, label="M"):
    """Records of a model on five folds, for fractions of 0.3 and 1."""
    records = []
    for fraction, level, pictures in ((0.3, levels[0], 12), (1.0, levels[1], 40)):
        for fold in range(5):
            record = made(
                "m", fold, level + fold / 100 + (fold % 2) / 200 * fraction, k=5, protocol=f"p{fraction}", label=label
            )
            split = {"k": 5, **({"fraction": fraction} if fraction < 1 else {})}
            sides = {"train": pictures, "validation": 4, "test": 10}
            records.append(replace(record, protocol={**record.protocol, "split": split}, sides=sides))
    put(*records)


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ((0.3, 0.6), "M, trained on 40 pictures instead of 12: facts +0.30"),
        ((0.3, 0.6), "It still rose at 5 %, so more labelled pictures should help."),
        ((0.6, 0.3), "It became worse at 5 %"),
        ((0.3, 0.301), "it is open whether more labelled pictures would help"),
    ],
)
def test_a_learning_curve_says_whether_more_pictures_would_help(put, bench, levels, sentence):
    _curve(put, *levels)
    code, out, err = bench("table", "1", "--vary", "fraction")
    assert code == 0, err
    assert sentence in out
