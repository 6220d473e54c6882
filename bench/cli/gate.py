"""``bench gate``: exit 1 where a metric fell by more than its error."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, Dataset, MeasuredTask, Protocol, StoreFolder, Text
from bench.errors import BenchError

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def gate_command(
    against: Annotated[
        Text,
        typer.Option(help="earlier scores: a store, a publication (folder or hub:OWNER/NAME), or a file of --save"),
    ] = None,
    save: Annotated[
        Text, typer.Option(help="write the scores of now to this file (.json), for a later --against")
    ] = None,
    task: MeasuredTask = None,
    models: Annotated[
        Text, typer.Option(help="names, separated by commas [default: all that both have, except controls]")
    ] = None,
    metric: Annotated[
        Text, typer.Option(help="metrics, separated by commas, or all [default: those of the task's first table]")
    ] = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    level: Annotated[float, typer.Option(help="how often a score that did not change may be taken for a fall")] = 0.05,
    by: Annotated[Text, typer.Option(help="whose scores of a publication count [default: the only one's]")] = None,
    store: StoreFolder = None,
    as_json: AsJSON = False,
) -> None:
    """Compare with earlier scores; exit with code 1 if a metric fell by more than its error."""
    from dataclasses import asdict

    from bench.api.gates import gate, save_scores
    from bench.terminal.text import json_text, safe_lines

    if against is None and save is None:
        raise BenchError(
            "nothing is to be done; name earlier scores with --against, or a file for those of now with --save"
        )
    chosen = {
        "task": task,
        "models": models,
        "metric": metric,
        "dataset": dataset,
        "protocol": protocol,
        "store": store,
    }
    result = None if against is None else gate(against, level=level, by=by, **chosen)
    if save is not None:
        written = save_scores(save, **chosen)
        typer.echo(f"wrote {save}: scores of {', '.join(written.scores)}", err=result is not None)
    if result is not None:
        typer.echo(json_text({"open": result.is_open, **asdict(result)}) if as_json else safe_lines(str(result)))
        if not result.is_open:
            raise typer.Exit(1)
