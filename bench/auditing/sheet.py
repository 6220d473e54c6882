"""The lines of a file of published numbers, or of what belongs to it: its columns are known by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.data.spreadsheet import cleaned, read_rows, rows
from bench.errors import BenchError, shortened, unknown
from bench.inputs import path_of


class SheetColumns(NamedTuple):
    """The columns that a kind of file must have and those that it may have."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]


class SheetLine(NamedTuple):
    """One line: where it stands, and its texts by column; a column that the file lacks is ''."""

    where: str
    texts: dict[str, str]

    def __getitem__(self, column: str) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.texts.get(column, "")


def read_sheet(given: str | Path, role: str, columns: SheetColumns) -> list[SheetLine]:
    """Return the lines of a file; BenchError if it cannot be read or has other columns."""
    path = path_of(given, role)
    shown = repr(str(path))
    return _lines(read_rows(path, f"{role} {shown}", columns.needed), shown, columns)


def sheet_lines(text: str, shown: str, columns: SheetColumns) -> list[SheetLine]:
    """Return the lines of a text; ``shown`` is how errors name its file."""
    return _lines(rows(text, shown, columns.needed), shown, columns)


def _lines(numbered: Sequence[tuple[int, Sequence[str]]], shown: str, columns: SheetColumns) -> list[SheetLine]:
    names = [cleaned(name).casefold() for name in numbered[0][1]] if numbered else []
    _check(names, shown, columns)
    if len(numbered) < 2:
        raise BenchError(f"{shown} has no line below its columns; write one per number")
    lines: list[SheetLine] = []
    for number, fields in numbered[1:]:
        if len(fields) > len(names):
            raise BenchError(
                f"line {number} of {shown} has {len(fields)} fields and the head {len(names)}; quote texts with commas"
            )
        texts = {name: field.strip() for name, field in zip(names, fields, strict=False)}
        lines.append(SheetLine(f"line {number} of {shown}", texts))
    return lines


def _check(names: Sequence[str], shown: str, columns: SheetColumns) -> None:
    for needed in columns.needed:
        if needed not in names:
            raise BenchError(
                f"{shown} has no column {needed!r} (it has: {', '.join(map(shortened, names)) or 'none'}); add it: "
                f"{', '.join(columns.needed)} are needed"
            )
    for name in names:
        if names.count(name) > 1:
            raise BenchError(f"{shown} has more than one column {shortened(name)}; leave one of them out")
        if name not in (*columns.needed, *columns.optional):
            raise unknown(f"column of {shown}", name, [*columns.needed, *columns.optional], "rename it or leave it out")
