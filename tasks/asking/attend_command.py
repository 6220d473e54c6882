"""Draw where in a picture a trained model looked while it answered."""

from pathlib import Path
from typing import Annotated

import typer

from bench.errors import BenchError
from bench.tasks.asking.ask_command import Category, Model

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def attend_command(
    picture: Annotated[Path, typer.Argument(help="the file of a picture")],
    question: Annotated[str, typer.Argument(help="what is asked about it")],
    model: Model,
    out: Annotated[Path, typer.Option(help="the PNG file to write")],
    category: Category = None,
) -> None:
    """Draw where in a picture the words of a trained model's answer looked: its cross-attention over the patches."""
    from bench.cli.output import by_suffix, safe, writing
    from bench.figures.looks import draw
    from bench.progress import Silence
    from bench.registry import Registry
    from bench.tasks.asking.answering import Answering
    from bench.trained import trained

    by_suffix(str(out), {".png": "png"})
    if not question.strip():
        raise BenchError("the question is empty; say what is asked about the picture")
    asking = Answering(trained(model, Registry(), Silence()), question, category, 0)
    pixels, look = asking.look(picture)
    if not look.words:
        raise BenchError("the model answered nothing, so no word looked anywhere; ask another question")
    with writing(out) as path:
        draw(pixels, look, question, path)
    typer.echo(f"wrote {out}: where the words looked of: {safe(look.answer)}")
