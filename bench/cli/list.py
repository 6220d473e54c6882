"""``bench list``: what is registered."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, Text

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def list_command(
    kind: Annotated[
        Text,
        typer.Argument(
            help="models, tasks, suites, datasets, readers, checks, teachers, tables, watchers or plugins",
            show_default=False,
        ),
    ] = None,
    name: Annotated[Text, typer.Argument(help="show only this one, with its settings; tables also by number")] = None,
    family: Annotated[Text, typer.Option(help="show only models of this family")] = None,
    as_json: AsJSON = False,
) -> None:
    """List models, tasks, datasets and everything else that is registered."""
    from bench.api.listing import KINDS, PLUGINS, listing
    from bench.errors import BenchError
    from bench.terminal.text import safe_lines

    if kind is None:
        raise BenchError(f"name what to list: {', '.join(KINDS)} or {PLUGINS}")
    entries = listing(kind, name, family=family, settings=as_json)
    if entries.failures:
        typer.echo(f"note: {safe_lines(entries.failures)}", err=True)
    typer.echo(entries.json if as_json else str(entries))
