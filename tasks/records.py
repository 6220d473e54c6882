r"""Instruction records as JSONL: LLaVA's conversation format plus id, prompt group, facts and teacher.

One record per line: ``{"id", "image", "conversations": [{"from": "human", "value": "<image>\nQUESTION"},
{"from": "gpt", "value": ANSWER}], "prompt_group": 1 to 10, "facts": [[kind, value], ...], "teacher"}``.
``image`` is the picture's id in its dataset; accents may be joined with their letters or apart.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from bench.contracts import InstructionRecord
from bench.errors import BenchError
from bench.registered.checked import shortened
from bench.store.whole import whole

_BEFORE, _BEHIND = "<image>\n", "\n<image>"
"""LLaVA's marker of the picture, on its own line before the question (as we write it) or after it."""
_KEYS = {"id": str, "image": str, "conversations": list, "prompt_group": int, "facts": list, "teacher": str}
_TYPES = {str: "a text", int: "a whole number", list: "a list"}
_FORM = "each line is one JSON object with " + ", ".join(_KEYS)


def write_records(path: Path, records: Iterable[InstructionRecord]) -> None:
    """Write the records, one per line, to a temporary file that is then renamed; BenchError if that fails."""
    try:
        with whole(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
            for record in records:
                stream.write(json.dumps(as_json(record), ensure_ascii=False) + "\n")
    except OSError as error:
        raise BenchError(f"records cannot be written to {str(path)!r} ({error}); name a writable file") from error


def read_records(path: Path) -> tuple[InstructionRecord, ...]:
    """Read all records; empty lines are skipped.

    BenchError names an unreadable file, the number of a malformed line, a missing key, or a duplicate id.
    """
    first: dict[str, int] = {}
    records = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        where = f"{path.name} line {number}"
        record = from_json(loaded(line, where), where)
        if record.id in first:
            raise BenchError(
                f"{where}: id {record.id!r} is also the id of line {first[record.id]}; every record needs its own"
            )
        first[record.id] = number
        records.append(record)
    if not records:
        raise BenchError(f"records {str(path)!r} is empty; {_FORM}")
    return tuple(records)


def read_lines(path: Path) -> list[str]:
    """Return the lines of a file of records; BenchError if it is no text, or no file: a pipe could block forever."""
    try:
        if path.exists() and not path.is_dir() and not path.is_file():
            raise BenchError(f"records {str(path)!r} is not a regular file; name a JSONL file")
        # Not splitlines(), which splits at characters that may occur in an answer.
        return path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, ValueError) as error:  # a null byte in the path, too
        raise BenchError(f"records {str(path)!r} cannot be read ({error}); name a JSONL file in UTF-8") from error


def failed_beside(path: Path) -> Path:
    """Return the path of the file, next to a file of records, with the prompts that a teacher did not answer."""
    return path.with_name(f"{path.stem}.failed.jsonl")


def of_those_aside(sentences: Iterable[str], pictures: Collection[str]) -> dict[str, str]:
    """Return, for pictures that were set aside, picture to sentence; a sentence begins with the picture's id."""
    sentence_of: dict[str, str] = {}
    for sentence in sentences:
        ends = [colon.start() for colon in re.finditer(": ", sentence)]
        sentence_of |= {sentence[:end]: sentence for end in ends if sentence[:end] in pictures}
    return dict(sorted(sentence_of.items()))


def as_json(record: InstructionRecord) -> dict[str, Any]:
    """Return a record as JSON data."""
    return {
        "id": record.id,
        "image": record.picture,
        "conversations": [
            {"from": "human", "value": _BEFORE + record.question},
            {"from": "gpt", "value": record.answer},
        ],
        "prompt_group": record.group,
        "facts": [list(fact) for fact in record.facts],
        "teacher": record.teacher,
    }


def loaded(line: str, where: str) -> dict[str, Any]:
    """Return the JSON data of a line; BenchError says ``where`` it is invalid."""
    try:
        data = json.loads(line)
        json.dumps(data, ensure_ascii=False).encode()
    except RecursionError as error:
        raise BenchError(f"{where} is nested too deeply for a record; {_FORM}") from error
    except UnicodeEncodeError as error:
        raise BenchError(f"{where} has half of a surrogate pair, which is no letter; correct or remove it") from error
    except ValueError as error:
        raise BenchError(f"{where} is not JSON ({error}); correct or remove it") from error
    if not isinstance(data, dict):
        raise BenchError(f"{where} is not a record; {_FORM}")
    return data


def from_json(data: dict[str, Any], where: str) -> InstructionRecord:
    """Return the record of a line's JSON data; BenchError says ``where`` what is missing, wrong or empty."""
    missing = [key for key in _KEYS if key not in data]
    if missing:
        raise BenchError(f"{where} has no {', '.join(map(repr, missing))}; {_FORM}")
    for key, wanted in _KEYS.items():
        if not isinstance(data[key], wanted) or isinstance(data[key], bool):
            raise BenchError(f"{where}: {key!r} = {shortened(data[key])} is not {_TYPES[wanted]}; correct it")
    if not 1 <= data["prompt_group"] <= 10:
        raise BenchError(f"{where}: 'prompt_group' = {data['prompt_group']} is not one of the ten, 1 to 10; correct it")
    question, answer = _turns(data["conversations"], where)
    return InstructionRecord(
        id=data["id"],
        picture=unicodedata.normalize("NFC", data["image"]),
        group=data["prompt_group"],
        question=question,
        answer=answer,
        facts=_facts(data["facts"], where),
        teacher=data["teacher"],
    )


def _turns(turns: list[Any], where: str) -> tuple[str, str]:
    try:
        (first, question), (second, answer) = [(turn["from"], turn["value"]) for turn in turns]
    except (TypeError, KeyError, ValueError):
        first = second = question = answer = None
    if (first, second) != ("human", "gpt") or not isinstance(question, str) or not isinstance(answer, str):
        raise BenchError(
            f"{where}: 'conversations' is not one question from human and one answer from gpt; "
            "write one record per question"
        )
    before = question.startswith(_BEFORE)
    question = question.removeprefix(_BEFORE) if before else question.removesuffix(_BEHIND)
    for name, text in (("question", question), ("answer", answer)):
        if not text.strip():
            raise BenchError(f"{where}: the {name} is empty; write one or remove the record")
    return question, answer


def _facts(facts: list[Any], where: str) -> tuple[tuple[str, str], ...]:
    for fact in facts:
        if not (isinstance(fact, list) and len(fact) == 2 and all(isinstance(part, str) for part in fact)):
            raise BenchError(f"{where}: fact {shortened(fact)} is not a pair [kind, value]; correct it")
    return tuple((kind, value) for kind, value in facts)
