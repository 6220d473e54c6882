"""An audit of published numbers as a table, for every format, and its marks beside published numbers."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.auditing.audit import Audit, AuditedNumber, audit_of_the_paper
from bench.auditing.finding import VERDICTS
from bench.specs import TableSpec
from bench.specs.json_data import JSONObject
from bench.tables.data import guarded
from bench.tables.html import page_of
from bench.tables.latex import latex_of
from bench.tables.layout import CellText, Layout, TableLine
from bench.tables.markdown import markdown_of
from bench.tables.table import Table, TableCell, TableRow
from bench.terminal.text import json_text

STATEMENTS = "text"
"""What stands for a statement's table."""
_SHOWN = {"impossible": "impossible", "unless": "unless", "possible": "possible", "unknown": "nothing can be said"}
_HEAD = ("table", "number", "printed", "verdict", "proof")


def rendered(audit: Audit, name: str, form: str, every: bool) -> str:
    """Return an audit in a format of tables: to read, only what is remarkable unless ``every``; as data, all of it."""
    if form == "json":
        return json_text(rows(audit))
    if form == "csv":
        return _as_csv(rows(audit))
    laid = layouts(audit, name, every)
    return {"markdown": markdown_of, "latex": latex_of, "html": page_of}[form](laid, {})


def rows(audit: Audit) -> list[JSONObject]:
    """Return one object per number and per statement, in printed order."""
    numbers = [
        {
            "table": own.number.table,
            "row": own.number.row,
            "column": own.number.column,
            "value": own.number.value,
            "verdict": own.verdict,
            "proof": own.proof,
            "unless": own.unless,
            "check": own.check,
        }
        for own in audit.numbers
    ]
    statements = [
        {
            "table": STATEMENTS,
            "row": own.statement.quote,
            "column": own.statement.kind,
            "value": own.statement.value,
            "verdict": own.finding.verdict,
            "proof": own.finding.proof,
            "unless": own.finding.unless,
            "check": "statements",
        }
        for own in audit.statements
    ]
    return [*numbers, *statements]


def summary(audit: Audit) -> str:
    """Return how many numbers have each verdict, in one sentence."""
    counts = [audit.count(verdict) for verdict in VERDICTS]
    return (
        f"Of {len(audit.numbers)} numbers {counts[0]} are impossible, {counts[1]} impossible unless something holds, "
        f"and {counts[2]} possible; of {counts[3]} nothing can be said."
    )


def layouts(audit: Audit, name: str, every: bool) -> list[Layout]:
    """Lay an audit out: doubtful numbers, other remarkable ones, or with ``every`` all, and the statements."""
    shown = [own for own in audit.numbers if every or own.is_remarkable]
    doubtful = [own for own in shown if own.is_doubtful]
    others = [own for own in shown if not own.is_doubtful]
    hidden = len(audit.numbers) - len(shown)
    notes = (
        [("", f"{hidden} numbers without a remark are not shown; `bench audit --all` shows them.")] if hidden else []
    )
    laid = [
        Layout(
            "audit",
            f"Audit of {name}. {summary(audit)}",
            _HEAD,
            len(_HEAD),
            (*_lines(doubtful), *_lines(others, "possible, and remarkable" if not every else "others")),
            tuple(notes),
            narrow=_HEAD[:-1],
        )
    ]
    if audit.statements:
        lines = [
            TableLine(
                (
                    CellText(own.statement.quote),
                    CellText(_SHOWN[own.finding.verdict]),
                    CellText(own.finding.proof),
                )
            )
            for own in audit.statements
        ]
        head = ("statement", "verdict", "proof")
        laid.append(
            Layout(
                "audit-statements",
                "Statements. What the text says of numbers.",
                head,
                3,
                tuple(lines),
                (),
                ("verdict",),
            )
        )
    return laid


def _lines(numbers: Sequence[AuditedNumber], heading: str = "") -> Iterator[TableLine]:
    for place, own in enumerate(numbers):
        pieces = (own.number.table, own.number.label, own.number.text, _SHOWN[own.verdict], own.proof)
        yield TableLine(tuple(map(CellText, pieces)), ruled=heading if place == 0 else "")


def _as_csv(lines: Sequence[JSONObject]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, lines[0] if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: guarded(value) if isinstance(value, str) else value for key, value in line.items()} for line in lines
    )
    return stream.getvalue().rstrip("\n")


def with_doubts(table: Table, spec: TableSpec) -> Table:
    """Return a table that marks each of the paper's numbers which cannot be true, or only in some reading."""
    own = {
        (number.number.model, number.number.column): number
        for number in audit_of_the_paper().numbers
        if number.number.table == str(spec.number) and number.is_doubtful
    }
    headings = {column.label: column.published or "" for column in spec.columns}

    def doubted(row: TableRow, label: str, cell: TableCell) -> TableCell:
        heading = headings.get(label, "")
        names = (heading, f"{row.label} {heading}")
        number = next((own[row.model, name] for name in names if (row.model, name) in own), None)
        is_it = number is not None and cell.published == number.number.value
        return replace(cell, doubt=f"Of the paper's number: {number.proof}") if number and is_it else cell

    rows = tuple(
        replace(row, cells={label: doubted(row, label, cell) for label, cell in row.cells.items()})
        for row in table.rows
    )
    return replace(table, rows=rows)
