"""``bench compare``: tests of whether models differ."""

from typing import Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder

Text = str | None
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def compare_command(
    models: Annotated[list[str], typer.Argument(help="names of models, or `all` that were measured")],
    task: Annotated[Text, typer.Option(help="the task [default: the latest record's]")] = None,
    metric: Annotated[Text, typer.Option(help="the metric [default: the task's first]")] = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    figure: Annotated[
        Text, typer.Option(help="write the critical-difference diagram to this file (.svg, .pdf, .png)")
    ] = None,
    store: StoreFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Test whether models differ, in pairs and all together."""
    from dataclasses import asdict

    from bench.api.results import compare
    from bench.terminal.text import json_text

    comparison = compare(
        models, task=task, metric=metric, dataset=dataset, protocol=protocol, figure=figure, store=store
    )
    typer.echo(json_text(asdict(comparison)) if as_json else str(comparison))
