"""The marks of answers by whoever gave them: of judges from a store's records, of persons from a file of their own.

What is marked is a unit: a fact of an answer, or a whole answer, of one record. Its key is the same whoever marked it
and whichever model gave the answer.
"""

import csv
import io
import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.data.spreadsheet import cleaned, read_rows
from bench.errors import BenchError, shortened
from bench.inputs import path_of
from bench.store.fingerprint import digest
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.data import guarded
from bench.tables.items import Item, items_of

FACT_MARKS: Mapping[str, float] = {"wrong": 0.0, "partly": 0.5, "correct": 1.0}
WHOLE_MARKS: Mapping[str, float] = {str(mark): float(mark) for mark in range(6)}
KEY, MARK = "key", "mark"
COLUMNS = (KEY, "picture", "question", "reference", "fact", "answer", MARK)
"""The columns of a sheet for marks by hand; only the first and the last are read again."""
_MARKS_FIELD = "judged_marks"
"""The field of an item that holds its marks: a text of JSON, fact to mark, or '' to the mark of the whole."""


class Unit(NamedTuple):
    """What is marked: a fact of an answer, or with an empty ``fact`` the whole answer."""

    key: str
    picture: str
    question: str
    reference: str
    fact: str
    answer: str

    @property
    def scale(self) -> Mapping[str, float]:
        """The marks that it may have, by name, from the lowest."""
        return FACT_MARKS if self.fact else WHOLE_MARKS


@dataclass(frozen=True)
class Rater:
    """Who marked, and the marks by the key of what was marked."""

    name: str
    marks: Mapping[str, float]


def judged_units(store: Store, records: Iterable[Record]) -> tuple[dict[str, Unit], list[Rater]]:
    """Return what the judges of some records marked, and their marks, judge by judge in the order of their names.

    Judges of one name that differ in settings or prompt are told apart by the first letters of a protocol.
    """
    units: dict[str, Unit] = {}
    marks: dict[tuple[str, str], dict[str, float]] = {}
    protocols: dict[tuple[str, str], str] = {}
    for record in records:
        judge = record.protocol.get("judge")
        if judge is None:
            continue
        who = judge["name"], digest([judge, record.protocol["metrics"].get("judged")])
        protocols.setdefault(who, record.cell.protocol)
        for item in items_of(store, record):
            for fact, mark in json.loads(item.get(_MARKS_FIELD) or "{}").items():
                unit = _unit(record.cell.dataset, item, fact)
                units[unit.key] = unit
                marks.setdefault(who, {})[unit.key] = float(mark)
    names = [name for name, _ in marks]
    return units, [
        Rater(who[0] if names.count(who[0]) == 1 else f"{who[0]} ({protocols[who][:6]})", own)
        for who, own in sorted(marks.items())
    ]


def _unit(dataset: str, item: Item, fact: str) -> Unit:
    named = {"dataset": dataset, "record": item["id"], "fact": fact, "answer": item["answer"]}
    key = f"u{digest(named)[:15]}"  # a letter first: a spreadsheet takes digits and an e for a number
    return Unit(key, item["picture"], item["question"], item["reference"], fact, item["answer"])


def sheet(units: Iterable[Unit], count: int, seed: int) -> str:
    """Return a sheet of at most ``count`` units to mark by hand, as CSV; as many pictures as possible come first.

    It shows neither the model that gave an answer nor a judge's mark.
    """
    drawn = random.Random(seed)  # noqa: S311 -- a sample, no secret
    shuffled = sorted(units)
    drawn.shuffle(shuffled)
    turns: dict[str, int] = {}
    order: list[tuple[int, int]] = []
    for place, unit in enumerate(shuffled):
        turns[unit.picture] = turns.get(unit.picture, 0) + 1
        order.append((turns[unit.picture], place))
    chosen = [shuffled[place] for _, place in sorted(order)[:count]]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([*map(guarded, unit), ""] for unit in chosen)
    return stream.getvalue()


def marks_by_hand(given: str | Path, units: Mapping[str, Unit]) -> Rater:
    """Return the marks in a file of comma-separated values with the columns ``key`` and ``mark``.

    A line without a mark is left out. BenchError for a file of another form, a key that no judge marked, or a mark that
    its unit cannot have; it names the line.
    """
    path = path_of(given, "--marks")
    marks: dict[str, float] = {}
    for number, key, text in _lines(path):
        where = f"line {number} of {str(path)!r}"
        if key not in units:
            raise BenchError(
                f"{where}: no judge of these records marked {shortened(key)}; take keys of `bench judge sheet` from "
                "the same store, task and dataset"
            )
        if not text:
            continue
        value = _value(text, units[key].scale)
        if value is None:
            raise BenchError(f"{where}: mark {shortened(text)} is none of {', '.join(units[key].scale)}")
        if marks.setdefault(key, value) != value:
            raise BenchError(f"{where}: {key} has another mark in an earlier line; leave one of them out")
    if not marks:
        raise BenchError(f"{str(path)!r} has no marks; fill the column {MARK!r}")
    return Rater(path.name, marks)


def _value(text: str, scale: Mapping[str, float]) -> float | None:
    """Return the value of a mark as a person or a spreadsheet writes it, such as 'Correct' or '3.0'; None for none."""
    name = text.casefold()
    return scale.get(name.removesuffix(".0").removesuffix(",0"))


def _lines(path: Path) -> list[tuple[int, str, str]]:
    """Return each line's number, key and mark; BenchError if the file is no such table."""
    subject = f"the marks {str(path)!r}"
    numbered = read_rows(path, subject, (KEY, MARK))
    names = [cleaned(name).casefold() for name in numbered[0][1]] if numbered else []
    for needed in (KEY, MARK):
        if names.count(needed) != 1:
            raise BenchError(
                f"{subject} have {'no' if needed not in names else 'more than one'} column {needed!r} (they have: "
                f"{', '.join(map(shortened, names)) or 'none'}); write a sheet with `bench judge sheet`"
            )
    places = [names.index(KEY), names.index(MARK)]
    lines: list[tuple[int, str, str]] = []
    for number, fields in numbered[1:]:
        key, mark = (fields[place].strip() if place < len(fields) else "" for place in places)
        lines.append((number, key, mark))
    return lines
