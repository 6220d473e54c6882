"""A table of what was measured, beside what was published."""

from dataclasses import dataclass
from pathlib import Path

import pandas

from bench.registered.registry import Registry
from bench.store.store import opened
from bench.tables import table as tables
from bench.tables.build import View, build, chosen
from bench.tables.data import numbers
from bench.tables.html import fragment
from bench.tables.markdown import markdown


@dataclass(frozen=True)
class ShownTable:
    """A table: a notebook shows it as HTML, ``print`` as markdown; ``data`` holds rows, cells and what they are of."""

    data: tables.Table

    def to_pandas(self) -> pandas.DataFrame:
        """Return a row a number, as `bench table --format csv` has them."""
        return pandas.DataFrame(numbers([self.data], True))

    def __str__(self) -> str:
        return markdown([self.data], True, {})

    def _repr_html_(self) -> str:
        return fragment(self.data)


def table(
    name: str | int,
    *,
    store: str | Path | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    by: str | None = None,
    vary: str | None = None,
    model: str | None = None,
    costs: bool = False,
) -> ShownTable:
    """Return a table by name or number; the options are those of `bench table`.

    BenchError where the store holds no records for it.
    """
    registry = Registry()
    (spec,) = chosen([str(name)], registry)
    return ShownTable(build(spec, View(dataset, protocol, by, vary, model, costs), registry, opened(store)))
