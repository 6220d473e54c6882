"""``bench retry``: what a cluster lost is submitted again."""

from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import Run, StoreFolder, opened

if TYPE_CHECKING:
    from bench.launch.slurm.queue import Hint
    from bench.store.store import Store

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def retry_command(
    run: Run = None,
    failed: Annotated[bool, typer.Option("--failed", help="cells that failed, or were lost too often, too")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="look again now and then until nothing is open")] = False,
    every: Annotated[float, typer.Option(min=0.5, help="seconds between two looks of --watch")] = 60.0,
    store: StoreFolder = None,
) -> None:
    """Submit again the cells of a run on a cluster that ended without a record."""
    import time

    kept = opened(store)
    while _retried(kept, run, failed) and watch:
        time.sleep(every)
        failed = False  # tried once more, not for ever


def _retried(store: "Store", run: str | None, failed: bool) -> bool:
    """Retry once; tell whether cells are open."""
    from bench.launch.slurm.retrying import retry
    from bench.launch.slurm.standing import chosen
    from bench.quantities import count

    several = [(campaign, retry(campaign, store, _hints, failed)) for campaign in chosen(store, run, _hints())]
    for campaign, mended in several:
        again = f"{count(len(mended.cells), 'cell')} queued again in {count(len(mended.jobs), 'job')}"
        said = again if mended.cells else "nothing to retry"
        typer.echo("\n".join([*mended.refused, f"run {campaign.folder.name}: {said}"]))
    return any(mended.open for _, mended in several)


def _hints() -> "dict[str, Hint]":
    from bench.errors import BenchError
    from bench.launch.slurm.queue import queue

    hints = queue()
    if hints is None:
        raise BenchError("Slurm does not answer, so what was lost cannot be told from what runs; try again later")
    return hints
