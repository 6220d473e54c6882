"""A file of comma-separated values with named columns, as a spreadsheet writes it."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.errors import BenchError, shortened, unknown
from bench.inputs import path_of

_DELIMITERS = (",", ";", "\t")
_LARGEST = 20_000_000
"""The most bytes of such a file: it is read whole."""


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
    try:
        if path.stat().st_size > _LARGEST:
            raise BenchError(f"{role} {shown} has more than {_LARGEST:,} bytes; name a table of printed numbers")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BenchError(f"{role} {shown} cannot be read ({error.strerror}); name a file") from error
    except UnicodeDecodeError as error:
        raise BenchError(f"{role} {shown} is not UTF-8; save it as 'CSV UTF-8'") from error
    return sheet_lines(text, shown, columns)


def sheet_lines(text: str, shown: str, columns: SheetColumns) -> list[SheetLine]:
    """Return the lines of a text; ``shown`` is how errors name its file."""
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=lambda each: len({*columns.needed} & {*_cleaned(head.split(each))}))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(reader.line_num, fields) for fields in reader if any(field.strip() for field in fields)]
    except csv.Error as error:
        raise BenchError(f"{shown} is no CSV ({error}); check the quotes in it") from error
    names = _cleaned(rows[0][1]) if rows else []
    _check(names, shown, columns)
    if len(rows) < 2:
        raise BenchError(f"{shown} has no line below its columns; write one per number")
    lines: list[SheetLine] = []
    for number, fields in rows[1:]:
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


def _cleaned(names: Sequence[str]) -> list[str]:
    return [name.strip().strip('"').casefold() for name in names]
