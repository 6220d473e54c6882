"""``bench table``: records as the paper's tables, with published numbers."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, Dataset, Protocol, StoreFolder, Text, without_collection
from bench.cli.suggestions import registered
from bench.errors import BenchError
from bench.terminal.text import safe, safe_lines

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def table_command(
    names: Annotated[
        list[str],
        typer.Argument(
            help="names or numbers of tables, or all; see `bench list tables`", autocompletion=registered("table")
        ),
    ],
    dataset: Dataset = None,
    protocol: Protocol = None,
    by: Annotated[Text, typer.Option(help="break down, for example by category or question")] = None,
    vary: Annotated[Text, typer.Option(help="compare protocols that differ only in this, for example caption")] = None,
    costs: Annotated[
        bool, typer.Option("--costs", help="show FLOPs, time and memory of training, parameters, time of inference")
    ] = False,
    scale: Annotated[
        bool,
        typer.Option("--scale", help="add to each number its share of the way from the best control to the oracle"),
    ] = False,
    audited: Annotated[
        bool,
        typer.Option("--audited", help="mark the paper's numbers that cannot be true, or only in some reading"),
    ] = False,
    model: Annotated[Text, typer.Option(help="the model to show in a table of one model")] = None,
    figure: Annotated[Text, typer.Option(help="draw the table's figure to this file (.svg, .pdf, .png)")] = None,
    form: Annotated[
        Text,
        typer.Option(
            "--format", help="markdown, latex, html, csv or json [default: from the suffix of --out, else markdown]"
        ),
    ] = None,
    published: Annotated[bool, typer.Option(help="show the paper's numbers")] = True,
    strict: Annotated[
        bool, typer.Option("--strict", help="exit with 1 if a control wins, or if folds are missing or differ")
    ] = False,
    store: StoreFolder = None,
    out: Annotated[
        Text, typer.Option(help="file to write (.md, .tex, .html, .csv or .json); pictures go next to it")
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Print tables of measured and published numbers."""
    from bench.api.output import FIGURES, by_suffix
    from bench.api.tables import form_of, table

    if as_json and form not in (None, "json"):
        raise BenchError(f"--json and --format {form} are two formats; leave one of them out")
    chosen_form = form_of("json" if as_json else form, out)  # before anything is built
    if figure is not None:
        by_suffix(figure, FIGURES)
    with without_collection():
        tables = table(
            names,
            store=store,
            dataset=dataset,
            protocol=protocol,
            by=by,
            vary=vary,
            model=model,
            costs=costs,
            scale=scale,
            audited=audited,
        )
        for sentence in tables.left_out:
            typer.echo(safe_lines(sentence), err=True)
        if out is None:
            typer.echo(tables.render(chosen_form, published))
        else:
            tables.save(out, chosen_form, published)
        if figure is not None:
            tables.draw(figure)
    if strict and tables.problems:
        typer.echo("\n".join(map(safe, tables.problems)), err=True)
        raise typer.Exit(1)
