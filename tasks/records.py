r"""Instruction records as JSONL: LLaVA's conversation format plus id, prompt group, facts and teacher.

One record per line: ``{"id", "image", "conversations": [{"from": "human", "value": "<image>\nQUESTION"},
{"from": "gpt", "value": ANSWER}], "prompt_group": 1 to 10, "facts": [[kind, value], ...], "teacher"}``, and if anything
was measured in the picture that the question asks for, ``"numbers": {"size_nm": 412.0}`` or ``{"count": 37}``.
``image`` is the picture's id in its dataset. Also read are one JSON array of all records, as LLaVA's own files are, and
the names of other tools: turns with ``role`` (user, assistant) and ``content``, the keys ``messages`` and ``images``.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from math import inf
from pathlib import Path
from typing import Any

from bench.contracts import InstructionRecord, Numbers
from bench.errors import BenchError, unknown
from bench.registered.checked import shortened
from bench.store.whole import whole
from bench.tasks.numbers import NUMBERS

_BEFORE = "<image>\n"
"""LLaVA's marker of the picture, on its own line before the question, as we write it."""
_MARKER = re.compile(r"^<image>[ \t]*\r?\n?|(?:\r?\n|[ \t])*<image>\s*$")
"""The marker before or after the question, as others write it."""
_KEYS = {"id": str, "image": str, "conversations": list, "prompt_group": int, "facts": list, "teacher": str}
_EXAMPLE = 'write for example "numbers": {"size_nm": 412}, or leave it out'
_TYPES = {str: "a text", int: "a whole number", list: "a list"}
_FORM = "each line is one JSON object with " + ", ".join(_KEYS)
_ROLES = {"user": "human", "assistant": "gpt", "model": "gpt"}
_ABSOLUTE = re.compile(r"/|~|[A-Za-z]:/")


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

    BenchError names an unreadable file, the number of a malformed line or record, a missing key, or a duplicate id.
    """
    first: dict[str, str] = {}
    records = []
    for place, entry in entries(path):
        where = f"{path.name} {place}"
        record = from_json(loaded(entry, where), where)
        if record.id in first:
            raise BenchError(
                f"{where}: id {record.id!r} is also the id of {first[record.id]}; every record needs its own"
            )
        first[record.id] = place
        records.append(record)
    if not records:
        raise BenchError(f"records {str(path)!r} is empty; {_FORM}")
    return tuple(records)


def entries(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the entries of a file of records, each with its place: lines as text, or the data of a JSON array.

    BenchError if the file cannot be read, or holds something else than lines or an array of records.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe or device may never end
            raise BenchError(f"records {str(path)!r} is no file; name a JSONL file in UTF-8")
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise BenchError(f"records {str(path)!r} cannot be read ({error}); name a JSONL file in UTF-8") from error
    whole = _whole_data(text, path.name)
    if isinstance(whole, list):
        yield from ((f"record {number}", entry) for number, entry in enumerate(whole, start=1))
    elif isinstance(whole, dict) and "\n" in text.strip():
        yield "line 1", whole
    else:
        yield from ((f"line {number}", line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _whole_data(text: str, name: str) -> Any:
    """Return the JSON data of a file that is one array or object as a whole, None for one of lines."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("[") and error.msg != "Extra data":
            raise BenchError(
                f"{name} is a JSON array that is broken or cut off in line {error.lineno} ({error.msg}); "
                "correct it, or write one record per line"
            ) from error
        return None
    except (ValueError, RecursionError):
        return None
    lists = [key for key, value in whole.items() if _holds_records(value)] if isinstance(whole, dict) else []
    if lists:
        raise BenchError(
            f"{name} is one JSON object with the records below {lists[0]!r}; "
            "write that list alone, or one record per line"
        )
    return whole


def _holds_records(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(each, dict) and each.keys() & {"conversations", "messages"} for each in value
    )


def picture_ids(names: Iterable[str], ids: Iterable[str]) -> dict[str, str]:
    """Return the id of the picture that each name in a file means; a name that means none or several is left out.

    A name means the id that it equals; else the one that differs in Unicode form (a file from another system), in the
    separators of folders, or, for an absolute path, in the folders above the dataset.
    """
    exact, by_form = {*ids}, defaultdict[str, set[str]](set)
    for name in exact:
        by_form[_form_of(name)].add(name)
    meant: dict[str, str] = {}
    for name in names:
        parts = _form_of(name).split("/")
        last = len(parts) if _ABSOLUTE.match(_form_of(name)) else 1
        tails = ("/".join(parts[start:]) for start in range(last))
        candidates = {name} if name in exact else next((by_form[tail] for tail in tails if tail in by_form), set[str]())
        if len(candidates) == 1:
            (meant[name],) = candidates
    return meant


def _form_of(name: str) -> str:
    """Return a picture's name in one form whatever system wrote it."""
    return unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("./")


def failed_beside(path: Path) -> Path:
    """Return the path of the file, next to a file of records, with the prompts that a teacher did not answer."""
    return path.with_name(f"{path.stem}.failed.jsonl")


def ids_of_aside(sentences: Iterable[str]) -> Iterator[str]:
    """Yield what may be the id of a picture that was set aside; a sentence begins with the id and a colon."""
    for sentence in sentences:
        yield from (sentence[: colon.start()] for colon in re.finditer(": ", sentence))


def of_those_aside(sentences: Iterable[str], pictures: Collection[str]) -> dict[str, str]:
    """Return, for pictures that were set aside, picture to sentence; a sentence begins with the picture's id."""
    sentence_of: dict[str, str] = {}
    for sentence in sentences:
        sentence_of |= {name: sentence for name in ids_of_aside([sentence]) if name in pictures}
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
        **({"numbers": dict(record.numbers)} if record.numbers else {}),
    }


def loaded(entry: Any, where: str) -> dict[str, Any]:
    """Return the JSON data of a line, or of an array's entry; BenchError says ``where`` it is invalid."""
    try:
        data = json.loads(entry) if isinstance(entry, str) else entry
    except RecursionError as error:
        raise BenchError(f"{where} is nested too deeply for a record; {_FORM}") from error
    except ValueError as error:
        raise BenchError(f"{where} is not JSON ({error}); correct or remove it: one line is one record") from error
    if not isinstance(data, dict):
        raise BenchError(f"{where} is not a record; {_FORM}")
    return data


def from_json(data: dict[str, Any], where: str) -> InstructionRecord:
    """Return the record of a line's JSON data; BenchError says ``where`` what is missing, wrong or empty."""
    data = _in_our_names(data)
    missing = [key for key in _KEYS if key not in data]
    if missing:
        raise BenchError(
            f"{where} has no {', '.join(map(repr, missing))}; {_FORM}; what LLaVA's own files lack may be "
            '"prompt_group": 1 (to 10), "facts": [] and "teacher": "me"'
        )
    for key, wanted in _KEYS.items():
        if not isinstance(data[key], wanted) or isinstance(data[key], bool):
            raise BenchError(f"{where}: {key!r} = {shortened(data[key])} is not {_TYPES[wanted]}; correct it")
    if not 1 <= data["prompt_group"] <= 10:
        raise BenchError(f"{where}: 'prompt_group' = {data['prompt_group']} is not one of the ten, 1 to 10; correct it")
    question, answer = _turns(data["conversations"], where)
    for text in (data["id"], data["image"], data["teacher"], question, answer, *sum(_facts(data["facts"], where), ())):
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise BenchError(f"{where} holds half a character, {ascii(text)[:60]}; correct or remove it")
    return InstructionRecord(
        id=data["id"],
        picture=unicodedata.normalize("NFC", data["image"]),
        group=data["prompt_group"],
        question=question,
        answer=answer,
        facts=_facts(data["facts"], where),
        teacher=data["teacher"],
        numbers=_numbers(data.get("numbers", {}), where),
    )


def _in_our_names(data: dict[str, Any]) -> dict[str, Any]:
    """Return a record's data under our keys, if other tools' names of them are used."""
    data = dict(data)
    if "conversations" not in data and "messages" in data:
        data["conversations"] = data.pop("messages")
    pictures = data.get("images")
    if "image" not in data and isinstance(pictures, list) and len(pictures) == 1:
        (data["image"],) = pictures
    if isinstance(data.get("id"), int) and not isinstance(data["id"], bool):
        data["id"] = str(data["id"])
    return data


def _turns(turns: list[Any], where: str) -> tuple[str, str]:
    try:
        (first, question), (second, answer) = [
            (turn["from"], turn["value"]) if "from" in turn else (turn["role"], turn["content"]) for turn in turns
        ]
        first, second = _ROLES.get(first, first), _ROLES.get(second, second)
    except (TypeError, KeyError, ValueError):
        first = second = question = answer = None
    if (first, second) != ("human", "gpt") or not isinstance(question, str) or not isinstance(answer, str):
        raise BenchError(
            f"{where}: 'conversations' is not one question from human and one answer from gpt; "
            "write one record per question"
        )
    before = question.startswith(_BEFORE)
    question = question.removeprefix(_BEFORE) if before else _MARKER.sub("", question, count=1)
    for name, text in (("question", question), ("answer", answer)):
        if not text.strip():
            raise BenchError(f"{where}: the {name} is empty; write one or remove the record")
    return question, answer


def _facts(facts: list[Any], where: str) -> tuple[tuple[str, str], ...]:
    for fact in facts:
        if not (isinstance(fact, list) and len(fact) == 2 and all(isinstance(part, str) for part in fact)):
            raise BenchError(f"{where}: fact {shortened(fact)} is not a pair [kind, value]; correct it")
    return tuple((kind, value) for kind, value in facts)


def _numbers(numbers: Any, where: str) -> Numbers:
    """Return the numbers of a record; BenchError for an unknown kind, or what is no positive number."""
    if not isinstance(numbers, dict):
        raise BenchError(f"{where}: 'numbers' = {shortened(numbers)} is not an object {{kind: number}}; {_EXAMPLE}")
    for kind, number in numbers.items():
        if kind not in NUMBERS:
            raise unknown("kind of number", str(kind), NUMBERS, f"{where} has it; {_EXAMPLE}")
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < inf:
            raise BenchError(f"{where}: number {kind!r} = {shortened(number)} is not a positive number; {_EXAMPLE}")
    return tuple((kind, float(number)) for kind, number in numbers.items())
