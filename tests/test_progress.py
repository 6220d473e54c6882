"""The bar of a long computation: what it shows at any width, and that it leaves the screen."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from bench.terminal.progress import LINE_SECONDS, CellProgress, Live, NoProgress

FIGURES = {"epoch": 3, "loss": 1.23456, "itc": 3.21, "itm": 0.6931, "lm": 0.1234, "val": 0.2345, "lr": 0.0012345}
WIDTHS = (40, 53, 80, 120, 200)


def frame(width, name="mvaema fold 0: training", done=1234, total=1944, **figures):
    """Return the line that a bar under way draws."""
    console = Console(force_terminal=True, width=width, file=io.StringIO(), color_system=None)
    live = Live(console)
    live.start(name, total)
    for part in range(1, 4):  # a pace is known
        live.advance(done * part // 3, **figures)
    with console.capture() as shown:
        console.print(live._bars.get_renderable())
    return shown.get()


@pytest.mark.parametrize("width", WIDTHS)
def test_bar_steps_and_time_show_on_one_line_at_every_width(width):
    text = frame(width, **FIGURES)
    assert text.count("\n") == 1 and len(text.rstrip("\n")) <= width
    assert "━" * 5 in text and " 1234/1944 " in text
    assert re.search(r" \d+:\d\d left *\n", text)


def test_a_name_of_any_length_is_cut_before_bar_steps_and_time_are():
    text = frame(40, name="instructblip fold 12 repeat 1: answering " * 3, **FIGURES)
    assert len(text.rstrip("\n")) <= 40 and text.startswith("instruct") and "…" in text
    assert "━" * 5 in text and "1234/1944" in text and " left" in text


def test_a_narrow_line_drops_whole_figures_from_the_last():
    shown = {width: [name for name in FIGURES if f" {name} " in frame(width, **FIGURES)] for width in WIDTHS}
    assert shown[40] == [] and shown[200] == list(FIGURES)
    for width, names in shown.items():
        assert names == list(FIGURES)[: len(names)], width
    assert shown[80] and "loss 1.235 " in frame(120, **FIGURES)
    assert len({*map(len, shown.values())}) > 2


def test_hours_are_shown_as_hours(monkeypatch):
    monkeypatch.setattr("rich.progress.Task.time_remaining", 12_345)
    assert "3:25:45 left" in frame(80)


def test_an_activity_of_one_step_shows_the_elapsed_time():
    text = frame(80, name="mvaema fold 0: scoring 240 answers", done=0, total=1)
    assert "0/1" not in text and "left" not in text and text.rstrip().endswith("0:00 gone")


def test_the_last_bar_leaves_the_screen():
    stream = io.StringIO()
    with Live(Console(force_terminal=True, width=80, file=stream, color_system=None)) as live:
        live.start("mvaema fold 0: scoring", 3)
        live.say("mvaema fold 0: done in 3 s")
    assert stream.getvalue().endswith("\x1b[2K")  # the line of the bar is erased, and nothing stands behind
    assert "mvaema fold 0: done in 3 s" in stream.getvalue()


def test_what_is_printed_beside_a_bar_stays_out_of_it_where_a_pipe_reads_it(capsys):
    console = Console(force_terminal=True, width=80, file=io.StringIO(), color_system=None)
    with Live(console) as live:
        live.start("training", 3)
        print("for the pipe")  # noqa: T201 -- as a library does
    assert capsys.readouterr().out == "for the pipe\n"


def test_a_log_that_cannot_be_written_stops_no_cell():
    progress = CellProgress(NoProgress(), "cell", Path("/dev/full"))
    progress.start("training", 2)
    progress._lines._spoken = -LINE_SECONDS
    progress.advance(1)
    progress.say("sentence")
    progress.close()
