"""``bench costs``: what a run was expected to take, beside what it took."""

from typing import Annotated

import typer

from bench.cli.options import StoreFolder, opened

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def costs_command(
    task: Annotated[str | None, typer.Option(help="the latest run of this task, not of any")] = None,
    store: StoreFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON: seconds and bytes")] = False,
) -> None:
    """Tell what the latest run that computed anything was expected to take, and what it took, cell by cell."""
    import json
    from dataclasses import asdict

    from bench.errors import BenchError
    from bench.planning.costs import as_text, settled

    kept = opened(store)
    found = (run for run in kept.runs() if any(run.get("expected", {}).values()) and task in (None, run["task"]))
    run = next(found, None)
    if run is None:
        of = f" of task {task!r}" if task else ""
        raise BenchError(f"the store {str(kept.root)!r} knows no run{of} that computed anything; `bench run` first")
    costs = settled(run, kept)
    typer.echo(json.dumps([asdict(cost) for cost in costs], indent=1) if as_json else as_text(costs))
