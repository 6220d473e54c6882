"""``bench table``: records as the paper's tables, published numbers beside measured."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.errors import unknown

if TYPE_CHECKING:
    from bench.registry import Registry
    from bench.specs import TableSpec

Text = str | None


def table_command(
    names: Annotated[list[str], typer.Argument(help="names or numbers of tables, or all; see `bench list tables`")],
    dataset: Annotated[Text, typer.Option(help="records of this dataset [default: the latest run's]")] = None,
    protocol: Annotated[Text, typer.Option(help="first letters of a protocol [default: the latest run's]")] = None,
    form: Annotated[str, typer.Option("--format", help="markdown, csv or json")] = "markdown",
    published: Annotated[bool, typer.Option(help="show the paper's numbers")] = True,
    store: Annotated[Text, typer.Option(help="folder of results [default: $BENCH_STORE, else ./runs]")] = None,
    out: Annotated[Text, typer.Option(help="write to this file, pictures beside it")] = None,
) -> None:
    """Print tables of what was measured, beside what was published."""
    from bench.registry import Registry
    from bench.specs import resolve
    from bench.store import Store, default_store, write_text
    from bench.tables.render import FORMATS
    from bench.tables.selection import select

    if form not in FORMATS:
        raise unknown("format", form, FORMATS)
    registry = Registry()
    kept = Store(Path(store) if store else default_store())
    specs = _chosen(names, registry)
    selections = [select(kept, spec.task, dataset, protocol) for spec in specs]
    made = [
        resolve(spec.builds)(spec, selection, registry, kept) for spec, selection in zip(specs, selections, strict=True)
    ]
    pictures: dict[str, str] = {}
    if out is not None:
        from bench.tables.pictures import write_pictures

        run = kept.latest_run(specs[0].task)
        pictures = write_pictures(made, Path(out), run, registry) if run else {}
    text = FORMATS[form](made, published, pictures)
    if out is None:
        typer.echo(text)
    else:
        write_text(Path(out), text + "\n")


def _chosen(names: list[str], registry: "Registry") -> "list[TableSpec]":
    """Find tables by name or number."""
    specs: list[TableSpec] = []
    for name in names:
        if name == "all":
            specs += registry.every("table").values()
        else:
            specs.append(_table(name, registry))
    return list({spec.name: spec for spec in specs}.values())


def _table(name: str, registry: "Registry") -> "TableSpec":
    if not name.isdigit():
        return registry.find("table", name)[0]
    found = registry.search("table", lambda spec: spec.number == int(name))
    if found is None:
        every = registry.every("table").values()
        raise unknown("table", name, [*(spec.name for spec in every), *(str(spec.number) for spec in every)])
    return found
