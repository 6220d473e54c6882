"""``bench table``: records as the paper's tables, published numbers beside measured."""

from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder, opened

if TYPE_CHECKING:
    from bench.registered.registry import Registry
    from bench.store.store import Store
    from bench.tables.table import Table

Text = str | None
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def table_command(
    names: Annotated[list[str], typer.Argument(help="names or numbers of tables, or all; see `bench list tables`")],
    dataset: Dataset = None,
    protocol: Protocol = None,
    by: Annotated[Text, typer.Option(help="break it down, for example by category or question")] = None,
    vary: Annotated[
        Text, typer.Option(help="set protocols side by side that differ in this, for example caption")
    ] = None,
    costs: Annotated[bool, typer.Option("--costs", help="show time and memory of training and inference")] = False,
    model: Annotated[Text, typer.Option(help="the model that a table of one model shows")] = None,
    figure: Annotated[Text, typer.Option(help="draw the table's figure to this file (.svg, .pdf, .png)")] = None,
    form: Annotated[
        Text, typer.Option("--format", help="markdown, latex, html, csv or json [default: by --out, else markdown]")
    ] = None,
    published: Annotated[bool, typer.Option(help="show the paper's numbers")] = True,
    strict: Annotated[
        bool, typer.Option("--strict", help="exit 1 if a control wins, or folds are missing or differ")
    ] = False,
    store: StoreFolder = None,
    out: Annotated[Text, typer.Option(help="write to this .md, .tex, .html, .csv or .json, pictures beside it")] = None,
) -> None:
    """Print tables of what was measured, beside what was published."""
    from bench.cli.output import write_out, writing
    from bench.registered.registry import Registry
    from bench.tables.build import View, build, build_all, chosen, draw
    from bench.tables.formats import FORMATS

    chosen_form = _form(form, out)
    registry = Registry()
    kept = opened(store)
    view = View(dataset, protocol, by, vary, model, costs)
    specs = chosen(names, registry)
    if "all" in names:
        tables, left_out = build_all(specs, view, registry, kept)
        for sentence in left_out:
            typer.echo(sentence, err=True)
    else:
        tables = [build(spec, view, registry, kept) for spec in specs]
    pictures = _pictures(tables, FORMATS[chosen_form].pictures, out, kept, registry)
    text = FORMATS[chosen_form].render(tables, published, pictures)
    if out is None:
        typer.echo(text)
    else:
        write_out(out, text + "\n")
    if figure is not None:
        with writing(figure) as path:
            draw(specs, view, kept, path)
    problems = [f"table {table.number}: {problem}" for table in tables for problem in table.problems]
    if strict and problems:
        typer.echo("\n".join(problems), err=True)
        raise typer.Exit(1)


def _form(given: Text, out: Text) -> str:
    """Return the format asked for, else that of the file to be written."""
    from bench.cli.output import by_suffix
    from bench.errors import unknown
    from bench.tables.formats import FORMATS

    if given is None:
        suffixes = {form.suffix: name for name, form in FORMATS.items()}
        return by_suffix(out, suffixes, "end its name in one of them or give --format") if out else "markdown"
    if given not in FORMATS:
        raise unknown("format", given, FORMATS)
    return given


def _pictures(tables: "list[Table]", kept: str, out: Text, store: "Store", registry: "Registry") -> dict[str, str]:
    """Embed the tables' pictures or write them beside a file; none without a place for them."""
    from bench.cli.output import writing
    from bench.tables.pictures import as_png, embedded, shown, written

    names = shown(tables)
    if not names or kept == "none" or (kept == "beside" and out is None):
        return {}
    pictures = as_png(names, tables[0].protocol, tables[0].dataset, store, registry)
    if kept == "embedded" or out is None:
        return embedded(pictures)
    with writing(out) as path:
        return written(pictures, path)
