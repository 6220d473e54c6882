"""``bench publish``: results to share, in a folder or on the hub."""

from typing import Annotated

import typer

from bench.cli.options import StoreFolder, Text
from bench.errors import BenchError

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def publish_command(
    target: Annotated[str, typer.Argument(help="the folder to write, or hub:OWNER/NAME for a data set on the hub")],
    by: Annotated[Text, typer.Option(help="who measured [default: your name on this machine, or on the hub]")] = None,
    task: Annotated[Text, typer.Option(help="publish only this task")] = None,
    models: Annotated[Text, typer.Option(help="publish only these, separated by commas")] = None,
    dataset: Annotated[Text, typer.Option(help="publish only what was measured on this dataset")] = None,
    protocol: Annotated[Text, typer.Option(help="publish only this protocol, first letters of its digest")] = None,
    answers: Annotated[bool, typer.Option(help="publish the models' answers, with questions and references")] = True,
    licence: Annotated[Text, typer.Option(help="the licence of what is published, such as cc-by-4.0")] = None,
    hub_id: Annotated[Text, typer.Option("--hub-id", help="OWNER/NAME that a folder will have on the hub")] = None,
    results: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL=OWNER/NAME",
            help="on the hub: propose the scores to the model's repository by a pull request; can be repeated",
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="replace your earlier scores of the same cells")] = False,
    store: StoreFolder = None,
) -> None:
    """Publish records, answers and where they come from, beside what others published there."""
    from bench.api.publishing import publish
    from bench.terminal.text import safe_lines

    published = publish(
        target,
        by=by,
        task=task,
        models=models,
        dataset=dataset,
        protocol=protocol,
        answers=answers,
        licence=licence,
        hub_id=hub_id,
        results=dict(map(_repository, results or ())),
        replace=replace,
        store=store,
    )
    typer.echo(safe_lines(str(published)))


def _repository(text: str) -> tuple[str, str]:
    model, equals, repository = text.rpartition("=")
    if not equals or not model.strip() or not repository.strip():
        raise BenchError(f"--results {text!r} is no MODEL=OWNER/NAME; write for example --results mynet=our-lab/mynet")
    return model.strip(), repository.strip()
