"""``bench verdict``: what the records of a task prove."""

import typer

from bench.cli.options import AsJSON, Dataset, MeasuredTask, Metric, Protocol, StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def verdict_command(
    task: MeasuredTask = None,
    metric: Metric = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
    as_json: AsJSON = False,
) -> None:
    """Say in five sentences which model is best, and what that rests on."""
    from dataclasses import asdict

    from bench.api.verdicts import verdict
    from bench.terminal.text import json_text

    judged = verdict(task, metric=metric, dataset=dataset, protocol=protocol, store=store)
    typer.echo(json_text(asdict(judged)) if as_json else str(judged))
