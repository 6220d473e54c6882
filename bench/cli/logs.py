"""``bench logs``: what was written while a cell was computed."""

from typing import Annotated

import typer

from bench.cli.options import Run, StoreFolder, opened

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def logs_command(
    cell: Annotated[str, typer.Argument(help="a cell's id or name, such as 'NAME fold 0'")],
    lines: Annotated[int, typer.Option(min=1, help="how many of the last lines of each")] = 40,
    run: Run = None,
    store: StoreFolder = None,
) -> None:
    """Show the end of a cell's log, and of what its job on a cluster wrote."""
    from bench.launch.slurm.queue import queue
    from bench.launch.slurm.standing import looked, named
    from bench.launch.slurm.states import last_lines
    from bench.terminal import safe

    kept = opened(store)
    several, found = looked(kept, run, queue())
    chosen = named([cell], found)
    states = [(campaign, state) for campaign in several for state in chosen[campaign.folder.name]]
    for campaign, state in states:
        for path in [kept.log(state.cell), *campaign.outputs(state.job)]:
            wrote = last_lines(path, lines)
            if wrote:
                typer.echo("\n".join([f"{path}:", *(f"  {safe(line)}" for line in wrote)]))
