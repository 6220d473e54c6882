"""A file of comma-separated values, as people and spreadsheets write it: its lines with their numbers.

Own code around the standard library's ``csv``, because what goes wrong in such a file has a line number, which pandas
does not keep.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Collection
from pathlib import Path

from bench.errors import BenchError

_DELIMITERS = (",", ";", "\t")
_LARGEST = 200_000_000
"""The most bytes of such a file: it is read whole."""
_WIDE = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_rows(file: Path, subject: str, columns: Collection[str]) -> list[tuple[int, list[str]]]:
    """Return number and fields of every line of a file that is not empty, the heading first.

    The file is UTF-8, with or without a byte order mark, divided by commas, semicolons or tabs: by what yields most of
    the ``columns``, lower-case names, in its heading. BenchError, which names the file by ``subject``, if it is not.
    """
    if file.exists() and not file.is_file():
        raise BenchError(f"{subject} cannot be read (it is no file); name a CSV file")
    try:
        if file.stat().st_size > _LARGEST:
            raise BenchError(f"{subject}: the file has more than {_LARGEST // 10**6} MB; name a CSV file")
        content = file.read_bytes()
    except OSError as error:
        raise BenchError(f"{subject} cannot be read ({error.strerror}); name a CSV file that can be read") from error
    if content.startswith(b"PK\x03\x04"):
        raise BenchError(f"{subject}: the file is a spreadsheet; save it as 'CSV UTF-8'")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        kind = next((f" but {name}" for mark, name in _WIDE.items() if content.startswith(mark)), "")
        line = content.count(b"\n", 0, error.start) + 1
        raise BenchError(f"{subject}: the file is not UTF-8{kind}, see line {line}; save it as 'CSV UTF-8'") from error
    return rows(text, subject, columns)


def rows(text: str, subject: str, columns: Collection[str]) -> list[tuple[int, list[str]]]:
    """Return what ``read_rows`` does, of a text."""
    lines = text.splitlines()
    declared = re.match(r"sep=(.)\s*$", lines[0]) if lines else None  # as Excel writes it
    heading = next((line for line in lines[bool(declared) :] if line.strip()), "")
    delimiter = declared[1] if declared else divided(heading, columns)[0]
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        numbered = [(reader.line_num, fields) for fields in reader if any(field.strip() for field in fields)]
    except csv.Error as error:
        raise BenchError(
            f"{subject}: the file is no CSV ({error}); check the quotes in it, and save it as 'CSV UTF-8'"
        ) from error
    return numbered[bool(declared) :]


def divided(heading: str, columns: Collection[str]) -> tuple[str, int]:
    """Return the delimiter that divides a heading into most of the ``columns``, and how many of them that yields."""
    names = {
        each: [cleaned(name.strip().strip('"')).casefold() for name in heading.split(each)] for each in _DELIMITERS
    }
    delimiter = max(_DELIMITERS, key=lambda each: (len({*columns} & {*names[each]}), len(names[each])))
    return delimiter, len({*columns} & {*names[delimiter]})


def cleaned(text: str) -> str:
    """Return a text with its letters composed, single blanks within it and none around it."""
    return " ".join(unicodedata.normalize("NFC", text).split())
