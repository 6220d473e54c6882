"""Options that several verbs take."""

from typing import Annotated

import typer

Dataset = Annotated[str | None, typer.Option(help="records of this dataset [default: the latest run's]")]
Protocol = Annotated[str | None, typer.Option(help="first letters of a protocol [default: the latest run's]")]
StoreFolder = Annotated[
    str | None, typer.Option("--store", help="folder of results [default: $BENCH_STORE, else ./runs]")
]
