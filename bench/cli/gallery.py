"""``bench gallery``: a model's worst answers with the pictures, as one HTML page."""

from typing import Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder, Text

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def gallery_command(
    model: Annotated[str, typer.Option(help="the model whose answers to show")],
    out: Annotated[str, typer.Option(help="the HTML file to write")] = "gallery.html",
    worst: Annotated[int, typer.Option(min=1, help="number of answers")] = 20,
    table: Annotated[
        Text,
        typer.Option(help="the table whose columns rank the answers [default: the first of the model's latest task]"),
    ] = None,
    column: Annotated[
        Text, typer.Option(help="rank by this column [default: the one that the table compares with controls]")
    ] = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
) -> None:
    """Write a page of a model's worst answers or misclassified pictures."""
    from bench.api.results import gallery

    shown = gallery(
        model, out, worst=worst, table=table, column=column, dataset=dataset, protocol=protocol, store=store
    )
    typer.echo(f"the {shown} worst answers of {model} in {out}")
