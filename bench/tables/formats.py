"""The formats that a table can be printed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bench.specs import resolve
from bench.tables.table import Table

Render = Callable[[list[Table], bool, Mapping[str, str]], str]
"""Renders tables as text; takes whether to show published numbers, and each picture's location by its id."""


@dataclass(frozen=True)
class Format:
    """A format: the lazy path of its renderer, the suffix of its files, and where pictures are stored."""

    renders: str
    suffix: str
    pictures: Literal["none", "beside", "embedded"] = "none"

    @property
    def render(self) -> Render:
        """The function that renders tables in this format."""
        return resolve(self.renders)


FORMATS = {
    "markdown": Format("bench.tables.markdown:markdown", ".md", pictures="beside"),
    "latex": Format("bench.tables.latex:latex", ".tex", pictures="beside"),
    "html": Format("bench.tables.html:html", ".html", pictures="embedded"),
    "csv": Format("bench.tables.data:as_csv", ".csv"),
    "json": Format("bench.tables.data:as_json", ".json"),
}
