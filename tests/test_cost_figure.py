"""The figure of scores over the cost of training: what it shows, and that its labels can be read."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.figure import Figure

from bench.figures.cost import Point, Scatter, _scale, draw, pareto
from bench.figures.labels import Box, place, spread
from bench.store.record import StageTiming
from tests.table_records import classified


def _point(label, cost, score):
    return Point(label, "block", cost, score, 0.0)


def test_the_front_has_no_row_that_a_cheaper_one_equals():
    points = [_point("a", 1, 0.5), _point("b", 2, 0.5), _point("c", 3, 0.7), _point("d", 1, 0.4), _point("e", 9, 0.6)]
    assert [point.label for point in pareto(points)] == ["a", "c"]


def _boxes(axes):
    return [Box(*text.get_window_extent().extents) for text in axes.texts if text.get_text()]


def _axes():
    figure = Figure(figsize=(9, 7))
    axes = figure.subplots()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    return axes


def _overlapping(axes):
    return [pair for pair in combinations(_boxes(axes), 2) if pair[0].overlap(pair[1])]


@pytest.mark.parametrize("spread_out", [0.02, 0.1, 0.3])
def test_no_two_labels_overlap_however_close_the_points(spread_out):
    axes, random = _axes(), np.random.default_rng(0)
    where = (0.5 + spread_out * random.standard_normal((55, 2))).clip(0, 1).tolist()
    place(axes, [(x, y, f"Model number {number}", 0.02, number % 5 == 0) for number, (x, y) in enumerate(where)], [])
    assert len(axes.texts) == 55 and not _overlapping(axes)


def test_a_label_avoids_marks_bars_and_lines_where_there_is_room():
    axes = _axes()
    place(axes, [(0.5, 0.5, "first", 0.1, False), (0.53, 0.5, "second", 0.0, False)], [((0, 0.5), (1, 0.5))])
    line = float(axes.transData.transform((0, 0.5))[1])
    assert all(not box.low < line < box.high for box in _boxes(axes))


def test_labels_of_close_lines_stand_apart_and_within_the_figure():
    axes = _axes()
    spread(axes, [(f"control {number}", 0.99 + number / 1000) for number in range(8)])
    heights = sorted(float(text.get_window_extent().y0) for text in axes.texts)
    assert min(np.diff(heights)) > 6.5 * 100 / 72 and heights[-1] < axes.figure.bbox.y1


@pytest.fixture
def drawn(monkeypatch):
    calls = []
    monkeypatch.setattr("bench.figures.cost.draw", lambda costs, path: calls.append(costs))
    return calls


def _trained(record, seconds, flops=None):
    timings = {**record.timings, "train": StageTiming(seconds, 10)}
    training = {"epochs": 5, **({"training_flops": flops} if flops else {})}
    return replace(record, timings=timings, training=training)


def test_rows_stand_over_their_flops_and_controls_are_lines(put, bench, tmp_path, drawn):
    put(_trained(classified("cct", 0, 0.5), 3, 1e12), _trained(classified("cvt", 0, 0.2, error=0.04), 3, 4e12))
    put(classified("majority", 0, 0.3, family="control", block="Controls", order=9, control=True))
    code, _, err = bench("table", "2", "--figure", tmp_path / "c.svg")
    assert code == 0, err
    (costs,) = drawn
    assert (costs.unit, costs.score, costs.lines) == ("FLOPs", "Top-1", (("majority", 0.3),))
    assert costs.points == (
        Point("CCT", "Vision Transformers (ViTs)", 1e12, 0.5, 0.01, True),
        Point("CVT", "Vision Transformers (ViTs)", 4e12, 0.2, 0.04, False),
    )
    assert costs.bars == "standard error within a fold"


def test_bars_are_deviations_over_folds_where_there_are_several(put, bench, tmp_path, drawn):
    put(*(_trained(classified("cct", fold, 0.5 + fold / 10), 3, 1e12) for fold in range(2)))
    assert bench("table", "2", "--figure", tmp_path / "c.svg")[0] == 0
    assert drawn[0].points[0].bar == pytest.approx(0.1 / 2**0.5) and drawn[0].bars == "standard deviation over folds"


def test_without_the_flops_of_every_row_the_axis_is_time(put, bench, tmp_path, drawn):
    put(_trained(classified("cct", 0, 0.5), 3, 1e12), _trained(classified("cvt", 0, 0.2), 7))
    idle = replace(classified("pit", 0, 0.4), training=None)
    put(idle)
    assert bench("table", "2", "--figure", tmp_path / "c.svg")[0] == 0
    assert drawn[0].unit == "seconds" and [point.cost for point in drawn[0].points] == [3, 7]
    assert "not trained and not shown: PiT" in drawn[0].title


def test_a_table_of_which_nothing_was_trained_has_no_figure_of_cost(put, bench, tmp_path):
    put(classified("cct", 0, 0.5))
    code, _, err = bench("table", "2", "--figure", tmp_path / "c.svg")
    assert code == 2 and "no row of table 2 was trained" in err and not (tmp_path / "c.svg").exists()


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
@pytest.mark.parametrize("unit", ["seconds", "FLOPs"])
def test_the_figure_is_drawn_whatever_the_labels_say(tmp_path, suffix, unit):
    points = (Point("$x^2$ 纳米", "a_b", 3.0, 0.0, 0.0), Point("_hidden", "", 3.0, 0.0, 0.0, False))
    draw(Scatter(points, (("$", 0.0),), unit, "$score$", "title " * 60, "bars"), tmp_path / f"c{suffix}")
    assert (tmp_path / f"c{suffix}").stat().st_size > 1000


@pytest.mark.parametrize("unit", ["seconds", "FLOPs"])
@pytest.mark.parametrize("costs", [(1.31e12, 1.37e12), (3e12, 9e12), (1e9, 4e14), (2.0, 2.0), (70.0, 95.0), (4e3, 6e3)])
def test_the_axis_of_costs_has_several_ticks_however_narrow_its_range(unit, costs):
    axes = _axes()
    _scale(axes, Scatter(tuple(_point("a", cost, 0.5) for cost in costs), (), unit, "score", "", ""))
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.xaxis.get_major_locator()() if low <= tick <= high]
    labels = [text.get_text() for text in axes.get_xticklabels()]
    assert 2 <= len(ticks) <= 9 and len({*labels}) == len(ticks)
