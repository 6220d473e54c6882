"""``bench export``: a trained model in a folder of its own."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder, Text
from bench.errors import BenchError

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
    cite: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=TEXT",
            help="for the card: where the pictures of a --test-dataset of this name come from; can be repeated",
        ),
    ] = None,
    benchmark: Annotated[
        Text,
        typer.Option(help="write .eval_results/ too, for the leaderboards of this publication on the hub, OWNER/NAME"),
    ] = None,
    store: StoreFolder = None,
) -> None:
    """Export a trained model with its model card to a folder, to ask it or to train it further."""
    from bench.api.results import export

    sources = dict(map(_source, cite or ()))
    exported = export(
        cell, folder, task=task, dataset=dataset, protocol=protocol, cite=sources, benchmark=benchmark, store=store
    )
    megabytes = sum(exported.files.values()) / 2**20
    typer.echo(f"wrote {folder}: {exported.label}, {exported.of}, {megabytes:.1f} MB, with its model card")


def _source(text: str) -> tuple[str, str]:
    name, equals, source = text.partition("=")
    if not equals or not name.strip() or not source.strip():
        raise BenchError(
            f"--cite {text!r} is no NAME=TEXT; write for example --cite 'lab=pictures of our lab, CC BY 4.0'"
        )
    return name.strip(), source.strip()
