"""``bench retry``: what a cluster lost is submitted again."""

from typing import Annotated

import typer

from bench.cli.options import Run, StoreFolder, opened

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def retry_command(
    run: Run = None,
    failed: Annotated[bool, typer.Option("--failed", help="cells that failed, or were lost too often, too")] = False,
    store: StoreFolder = None,
) -> None:
    """Submit again the cells of a run on a cluster that ended without a record."""
    from bench.errors import BenchError
    from bench.launch.slurm.mending import retry
    from bench.launch.slurm.queue import queue
    from bench.launch.slurm.standing import chosen
    from bench.quantities import count

    kept, hints = opened(store), queue()
    if hints is None:
        raise BenchError("Slurm does not answer, so what was lost cannot be told from what runs; try again later")
    for campaign in chosen(kept, run, hints):
        mended = retry(campaign, kept, hints, failed)
        for sentence in mended.refused:
            typer.echo(sentence)
        said = (
            f"{count(len(mended.cells), 'cell')} queued again in {count(len(mended.jobs), 'job')}"
            if mended.cells
            else "nothing to retry"
        )
        typer.echo(f"run {campaign.folder.name}: {said}")
