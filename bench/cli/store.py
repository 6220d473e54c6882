"""``bench store``: what a store holds; tidy it, or join two."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import StoreFolder, opened

DAYS = 7.0
app = typer.Typer(rich_markup_mode=None, add_completion=False, invoke_without_command=True)


@app.callback()
def store_command(context: typer.Context, store: StoreFolder = None) -> None:
    """Tell what is in my store; tidy a store, or join two."""
    if context.invoked_subcommand is None:
        from bench.store.inventory import inventory
        from bench.terminal import safe_lines

        typer.echo(safe_lines(inventory(opened(store), DAYS)))


@app.command("gc")
def gc_command(
    days: Annotated[float, typer.Option(min=0, help="leave what was touched in the last so many days")] = DAYS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would go")] = False,
    store: StoreFolder = None,
) -> None:
    """Drop the stages that no record refers to."""
    from bench.store.upkeep import drop, garbage

    found = garbage(opened(store), days)
    for each in found:
        typer.echo(f"{each.path.name}  {each.size / 2**20:.1f} MB")
    if not dry_run:
        drop(found)
    size = sum(each.size for each in found) / 2**20
    typer.echo(f"{len(found)} stages, {size:.1f} MB {'would go' if dry_run else 'dropped'}")


@app.command("merge")
def merge_command(
    source: Annotated[str, typer.Argument(help="the store that is read")],
    target: Annotated[str, typer.Argument(help="the store that is added to")],
) -> None:
    """Copy into one store what only another has; refused where the two disagree."""
    from bench.store.store import Store
    from bench.store.upkeep import merge

    stages, cells = merge(Store(Path(source)), Store(Path(target)))
    typer.echo(f"{stages} stages and {cells} records copied from {source} to {target}")
