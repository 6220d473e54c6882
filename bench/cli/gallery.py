"""``bench gallery``: what a model got most wrong with the pictures, as one HTML page."""

from typing import Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder

Text = str | None
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def gallery_command(
    model: Annotated[str, typer.Option(help="whose answers")],
    out: Annotated[str, typer.Option(help="the HTML file to write")] = "gallery.html",
    worst: Annotated[int, typer.Option(min=1, help="how many answers")] = 20,
    table: Annotated[
        Text,
        typer.Option(help="the table of scores whose columns judge [default: the first of the model's latest task]"),
    ] = None,
    column: Annotated[Text, typer.Option(help="judge by this column [default: as the table judges controls]")] = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
) -> None:
    """Show what a model got most wrong, with the pictures: its worst answers, or categories that it mistook."""
    from bench.api.results import gallery

    shown = gallery(
        model, out, worst=worst, table=table, column=column, dataset=dataset, protocol=protocol, store=store
    )
    typer.echo(f"the {shown} worst answers of {model} in {out}")
