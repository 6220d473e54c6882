"""``bench gallery``: a model's worst answers with their pictures, as one HTML page."""

from typing import Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder, opened

Text = str | None
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def gallery_command(
    model: Annotated[str, typer.Option(help="whose answers")],
    out: Annotated[str, typer.Option(help="the HTML file to write")] = "gallery.html",
    worst: Annotated[int, typer.Option(min=1, help="how many answers")] = 20,
    table: Annotated[str, typer.Option(help="the table of scores whose columns judge the answers")] = "1",
    column: Annotated[Text, typer.Option(help="judge by this column [default: as the table judges controls]")] = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
) -> None:
    """Show a model's worst answers with their pictures."""
    from bench.cli.output import by_suffix, write_out
    from bench.registry import Registry
    from bench.tables.build import chosen
    from bench.tables.gallery import as_html, worst_answers
    from bench.tables.pictures import as_png, embedded
    from bench.tables.selection import select

    by_suffix(out, {".html": "html", ".htm": "html"})
    registry = Registry()
    kept = opened(store)
    (spec,) = chosen([table], registry)
    selection = select(kept, spec.task, dataset, protocol)
    answers = worst_answers(spec, selection, kept, model, column, worst)
    names = dict.fromkeys(answer.picture for answer in answers)
    pictures = embedded(as_png(names, kept.run_on(selection.dataset), registry))
    write_out(out, as_html(model, answers, pictures))
    typer.echo(f"{len(answers)} answers of {model} in {out}")
