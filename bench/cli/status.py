"""``bench status``: how far the cells of runs are, on this machine and on a cluster."""

from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import StoreFolder, opened

if TYPE_CHECKING:
    from bench.store.store import Store

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def status_command(
    run: Annotated[
        str | None, typer.Option(help="name of a run [default: the latest ones, and all under way on a cluster]")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="look again every few seconds until nothing is open")] = False,
    every: Annotated[float, typer.Option(min=0.5, help="seconds between two looks of --watch")] = 5.0,
    show_all: Annotated[bool, typer.Option("--all", help="name done and queued cells, and earlier runs, too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    store: StoreFolder = None,
) -> None:
    """Tell how far my runs are, and what to do next; exit code 1 where cells ended without a record."""
    from bench.terminal import safe_lines

    kept = opened(store)
    while True:
        text, is_open, is_wrong = _look(kept, run, show_all, as_json)
        typer.echo(safe_lines(text))
        if not watch or not is_open:
            raise typer.Exit(1 if is_wrong else 0)
        _pause(every)


def _look(store: "Store", run: str | None, show_all: bool, as_json: bool) -> tuple[str, bool, bool]:
    """Return what there is to say, whether something goes on by itself, and whether something ended without a record.

    A store that has runs on a cluster tells of these, and of those on this machine where they are named.
    """
    from bench.launch.slurm.campaign import campaigns
    from bench.running import own_runs

    clusters = {campaign.folder.name for campaign in campaigns(store)}
    if clusters and (run is None or run in clusters):
        return _on_cluster(store, run, show_all, as_json)
    runs, left_out = own_runs.own_runs(store, run, show_all)
    if not runs:
        raise own_runs.no_run(store)
    working = own_runs.at_work(store)
    lacking = bool(runs[0].lacking())
    text = own_runs.as_json_text(runs) if as_json else own_runs.as_text(runs, left_out, working, store, show_all)
    return text, bool(working), lacking and not working


def _on_cluster(store: "Store", run: str | None, show_all: bool, as_json: bool) -> tuple[str, bool, bool]:
    from bench.launch.slurm.queue import queue
    from bench.launch.slurm.standing import as_json_text, as_text, looked, over, wrong

    found = looked(store, run, queue())[1]
    return as_json_text(found) if as_json else as_text(found, store, show_all), not over(found), wrong(found)


def _pause(seconds: float) -> None:
    import time

    from rich.console import Console

    time.sleep(seconds)
    Console().clear()  # on a terminal alone
