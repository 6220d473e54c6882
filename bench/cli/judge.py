"""``bench judge``: what a judge's marks are worth."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, MeasuredTask, StoreFolder, Text

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
MarkedDataset = Annotated[str | None, typer.Option("--dataset", help="only answers on this dataset [default: all]")]


@app.callback()
def judge_command() -> None:
    """Compare the marks of judges with marks made by hand, and with each other."""


@app.command("agree")
def agree_command(
    marks: Annotated[
        list[str] | None,
        typer.Option(help="a file of marks made by hand, see `bench judge sheet`; repeatable"),
    ] = None,
    judges: Annotated[Text, typer.Option(help="judges with commas between [default: all that marked]")] = None,
    task: MeasuredTask = None,
    dataset: MarkedDataset = None,
    store: StoreFolder = None,
    as_json: AsJSON = False,
) -> None:
    """Print Krippendorff's alpha of every two raters, and their marks against each other."""
    from bench.api.judges import rater_agreement
    from bench.terminal.text import json_text

    compared = rater_agreement(marks or (), judges=judges, task=task, dataset=dataset, store=store)
    pairs = [
        {"first": pair.first, "second": pair.second, "values": pair.values, **pair.agreement._asdict()}
        for pair in compared.pairs
    ]
    typer.echo(json_text(pairs) if as_json else str(compared))


@app.command("sheet")
def sheet_command(
    out: Annotated[str, typer.Argument(help="the CSV file to write")],
    count: Annotated[int, typer.Option(min=1, help="number of lines")] = 100,
    seed: Annotated[int, typer.Option(help="another number draws other lines")] = 0,
    task: MeasuredTask = None,
    dataset: MarkedDataset = None,
    store: StoreFolder = None,
) -> None:
    """Write a sheet of answers to mark by hand: fill its last column."""
    from bench.api.judges import marking_sheet

    lines = marking_sheet(out, count=count, seed=seed, task=task, dataset=dataset, store=store)
    typer.echo(f"{lines} lines to mark in {out}")
