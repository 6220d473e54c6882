"""``bench status``: how far the cells of a run on a cluster are."""

from typing import Annotated

import typer

from bench.cli.options import Run, StoreFolder, opened

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def status_command(
    run: Run = None,
    watch: Annotated[bool, typer.Option("--watch", help="look again every few seconds until nothing is open")] = False,
    every: Annotated[float, typer.Option(min=0.5, help="seconds between two looks of --watch")] = 5.0,
    show_all: Annotated[bool, typer.Option("--all", help="name done and queued cells, too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    store: StoreFolder = None,
) -> None:
    """Tell how far the cells of a run on a cluster are; exit code 1 where some ended without a record."""
    from bench.cli.output import safe_lines
    from bench.launch.slurm.queue import queue
    from bench.launch.slurm.standing import as_json_text, as_text, looked, over, wrong

    kept = opened(store)
    while True:
        found = looked(kept, run, queue())[1]
        text = as_json_text(found) if as_json else as_text(found, kept, show_all)
        typer.echo(safe_lines(text))
        if not watch or over(found):
            raise typer.Exit(1 if wrong(found) else 0)
        _pause(every)


def _pause(seconds: float) -> None:
    import time

    from rich.console import Console

    time.sleep(seconds)
    Console().clear()  # on a terminal alone
