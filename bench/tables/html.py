"""Tables as one HTML page: pictures embedded, nothing loaded from elsewhere, every text escaped."""

from collections.abc import Mapping

from bench.tables.layout import Layout, layout
from bench.tables.page import page
from bench.tables.table import Table


def html(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render tables below one another; ``pictures`` maps a picture's id to its data URI."""
    return page_of([layout(table, show_published) for table in tables], pictures)


def page_of(tables: list[Layout], pictures: Mapping[str, str]) -> str:
    """Render tables that are laid out."""
    return page("tables.html", title=tables[0].caption.partition(".")[0], tables=tables, pictures=pictures)


def fragment(table: Table) -> str:
    """Render one table with its notes, without pictures, for use within another page."""
    return page("table.html", table=layout(table, True), pictures={})
