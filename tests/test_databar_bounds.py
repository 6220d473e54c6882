"""Where a strip ends to be a data bar: on plain pictures of 200 by 200, on either side of every bound."""

import numpy as np
import pytest

from bench.data.databar import find_bars, without_bars

SIZE, TOP = 200, 160


def picture(top=TOP, end=TOP + 20, strokes=10, width=4, paper=255, ink=0):
    """Grey all over but for a strip with strokes, each so many pixels wide, on all of its rows."""
    drawn = np.full((SIZE, SIZE), 120, np.uint8)
    drawn[top:end] = paper
    for stroke in range(strokes):
        start = 5 + stroke * 190 // max(1, strokes)
        drawn[top:end, start : start + width] = ink
    return drawn


def bar(drawn):
    """The bar's rows; the same with black and white exchanged."""
    found = find_bars(np.stack([drawn, 255 - drawn]))
    assert found[0].tolist() == found[1].tolist()
    return tuple(found[0].tolist())


NONE, BAR = (0, 0), (TOP, TOP + 20)


@pytest.mark.parametrize(("height", "is_bar"), [(3, False), (4, True), (36, True), (37, False)])
def test_it_is_two_to_eighteen_hundredths_of_the_height(height, is_bar):
    assert bar(picture(end=TOP + height)) == ((TOP, TOP + height) if is_bar else NONE)


@pytest.mark.parametrize(
    ("top", "rows"), [(92, NONE), (105, (110, 125)), (110, (110, 130)), (178, (178, 198)), (180, (180, 200))]
)
def test_it_lies_in_the_lower_part_of_the_picture(top, rows):
    assert bar(picture(top, top + 20)) == rows


@pytest.mark.parametrize(("strokes", "is_bar"), [(0, False), (2, False), (3, True)])
def test_its_text_changes_six_times_along_a_row(strokes, is_bar):
    assert bar(picture(strokes=strokes)) == (BAR if is_bar else NONE)


@pytest.mark.parametrize(("strokes", "width", "is_bar"), [(9, 10, True), (7, 13, False), (10, 10, False)])
def test_ink_covers_less_than_half_of_it(strokes, width, is_bar):
    assert bar(picture(strokes=strokes, width=width)) == (BAR if is_bar else NONE)


@pytest.mark.parametrize(("rows", "is_bar"), [(4, True), (3, False)])
def test_ink_covers_a_hundredth_of_it(rows, is_bar):
    drawn = picture(strokes=0)
    drawn[TOP + 5 : TOP + 5 + rows, 20:120:10] = 0
    assert bar(drawn) == (BAR if is_bar else NONE)


@pytest.mark.parametrize(("paper", "is_bar"), [(239, True), (238, False)])
def test_paper_is_white_but_for_sixteen_levels(paper, is_bar):
    assert bar(picture(paper=paper)) == (BAR if is_bar else NONE)


@pytest.mark.parametrize(("ink", "is_bar"), [(165, True), (166, False)])
def test_ink_is_ninety_levels_off(ink, is_bar):
    assert bar(picture(ink=ink)) == (BAR if is_bar else NONE)


@pytest.mark.parametrize(("covered", "is_bar"), [(70, True), (71, False)])
def test_half_of_a_row_is_paper(covered, is_bar):
    drawn = picture(strokes=3, width=10)
    paper = np.flatnonzero(drawn[TOP] == 255)
    drawn[TOP : TOP + 20, paper[-covered:]] = 180  # neither paper nor ink
    assert bar(drawn) == (BAR if is_bar else NONE)


@pytest.mark.parametrize(
    ("rows", "left", "level", "closed"),
    [(10, 40, 255, True), (11, 40, 255, False), (10, 39, 255, False), (10, 40, 207, True), (10, 40, 206, False)],
)
def test_rows_that_a_scale_bar_covers_belong_to_it(rows, left, level, closed):
    drawn = picture(end=TOP + 30)
    drawn[TOP + 10 : TOP + 10 + rows] = 0
    drawn[TOP + 10 : TOP + 10 + rows, :left] = level
    found = bar(drawn)
    assert (found == (TOP, TOP + 30)) == closed and found[1] - found[0] in (10, 9, 30)


def test_text_of_five_changes_is_none():
    drawn = picture(strokes=2)
    drawn[TOP : TOP + 20, -4:] = 0
    assert bar(drawn) == NONE


@pytest.mark.parametrize("top", [112, SIZE - 22])
def test_a_mixed_row_belongs_to_it_where_one_row_of_specimen_is_left_beyond(top):
    drawn = picture(top, top + 20)
    drawn[[top - 1, top + 20]] = 154
    assert tuple(find_bars(drawn[None])[0]) == (top - 1, top + 21)


@pytest.mark.parametrize(("level", "rows"), [(154, (TOP - 1, TOP + 21)), (153, BAR)])
def test_a_row_that_is_mixed_of_both_at_its_border_belongs_to_it(level, rows):
    drawn = picture()
    drawn[TOP - 1] = drawn[TOP + 20] = level  # 101 of 135 levels from paper are less than three quarters
    assert tuple(find_bars(drawn[None])[0]) == rows


def test_of_several_that_with_the_busiest_row_is_taken():
    drawn = picture(120, 130, strokes=8)
    drawn[TOP:] = picture(strokes=9)[TOP:]
    assert bar(drawn) == BAR
    drawn[120:130] = picture(120, 130, strokes=10)[120:130]
    assert bar(drawn) == (120, 130)


def test_the_rest_of_a_picture_without_bar_stays():
    drawn = picture(strokes=0)
    assert np.array_equal(without_bars(drawn[None], np.array([[0, 0]]))[0], drawn)


def test_a_bar_is_filled_with_the_mean_of_what_is_above_and_below():
    drawn = picture(top=100, end=120)
    drawn[120:] = 40
    (blank,) = without_bars(drawn[None], np.array([[100, 120]]))
    assert set(np.unique(blank[100:120])) == {round((100 * 120 + 80 * 40) / 180)}
    assert np.array_equal(np.delete(blank, slice(100, 120), 0), np.delete(drawn, slice(100, 120), 0))
