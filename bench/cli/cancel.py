"""``bench cancel``: the jobs of a run on a cluster are cancelled."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, Run, StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def cancel_command(
    cells: Annotated[
        list[str] | None, typer.Argument(help="ids or names of cells whose jobs to cancel [default: all jobs]")
    ] = None,
    run: Run = None,
    store: StoreFolder = None,
    as_json: AsJSON = False,
) -> None:
    """Cancel the jobs of a cluster run; finished cells stay, and `bench retry` resumes the others."""
    from bench.api.cluster import cancel
    from bench.terminal.text import json_text

    cancelling = cancel(cells or (), run=run, store=store)
    typer.echo(json_text(cancelling.jobs) if as_json else str(cancelling))
