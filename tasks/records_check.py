"""A check of a file of records: coverage by prompt group, lengths, and errors that would stop a training."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.contracts import InstructionRecord
from bench.errors import BenchError
from bench.specs.json_data import JSONObject
from bench.tasks.prompts import PROMPT_GROUPS
from bench.tasks.records import (
    entries,
    failed_beside,
    from_json,
    ids_of_aside,
    loaded,
    of_those_aside,
    picture_ids,
)
from bench.terminal.text import safe

_SHOWN = 3
_REFUSAL = re.compile(
    r"\W*(i'm sorry|i’m sorry|i am sorry|sorry,|i cannot|i can't|i can’t|i'm unable|i am unable|i'm not able|as an ai)",
    re.IGNORECASE,
)


@dataclass
class Check:
    """The contents of a file: its valid records, and sentences on faulty lines and pictures.

    ``expected`` is the number of pictures that it should cover.
    """

    expected: int = 0
    records: list[InstructionRecord] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    repeated_ids: list[str] = field(default_factory=list)
    repeated_questions: list[str] = field(default_factory=list)
    without_records: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    unknown_pictures: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    @property
    def refused(self) -> list[str]:
        """The ids of records whose answer is a refusal."""
        return [record.id for record in self.records if _REFUSAL.match(record.answer)]

    @property
    def stops_a_training(self) -> bool:
        """Whether `bench run --records` would refuse the file."""
        faults = (self.broken, self.empty, self.repeated_ids, self.without_records, self.unknown_pictures)
        return any(faults) or not self.records


def check(path: Path, pictures: Sequence[str] = (), aside: Iterable[str] = ()) -> Check:
    """Check a file of records line by line; ``pictures`` are the ids that it should cover, () if unknown.

    ``aside`` has a sentence for each picture that was set aside; training ignores their records. BenchError if the
    file cannot be read.
    """
    result, aside = Check(), tuple(aside)
    for place, entry in entries(path):
        _add(result, entry, place)
    if pictures:
        meant = picture_ids((record.picture for record in result.records), [*pictures, *ids_of_aside(aside)])
        result.records = [
            replace(record, picture=meant.get(record.picture, record.picture)) for record in result.records
        ]
    seen = Counter(record.id for record in result.records)
    result.repeated_ids = [name for name, times in seen.items() if times > 1]
    questions = Counter((record.picture, record.question) for record in result.records)
    result.repeated_questions = [
        f"{picture}: {question}" for (picture, question), times in questions.items() if times > 1
    ]
    covered = {record.picture for record in result.records}
    result.expected = len(pictures) or len(covered)
    if pictures:
        result.without_records = [picture for picture in pictures if picture not in covered]
        result.set_aside = list(of_those_aside(aside, covered))
        result.unknown_pictures = sorted(covered - {*pictures, *result.set_aside})
    result.unanswered = _unanswered(failed_beside(path))
    return result


_FINDINGS = {
    "broken": "cannot be read",
    "empty": "have an empty answer",
    "repeated_ids": "ids occur in several records",
    "repeated_questions": "questions occur twice for one picture",
    "refused": "answers are refusals",
    "unanswered": "prompts were not answered by the teacher, see the failed.jsonl file",
    "without_records": "pictures have no record",
    "set_aside": "pictures with records were set aside, and training ignores their records",
    "unknown_pictures": "pictures are not in the dataset",
}
"""The findings of a check by name, and what is said of their entries."""


def as_json_data(result: Check) -> JSONObject:
    """Return a check as JSON data: the number of records, and the entries of each finding."""
    return {
        "accepted": not result.stops_a_training,
        "records": len(result.records),
        "pictures": len({record.picture for record in result.records}),
        **{name: list(getattr(result, name)) for name in _FINDINGS},
    }


def as_text(result: Check) -> str:
    """Render a check: a line per prompt group, then one per finding."""
    from tabulate import tabulate

    heads = ["", "prompt group", "records", "pictures", "coverage", "words", "shortest", "longest", "refused", "same"]
    lines = [_summary(result)]
    if result.records:
        lines += ["", tabulate(_rows(result), headers=heads, floatfmt=".1f"), ""]
    for name, sentence in _FINDINGS.items():
        entries: list[str] = getattr(result, name)
        if entries:
            more = f" and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else ""
            lines.append(f"{len(entries):,} {sentence}: {safe('; '.join(entries[:_SHOWN]))}{more}")
    lines.append(
        "`bench run --records` would refuse it" if result.stops_a_training else "`bench run --records` accepts it"
    )
    return "\n".join(lines)


def _add(result: Check, entry: Any, where: str) -> None:
    try:
        data = loaded(entry, where)
        if _is_empty(data):
            result.empty.append(f"{where}, {data.get('id')}")
        else:
            result.records.append(from_json(data, where))
    except BenchError as error:
        result.broken.append(str(error))


def _is_empty(data: dict[str, Any]) -> bool:
    try:
        answer = data["conversations"][1]["value"]
    except (LookupError, TypeError):
        return False  # a missing answer is another fault
    return isinstance(answer, str) and not answer.strip()


def _unanswered(path: Path) -> list[str]:
    if not path.is_file():
        return []
    # Not splitlines(), which splits at characters that may occur in a raw reply.
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return [_failure(line, f"{path.name} line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def _failure(line: str, where: str) -> str:
    try:
        data = loaded(line, where)
    except BenchError as error:
        return str(error)
    return f"{data.get('image')}, group {data.get('prompt_group')}: {data.get('reason')}"


def _summary(result: Check) -> str:
    teachers = ", ".join(sorted({record.teacher for record in result.records})) or "nobody"
    pictures = len({record.picture for record in result.records})
    return f"{len(result.records):,} records of {pictures:,} pictures, by {safe(teachers)}"


def _rows(result: Check) -> list[list[str | int | float]]:
    by_group: dict[int, list[InstructionRecord]] = defaultdict(list)
    for record in result.records:
        by_group[record.group].append(record)
    refused = {*result.refused}
    return [
        [group.number, group.name, *_row(by_group[group.number], result.expected * len(group.questions), refused)]
        for group in PROMPT_GROUPS
    ]


def _row(records: list[InstructionRecord], expected: int, refused: set[str]) -> list[str | int | float]:
    """Return the counts of one group, which should answer ``expected`` questions.

    ``same`` is the share of records with exactly the answer of another picture to the same question.
    """
    if not records:
        return [0, 0, "0%", "", "", "", 0, ""]
    words = [len(record.answer.split()) for record in records]
    texts = Counter((record.question, record.answer) for record in records)
    same = sum(times for times in texts.values() if times > 1)
    answered = len({(record.picture, record.question) for record in records})
    return [
        len(records),
        len({record.picture for record in records}),
        f"{answered / expected:.0%}",
        sum(words) / len(words),
        min(words),
        max(words),
        sum(record.id in refused for record in records),
        f"{same / len(records):.0%}",
    ]
