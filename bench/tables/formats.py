"""The formats that a table can be printed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bench.specs import resolve
from bench.tables.table import Table

Render = Callable[[list[Table], bool, Mapping[str, str]], str]
"""Makes text of tables, told whether to show published numbers, and where each picture is to be found."""


@dataclass(frozen=True)
class Format:
    """A format: the lazy path of what renders it, the suffix of its files, and where it keeps pictures."""

    renders: str
    suffix: str
    pictures: Literal["none", "beside", "embedded"] = "none"

    @property
    def render(self) -> Render:
        """What renders tables in this format."""
        return resolve(self.renders)


FORMATS = {
    "markdown": Format("bench.tables.markdown:markdown", ".md", pictures="beside"),
    "latex": Format("bench.tables.latex:latex", ".tex", pictures="beside"),
    "html": Format("bench.tables.html:html", ".html", pictures="embedded"),
    "csv": Format("bench.tables.data:as_csv", ".csv"),
    "json": Format("bench.tables.data:as_json", ".json"),
}
