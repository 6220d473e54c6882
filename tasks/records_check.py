"""What is in a file of records: coverage by prompt group, lengths, and what a training would stumble over."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.contracts import InstructionRecord
from bench.errors import BenchError
from bench.tasks.prompts import PROMPT_GROUPS
from bench.tasks.records import failed_beside, from_json, loaded, of_those_aside
from bench.terminal import safe

_SHOWN = 3
_REFUSAL = re.compile(
    r"\W*(i'm sorry|i’m sorry|i am sorry|sorry,|i cannot|i can't|i can’t|i'm unable|i am unable|i'm not able|as an ai)",
    re.IGNORECASE,
)


@dataclass
class Check:
    """What a file holds: its whole records, and sentences on lines and pictures that are not as they should be.

    ``expected`` is the number of pictures that it should cover.
    """

    expected: int = 0
    records: list[InstructionRecord] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    repeated_ids: list[str] = field(default_factory=list)
    asked_twice: list[str] = field(default_factory=list)
    without_records: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    unknown_pictures: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    @property
    def refused(self) -> list[str]:
        """The records whose answer is none: the model declined."""
        return [record.id for record in self.records if _REFUSAL.match(record.answer)]

    @property
    def stops_a_training(self) -> bool:
        """Whether `bench run --records` would refuse the file."""
        faults = (self.broken, self.empty, self.repeated_ids, self.without_records, self.unknown_pictures)
        return any(faults) or not self.records


def check(path: Path, pictures: Sequence[str] = (), aside: Iterable[str] = ()) -> Check:
    """Read a file of records line by line; ``pictures`` are the ids that it should cover, () where nobody said.

    ``aside`` is a sentence for each picture that was set aside, whose records a training leaves out. BenchError where
    the file cannot be read.
    """
    found = Check()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BenchError(f"records {str(path)!r} cannot be read ({error}); name a JSONL file in UTF-8") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            _take(found, line, f"line {number}")
    seen = Counter(record.id for record in found.records)
    found.repeated_ids = [name for name, times in seen.items() if times > 1]
    asked = Counter((record.picture, record.question) for record in found.records)
    found.asked_twice = [f"{picture}: {question}" for (picture, question), times in asked.items() if times > 1]
    there = {record.picture for record in found.records}
    found.expected = len(pictures) or len(there)
    if pictures:
        found.without_records = [picture for picture in pictures if picture not in there]
        found.set_aside = list(of_those_aside(aside, there))
        found.unknown_pictures = sorted(there - {*pictures, *found.set_aside})
    found.unanswered = _unanswered(failed_beside(path))
    return found


def as_text(found: Check) -> str:
    """Render a check: a line a prompt group, then one a finding."""
    from tabulate import tabulate

    heads = ["", "prompt group", "records", "pictures", "coverage", "words", "shortest", "longest", "refused", "same"]
    lines = [_summary(found)]
    if found.records:
        lines += ["", tabulate(_rows(found), headers=heads, floatfmt=".1f"), ""]
    sentences = {
        "broken": "cannot be read",
        "empty": "have an empty answer",
        "repeated_ids": "ids stand on several records",
        "asked_twice": "questions are asked twice of one picture",
        "refused": "answers are refusals",
        "unanswered": "prompts were not answered by the teacher, as the file beside it says",
        "without_records": "pictures have no record",
        "set_aside": "pictures that have records were set aside, and a training leaves these out",
        "unknown_pictures": "pictures are none of the dataset's",
    }
    for name, sentence in sentences.items():
        those: list[str] = getattr(found, name)
        if those:
            more = f" and {len(those) - _SHOWN} more" if len(those) > _SHOWN else ""
            lines.append(f"{len(those):,} {sentence}: {safe('; '.join(those[:_SHOWN]))}{more}")
    lines.append(
        "`bench run --records` would refuse it" if found.stops_a_training else "`bench run --records` takes it"
    )
    return "\n".join(lines)


def _take(found: Check, line: str, where: str) -> None:
    try:
        data = loaded(line, where)
        if _is_empty(data):
            found.empty.append(f"{where}, {data.get('id')}")
        else:
            found.records.append(from_json(data, where))
    except BenchError as error:
        found.broken.append(str(error))


def _is_empty(data: dict[str, Any]) -> bool:
    try:
        answer = data["conversations"][1]["value"]
    except (LookupError, TypeError):
        return False  # there is none: that is another fault
    return isinstance(answer, str) and not answer.strip()


def _unanswered(path: Path) -> list[str]:
    if not path.is_file():
        return []
    # Not splitlines(), which cuts at marks that may stand in a raw reply.
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return [_failure(line, f"{path.name} line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def _failure(line: str, where: str) -> str:
    try:
        data = loaded(line, where)
    except BenchError as error:
        return str(error)
    return f"{data.get('image')}, group {data.get('prompt_group')}: {data.get('reason')}"


def _summary(found: Check) -> str:
    teachers = ", ".join(sorted({record.teacher for record in found.records})) or "nobody"
    pictures = len({record.picture for record in found.records})
    return f"{len(found.records):,} records of {pictures:,} pictures, by {safe(teachers)}"


def _rows(found: Check) -> list[list[str | int | float]]:
    by_group: dict[int, list[InstructionRecord]] = defaultdict(list)
    for record in found.records:
        by_group[record.group].append(record)
    refused = {*found.refused}
    return [
        [group.number, group.name, *_row(by_group[group.number], found.expected * len(group.questions), refused)]
        for group in PROMPT_GROUPS
    ]


def _row(records: list[InstructionRecord], expected: int, refused: set[str]) -> list[str | int | float]:
    """Count one group, ``expected`` to answer so many questions.

    ``same`` is the share of its records that give another picture's very answer to the same question.
    """
    if not records:
        return [0, 0, "0%", "", "", "", 0, ""]
    words = [len(record.answer.split()) for record in records]
    texts = Counter((record.question, record.answer) for record in records)
    same = sum(times for times in texts.values() if times > 1)
    asked = len({(record.picture, record.question) for record in records})
    return [
        len(records),
        len({record.picture for record in records}),
        f"{asked / expected:.0%}",
        sum(words) / len(words),
        min(words),
        max(words),
        sum(record.id in refused for record in records),
        f"{same / len(records):.0%}",
    ]
