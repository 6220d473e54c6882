"""``bench logs``: what was written while a cell was computed."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, Run, StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def logs_command(
    cell: Annotated[str, typer.Argument(help="a cell's id or name, such as 'NAME fold 0'")],
    lines: Annotated[int, typer.Option(min=1, help="number of lines from the end of each file")] = 40,
    run: Run = None,
    store: StoreFolder = None,
    as_json: AsJSON = False,
) -> None:
    """Show the end of a cell's log and of its cluster job's output."""
    from bench.api.cluster import logs
    from bench.terminal.text import json_text, safe

    files = logs(cell, lines, run=run, store=store)
    if as_json:
        typer.echo(json_text({str(path): last for path, last in files.items()}))
        return
    for path, last in files.items():
        typer.echo("\n".join([f"{path}:", *(f"  {safe(line)}" for line in last)]))
