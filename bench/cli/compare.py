"""``bench compare``: tests of whether models differ."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, Dataset, MeasuredTask, Metric, Protocol, StoreFolder, Text

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def compare_command(
    models: Annotated[list[str], typer.Argument(help="names of models, or `all` that were measured")],
    task: MeasuredTask = None,
    metric: Metric = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    figure: Annotated[
        Text, typer.Option(help="write the critical-difference diagram to this file (.svg, .pdf, .png)")
    ] = None,
    store: StoreFolder = None,
    as_json: AsJSON = False,
) -> None:
    """Test whether models differ, in pairs and all together."""
    from dataclasses import asdict

    from bench.api.results import compare
    from bench.terminal.text import json_text

    comparison = compare(
        models, task=task, metric=metric, dataset=dataset, protocol=protocol, figure=figure, store=store
    )
    typer.echo(json_text(asdict(comparison)) if as_json else str(comparison))
