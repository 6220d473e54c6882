"""``bench store``: the contents of a store; check it, clean it up, or merge two."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False, invoke_without_command=True)


@app.callback()
def store_command(context: typer.Context, store: StoreFolder = None, as_json: AsJSON = False) -> None:
    """Show what the store holds; check it, clean it up, or merge two."""
    if context.invoked_subcommand is None:
        from bench.api.upkeep import inventory
        from bench.terminal.text import safe_lines

        contents = inventory(store)
        typer.echo(contents.json if as_json else safe_lines(str(contents)))


@app.command("gc")
def gc_command(
    days: Annotated[float, typer.Option(min=0, help="keep stages used within this many days")] = 7.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what would be deleted")] = False,
    store: StoreFolder = None,
    as_json: AsJSON = False,
) -> None:
    """Delete the stages that no record refers to."""
    from bench.api.upkeep import clean

    cleaning = clean(days=days, dry_run=dry_run, store=store)
    typer.echo(cleaning.json if as_json else str(cleaning))


@app.command("check")
def check_command(store: StoreFolder = None, as_json: AsJSON = False) -> None:
    """Read everything and compare it with its digests; exit with code 1 if something is damaged."""
    from bench.api.upkeep import check
    from bench.terminal.text import json_text, safe_lines

    result = check(store, lambda sentence: None if as_json else typer.echo(safe_lines(sentence)))
    typer.echo(json_text(result._asdict()) if as_json else result.summary)
    if result.damage:
        raise typer.Exit(1)


@app.command("merge")
def merge_command(
    source: Annotated[
        str, typer.Argument(help="the store to read, or a publication: the folder of one, or hub:OWNER/NAME")
    ],
    target: Annotated[str, typer.Argument(help="the store to extend")],
    replace: Annotated[
        bool, typer.Option("--replace", help="of a publication: replace older rows of the same person")
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Copy what is missing from a store or a publication into a store; refuse if the two disagree."""
    from bench.api.upkeep import merge
    from bench.terminal.text import json_text, safe_lines

    copied = merge(source, target, replace=replace)
    typer.echo(json_text(copied.as_json()) if as_json else safe_lines(str(copied)))
