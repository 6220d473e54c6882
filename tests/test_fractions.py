"""Learning curves: models trained on fractions of the training side."""

import numpy as np
import pytest

from bench.data.splits import shrunk

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
    assert "fraction" not in out and "folds 0, 1" in out


def _texts(path):
    return path.read_text()


@pytest.mark.parametrize("asked", ["0", "0.1,1.2", "half", "0.1,", ""])
def test_a_fraction_that_is_none_is_refused(bench, asked):
    code, _, err = bench("run", "--task", "classification", "--models", "majority", "--fraction", asked)
    assert code == 2 and "fraction" in err and "Traceback" not in err
