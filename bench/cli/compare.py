"""``bench compare``: which of some models is better, and whether that could be chance."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import Dataset, Protocol, StoreFolder, opened

if TYPE_CHECKING:
    from bench.store.store import Store
    from bench.tables.selection import Selection

Text = str | None
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def compare_command(
    models: Annotated[list[str], typer.Argument(help="names of models, or all that were measured")],
    task: Annotated[Text, typer.Option(help="the task [default: the latest record's]")] = None,
    metric: Annotated[Text, typer.Option(help="the metric [default: the task's first]")] = None,
    dataset: Dataset = None,
    protocol: Protocol = None,
    figure: Annotated[
        Text, typer.Option(help="write the critical-difference diagram to this file (.svg, .pdf)")
    ] = None,
    store: StoreFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Compare models pair by pair, and all at once."""
    import json
    from dataclasses import asdict

    from bench.errors import BenchError
    from bench.tables.comparison import as_text, compare
    from bench.tables.selection import select

    kept = opened(store)
    selection = select(kept, task or _latest_task(kept), dataset, protocol)
    names = list(selection.by_model) if models == ["all"] else list(dict.fromkeys(models))
    if len(names) < 2:
        raise BenchError(f"{', '.join(names)} alone cannot be compared; name at least two models, or all")
    found = compare(selection, names, metric or _first_metric(selection))
    typer.echo(json.dumps(asdict(found), indent=1, ensure_ascii=False) if as_json else as_text(found))
    if figure is not None:
        if found.friedman is None:
            raise BenchError("a critical-difference diagram needs at least three models; name more")
        from bench.figures.critical_difference import draw

        draw(found.friedman.ranks, found.friedman.difference, Path(figure))


def _latest_task(store: "Store") -> str:
    from bench.errors import BenchError

    records = store.records()
    if not records:
        raise BenchError(f"the store {str(store.root)!r} holds no record; make some with `bench run` or name another")
    return max(records, key=lambda record: record["finished"])["cell"]["task"]


def _first_metric(selection: "Selection") -> str:
    return next(iter(next(iter(selection.by_model.values()))[0]["metrics"]))
