"""Every speed measurement runs, at a size that says nothing of speed, and prints its row."""

from types import SimpleNamespace

import pytest

from benchmarks import (
    cluster,
    command_line,
    drawing,
    generation,
    graph_feeding,
    large_store,
    page,
    pictures,
    run,
    text_metrics,
    training_loop,
    training_step,
    views,
    watching,
)
from benchmarks.measurement import Row, Timing, as_table, in_turns
from benchmarks.visual_questions import Size

SIZE = Size(embed_dim=8, depth=1, num_heads=2, vocabulary_size=50, prompt=3, answer=4)
SMALL = {
    "METEOR of 30": lambda: [text_metrics.meteor_alone(30, 1)],
    "all six text metrics of 30": lambda: [text_metrics.all_six(30, 1)],
    "LM loss alone, 48 questions about 48": lambda: [training_step.language_loss(SIZE, 48, 1)],
    "three losses, 48 questions about 12": lambda: [training_step.three_losses(SIZE, 12, 1)],
    "generating 4 tokens for 48 questions about 12": lambda: [generation.generation(12, SIZE, 1)],
    "4 pictures of 1024 x 768": lambda: [pictures.pictures(4, 1)],
    "drawing 4 pictures": lambda: [drawing.drawing(4, 1)],
    "drawing the dataset of 20 pictures": lambda: [drawing.dataset(20, 1)],
    "2 epochs of 1 steps": lambda: [training_loop.training_loop(SIZE, 1, 1)],
    "training with the file watcher, 2 epochs of 1 steps": lambda: [watching.watched("the file watcher", SIZE, 1, 1)],
    "sending 3 events": lambda: [watching.sending(3, 1)],
    "joining 8 patch graphs": lambda: [graph_feeding.joining(8, 1)],
    "feeding 8 patch graphs": lambda: [graph_feeding.feeding(8, 1)],
    "training gcn on 8 patch graphs": lambda: [graph_feeding.training_epoch(8, 1)],
    "two views of 224 px of 4 cached pictures": lambda: [views.two_views(4, 1)],
    "`bench --help`": lambda: [command_line.command_help(1)],
    "`bench run --launcher slurm`, 40 cells": lambda: [cluster.submission(1, 1)],
    "`bench status` over 40 cells": lambda: [cluster.status(40, 1)],
    "`bench report` of 15 cells and 20 answers": lambda: page.page(2, 2, 1, 1, 2)[:1],
    "over 40 records, all done": lambda: large_store.large_store(1, 1),
}


WHOLE_PROCESSES = ("`bench run --launcher slurm`, 40 cells", "over 40 records, all done")


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=[pytest.mark.slow] if what in WHOLE_PROCESSES else []) for what in SMALL]
)
def test_each_measurement_prints_its_row(what):
    printed = as_table(SMALL[what]())
    assert what in printed
    assert " s " in printed or " ms " in printed


def test_named_measurements_alone_run_and_make_one_table(monkeypatch, capsys):
    def measured(module):
        name = module.removeprefix("benchmarks.")
        return SimpleNamespace(rows=lambda: [Row(f"what {name} does", "peer", Timing(1.0, 9.0, 1 / 9), "of its time")])

    monkeypatch.setattr(run, "import_module", measured)
    run.main(["generation", "pictures"])
    printed = capsys.readouterr().out
    assert [name for name in run.NAMES if f"what {name} does" in printed] == ["generation", "pictures"]
    assert printed.count("the peer's") == 1
    run.main([])
    printed = capsys.readouterr().out
    assert all(f"what {name} does" in printed for name in run.NAMES)


def test_an_unknown_measurement_is_refused(capsys):
    with pytest.raises(SystemExit):
        run.main(["speed"])
    assert "text_metrics" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("figure", "timing", "target", "shown", "held"),
    [
        ("times faster", Timing(1.0, 9.0, 1 / 9), 8, "9 times faster", True),
        ("times faster", Timing(1.0, 7.0, 1 / 7), 8, "7 times faster", False),
        ("of its time", Timing(0.5, 1.0, 0.5), 0.5, "0.5 of its time", True),
        ("of its time", Timing(0.6, 1.0, 0.6), 0.5, "0.6 of its time", False),
        ("s", Timing(1.5, float("nan"), float("nan")), 2, "1.5 s", True),
        ("s", Timing(2.5, float("nan"), float("nan")), 2, "2.5 s", False),
    ],
)
def test_a_missed_target_is_marked(figure, timing, target, shown, held):
    row = Row("what", "", timing, figure, target)
    assert row.held == held
    assert shown in row.cells()
    assert ("(missed)" in row.cells()[-1]) != held


def test_the_two_sides_take_turns():
    calls = []
    timing = in_turns(lambda: calls.append("ours"), lambda: calls.append("peer"), 2)
    assert calls == ["ours", "peer", "ours", "peer", "peer", "ours"]
    assert min(timing) > 0
