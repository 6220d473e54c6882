"""``bench gallery``: what a model got most wrong with the pictures, as one HTML page."""

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
    table: Annotated[
        Text,
        typer.Option(help="the table of scores whose columns judge [default: the first of the model's latest task]"),
    ] = None,
    column: Annotated[Text, typer.Option(help="judge by this column [default: as the table judges controls]")] = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
) -> None:
    """Show what a model got most wrong, with the pictures: its worst answers, or categories that it mistook."""
    from bench.cli.output import by_suffix, write_out
    from bench.registered.registry import Registry
    from bench.tables import gallery
    from bench.tables.build import chosen, of_task
    from bench.tables.pictures import as_png, embedded
    from bench.tables.selection import select

    by_suffix(out, {".html": "html", ".htm": "html"})
    registry = Registry()
    kept = opened(store)
    spec = chosen([table], registry)[0] if table else None
    latest = gallery.latest(model, kept, spec.task if spec else None)["cell"]
    spec = spec or of_task(latest["task"], registry)
    if dataset is None and protocol is None:
        dataset, protocol = latest["dataset"], latest["protocol"]
    selection = select(kept, spec.task, dataset, protocol)
    found = gallery.worst(spec, selection, kept, model, column, worst)
    names = dict.fromkeys(mistake.picture for mistake in found)
    pictures = embedded(as_png(names, selection.protocol, selection.dataset, kept, registry))
    write_out(out, gallery.as_html(selection, model, found, pictures))
    typer.echo(f"the {len(found)} worst answers of {model} in {out}")
