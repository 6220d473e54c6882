"""``bench help``: the pages of the documentation."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON
from bench.cli.suggestions import topics

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def help_command(
    topic: Annotated[
        list[str] | None,
        typer.Argument(help="a page, such as first-table, or a verb [default: list the pages]", autocompletion=topics),
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Show a page of the documentation, or how a verb is used."""
    import sys
    from dataclasses import asdict

    from tabulate import tabulate

    from bench.api.pages import page, pages
    from bench.terminal.text import json_text

    if not topic:
        listed = [{"name": each.name, "title": each.title} for each in pages().values()]
        rows = tabulate([each.values() for each in listed], headers=["topic", "what it is about"])
        typer.echo(
            json_text(listed) if as_json else f"{rows}\n\n`bench help TOPIC` shows one, `bench help VERB` a verb."
        )
        return
    shown = page(" ".join(topic))
    if as_json:
        typer.echo(json_text(asdict(shown)))
    elif sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(shown.text))
    else:
        typer.echo(shown.text)
