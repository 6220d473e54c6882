"""Ask a trained model about pictures of one's own."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import StoreFolder, opened
from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.specs import ContractName

Text = str | None
Model = Annotated[
    Text,
    typer.Option(
        help="a folder that `bench export` wrote, or a model or cell of the store [default: the newest trained]"
    ),
]
Category = Annotated[
    Text, typer.Option(help="tell the model that the picture is of this category [default: say nothing]")
]

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def ask_command(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="PICTURE", help="files or folders of pictures; the question, in quotes, is last"),
    ] = None,
    model: Model = None,
    category: Category = None,
    classify: Annotated[
        bool, typer.Option("--classify", help="rank the categories; then no question is needed")
    ] = False,
    top: Annotated[int, typer.Option(min=1, help="how many categories are shown")] = 5,
    interactive: Annotated[
        bool, typer.Option("-i", "--interactive", help="ask on: a question, or the path of a picture, a line")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, as for several pictures always")] = False,
    store: StoreFolder = None,
) -> None:
    """Ask a trained model about pictures of one's own; of several, each is answered in a line of JSON."""
    from bench.tasks.asking.answering import Answering, Said, about_one
    from bench.tasks.asking.asked_model import asked_model
    from bench.tasks.asking.asking_on import ask_on
    from bench.tasks.asking.words import only, parted

    tell = partial(typer.echo, err=True)
    if interactive:
        first = only(words or ())
        wanted: list[ContractName] = ["classifier" if classify else "answerer"]
        asking = Answering(asked_model(model, opened(store), wanted, tell), category, top if classify else 0)
        ask_on(asking, first, classify, Said.as_json if as_json else Said.as_text)
        return
    pictures, question = parted(words or (), classify)
    able: dict[ContractName, bool] = {"classifier": classify, "answerer": question is not None}
    wanted = [contract for contract, asked in able.items() if asked]
    asking = Answering(asked_model(model, opened(store), wanted, tell), category, top if classify else 0)
    if question is not None:
        asking.check(question)
    if len(pictures) == 1 and not as_json:
        typer.echo(about_one(asking, pictures[0], question).as_text())
        return
    unread = 0
    for said in asking.about_each(pictures, question):
        typer.echo(said.as_json())
        unread += not said.read
    if unread:
        raise BenchError(f"{unread} of {len(pictures)} pictures cannot be read; their lines say why")
