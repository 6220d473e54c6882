"""``bench retry``: what a cluster lost is submitted again."""

from typing import Annotated

import typer

from bench.cli.options import DAY, AsJSON, Run, StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def retry_command(
    run: Run = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="also retry cells that failed, or were lost too often")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="repeat until nothing is open")] = False,
    every: Annotated[float, typer.Option(min=0.5, max=DAY, help="seconds between repetitions of --watch")] = 60.0,
    store: StoreFolder = None,
    as_json: AsJSON = False,
) -> None:
    """Resubmit the cells of a cluster run that ended without a record."""
    import time

    from bench.api.cluster import retry
    from bench.terminal.text import json_text

    while True:
        outcome = retry(run, failed=failed, store=store)
        typer.echo(json_text({"cells": outcome.cells, "open": outcome.open}) if as_json else str(outcome))
        if not watch or not outcome.open:
            return
        time.sleep(every)
        failed = False  # tried once more, not for ever
