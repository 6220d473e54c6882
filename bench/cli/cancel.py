"""``bench cancel``: the jobs of a run on a cluster are cancelled."""

from typing import Annotated

import typer

from bench.cli.options import Run, StoreFolder, opened

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def cancel_command(
    cells: Annotated[
        list[str] | None, typer.Argument(help="ids or names of cells, whose jobs are cancelled [default: all jobs]")
    ] = None,
    run: Run = None,
    store: StoreFolder = None,
) -> None:
    """Cancel the jobs of a run on a cluster; what is done stays, `bench retry` goes on."""
    from bench.errors import BenchError
    from bench.launch.slurm.queue import queue
    from bench.launch.slurm.retrying import cancelled
    from bench.launch.slurm.standing import looked, named
    from bench.quantities import count

    kept, hints = opened(store), queue()
    if hints is None:
        raise BenchError("Slurm does not answer, so nothing can be cancelled; try again later")
    several, found = looked(kept, run, hints)
    chosen = named(cells, found) if cells else {}
    for campaign in several:
        jobs = cancelled(campaign, hints, chosen[campaign.folder.name] if cells else None)
        typer.echo(f"run {campaign.folder.name}: {count(len(jobs), 'job')} cancelled")
