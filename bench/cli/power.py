"""``bench power``: how many folds, seeds or test pictures show a difference."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, Dataset, MeasuredTask, Metric, Protocol, StoreFolder, Text

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def power_command(
    task: MeasuredTask = None,
    models: Annotated[
        Text, typer.Option(help="two measured models, such as a,b [default: the two with the best scores]")
    ] = None,
    difference: Annotated[
        float | None, typer.Option(help="the true difference to show [default: the one in the records]")
    ] = None,
    metric: Metric = None,
    level: Annotated[float, typer.Option(help="the p up to which a difference counts as shown")] = 0.05,
    power: Annotated[float, typer.Option(help="the probability that the difference is shown")] = 0.8,
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
    as_json: AsJSON = False,
) -> None:
    """Estimate how many folds, seeds or pictures show a difference between two models."""
    from dataclasses import asdict

    from bench.api.verdicts import power as analysed
    from bench.terminal.text import json_text

    analysis = analysed(
        task,
        models=models,
        difference=difference,
        metric=metric,
        level=level,
        power=power,
        dataset=dataset,
        protocol=protocol,
        store=store,
    )
    typer.echo(json_text(asdict(analysis)) if as_json else str(analysis))
