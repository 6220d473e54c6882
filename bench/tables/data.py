"""Tables for programs: csv (one line per number) and json."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bench.tables.table import Table


def numbers(tables: list[Table], show_published: bool) -> list[dict[str, Any]]:
    """Return one row per number, in full precision; a missing number is None."""
    return [
        {
            "table": table.number,
            "dataset": table.dataset,
            "protocol": table.protocol,
            "row": row.label,
            "condition": row.condition,
            "model": row.model,
            "control": row.control,
            "stale": row.stale,
            "column": column,
            "value": cell.value,
            "std": cell.std,
            "n": cell.n,
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
    writer.writerows(rows)
    return stream.getvalue().rstrip("\n")


def as_json(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render the tables' own data, in full precision."""
    data = [asdict(table) for table in tables]
    if not show_published:
        for cell in (cell for table in data for row in table["rows"] for cell in row["cells"].values()):
            del cell["published"], cell["published_std"]
    return json.dumps(data, indent=1, ensure_ascii=False)
