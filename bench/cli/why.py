"""``bench why``: what one number of a table comes from."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder

Text = str | None
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def why_command(
    table: Annotated[str, typer.Argument(help="name or number of a table")],
    row: Annotated[str, typer.Argument(help="the row's label, or the model's name")],
    column: Annotated[str, typer.Argument(help="the column's heading, or the metric's name")],
    dataset: Dataset = None,
    protocol: Protocol = None,
    store: StoreFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Tell what one number of a table comes from."""
    import json

    from bench.registry import Registry
    from bench.store import Store, default_store
    from bench.tables.build import View, build, chosen
    from bench.tables.provenance import as_text, provenance

    registry = Registry()
    kept = Store(Path(store) if store else default_store())
    (spec,) = chosen([table], registry)
    found = provenance(spec, build(spec, View(dataset, protocol), registry, kept), row, column, kept)
    typer.echo(json.dumps(found, indent=1, ensure_ascii=False) if as_json else as_text(found))
