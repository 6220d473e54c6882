"""``bench why``: where a number of a table comes from."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, Dataset, Protocol, StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def why_command(
    table: Annotated[str, typer.Argument(help="name or number of a table")],
    row: Annotated[str, typer.Argument(help="the row's label, or the model's name")],
    column: Annotated[str, typer.Argument(help="the column's heading, or the metric's name")],
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
    full: Annotated[bool, typer.Option("--full", help="show all inputs, packages and files")] = False,
    as_json: AsJSON = False,
) -> None:
    """Show where a number of a table comes from."""
    from bench.api.results import why
    from bench.terminal.text import json_text

    origin = why(table, row, column, dataset=dataset, protocol=protocol, store=store)
    if as_json:
        typer.echo(json_text(origin.data))
    else:
        typer.echo(origin.full if full else str(origin))
