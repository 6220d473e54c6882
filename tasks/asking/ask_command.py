"""Ask a trained model about pictures of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from bench.errors import BenchError

Text = str | None
Model = Annotated[Path, typer.Option(help="a folder that `bench export` wrote")]
Category = Annotated[
    Text, typer.Option(help="tell the model that the picture is of this category [default: say nothing]")
]

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def ask_command(
    words: Annotated[
        list[str],
        typer.Argument(metavar="PICTURE", help="files or folders of pictures; the question, in quotes, is last"),
    ],
    model: Model,
    category: Category = None,
    classify: Annotated[
        bool, typer.Option("--classify", help="rank the categories; then no question is needed")
    ] = False,
    top: Annotated[int, typer.Option(min=1, help="how many categories are shown")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, as for several pictures always")] = False,
) -> None:
    """Ask a trained model about pictures of one's own; of several, each is answered in a line of JSON."""
    from bench.progress import Silence
    from bench.registry import Registry
    from bench.tasks.asking.answering import Answering, about_one
    from bench.tasks.asking.words import parted
    from bench.trained import trained

    pictures, question = parted(words, classify)
    asking = Answering(trained(model, Registry(), Silence()), question, category, top if classify else 0)
    if len(pictures) == 1 and not as_json:
        typer.echo(about_one(asking, pictures[0]).as_text())
        return
    unread = 0
    for said in asking.about_each(pictures):
        typer.echo(said.as_json())
        unread += not said.read
    if unread:
        raise BenchError(f"{unread} of {len(pictures)} pictures cannot be read; their lines say why")
