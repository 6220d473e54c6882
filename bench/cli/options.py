"""Options that several verbs take."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.suggestions import registered

if TYPE_CHECKING:
    from bench.store.store import Store

Dataset = Annotated[str | None, typer.Option(help="use records of this dataset [default: the latest run's]")]
Protocol = Annotated[
    str | None, typer.Option(help="first letters of the protocol's digest [default: the latest run's]")
]
StoreFolder = Annotated[
    str | None, typer.Option("--store", help="folder of results [default: $BENCH_STORE, else ./runs]")
]
Text = str | None
AsJSON = Annotated[bool, typer.Option("--json", help="print JSON")]
MeasuredTask = Annotated[
    str | None, typer.Option(help="the task [default: the latest record's]", autocompletion=registered("task"))
]
Metric = Annotated[str | None, typer.Option(help="the metric [default: the one its tables judge by first]")]
DAY = 86_400.0
"""The longest pause between two looks, in seconds."""
Run = Annotated[str | None, typer.Option(help="name of a cluster run [default: the latest, and all active ones]")]


def opened(folder: str | None) -> "Store":
    """Return the store in a folder, None for the default one."""
    from bench.store import store

    return store.opened(folder)


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep Python from looking for garbage among what a verb reads, now and when it ends.

    Among thousands of records that takes longer than to make a table of them.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
