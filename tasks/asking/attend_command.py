"""Draw where a trained model looked while it answered."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import StoreFolder, opened
from bench.errors import BenchError
from bench.tasks.asking.ask_command import Category, Model

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def attend_command(
    picture: Annotated[Path, typer.Argument(help="the file of the picture")],
    question: Annotated[str, typer.Argument(help="the question about it")],
    out: Annotated[Path, typer.Option(help="the PNG file to write")],
    model: Model = None,
    category: Category = None,
    store: StoreFolder = None,
) -> None:
    """Draw where each word of a trained model's answer attended: the cross-attention over patches."""
    from bench.api.output import by_suffix, writing
    from bench.figures.looks import draw
    from bench.tasks.asking.answering import Answering
    from bench.tasks.asking.asked_model import asked_model
    from bench.terminal.text import safe

    by_suffix(out, {".png": "png"})
    if not question.strip():
        raise BenchError("the question is empty; say what is asked about the picture")
    with writing(out) as path:
        choice = asked_model(model, opened(store), ("answerer",), partial(typer.echo, err=True))
        asking = Answering(choice.model, category, 0)
        asking.check(question)
        pixels, look = asking.look(picture, question)
        if not look.words:
            raise BenchError("the model answered nothing, so no word looked anywhere; ask another question")
        draw(pixels, look, question, path)
    typer.echo(f"wrote {out}: where the words looked of: {safe(look.answer)}")
