"""``bench cancel``: the jobs of a run on a cluster are cancelled."""

from typing import Annotated

import typer

from bench.cli.options import Run, StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def cancel_command(
    cells: Annotated[
        list[str] | None, typer.Argument(help="ids or names of cells whose jobs to cancel [default: all jobs]")
    ] = None,
    run: Run = None,
    store: StoreFolder = None,
) -> None:
    """Cancel the jobs of a cluster run; finished cells stay, and `bench retry` resumes the others."""
    from bench.api.cluster import cancel

    typer.echo(cancel(cells or (), run=run, store=store))
