"""Options that several verbs take."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bench.store.store import Store

Dataset = Annotated[str | None, typer.Option(help="use records of this dataset [default: the latest run's]")]
Protocol = Annotated[
    str | None, typer.Option(help="first letters of the protocol's digest [default: the latest run's]")
]
StoreFolder = Annotated[
    str | None, typer.Option("--store", help="folder of results [default: $BENCH_STORE, else ./runs]")
]
DAY = 86_400.0
"""The longest pause between two looks, in seconds."""
Run = Annotated[str | None, typer.Option(help="name of a cluster run [default: the latest, and all active ones]")]


def opened(folder: str | None) -> "Store":
    """Return the store in a folder, None for the default one."""
    from bench.store import store

    return store.opened(folder)
