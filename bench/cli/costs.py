"""``bench costs``: estimated and actual cost of a run."""

from typing import Annotated

import typer

from bench.cli.options import StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def costs_command(
    task: Annotated[str | None, typer.Option(help="use the latest run of this task")] = None,
    store: StoreFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON (seconds and bytes)")] = False,
) -> None:
    """Compare estimated and actual cost of the latest run that computed anything, cell by cell."""
    from bench.api.costs import costs

    settlements = costs(task, store=store)
    typer.echo(settlements.json if as_json else str(settlements))
