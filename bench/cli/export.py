"""``bench export``: a trained model in a folder of its own."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder, Text

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def export_command(
    cell: Annotated[str, typer.Argument(help="a model's name (its first fold of the latest run), or a cell's id")],
    folder: Annotated[Path, typer.Argument(help="folder to write; it must be new or empty")],
    task: Annotated[
        Text, typer.Option(help="the task of the run [default: the task of the model's latest record]")
    ] = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
) -> None:
    """Export a trained model with its model card to a folder, to ask it or to train it further."""
    from bench.api.results import export

    exported = export(cell, folder, task=task, dataset=dataset, protocol=protocol, store=store)
    megabytes = sum(exported.files.values()) / 2**20
    typer.echo(f"wrote {folder}: {exported.label}, {exported.of}, {megabytes:.1f} MB, with its model card")
