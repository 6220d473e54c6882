"""``bench report``: the page of results, as a folder to hand on or as one file."""

from typing import Annotated

import typer

from bench.cli.options import StoreFolder, Text, without_collection

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def report_command(
    out: Annotated[str, typer.Option(help="the folder to write; with --single the HTML file")],
    task: Annotated[Text, typer.Option(help="show this task alone [default: all of the store]")] = None,
    dataset: Annotated[Text, typer.Option(help="show this dataset alone [default: all of the store]")] = None,
    protocol: Annotated[
        Text, typer.Option(help="first letters of a protocol's digest [default: all of the store]")
    ] = None,
    pictures: Annotated[int, typer.Option(min=0, help="most pictures of a protocol")] = 500,
    attention: Annotated[
        int, typer.Option(min=0, help="answers of each model with where it looked; the models are loaded for that")
    ] = 0,
    single: Annotated[bool, typer.Option("--single", help="write one file that needs no other")] = False,
    store: StoreFolder = None,
) -> None:
    """Write a page to look at results: tables, models, pictures with answers, figures."""
    from bench.api.reporting import report
    from bench.terminal.text import safe

    with without_collection():
        written = report(
            out,
            single=single,
            pictures=pictures,
            attention=attention,
            task=task,
            dataset=dataset,
            protocol=protocol,
            store=store,
        )
    parts = ", ".join(
        f"{what} {size / 1e6:.1f} MB" for what, size in sorted(written.sizes.items(), key=lambda part: -part[1])
    )
    typer.echo(f"{written.size / 1e6:.1f} MB in {written.files:,} file{'s' if written.files > 1 else ''}: {parts}")
    for problem in written.problems:
        typer.echo(safe(f"pictures are missing: {problem}"), err=True)
    if written.pictures < written.pictures_asked and not written.problems:
        typer.echo(f"{written.pictures:,} of {written.pictures_asked:,} pictures are shown; --pictures shows more")
    typer.echo(f"open {out if single else f'{out}/index.html'} in a browser")
