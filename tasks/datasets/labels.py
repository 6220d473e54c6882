"""A file of labels: one line per picture with its path and category, and whatever else a lab notes about it."""

import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from bench.data.spreadsheet import cleaned, divided, read_rows
from bench.errors import BenchError, shortened
from bench.inputs import path_of

PATH, CATEGORY = "path", "category"
_LONGEST_HEAD = 10_000
"""The most bytes that the first line of a file of labels may have to be noticed without --labels."""
_FORM = f"its first line names the columns {PATH} and {CATEGORY}, and every other line is a picture"


class Label(NamedTuple):
    """One line: the path as it is written, the category ('' if there is none), the other columns by name."""

    line: int
    path: str
    category: str
    columns: Mapping[str, str]


class Labels(NamedTuple):
    """A file of labels: where it is, the names of its other columns, its lines."""

    file: Path
    columns: tuple[str, ...]
    lines: tuple[Label, ...]


def read_labels(given: str, root: Path) -> Labels:
    """Read a CSV file in UTF-8, with or without a byte order mark, divided by commas, semicolons or tabs.

    BenchError for a file that cannot be read, lacks a column, or has a line of another length; for one that is not
    there, with the name of one like it beside it or in the ``root`` of the pictures.
    """
    file = path_of(given, "--labels")
    if not file.exists():
        raise BenchError(f"there is no file of labels {_shown(file)}; {_near(file, root)}")
    rows = read_rows(file, f"the labels {_shown(file)}", (PATH, CATEGORY))
    if not rows:
        raise BenchError(f"the labels {_shown(file)} are empty; {_FORM}")
    (_, head), *rest = rows
    names = _names(file, head)
    lines: list[Label] = []
    for number, fields in rest:
        if len(fields) < len(names) or any(fields[len(names) :]):  # spreadsheets write empty fields at the end
            raise BenchError(
                f"line {number} of the labels {_shown(file)} has {len(fields)} fields, and the first line has "
                f"{len(names)}; correct it, with a field that holds the delimiter in quotes"
            )
        values = dict(zip(names, map(cleaned, fields), strict=False))
        path, category = values.pop(PATH), values.pop(CATEGORY)
        if not path:
            raise BenchError(f"line {number} of the labels {_shown(file)} has no {PATH}; fill it in, or remove it")
        lines.append(Label(number, path, category, values))
    if not lines:
        raise BenchError(f"the labels {_shown(file)} name no picture; {_FORM}")
    return Labels(file, tuple(name for name in names if name not in (PATH, CATEGORY)), tuple(lines))


def has_labels(file: Path) -> bool:
    """Return whether the first line of a file names the columns of a file of labels."""
    try:
        with file.open("rb") as stream:
            head = stream.read(_LONGEST_HEAD).decode("utf-8-sig", "replace")
    except OSError:
        return False
    first = next((line for line in head.splitlines() if line.strip() and not line.startswith("sep=")), "")
    return divided(first, (PATH, CATEGORY))[1] == len((PATH, CATEGORY))


def matched(labels: Labels, root: Path, pictures: Collection[str], others: Collection[str]) -> dict[str, Label]:
    """Return the label of every picture that a line names, by the picture's name below ``root``.

    A path is relative to the root or to the file of labels; a mere file name is enough if one picture alone has it.
    ``others`` are files that are no pictures that can be read: their lines say nothing. BenchError for a path that
    leads elsewhere or nowhere, one that fits several pictures, or two lines about one picture that differ.
    """
    files = _Paths(labels.file, root, pictures, others)
    chosen: dict[str, Label] = {}
    absent: list[Label] = []
    for label in labels.lines:
        name = files.name(label)
        if name is None:
            absent.append(label)
        elif name in files.pictures and (other := chosen.setdefault(name, label)) != label:
            _require_alike(labels.file, name, other, label)
    if absent:
        first = absent[0]
        near = get_close_matches(first.path, _few(pictures, first.path), n=1, cutoff=0.5)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        count = "a file that is" if len(absent) == 1 else f"{len(absent):,} files that are"
        raise BenchError(
            f"the labels {_shown(labels.file)} name {count} not in the folder {str(root)!r}, "
            f"{'' if len(absent) == 1 else 'the first '}{shortened(first.path)} in line {first.line}{guess}; correct "
            "the path, or remove the line"
        )
    if not chosen:
        raise BenchError(f"the labels {_shown(labels.file)} name no picture of the folder {str(root)!r}; {_FORM}")
    return chosen


class _Paths:
    """Finds the picture that a path of a file of labels means."""

    def __init__(self, file: Path, root: Path, pictures: Collection[str], others: Collection[str]) -> None:
        self.pictures = {*pictures}
        self._file, self._root, self._every = file, root, {*pictures, *others}
        self._named: dict[str, list[str]] = {}
        for name in self._every:
            self._named.setdefault(name.rpartition("/")[2], []).append(name)

    def name(self, label: Label) -> str | None:
        """Return the name below the root of the file that a line means, None if there is none."""
        path = label.path.replace("\\", "/")
        where = f"line {label.line} of the labels {_shown(self._file)}: {shortened(label.path)}"
        if path.startswith("/") or re.match(r"[A-Za-z]:/", path):
            inside = _below(self._root, Path(label.path))
            if inside is None:
                raise BenchError(f"{where} is not in the folder {str(self._root)!r}; write the path relative to it")
            return inside if inside in self._every else None
        plain = os.path.normpath(path).replace(os.sep, "/")
        beside = _below(self._root, self._file.absolute().parent / path)
        for candidate in (plain, beside):
            if candidate in self._every:
                return candidate
        if plain.startswith("../") and beside is None:
            raise BenchError(
                f"{where} leads out of the folder {str(self._root)!r}; write the path relative to it, without .."
            )
        same = self._named.get(plain, [])
        if len(same) > 1:
            raise BenchError(
                f"{where} is the name of {len(same)} pictures, such as {min(same)!r}; write its whole path"
            )
        return same[0] if same else None


def _require_alike(file: Path, name: str, first: Label, second: Label) -> None:
    """Raise BenchError if two lines about one picture say different things."""
    one, other = ({CATEGORY: label.category, **label.columns} for label in (first, second))
    wrong = next((column for column in one if one[column] != other[column]), None)
    if wrong is not None:
        raise BenchError(
            f"the labels {_shown(file)} have two lines about {name!r}: its {wrong} is {shortened(one[wrong])} in line "
            f"{first.line} and {shortened(other[wrong])} in line {second.line}; remove one"
        )


def _near(file: Path, root: Path) -> str:
    """Say which file may be meant by one that does not exist: a path is relative to where the command runs."""
    for folder in (root, file.parent):
        names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
        near = get_close_matches(file.name, names, n=1)
        if near:
            return f"did you mean {str(folder / near[0])!r}?"
    return "name a CSV file that exists"


def _names(file: Path, head: Sequence[str]) -> list[str]:
    """Return the names of the columns; BenchError if one is missing, or two are alike."""
    names = [cleaned(name) for name in head]
    while names and not names[-1]:
        names.pop()
    names = [name.casefold() if name.casefold() in (PATH, CATEGORY) else name for name in names]
    for needed in (PATH, CATEGORY):
        if needed not in names:
            raise BenchError(
                f"the labels {_shown(file)} have no column {needed!r} (they have: "
                f"{', '.join(map(shortened, names)) or 'none'}); name one so in the first line"
            )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        what = f"two columns {shortened(twice)}" if twice else "a column without a name"
        raise BenchError(f"the labels {_shown(file)} have {what}; name each column differently")
    if "" in names:
        raise BenchError(f"the labels {_shown(file)} have a column without a name; name it in the first line")
    return names


def _below(root: Path, path: Path) -> str | None:
    """Return a path as a name below the root, None if it is not below it."""
    try:
        return unicodedata.normalize("NFC", Path(os.path.normpath(path)).relative_to(root).as_posix())
    except ValueError:
        pass
    try:
        return unicodedata.normalize("NFC", path.resolve().relative_to(root).as_posix())
    except (ValueError, OSError):
        return None


def _few(pictures: Iterable[str], path: str) -> list[str]:
    """Return the pictures whose names may be meant: comparing with all of many would take long."""
    ending = path.rpartition("/")[2][:1].casefold()
    return [name for name in pictures if name.rpartition("/")[2][:1].casefold() == ending][:2000]


def _shown(file: Path) -> str:
    return shortened(str(file), 200)
