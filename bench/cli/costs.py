"""``bench costs``: estimated and actual cost of a run."""

from typing import Annotated

import typer

from bench.cli.options import StoreFolder, opened

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def costs_command(
    task: Annotated[str | None, typer.Option(help="use the latest run of this task")] = None,
    store: StoreFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON (seconds and bytes)")] = False,
) -> None:
    """Compare estimated and actual cost of the latest run that computed anything, cell by cell."""
    import json
    from dataclasses import asdict

    from bench.errors import BenchError
    from bench.planning.costs import as_text, settled

    results = opened(store)
    candidates = (run for run in results.runs() if any(run.expected.values()) and task in (None, run.task))
    run = next(candidates, None)
    if run is None:
        of = f" of task {task!r}" if task else ""
        raise BenchError(
            f"the store {str(results.root)!r} has no run{of} that computed anything; use `bench run` first"
        )
    costs = settled(run, results)
    typer.echo(json.dumps([asdict(cost) for cost in costs], indent=1) if as_json else as_text(costs))
