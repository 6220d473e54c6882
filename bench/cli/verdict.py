"""``bench verdict``: what the records of a task prove."""

from typing import Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder

Text = str | None
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def verdict_command(
    task: Annotated[Text, typer.Option(help="the task [default: the latest record's]")] = None,
    metric: Annotated[
        Text, typer.Option(help="the metric that ranks models [default: the one its tables judge by first]")
    ] = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Say in five sentences which model is best, and what that rests on."""
    from dataclasses import asdict

    from bench.api.verdicts import verdict
    from bench.terminal.text import json_text

    judged = verdict(task, metric=metric, dataset=dataset, protocol=protocol, store=store)
    typer.echo(json_text(asdict(judged)) if as_json else str(judged))
