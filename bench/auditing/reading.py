"""Publications read from files: numbers, statements and texts, as docs/audit.md defines their columns."""

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import cast, get_args

from bench.auditing.publication import (
    Average,
    OverFolds,
    Paper,
    PrintedText,
    PublishedNumber,
    StatementKind,
    TextStatement,
)
from bench.auditing.sheet import SheetColumns, SheetLine, read_sheet, sheet_lines
from bench.auditing.vocabulary import METRICS, is_metric, meaning
from bench.errors import BenchError, shortened, unknown
from bench.inputs import whole_number

NUMBERS = SheetColumns(
    ("table", "row", "column", "value"),
    (
        *("block", "model", "dataset", "std", "digits", "metric", "category", "average", "over_folds"),
        *("counts", "n", "classes", "folds", "repeats", "source"),
    ),
)
STATEMENTS = SheetColumns(("quote", "kind", "of"), ("value", "against"))
TEXTS = SheetColumns(("table", "row", "reference", "answer"), ())
_PRINTED = re.compile(r"(-?)(\d*)(?:\.(\d+))?\s*(%?)")
_MOST_DIGITS = 15
_MOST_UNITS = 10_000
"""The most folds, runs or classes; a check may count through them."""
_MOST_CASES = 1_000_000_000


def read_publication(
    numbers: str | Path, statements: str | Path | None = None, texts: str | Path | None = None
) -> Paper:
    """Return what files hold; BenchError for a file of another form, or a value that nothing can have."""
    return publication_of(
        read_sheet(numbers, "the file", NUMBERS),
        read_sheet(statements, "--statements", STATEMENTS) if statements is not None else (),
        read_sheet(texts, "--texts", TEXTS) if texts is not None else (),
        Path(numbers).name,
    )


def publication_of(
    numbers: Sequence[SheetLine], statements: Sequence[SheetLine], texts: Sequence[SheetLine], name: str
) -> Paper:
    """Return what lines hold; BenchError for a value that nothing can have."""
    own = _numbers(numbers)
    return Paper(own, _statements(statements, own), _texts(texts, own), name)


@cache
def the_paper() -> Paper:
    """Return the paper's numbers, statements and texts, from ``results/``."""

    def lines(name: str, columns: SheetColumns) -> list[SheetLine]:
        text = resources.files("bench.results").joinpath(name).read_text(encoding="utf-8")
        return sheet_lines(text, name, columns)

    own = [line for line in lines("published.csv", NUMBERS) if line["source"] == "paper"]
    return publication_of(own, lines("statements.csv", STATEMENTS), lines("texts.csv", TEXTS), "published.csv")


def _numbers(lines: Sequence[SheetLine]) -> tuple[PublishedNumber, ...]:
    places: dict[tuple[str, ...], str] = {}
    numbers: list[PublishedNumber] = []
    for line in lines:
        number = _number(line)
        key = (*number.line, number.column, number.category)
        if key in places:
            raise BenchError(
                f"{line.where} prints {number.label} of table {number.table} again, as {places[key]} does; leave one "
                "out, or tell them apart by block, model or dataset"
            )
        places[key] = line.where.partition(" of ")[0]
        numbers.append(number)
    return tuple(numbers)


def _number(line: SheetLine) -> PublishedNumber:
    for column in NUMBERS.needed:
        if not line[column] and column != "row":
            raise BenchError(f"{line.where} has no {column}; fill it in")
    metric, average = _meaning(line)
    value, printed_digits = _value(line, "value")
    digits = _whole(line, "digits", 0, _MOST_DIGITS)
    if digits is not None and digits < printed_digits:
        raise BenchError(f"{line.where}: {line['value']} has more than {digits} digits; correct digits or value")
    std = _value(line, "std") if line["std"] else None
    digits = printed_digits if digits is None else digits
    if metric and not 0 <= value <= 1:
        raise BenchError(
            f"{line.where}: value {shortened(line['value'])} of {shortened(line['column'])} is outside of 0 to 1; "
            "write percent as 57.0% and other scores as shares, or leave a column out that is no share"
        )
    if std is not None and std[0] < 0:
        raise BenchError(f"{line.where}: std {shortened(line['std'])} is negative; correct it")
    counts = _counts(line)
    n, classes = _whole(line, "n", 1, _MOST_CASES), _whole(line, "classes", 1, _MOST_UNITS)
    if not line["category"] and counts:
        _check_counts(line, counts, n, classes)
    return PublishedNumber(
        line["table"],
        line["row"],
        line["column"],
        value,
        digits,
        block=line["block"],
        model=line["model"],
        dataset=line["dataset"],
        metric=metric,
        category=line["category"],
        average=average,
        over_folds=cast("OverFolds", _choice(line, "over_folds", get_args(OverFolds))),
        n=n,
        counts=counts,
        classes=classes or (len(counts) if counts and not line["category"] else None),
        folds=_whole(line, "folds", 1, _MOST_UNITS),
        repeats=_whole(line, "repeats", 1, _MOST_UNITS),
        std=std[0] if std else None,
        std_digits=max(std[1], digits) if std and line["digits"] else std[1] if std else 0,
    )


def _meaning(line: SheetLine) -> tuple[str, Average]:
    heading = line["column"].removeprefix(line["row"]) or line["column"]
    metric, average = meaning(heading)
    if line["metric"]:
        metric = line["metric"]
        if not is_metric(metric):
            remedy = "leave it empty for another: nothing is checked of it then"
            raise unknown(f"metric in {line.where}:", metric, METRICS, remedy)
        metric = "accuracy" if metric == "top1" else metric
    stated = cast("Average", _choice(line, "average", get_args(Average)))
    return metric, stated or average


def _choice(line: SheetLine, column: str, valid: Sequence[str]) -> str:
    if line[column] not in valid:
        raise unknown(f"{column} in {line.where}:", line[column], [name for name in valid if name])
    return line[column]


def _value(line: SheetLine, column: str) -> tuple[float, int]:
    """Return a number as printed and its decimals; of a percentage as a share."""
    text = line[column].replace("\N{MINUS SIGN}", "-")
    match = _PRINTED.fullmatch(text)
    if not match or not (match[2] or match[3]) or len(text) > 2 * _MOST_DIGITS:
        raise BenchError(
            f"{line.where}: {column} {shortened(line[column])} is no number; write one such as 0.570 or 57.0%"
        )
    digits = len(match[3] or "")
    number = float(f"{match[1]}{match[2] or 0}.{match[3] or 0}")
    return (round(number / 100, digits + 2), digits + 2) if match[4] else (number, digits)


def _whole(line: SheetLine, column: str, least: int, most: int) -> int | None:
    if not line[column]:
        return None
    number = whole_number(line[column].replace(",", ""))
    if number is None or not least <= number <= most:
        raise BenchError(
            f"{line.where}: {column} {shortened(line[column])} is no whole number from {least} to {most:,}; correct "
            "it or leave it empty"
        )
    return number


def _counts(line: SheetLine) -> tuple[int, ...]:
    texts = re.split(r"[\s;|]+", line["counts"]) if line["counts"] else []
    counts = [whole_number(text) for text in texts]
    if any(count is None or not 0 < count <= _MOST_CASES for count in counts) or len(counts) > _MOST_UNITS:
        raise BenchError(
            f"{line.where}: counts {shortened(line['counts'])} are no whole numbers above 0; write the test cases of "
            "its category, or of every category with blanks between"
        )
    if line["category"] and len(counts) > 1:
        raise BenchError(f"{line.where}: counts {shortened(line['counts'])} are of one category; write one number")
    return tuple(count for count in counts if count is not None)


def _check_counts(line: SheetLine, counts: Sequence[int], n: int | None, classes: int | None) -> None:
    if n is not None and sum(counts) != n:
        raise BenchError(f"{line.where}: counts sum to {sum(counts):,} and n is {n:,}; correct one of them")
    if classes is not None and len(counts) != classes:
        raise BenchError(f"{line.where}: there are {len(counts)} counts and {classes} classes; correct one of them")


def _statements(lines: Sequence[SheetLine], numbers: Sequence[PublishedNumber]) -> tuple[TextStatement, ...]:
    return tuple(_statement(line, numbers) for line in lines)


def _statement(line: SheetLine, numbers: Sequence[PublishedNumber]) -> TextStatement:
    kind = _choice(line, "kind", get_args(StatementKind))
    if not line["quote"]:
        raise BenchError(f"{line.where} has no quote; fill it in")
    of, against = _named(line, "of", numbers), _named(line, "against", numbers)
    pairwise = kind in ("relative change", "ratio", "difference")
    if pairwise and (len(of) != 1 or len(against) != 1):
        raise BenchError(
            f"{line.where}: a {kind} is of one number against one other, not of {len(of)} against {len(against)}; "
            "name them"
        )
    if not of or (kind == "highest" and not against):
        raise BenchError(f"{line.where} names no numbers; write them as TABLE / ROW / COLUMN")
    if kind == "highest":
        return TextStatement(line["quote"], kind, None, 0, of, tuple(number for number in against if number not in of))
    text = line["value"].replace(",", "")
    value, digits = _value(SheetLine(line.where, {"value": text}), "value")
    return TextStatement(line["quote"], cast("StatementKind", kind), value, digits, of, against)


def _named(line: SheetLine, column: str, numbers: Sequence[PublishedNumber]) -> tuple[PublishedNumber, ...]:
    """Return the numbers that a field names as TABLE / ROW / COLUMN; * stands for any text, ; joins several."""
    chosen: dict[int, PublishedNumber] = {}
    for name in filter(None, (part.strip() for part in line[column].split(";"))):
        parts = [part.strip() for part in name.split(" / ")]
        if len(parts) != 3:
            raise BenchError(f"{line.where}: {column} {shortened(name)} is not of the form TABLE / ROW / COLUMN")
        patterns = [re.compile(".*".join(map(re.escape, part.split("*")))) for part in parts]
        matching = {
            place: number
            for place, number in enumerate(numbers)
            if all(
                pattern.fullmatch(text)
                for pattern, text in zip(patterns, (number.table, number.row, number.column), strict=True)
            )
        }
        if not matching:
            every = [f"{number.table} / {number.row} / {number.column}" for number in numbers]
            raise unknown(f"number in {line.where}:", name, every)
        chosen |= matching
    return tuple(chosen.values())


def _texts(lines: Sequence[SheetLine], numbers: Sequence[PublishedNumber]) -> tuple[PrintedText, ...]:
    texts: list[PrintedText] = []
    for line in lines:
        scores = tuple(n for n in numbers if (n.table, n.row) == (line["table"], line["row"]) and n.metric)
        if not scores:
            rows = [f"{number.table} / {number.row}" for number in numbers]
            raise unknown(f"table and row in {line.where}:", f"{line['table']} / {line['row']}", rows)
        if not line["reference"] or not line["answer"]:
            raise BenchError(f"{line.where} lacks the reference or the answer; fill it in")
        texts.append(PrintedText(line["reference"], line["answer"], scores))
    return tuple(texts)
