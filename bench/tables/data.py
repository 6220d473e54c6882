"""Tables for programs: csv (one line per number) and json."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import asdict

from bench.tables.table import Table
from bench.terminal.text import is_shown, json_text, safe

Number = str | int | float | bool | None
_FORMULA = re.compile(r"\s*'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|'|\\[trn]")
"""How text begins that a spreadsheet would compute; a quote, too, so that the guard can be told from the text."""


def numbers(tables: list[Table], show_published: bool) -> list[dict[str, Number]]:
    """Return one row per number, in full precision; a missing number is None."""
    scaled = any(cell.share is not None for table in tables for row in table.rows for cell in row.cells.values())
    return [
        {
            "table": table.number,
            "dataset": table.dataset,
            "protocol": table.protocol,
            "row": row.label,
            "condition": row.condition,
            "model": row.model,
            "control": row.control,
            "upper": row.upper,
            "stale": row.stale,
            "measured_by": row.measured_by,
            "column": column,
            "value": cell.value,
            "std": cell.std,
            "n": cell.n,
            "best": cell.best,
            "tie": cell.tie,
            "below": "; ".join(cell.below),
            **({"share": cell.share} if scaled else {}),
            "seeds": cell.seeds,
            "seed_std": cell.seed_std,
            **({"published": cell.published, "published_std": cell.published_std} if show_published else {}),
        }
        for table in tables
        for row in table.rows
        for column, cell in row.cells.items()
    ]


def as_csv(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render one line per number, in full precision."""
    rows, stream = numbers(tables, show_published), io.StringIO()
    writer = csv.DictWriter(stream, rows[0] if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: guarded(value) if isinstance(value, str) else value for key, value in row.items()} for row in rows
    )
    return stream.getvalue().rstrip("\n")


def guarded(text: str) -> str:
    """Return text of any origin for a cell that no spreadsheet computes; no two texts become one.

    A quote stands before what could be a formula. Unprintable letters are escaped, and then backslashes, too.
    """
    if not all(map(is_shown, text)) or re.search(r"\\[\\nrtuUx]", text):
        text = safe(text.replace("\\", "\\\\"))
    return f"'{text}" if _FORMULA.match(text) else text


def as_json(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render the tables' own data, in full precision."""
    data = [asdict(table) for table in tables]
    if not show_published:
        for cell in (cell for table in data for row in table["rows"] for cell in row["cells"].values()):
            del cell["published"], cell["published_std"]
    return json_text(data)
