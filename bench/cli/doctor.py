"""``bench doctor``: what this machine has, and what to do about what it lacks."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def doctor_command(
    store: StoreFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Look at this machine: versions, devices, room, resources, each with its remedy."""
    import json

    from tabulate import tabulate

    from bench.health import examine
    from bench.store import default_store

    findings = examine(Path(store) if store else default_store())
    if as_json:
        typer.echo(json.dumps([finding._asdict() for finding in findings], indent=1))
    else:
        rows = [["ok" if not finding.remedy else "!", *finding] for finding in findings]
        typer.echo(tabulate(rows, headers=["", "what", "found", "remedy"]))
    raise typer.Exit(1 if any(finding.remedy for finding in findings) else 0)
