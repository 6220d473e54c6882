"""``bench status``: how far the cells of runs are, on this machine and on a cluster."""

from typing import Annotated

import typer

from bench.cli.options import DAY, AsJSON, StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def status_command(
    run: Annotated[
        str | None, typer.Option(help="name of a run [default: the latest, and all active ones on a cluster]")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="refresh every few seconds until nothing is open")] = False,
    every: Annotated[float, typer.Option(min=0.5, max=DAY, help="seconds between refreshes of --watch")] = 5.0,
    show_all: Annotated[bool, typer.Option("--all", help="also show done and queued cells, and earlier runs")] = False,
    as_json: AsJSON = False,
    store: StoreFolder = None,
) -> None:
    """Show the progress of your runs and what to do next; exit code 1 if cells ended without a record."""
    from bench.api.status import status
    from bench.terminal.text import safe_lines

    while True:
        state = status(run, everything=show_all, store=store)
        typer.echo(safe_lines(state.json if as_json else state.text))
        if not watch or not state.open:
            raise typer.Exit(1 if state.wrong else 0)
        _pause(every)


def _pause(seconds: float) -> None:
    import time

    from rich.console import Console

    time.sleep(seconds)
    Console().clear()  # only on a terminal
