"""A table laid out for reading: head, lines of pieces, notes with their marks; the input of every text format."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, isfinite

from bench.tables.controls import losses, strangers
from bench.tables.staleness import DAGGERS, reason
from bench.tables.table import Table, TableCell, TableRow, rank
from bench.terminal.text import running

MISSING = "-"
_BELOW = "↓"
_HEADINGS = ("", "controls", "upper rows")
"""The heading above the first row of each rank."""


@dataclass(frozen=True)
class CellText:
    """The content of one cell of a table: text of any origin, to be escaped, with its marks, or a picture's id."""

    text: str = ""
    bold: bool = False
    italic: bool = False
    marks: tuple[str, ...] = ()
    picture: str | None = None


@dataclass(frozen=True)
class TableLine:
    """One printed line; ``ruled`` is the heading above it, after a rule; ``published`` if the paper prints the line."""

    pieces: tuple[CellText, ...]
    ruled: str = ""
    published: bool = False


@dataclass(frozen=True)
class Layout:
    """A whole table; ``texts`` is the number of columns before the first number, ``notes`` pairs of mark and text.

    ``narrow`` names columns of short texts.
    """

    name: str
    caption: str
    head: tuple[str, ...]
    texts: int
    lines: tuple[TableLine, ...]
    notes: tuple[tuple[str, str], ...]
    narrow: tuple[str, ...] = ()


def layout(table: Table, show_published: bool) -> Layout:
    """Lay a table out, with published numbers above measured ones or without them."""
    return _Typesetter(table, show_published).layout()


class _Typesetter:
    """Lays out one table: knows which columns it needs and the mark of every footnote."""

    def __init__(self, table: Table, show_published: bool) -> None:
        rows = tuple(map(_with_strangers, map(_with_partial_means, _told_apart(table.rows))))
        self.table, self.show_published = replace(table, rows=rows), show_published
        self.beside = table.beside and show_published
        self.texts = list(dict.fromkeys(name for row in table.rows for name in row.texts))
        self.pictured = any(row.picture for row in table.rows)
        footnotes = (note for row in rows for note in (*row.footnotes, *_of_cells(row), *self._doubts(row)))
        self.marks = {note: _mark(number) for number, note in enumerate(dict.fromkeys(footnotes))}

    def layout(self) -> Layout:
        columns = [name for column in self.table.columns for name in (column, *self._parts())]
        head = ("", "", *(["picture"] if self.pictured else []), *self.texts, *columns, "n")
        lost = losses(self.table.rows)
        notes = (
            *(("", note) for note in self.table.notes),
            *([(_BELOW, f"not above a control, on the folds that both have: {'; '.join(lost)}.")] if lost else []),
            *(("", note) for note in self.table.of_paper if self.show_published),
            *((mark, note) for note, mark in self.marks.items()),
            *self._daggers(),
        )
        texts = 2 + self.pictured + len(self.texts)
        return Layout(self.table.name, self.table.caption, head, texts, tuple(self._lines()), notes)

    def _daggers(self) -> Iterator[tuple[str, str]]:
        """Yield each dagger with its reasons: of a row that was measured here, and of somebody else's."""
        for changed, mark in DAGGERS.items():
            rows = sorted(
                (row for row in self.table.rows if row.stale is changed), key=lambda row: bool(row.measured_by)
            )
            if rows:
                yield mark, "; or ".join(dict.fromkeys(reason(changed, row.measured_by) for row in rows))

    def _parts(self) -> tuple[str, ...]:
        return ("paper", "difference") if self.beside else ()

    def _lines(self) -> Iterator[TableLine]:
        headings = self._headings()
        for row, heading in zip(self.table.rows, headings, strict=True):
            for number, line in enumerate([*self._published(row), *self._measured(row)]):
                yield replace(line, ruled=heading if number == 0 else "")

    def _headings(self) -> list[str]:
        """Return the heading above each row: its block's name if it begins one, or what stands from there on."""
        rows, headings = self.table.rows, []
        ranks = [rank(row) for row in rows]
        ruled = ranks == sorted(ranks)  # controls among the others need no rule
        for place, row in enumerate(rows):
            begins = place == 0 or rows[place - 1].block != row.block
            first = ruled and row.control and (place == 0 or ranks[place - 1] != ranks[place])
            block = row.block if self.table.beside and begins and not row.control else ""
            headings.append(_HEADINGS[ranks[place]] if first else block)
        return headings

    def _published(self, row: TableRow) -> Iterator[TableLine]:
        printed = any(cell.published is not None for cell in row.cells.values())
        if self.show_published and printed and not self.beside:
            numbers = [self._published_number(cell) for cell in self._cells(row)]
            pieces = (
                CellText(row.published_label or row.label),
                CellText("paper"),
                *self._described(row),
                *numbers,
                CellText(),
            )
            yield TableLine(pieces, published=True)

    def _measured(self, row: TableRow) -> Iterator[TableLine]:
        measured = _is_measured(row)
        if measured or self.beside:
            marks = tuple(self.marks[note] for note in row.footnotes)
            stale = (DAGGERS[row.stale],) if row.stale is not False else ()
            numbers = [piece for cell in self._cells(row) for piece in self._numbers(cell)]
            condition = CellText(row.condition or ("" if self.beside else "measured"))
            count = CellText(self._count(row) if measured else "not run")
            yield TableLine(
                (CellText(row.label, marks=(*marks, *stale)), condition, *self._described(row), *numbers, count)
            )

    def _count(self, row: TableRow) -> str:
        folds = max(max(cell.n, ceil(len(cell.fingerprints) / cell.seeds)) for cell in row.cells.values())
        return f"{folds}/{self.table.folds}" if folds < self.table.folds else str(folds)

    def _numbers(self, cell: TableCell) -> list[CellText]:
        measured = self._number(cell)
        if not self.beside:
            return [measured]
        apart = MISSING if cell.difference is None else f"{cell.difference:+.{cell.digits}f}"
        return [measured, self._published_number(cell), CellText(apart)]

    def _published_number(self, cell: TableCell) -> CellText:
        marks = (self.marks[cell.doubt],) if cell.doubt else ()
        return CellText(number(cell.published, cell.published_std, cell.digits), marks=marks)

    def _doubts(self, row: TableRow) -> list[str]:
        return [cell.doubt for cell in row.cells.values() if cell.doubt and self.show_published]

    def _cells(self, row: TableRow) -> list[TableCell]:
        return [row.cells.get(column, TableCell()) for column in self.table.columns]

    def _described(self, row: TableRow) -> list[CellText]:
        picture = [CellText(row.picture or "", picture=row.picture)] if self.pictured else []
        return [*picture, *(CellText(row.texts.get(text, "")) for text in self.texts)]

    def _number(self, cell: TableCell) -> CellText:
        marks = (*([_BELOW] if cell.below else []), *(self.marks[note] for note in cell.footnotes))
        share = "" if cell.share is None else f" ({100 * cell.share:.0f} %)"
        text = number(cell.value, cell.std, cell.digits) + share
        return CellText(text, bold=cell.best, italic=cell.tie, marks=marks)


def number(value: float | None, std: float | None, digits: int) -> str:
    """Return a number with its spread, also a spread of zero; a dash if there is no number."""
    if value is None or not isfinite(value):
        return MISSING
    return f"{value:.{digits}f}" + (f" ± {std:.{digits}f}" if std is not None else "")


def told_apart(labels: Iterable[str]) -> dict[str, str]:
    """Return each label as it is shown; those that would look alike are spelled out, so that no two do.

    Alike are labels that differ only in blanks, in how an accent is encoded, or in letters that do not show.
    """
    shown = {label: label for label in labels}
    while spelled := [label for label in _alike(shown) if shown[label] == label != _spelled(label)]:
        shown |= {label: _spelled(label) for label in spelled}
    return shown


def _alike(shown: Mapping[str, str]) -> list[str]:
    looks = {label: _look(text) for label, text in shown.items()}
    counts = Counter(looks.values())
    return [label for label, look in looks.items() if counts[look] > 1]


def _look(text: str) -> str:
    """Return what a reader sees of a text."""
    seen = unicodedata.normalize("NFC", re.sub("[\ufe00-\ufe0f\U000e0100-\U000e01ef]", "", running(text)))
    return " ".join(seen.replace("\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}").split())


def _spelled(text: str) -> str:
    """Return a text with the code of every letter that is not plain, and of every blank but single ones within."""
    return re.sub(r"(?<= ) |^ | $", r"\\x20", ascii(text)[1:-1])


def _told_apart(rows: Iterable[TableRow]) -> list[TableRow]:
    """Return the rows with labels and conditions told apart; measured rows of one label also name their model."""
    rows = [*rows]
    labels, conditions = told_apart(row.label for row in rows), told_apart(row.condition for row in rows)
    models: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if _is_measured(row):
            models.setdefault((row.label, row.condition), set()).add(row.model)
    several = {place for place, own in models.items() if len(own) > 1}
    return [
        replace(
            row,
            label=labels[row.label]
            + (f" ({row.model})" if _is_measured(row) and (row.label, row.condition) in several else ""),
            condition=conditions[row.condition],
        )
        for row in rows
    ]


def _is_measured(row: TableRow) -> bool:
    """Return whether there are records behind a row, also where every score is undefined."""
    return any(cell.value is not None or cell.fingerprints for cell in row.cells.values())


def _with_partial_means(row: TableRow) -> TableRow:
    """Footnote the means over fewer folds than the row's others, because the score is undefined in the rest."""
    most = max((cell.n for cell in row.cells.values()), default=0)
    cells = {
        column: cell
        if cell.value is None or cell.n in (0, most)
        else replace(cell, footnotes=(*cell.footnotes, f"mean over {cell.n} of {most}, undefined in the others"))
        for column, cell in row.cells.items()
    }
    return replace(row, cells=cells)


def _with_strangers(row: TableRow) -> TableRow:
    """Footnote the controls with which a row has no fold in common."""
    return replace(row, footnotes=(*row.footnotes, *strangers(row)))


def _of_cells(row: TableRow) -> list[str]:
    return [note for cell in row.cells.values() for note in cell.footnotes]


def _mark(place: int) -> str:
    """Return the mark of a footnote: its number, raised."""
    return str(place + 1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
