"""A table as text: markdown for people, csv (one line a number) and json for programs."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

from bench.tables.table import Table, TableCell, TableRow

MISSING = "-"
_STALE = {
    True: ("†", "† computed with code that has changed since; `bench run` renews it"),
    None: ("‡", "‡ of a model that is no longer installed: whether its code has changed cannot be told"),
}


def markdown(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render tables one below the other; ``pictures`` maps a picture's id to the file that shows it."""
    return "\n\n".join(_markdown(table, show_published, pictures) for table in tables)


def as_csv(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render one line a number, full precision."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["table", "dataset", "protocol", "row", "model", "control", "stale", "column", "value", "std", "n"]
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


FORMATS: dict[str, Callable[[list[Table], bool, Mapping[str, str]], str]] = {
    "markdown": markdown,
    "csv": as_csv,
    "json": as_json,
}


def _markdown(table: Table, show_published: bool, pictures: Mapping[str, str]) -> str:
    from tabulate import tabulate

    texts = list(dict.fromkeys(name for row in table.rows for name in row.texts))
    marks = {
        note: _mark(number) for number, note in enumerate(dict.fromkeys(n for row in table.rows for n in row.footnotes))
    }
    lines = list(_lines(table, show_published, texts, marks, pictures))
    pictured = any(row.picture for row in table.rows)
    head = ["", "", *(["picture"] if pictured else []), *texts, *table.columns, "n"]
    body = tabulate(lines, headers=head, tablefmt="pipe", disable_numparse=True)
    notes = [*table.notes, *(f"{mark} {note}" for note, mark in marks.items())]
    staleness = {row.stale for row in table.rows}
    notes += [sentence for stale, (mark, sentence) in _STALE.items() if stale in staleness]
    return "\n\n".join([plain(table.caption), body, *map(plain, notes)])


def _lines(
    table: Table,
    show_published: bool,
    texts: list[str],
    marks: Mapping[str, str],
    pictures: Mapping[str, str],
) -> Iterator[list[str]]:
    pictured = any(row.picture for row in table.rows)
    ruled = False
    for row in table.rows:
        if row.control and not ruled:
            ruled = True
            yield ["*controls*"]
        name = plain(row.label)
        marked = name + " ".join(marks[note] for note in row.footnotes) + _STALE.get(row.stale, ("",))[0]
        said = [
            *([_picture(row, pictures)] if pictured else []),
            *(plain(row.texts.get(text, "")) for text in texts),
        ]
        if show_published and any(cell.published is not None for cell in row.cells.values()):
            yield [name, "paper", *said, *(_published(row.cells[column]) for column in table.columns), ""]
        if any(cell.value is not None for cell in row.cells.values()):
            n = max(cell.n for cell in row.cells.values())
            yield [
                marked,
                "measured",
                *said,
                *(_measured(row.cells[column]) for column in table.columns),
                str(n),
            ]


def _picture(row: TableRow, pictures: Mapping[str, str]) -> str:
    name = row.picture or ""
    return f"![{plain(name)}]({pictures[name]})" if name in pictures else plain(name)


def _measured(cell: TableCell) -> str:
    text = _number(cell.value, cell.std, cell.digits)
    return f"**{text}**" if cell.best else text


def _published(cell: TableCell) -> str:
    return _number(cell.published, cell.published_std, cell.digits)


def _number(value: float | None, std: float | None, digits: int) -> str:
    if value is None:
        return MISSING
    return f"{value:.{digits}f}" + (f" ± {std:.{digits}f}" if std is not None else "")


def plain(text: str) -> str:
    """Make text of any origin safe in a markdown table on a terminal: no control characters, no cell borders."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return printable.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _mark(number: int) -> str:
    return "⁰¹²³⁴⁵⁶⁷⁸⁹"[number + 1] if number < 9 else f"[{number + 1}]"
