"""Ask a trained model about your pictures."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bench.api.asking import MOST_CATEGORIES, RISKS
from bench.cli.options import StoreFolder, opened
from bench.errors import BenchError
from bench.inputs import check_number

if TYPE_CHECKING:
    from bench.specs import ContractName

Text = str | None
Model = Annotated[
    Text,
    typer.Option(
        help="a folder written by `bench export`, or a model or cell of the store [default: the newest trained]"
    ),
]
Category = Annotated[Text, typer.Option(help="tell the model the category of the picture [default: not told]")]

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def ask_command(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PICTURE", help="pictures or folders of them; then the question, in quotes [default: the category]"
        ),
    ] = None,
    model: Model = None,
    category: Category = None,
    classify: Annotated[bool, typer.Option("--classify", help="rank the categories; no question is needed")] = False,
    top: Annotated[int, typer.Option(min=1, max=MOST_CATEGORIES, help="number of categories to show")] = 5,
    at_risk: Annotated[
        float | None,
        typer.Option(
            help="with --classify: answer only if at most this share of such answers is wrong, else say 'not sure'"
        ),
    ] = None,
    interactive: Annotated[
        bool, typer.Option("-i", "--interactive", help="read lines: each a question or the path of a picture")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, as always for several pictures")] = False,
    store: StoreFolder = None,
) -> None:
    """Ask a trained model about your pictures; several pictures give one line of JSON each."""
    from bench.tasks.asking.answering import Answering, PictureAnswer, about_one
    from bench.tasks.asking.asked_model import asked_model
    from bench.tasks.asking.asking_on import ask_on
    from bench.tasks.asking.words import first_picture, split_arguments

    tell = partial(typer.echo, err=True)
    check_number(at_risk, "--at-risk", *RISKS)
    if at_risk is not None and not classify:
        raise BenchError("--at-risk is the risk of a wrong category; add --classify")

    def opened_model(able: "list[ContractName]") -> Answering:
        choice = asked_model(model, opened(store), able, tell, at_risk is not None)
        asking = Answering(choice.model, category, top if classify else 0, at_risk, choice.doubting)
        if asking.threshold is not None:
            tell(asking.threshold.sentence)
        return asking

    if interactive:
        first = first_picture(words or ())
        wanted: list[ContractName] = ["classifier" if classify else "answerer"]
        ask_on(opened_model(wanted), first, classify, PictureAnswer.as_json if as_json else PictureAnswer.as_text)
        return
    pictures, question = split_arguments(words or (), classify)
    if question is not None and question not in (words or ()):
        tell(f"no question is asked, so this one is: {question}")
    able: dict[ContractName, bool] = {"classifier": classify, "answerer": question is not None}
    wanted = [contract for contract, needed in able.items() if needed]
    asking = opened_model(wanted)
    if question is not None:
        asking.check(question)
    if len(pictures) == 1 and not as_json:
        typer.echo(about_one(asking, pictures[0], question).as_text())
        return
    unread = 0
    for result in asking.about_each(pictures, question):
        typer.echo(result.as_json())
        unread += not result.read
    if unread:
        raise BenchError(f"{unread} of {len(pictures)} pictures cannot be read; their lines say why")
