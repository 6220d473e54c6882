"""``bench store``: the contents of a store; check it, clean it up, or merge two."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import StoreFolder, opened

DAYS = 7.0
app = typer.Typer(rich_markup_mode=None, add_completion=False, invoke_without_command=True)


@app.callback()
def store_command(context: typer.Context, store: StoreFolder = None) -> None:
    """Show what the store holds; check it, clean it up, or merge two."""
    if context.invoked_subcommand is None:
        from bench.store.inventory import inventory
        from bench.terminal import safe_lines

        typer.echo(safe_lines(inventory(opened(store), DAYS)))


@app.command("gc")
def gc_command(
    days: Annotated[float, typer.Option(min=0, help="keep stages used within this many days")] = DAYS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what would be deleted")] = False,
    store: StoreFolder = None,
) -> None:
    """Delete the stages that no record refers to."""
    from bench.store.upkeep import drop, garbage

    unused = garbage(opened(store), days)
    for stage in unused:
        typer.echo(f"{stage.path.name}  {stage.size / 2**20:.1f} MB")
    if not dry_run:
        drop(unused)
    size = sum(stage.size for stage in unused) / 2**20
    typer.echo(f"{len(unused)} stages, {size:.1f} MB {'would be deleted' if dry_run else 'deleted'}")


@app.command("check")
def check_command(store: StoreFolder = None) -> None:
    """Read everything and compare it with its digests; exit with code 1 if something is damaged."""
    from bench.store.check import check
    from bench.terminal import safe_lines

    result = check(opened(store), lambda sentence: typer.echo(safe_lines(sentence)))
    typer.echo(result.summary)
    if result.damage:
        raise typer.Exit(1)


@app.command("merge")
def merge_command(
    source: Annotated[str, typer.Argument(help="the store to read")],
    target: Annotated[str, typer.Argument(help="the store to extend")],
) -> None:
    """Copy what is missing from one store into another; refuse if the two disagree."""
    from bench.store.store import Store
    from bench.store.upkeep import merge

    stages, cells = merge(Store(Path(source)), Store(Path(target)))
    typer.echo(f"{stages} stages and {cells} records copied from {source} to {target}")
