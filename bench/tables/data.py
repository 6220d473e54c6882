"""Tables for programs: csv (one line a number) and json."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict

from bench.tables.table import Table


def as_csv(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render one line a number, full precision."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["table", "dataset", "protocol", "row", "condition", "model", "control", "stale", "column", "value", "std", "n"]
        + ["published", "published_std"] * show_published
    )
    for table in tables:
        for row in table.rows:
            for column, cell in row.cells.items():
                measured = [
                    table.number,
                    table.dataset,
                    table.protocol,
                    row.label,
                    row.condition,
                    row.model,
                    row.control,
                    row.stale,
                    column,
                ]
                numbers = [
                    cell.value,
                    cell.std,
                    cell.n,
                    *[cell.published, cell.published_std] * show_published,
                ]
                writer.writerow([*measured, *("" if number is None else number for number in numbers)])
    return stream.getvalue().rstrip("\n")


def as_json(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render the tables' own data, full precision."""
    data = [asdict(table) for table in tables]
    if not show_published:
        for cell in (cell for table in data for row in table["rows"] for cell in row["cells"].values()):
            del cell["published"], cell["published_std"]
    return json.dumps(data, indent=1, ensure_ascii=False)
